#include "service/certificate_reads.h"

#include "service/certificate_edits.h"
#include "service/markers.h"

#include <algorithm>
#include <utility>

namespace balancer::service {

namespace {

/// The place behind the item that a marker names, in what is sorted by `key`.
template <typename Items, typename Key>
Result<std::size_t> placeBehind(const Items &items, const std::string &marker, Key key)
{
    if (marker.empty())
        return std::size_t(0);
    const auto last = parseMarker(marker);
    if (!last)
        return fail(last.error());
    const auto place = std::ranges::upper_bound(items, *last, {}, key);
    return static_cast<std::size_t>(place - items.begin());
}

/// One page of `items`, and the marker for the next one if there is one.
template <typename Item, typename Key>
Result<std::string> keepPage(std::vector<Item> &items, const std::string &marker, int most, Key key)
{
    const auto first = placeBehind(items, marker, key);
    if (!first)
        return fail(first.error());
    const auto last = std::min(items.size(), *first + static_cast<std::size_t>(most));
    const bool isTruncated = last < items.size();
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(last), items.end());
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(*first));
    return isTruncated ? markerOf(std::invoke(key, items.back())) : std::string();
}

} // namespace

CertificateReads::CertificateReads(const DesiredStateCache &desired, const ServiceOptions &options)
    : m_desired(desired), m_options(options)
{
}

Result<const model::ServerCertificate *> CertificateReads::find(const std::string &name) const
{
    const auto &all = m_desired.state().certificates;
    const auto found = all.find(name);
    if (found == all.end())
        return fail(model::noSuchCertificate(name));
    return &found->second.value;
}

Result<model::GetServerCertificateAnswer> CertificateReads::answer(const model::GetServerCertificate &request) const
{
    const auto found = find(request.name);
    if (!found)
        return fail(found.error());
    const auto &certificate = **found;
    return model::GetServerCertificateAnswer{
        {metadataOf(certificate, m_options.accountId), certificate.body, certificate.chain, certificate.tags}};
}

Result<model::ListServerCertificatesAnswer> CertificateReads::answer(const model::ListServerCertificates &request) const
{
    model::ListServerCertificatesAnswer answer;
    for (const auto &[name, stored] : m_desired.state().certificates) {
        if (stored.value.path.starts_with(request.pathPrefix))
            answer.certificates.push_back(metadataOf(stored.value, m_options.accountId));
    }
    auto marker = keepPage(answer.certificates, request.marker, request.maxItems, &model::CertificateMetadata::name);
    if (!marker)
        return fail(marker.error());
    answer.isTruncated = !marker->empty();
    answer.marker = std::move(*marker);
    return answer;
}

Result<model::ListServerCertificateTagsAnswer>
CertificateReads::answer(const model::ListServerCertificateTags &request) const
{
    const auto found = find(request.name);
    if (!found)
        return fail(found.error());
    model::ListServerCertificateTagsAnswer answer;
    answer.tags = (*found)->tags;
    auto marker = keepPage(answer.tags, request.marker, request.maxItems, &model::Tag::key);
    if (!marker)
        return fail(marker.error());
    answer.isTruncated = !marker->empty();
    answer.marker = std::move(*marker);
    return answer;
}

} // namespace balancer::service

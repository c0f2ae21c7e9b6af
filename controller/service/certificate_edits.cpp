#include "service/certificate_edits.h"

#include "model/tags.h"

#include <QRandomGenerator>

#include <algorithm>
#include <functional>
#include <utility>

namespace balancer::service {

namespace {

using model::LoadBalancer;
using model::ServerCertificate;

std::string randomId()
{
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    constexpr int kLength = 17;
    std::string id = "ASCA";
    for (int i = 0; i < kLength; ++i)
        id += kLetters[QRandomGenerator::system()->bounded(static_cast<quint32>(kLetters.size()))];
    return id;
}

/// IAM names the parameter before what must be true of it.
Error atParameter(std::string_view parameter, const std::string &value, const Error &error)
{
    return {error.code, "1 validation error detected: Value '" + value.substr(0, 200) + "' at '" +
                            std::string(parameter) + "' failed to satisfy constraint: " + error.message};
}

Result<void> checkNameAndPath(const std::string &name, const std::string &path)
{
    if (const auto valid = model::parseCertificateName(name); !valid)
        return fail(atParameter("serverCertificateName", name, valid.error()));
    if (const auto valid = model::parseCertificatePath(path); !valid)
        return fail(atParameter("path", path, valid.error()));
    return {};
}

Error alreadyExists(const std::string &name)
{
    return {ErrorCode::EntityAlreadyExists, "The Server Certificate with name " + name + " already exists."};
}

std::vector<LoadBalancer> usersOf(const Draft &draft, const std::string &arn)
{
    std::vector<LoadBalancer> users;
    draft.forEachBalancer([&](const LoadBalancer &balancer) {
        const auto uses = [&](const model::Listener &listener) { return listener.certificateId == arn; };
        if (std::ranges::any_of(balancer.listeners, uses))
            users.push_back(balancer);
    });
    std::ranges::sort(users, {}, &LoadBalancer::name);
    return users;
}

void rename(Draft &draft, const std::string &from, const std::string &to)
{
    for (auto &balancer : usersOf(draft, from)) {
        for (auto &listener : balancer.listeners) {
            if (listener.certificateId == from)
                listener.certificateId = to;
        }
        draft.put(std::move(balancer));
    }
}

/// A change of one certificate that must exist, and keeps its name.
Edit changing(std::string name, std::function<Result<void>(ServerCertificate &)> change)
{
    return [name = std::move(name), change = std::move(change)](Draft &draft) -> Result<void> {
        const auto *present = draft.findCertificate(name);
        if (!present)
            return fail(model::noSuchCertificate(name));
        auto certificate = *present;
        if (const auto changed = change(certificate); !changed)
            return changed;
        draft.putCertificate(std::move(certificate));
        return {};
    };
}

} // namespace

const ServerCertificate *findByArn(const Draft &draft, std::string_view arn, const std::string &accountId)
{
    const auto *certificate = draft.findCertificate(model::certificateNameIn(arn));
    return certificate && model::certificateArn(accountId, *certificate) == arn ? certificate : nullptr;
}

model::CertificateMetadata metadataOf(const ServerCertificate &certificate, const std::string &accountId)
{
    return {certificate.name,       certificate.path,     certificate.id, model::certificateArn(accountId, certificate),
            certificate.uploadedAt, certificate.expiresAt};
}

CertificateEdits::CertificateEdits(const ports::CertificateExaminer &examiner, const ports::Clock &clock,
                                   const ServiceOptions &options)
    : m_examiner(examiner), m_clock(clock), m_options(options)
{
}

Result<Edit> CertificateEdits::edit(model::UploadServerCertificate request,
                                    AnswerPointer<model::UploadServerCertificate> answer) const
{
    if (const auto valid = checkNameAndPath(request.name, request.path); !valid)
        return fail(valid.error());
    auto tags = model::normalizedTags(std::move(request.tags), m_options.limits.tags);
    if (!tags)
        return fail(tags.error());
    const auto now = m_clock.now();
    auto examined = m_examiner.examine(request.text, now);
    if (!examined)
        return fail(examined.error());
    auto &text = examined->normalized;
    ServerCertificate certificate{std::move(request.name),
                                  std::move(request.path),
                                  randomId(),
                                  std::move(text.body),
                                  std::move(text.chain),
                                  std::move(text.privateKey),
                                  std::move(examined->fingerprint),
                                  now,
                                  examined->expiresAt,
                                  std::move(*tags)};
    return Edit([this, certificate = std::move(certificate), answer = std::move(answer)](Draft &draft) -> Result<void> {
        if (draft.findCertificate(certificate.name))
            return fail(alreadyExists(certificate.name));
        const auto most = m_options.limits.certificates;
        if (draft.certificates().size() >= most)
            return fail(ErrorCode::LimitExceeded,
                        "Cannot exceed quota for ServerCertificatesPerAccount: " + std::to_string(most));
        *answer = {metadataOf(certificate, m_options.accountId), certificate.tags};
        draft.putCertificate(certificate);
        return {};
    });
}

Result<Edit> CertificateEdits::edit(model::UpdateServerCertificate request,
                                    AnswerPointer<model::UpdateServerCertificate>) const
{
    const auto &newName = request.newName.empty() ? request.name : request.newName;
    const auto &newPath = request.newPath.empty() ? std::string("/") : request.newPath;
    if (const auto valid = checkNameAndPath(newName, newPath); !valid)
        return fail(valid.error());
    return Edit([this, request = std::move(request)](Draft &draft) -> Result<void> {
        const auto *present = draft.findCertificate(request.name);
        if (!present)
            return fail(model::noSuchCertificate(request.name));
        auto certificate = *present;
        if (!request.newName.empty())
            certificate.name = request.newName;
        if (!request.newPath.empty())
            certificate.path = request.newPath;
        if (certificate.name != request.name && draft.findCertificate(certificate.name))
            return fail(alreadyExists(certificate.name));
        rename(draft, model::certificateArn(m_options.accountId, *present),
               model::certificateArn(m_options.accountId, certificate));
        if (certificate.name != request.name)
            draft.removeCertificate(request.name);
        draft.putCertificate(std::move(certificate));
        return {};
    });
}

Result<Edit> CertificateEdits::edit(model::DeleteServerCertificate request,
                                    AnswerPointer<model::DeleteServerCertificate>) const
{
    return Edit([this, name = std::move(request.name)](Draft &draft) -> Result<void> {
        const auto *present = draft.findCertificate(name);
        if (!present)
            return fail(model::noSuchCertificate(name));
        const auto arn = model::certificateArn(m_options.accountId, *present);
        if (const auto users = usersOf(draft, arn); !users.empty())
            return fail(ErrorCode::DeleteConflict, "Certificate: " + present->id + " is currently in use by " +
                                                       users.front().name.text() +
                                                       ". Please remove it first before deleting it from IAM.");
        draft.removeCertificate(name);
        return {};
    });
}

Result<Edit> CertificateEdits::edit(model::TagServerCertificate request,
                                    AnswerPointer<model::TagServerCertificate>) const
{
    const auto change = [this, tags = std::move(request.tags)](ServerCertificate &certificate) -> Result<void> {
        auto merged = model::mergedTags(certificate.tags, tags, m_options.limits.tags);
        if (!merged)
            return fail(merged.error());
        certificate.tags = std::move(*merged);
        return {};
    };
    return changing(std::move(request.name), change);
}

Result<Edit> CertificateEdits::edit(model::UntagServerCertificate request,
                                    AnswerPointer<model::UntagServerCertificate>) const
{
    const auto change = [keys = std::move(request.keys)](ServerCertificate &certificate) -> Result<void> {
        std::erase_if(certificate.tags,
                      [&](const model::Tag &tag) { return std::ranges::find(keys, tag.key) != keys.end(); });
        return {};
    };
    return changing(std::move(request.name), change);
}

} // namespace balancer::service

#include "model/certificate.h"

#include "base/text.h"

#include <algorithm>

namespace balancer::model {

namespace {

constexpr std::size_t kMaxName = 128;
constexpr std::size_t kMaxPath = 512;

bool isNameCharacter(char c)
{
    return isAlphanumeric(c) || isOneOf(c, "_+=,.@-");
}

bool isVisible(char c)
{
    return c >= '!' && c <= '~';
}

} // namespace

Result<std::string> parseCertificateName(std::string_view text)
{
    if (text.empty() || text.size() > kMaxName || !std::ranges::all_of(text, isNameCharacter))
        return fail(ErrorCode::ValidationError,
                    "Member must satisfy regular expression pattern: [\\w+=,.@-]+ and have 1 to 128 characters");
    return std::string(text);
}

Result<std::string> parseCertificatePath(std::string_view text)
{
    const bool slashes = text.starts_with('/') && text.ends_with('/');
    // Between two slashes must be something.
    if (!slashes || text.size() == 2 || text.size() > kMaxPath || !std::ranges::all_of(text, isVisible))
        return fail(ErrorCode::ValidationError,
                    "Member must begin and end with '/' and have at most 512 visible characters between them");
    return std::string(text);
}

std::string certificateArn(std::string_view accountId, const ServerCertificate &certificate)
{
    return "arn:aws:iam::" + std::string(accountId) + ":server-certificate" + certificate.path + certificate.name;
}

std::string_view certificateNameIn(std::string_view arn)
{
    const auto slash = arn.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : arn.substr(slash + 1);
}

Error noSuchCertificate(std::string_view name)
{
    return {ErrorCode::NoSuchEntity, "The Server Certificate with name " + std::string(name) + " cannot be found."};
}

Error certificateNotFound(std::string_view arn)
{
    return {ErrorCode::CertificateNotFound, "Server Certificate not found for the key: " + std::string(arn)};
}

} // namespace balancer::model

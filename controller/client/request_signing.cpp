#include "client/request_signing.h"

#include "base/text.h"
#include "client/hashes.h"
#include "wire/signature_text.h"

#include <algorithm>

namespace balancer::client {

namespace {

std::vector<std::string> sortedNames(const ports::HttpHeaders &headers)
{
    std::vector<std::string> names;
    for (const auto &header : headers)
        names.push_back(toLower(header.first));
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

std::string joined(const std::vector<std::string> &names)
{
    std::string text;
    for (const auto &name : names)
        (text += text.empty() ? "" : ";") += name;
    return text;
}

} // namespace

std::string hostOf(std::string_view url)
{
    const auto scheme = url.find("://");
    if (url.starts_with("unix:") || scheme == std::string_view::npos)
        return "localhost";
    const auto authority = url.substr(scheme + 3);
    return std::string(authority.substr(0, authority.find('/')));
}

Result<ports::HttpRequest> withSignature(ports::HttpRequest request, const Credentials &credentials,
                                         model::Timestamp now)
{
    const auto question = request.target.find('?');
    const auto query =
        wire::parseParameters(question == std::string::npos ? std::string() : request.target.substr(question + 1));
    if (!query)
        return fail(query.error());

    const auto time = wire::renderBasicTime(now);
    const auto bodyHash = sha256Hex(request.body);
    request.headers.emplace_back("X-Amz-Date", time);
    request.headers.emplace_back("X-Amz-Content-Sha256", bodyHash);
    const wire::SignatureScope scope{.date = time.substr(0, 8), .region = credentials.region};
    const auto names = sortedNames(request.headers);
    const auto canonical = wire::canonicalRequest(
        {request.method, request.target.substr(0, question), *query, request.headers, names, bodyHash});
    const auto toSign = wire::stringToSign(now, scope, sha256Hex(canonical));
    const auto signature = lowerHex(wire::signatureOf(toSign, scope, credentials.secretAccessKey, &hmacSha256));
    request.headers.emplace_back("Authorization", std::string(wire::kSignatureAlgorithm) + " Credential=" +
                                                      credentials.accessKeyId + "/" + wire::renderScope(scope) +
                                                      ", SignedHeaders=" + joined(names) + ", Signature=" + signature);
    return request;
}

} // namespace balancer::client

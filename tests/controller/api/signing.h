#pragma once

#include "api/crypto.h"
#include "base/text.h"
#include "model/access.h"
#include "ports/http.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Signs requests with AWS's own example key. The canonical request is written out by hand here, so that it is not the
/// verifier's own code that is compared with itself; signatures of real clients are in tests/data/api.
namespace balancer::tests {

inline const std::string kKeyId = "AKIDEXAMPLE";
inline const std::string kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// 2015-08-30 12:36:00 UTC, as in AWS's examples.
constexpr model::Timestamp kThen{std::chrono::milliseconds(1440938160000)};
inline const std::string kThenText = "20150830T123600Z";

struct Signing
{
    std::string keyId = kKeyId;
    std::string secret = kSecret;
    std::string date = kThenText;
    std::string day = "20150830";
    std::string region = "us-east-1";
    std::string service = "elasticloadbalancing";
    std::string terminator = "aws4_request";
    std::string query; ///< of the request, without anything that needs encoding or sorting
};

inline Signing signingBy(const std::string &keyId, const std::string &query = {})
{
    Signing by;
    by.keyId = keyId;
    by.query = query;
    return by;
}

inline std::string signatureFor(const Signing &by, const std::string &canonicalRequest)
{
    const auto scope = by.day + "/" + by.region + "/" + by.service + "/" + by.terminator;
    auto key = api::hmacSha256("AWS4" + by.secret, by.day);
    key = api::hmacSha256(key, by.region);
    key = api::hmacSha256(key, by.service);
    key = api::hmacSha256(key, by.terminator);
    return api::lowerHex(
        api::hmacSha256(key, "AWS4-HMAC-SHA256\n" + by.date + "\n" + scope + "\n" + api::sha256Hex(canonicalRequest)));
}

/// A request to `path` (without anything that needs encoding), signed in its headers.
inline ports::HttpRequest signedRequest(const std::string &method, const std::string &path, const std::string &body,
                                        const Signing &by = {})
{
    ports::HttpRequest request;
    request.method = method;
    request.target = by.query.empty() ? path : path + "?" + by.query;
    request.body = body;
    request.peer.address = "127.0.0.1";
    const auto canonical = method + "\n" + path + "\n" + by.query + "\nhost:elb.example.com\nx-amz-date:" + by.date +
                           "\n\nhost;x-amz-date\n" + api::sha256Hex(body);
    request.headers = {
        {"Host", "elb.example.com"},
        {"X-Amz-Date", by.date},
        {"Authorization", "AWS4-HMAC-SHA256 Credential=" + by.keyId + "/" + by.day + "/" + by.region + "/" +
                              by.service + "/" + by.terminator +
                              ", SignedHeaders=host;x-amz-date, Signature=" + signatureFor(by, canonical)}};
    return request;
}

inline std::optional<model::AccessKey> findExampleKey(std::string_view id)
{
    if (id == kKeyId)
        return model::AccessKey{kKeyId, kSecret, model::Role::Admin, true, {}};
    if (id == "AKIDDISABLED")
        return model::AccessKey{"AKIDDISABLED", kSecret, model::Role::Admin, false, {}};
    if (id == "AKIDOPERATOR")
        return model::AccessKey{"AKIDOPERATOR", kSecret, model::Role::Operator, true, {}};
    if (id == "AKIDVIEWER")
        return model::AccessKey{"AKIDVIEWER", kSecret, model::Role::Viewer, true, {}};
    return std::nullopt;
}

} // namespace balancer::tests

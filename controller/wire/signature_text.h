#pragma once

#include "model/instance.h"
#include "wire/query_text.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The texts of AWS Signature Version 4, for who signs and who verifies. Hashing is the caller's.
namespace balancer::wire {

constexpr std::string_view kSignatureAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kSignatureService = "elasticloadbalancing";
constexpr std::string_view kSignatureTerminator = "aws4_request";

/// What a signature is good for: "20150830/us-east-1/elasticloadbalancing/aws4_request".
struct SignatureScope
{
    std::string date; ///< "20150830"
    std::string region;
    std::string service = std::string(kSignatureService);
    std::string terminator = std::string(kSignatureTerminator);

    bool operator==(const SignatureScope &) const = default;
};

std::string renderScope(const SignatureScope &scope);

/// "20150830T123600Z"
std::string renderBasicTime(model::Timestamp time);
std::optional<model::Timestamp> parseBasicTime(std::string_view text);
/// "Sun, 30 Aug 2015 12:36:00 GMT"
std::optional<model::Timestamp> parseHttpDate(std::string_view text);
/// "2015-08-30T12:36:00Z"; parts of a second may follow the seconds, and are left out.
std::optional<model::Timestamp> parseExtendedTime(std::string_view text);

/// Upper-case hexadecimal codes for everything but letters, digits, "-_.~" and what is in `alsoKept`.
std::string percentEncoded(std::string_view text, std::string_view alsoKept = {});

/// What of a request is signed.
struct SignedParts
{
    std::string method;
    std::string path;                                         ///< as sent, without the query
    Parameters query;                                         ///< decoded; the signature itself is left out
    std::vector<std::pair<std::string, std::string>> headers; ///< at least those that are signed
    std::vector<std::string> signedHeaders;                   ///< names in lower case, in their order
    std::string bodyHash;                                     ///< SHA-256 in lower-case hexadecimal digits
};

/// One that is missing counts as empty; of repeated ones the values are joined by commas.
std::string canonicalRequest(const SignedParts &parts);

/// What the key of the day signs; `canonicalHash` is the SHA-256 of canonicalRequest in lower-case hexadecimal digits.
std::string stringToSign(model::Timestamp time, const SignatureScope &scope, std::string_view canonicalHash);

/// HMAC-SHA256 as 32 bytes.
using Hmac = std::string (*)(std::string_view key, std::string_view data);

/// The signature as 32 bytes.
std::string signatureOf(std::string_view toSign, const SignatureScope &scope, std::string_view secret, Hmac hmac);

} // namespace balancer::wire

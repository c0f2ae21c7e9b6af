#include "api/signature.h"

#include "api/crypto.h"
#include "api/signature_errors.h"
#include "api/signature_v2.h"
#include "api/target.h"
#include "base/text.h"
#include "wire/query_text.h"
#include "wire/signature_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace balancer::api {

namespace {

using ports::HttpRequest;
using wire::Parameters;

constexpr std::size_t kMaxSignedHeaders = 100;
constexpr std::chrono::seconds kLongestExpiry{604800};
/// ELB's own, and those of the helpers at the same address.
constexpr std::array<std::string_view, 4> kServices{wire::kSignatureService, "iam", "sts", "ec2"};

/// "AKID/20150830/us-east-1/elasticloadbalancing/aws4_request"
struct Credential
{
    std::string keyId;
    wire::SignatureScope scope;
};

/// What a request says about its signature, wherever it says it.
struct SignedRequest
{
    std::string keyId;
    wire::SignatureScope scope;
    std::vector<std::string> signedHeaders;
    std::string signature;
    model::Timestamp date{};
    std::optional<std::chrono::seconds> expires; ///< presigned
    bool hasToken = false;
};

std::optional<int> number(std::string_view digits)
{
    int value = 0;
    const auto *const last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, value);
    if (error != std::errc() || end != last || digits.starts_with('-'))
        return std::nullopt;
    return value;
}

// ---------------------------------------------------------------------------------- what the request says

Result<Credential> parseCredential(std::string_view text)
{
    const auto parts = split(text, '/');
    if (parts.size() != 5 || std::ranges::any_of(parts, [](auto part) { return part.empty(); }))
        return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. "
                          "keyid/date/region/service/aws4_request");
    return Credential{std::string(parts[0]),
                      {std::string(parts[1]), std::string(parts[2]), std::string(parts[3]), std::string(parts[4])}};
}

Result<void> setSignedHeaders(SignedRequest &request, std::string_view text)
{
    const auto names = split(text, ';');
    if (names.size() > kMaxSignedHeaders)
        return incomplete("SignedHeaders names more than " + std::to_string(kMaxSignedHeaders) + " headers");
    if (std::ranges::find(names, "host") == names.end())
        return incomplete("'Host' must be a 'SignedHeader'");
    request.signedHeaders.assign(names.begin(), names.end());
    return {};
}

/// The named values of one signature, required ones checked.
Result<SignedRequest> fromValues(const Parameters &values, std::string_view where, std::string_view prefix)
{
    const auto value = [&](std::string_view name) {
        return wire::findParameter(values, std::string(prefix) + std::string(name)).value_or("");
    };
    for (const auto name : {"Credential", "SignedHeaders", "Signature"}) {
        if (value(name).empty())
            return incomplete(std::string(where) + " requires '" + std::string(prefix) + name + "' parameter");
    }
    const auto credential = parseCredential(value("Credential"));
    if (!credential)
        return fail(credential.error());
    SignedRequest request;
    request.keyId = credential->keyId;
    request.scope = credential->scope;
    request.signature = value("Signature");
    if (const auto ok = setSignedHeaders(request, value("SignedHeaders")); !ok)
        return fail(ok.error());
    return request;
}

Result<model::Timestamp> dateOfHeaders(const HttpRequest &request)
{
    const auto own = ports::findHeader(request.headers, "x-amz-date");
    const auto standard = ports::findHeader(request.headers, "date");
    if (!own && !standard)
        return incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header");
    const auto text = trimmed(own ? *own : *standard);
    auto date = wire::parseBasicTime(text);
    if (!date && !own)
        date = wire::parseHttpDate(text);
    if (!date)
        return incomplete("Date must be in ISO-8601 'basic format', e.g. 20150830T123600Z");
    return *date;
}

/// "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…", with or without blanks.
Result<SignedRequest> parseHeaderForm(const HttpRequest &request, std::string_view authorization)
{
    const auto blank = authorization.find(' ');
    if (authorization.substr(0, blank) != wire::kSignatureAlgorithm || blank == std::string_view::npos)
        return incomplete("Authorization header requires the algorithm " + std::string(wire::kSignatureAlgorithm));

    Parameters values;
    for (const auto part : split(authorization.substr(blank), ',')) {
        const auto pair = trimmed(part);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos)
            return incomplete("Authorization header is not a list of name=value");
        values.push_back({std::string(pair.substr(0, equals)), std::string(pair.substr(equals + 1))});
    }
    auto parsed = fromValues(values, "Authorization header", "");
    if (!parsed)
        return parsed;
    const auto date = dateOfHeaders(request);
    if (!date)
        return fail(date.error());
    parsed->date = *date;
    parsed->hasToken = ports::findHeader(request.headers, "x-amz-security-token").has_value();
    return parsed;
}

Result<SignedRequest> parseQueryForm(const Parameters &query)
{
    if (wire::findParameter(query, "X-Amz-Algorithm") != wire::kSignatureAlgorithm)
        return incomplete("AWS query-string parameters require the X-Amz-Algorithm " +
                          std::string(wire::kSignatureAlgorithm));
    auto parsed = fromValues(query, "AWS query-string parameters", "X-Amz-");
    if (!parsed)
        return parsed;
    const auto date = wire::parseBasicTime(wire::findParameter(query, "X-Amz-Date").value_or(""));
    if (!date)
        return incomplete("X-Amz-Date must be in ISO-8601 'basic format', e.g. 20150830T123600Z");
    const auto expires = number(wire::findParameter(query, "X-Amz-Expires").value_or(""));
    if (!expires || *expires < 1 || std::chrono::seconds(*expires) > kLongestExpiry)
        return incomplete("X-Amz-Expires must be a number of seconds between 1 and 604800");
    parsed->date = *date;
    parsed->expires = std::chrono::seconds(*expires);
    parsed->hasToken = wire::findParameter(query, "X-Amz-Security-Token").has_value();
    return parsed;
}

bool hasQueryForm(const Parameters &query)
{
    return std::ranges::any_of(query, [](const wire::Parameter &parameter) {
        return parameter.name == "X-Amz-Algorithm" || parameter.name == "X-Amz-Signature";
    });
}

bool hasSignatureV4(const HttpRequest &request, const Parameters &query)
{
    return ports::findHeader(request.headers, "authorization") || hasQueryForm(query);
}

Result<SignedRequest> parseSigned(const HttpRequest &request, const Parameters &query)
{
    if (const auto authorization = ports::findHeader(request.headers, "authorization"))
        return parseHeaderForm(request, trimmed(*authorization));
    if (hasQueryForm(query))
        return parseQueryForm(query);
    if (hasSignatureV2(request))
        return incomplete("Signature Version 2 is not supported: sign with Signature Version 4");
    return fail(ErrorCode::MissingAuthenticationToken, "Request is missing Authentication Token");
}

// ----------------------------------------------------------------------------------------------- checks

/// "'us-east-1', 'local'"
std::string quotedList(const std::vector<std::string> &words)
{
    std::string text;
    for (const auto &word : words)
        text += (text.empty() ? "'" : ", '") + word + "'";
    return text;
}

Result<void> checkScope(const SignedRequest &sign, const SignatureSettings &settings)
{
    const auto should = [](const std::string &what) { return mismatch("Credential should be scoped to " + what); };
    if (sign.scope.terminator != wire::kSignatureTerminator)
        return should("a valid terminator: 'aws4_request'");
    const auto day = wire::renderBasicTime(sign.date).substr(0, 8);
    if (sign.scope.date != day)
        return should("the date of the request: '" + day + "'");
    if (settings.strictScope && std::ranges::find(settings.regions, sign.scope.region) == settings.regions.end())
        return should("a valid region: " + quotedList(settings.regions));
    if (settings.strictScope && std::ranges::find(kServices, sign.scope.service) == kServices.end())
        return should("the correct service: '" + std::string(wire::kSignatureService) + "'");
    return {};
}

Result<void> checkTime(const SignedRequest &sign, model::Timestamp now, std::chrono::minutes skew)
{
    const auto margin = std::to_string(skew.count()) + " min.)";
    if (sign.date > now + skew)
        return mismatch("Signature not yet current: " + wire::renderBasicTime(sign.date) + " is still later than " +
                        wire::renderBasicTime(now + skew) + " (" + wire::renderBasicTime(now) + " + " + margin);
    if (sign.expires) {
        if (now > sign.date + *sign.expires)
            return expired();
        return {};
    }
    if (sign.date < now - skew)
        return mismatch("Signature expired: " + wire::renderBasicTime(sign.date) + " is now earlier than " +
                        wire::renderBasicTime(now - skew) + " (" + wire::renderBasicTime(now) + " - " + margin);
    return {};
}

Result<void> checkSignature(const HttpRequest &request, const Parameters &query, const SignedRequest &sign,
                            std::string_view secret)
{
    const auto bodyHash = sha256Hex(request.body);
    const auto statedHash = ports::findHeader(request.headers, "x-amz-content-sha256");
    if (statedHash && trimmed(*statedHash) != bodyHash)
        return signatureDiffers();
    const auto canonical = wire::canonicalRequest(
        {request.method, std::string(pathOf(request.target)), query, request.headers, sign.signedHeaders, bodyHash});
    const auto toSign = wire::stringToSign(sign.date, sign.scope, sha256Hex(canonical));
    const auto signature = lowerHex(wire::signatureOf(toSign, sign.scope, secret, &hmacSha256));
    if (!isSameSecret(signature, sign.signature))
        return signatureDiffers();
    return {};
}

} // namespace

Result<model::Caller> verifySignature(const ports::HttpRequest &request, const KeyLookup &findKey, model::Timestamp now,
                                      const SignatureSettings &settings)
{
    const auto query = wire::parseParameters(queryOf(request.target));
    if (!query)
        return fail(query.error());
    if (settings.version2 && !hasSignatureV4(request, *query) && hasSignatureV2(request))
        return verifySignatureV2(request, findKey, now, settings);
    const auto sign = parseSigned(request, *query);
    if (!sign)
        return fail(sign.error());

    const auto key = findKey(sign->keyId);
    if (!key || (sign->hasToken && !settings.ignoreTokens))
        return unknownToken();
    if (const auto ok = checkScope(*sign, settings); !ok)
        return fail(ok.error());
    if (const auto ok = checkTime(*sign, now, settings.clockSkew); !ok)
        return fail(ok.error());
    if (const auto ok = checkSignature(request, *query, *sign, key->secret); !ok)
        return fail(ok.error());
    if (!key->enabled)
        return keyDisabled(*key);
    return model::Caller{key->id, key->role};
}

bool isSigned(const ports::HttpRequest &request)
{
    if (ports::findHeader(request.headers, "authorization") || hasSignatureV2(request))
        return true;
    const auto query = wire::parseParameters(queryOf(request.target));
    return query && hasQueryForm(*query);
}

} // namespace balancer::api

#include "api/signature.h"

#include "api/crypto.h"
#include "api/target.h"
#include "base/text.h"
#include "wire/query_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <map>
#include <vector>

namespace balancer::api {

namespace {

using ports::HttpRequest;
using wire::Parameters;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";
constexpr std::string_view kService = "elasticloadbalancing";
constexpr std::string_view kTerminator = "aws4_request";
constexpr std::size_t kMaxSignedHeaders = 100;
constexpr std::chrono::seconds kLongestExpiry{604800};

/// "AKID/20150830/us-east-1/elasticloadbalancing/aws4_request"
struct CredentialScope
{
    std::string keyId;
    std::string date;
    std::string region;
    std::string service;
    std::string terminator;

    std::string text() const { return date + "/" + region + "/" + service + "/" + terminator; }
};

/// What a request says about its signature, wherever it says it.
struct SignedRequest
{
    CredentialScope scope;
    std::vector<std::string> signedHeaders;
    std::string signedHeadersText;
    std::string signature;
    model::Timestamp date{};
    std::optional<std::chrono::seconds> expires; ///< presigned
    bool hasToken = false;
};

using HeaderMap = std::map<std::string, std::string, std::less<>>;

tl::unexpected<Error> incomplete(std::string message)
{
    return fail(ErrorCode::IncompleteSignature, std::move(message));
}

tl::unexpected<Error> mismatch(std::string message)
{
    return fail(ErrorCode::SignatureDoesNotMatch, std::move(message));
}

// ------------------------------------------------------------------------------------------------ dates

std::string isoBasic(model::Timestamp time)
{
    using namespace std::chrono;
    const auto midnight = floor<days>(time);
    const year_month_day date(midnight);
    const hh_mm_ss clock(floor<seconds>(time - midnight));
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return buffer.data();
}

std::optional<int> number(std::string_view digits)
{
    int value = 0;
    const auto *const last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, value);
    if (error != std::errc() || end != last || digits.starts_with('-'))
        return std::nullopt;
    return value;
}

std::optional<model::Timestamp> makeTime(const std::array<std::optional<int>, 6> &parts)
{
    using namespace std::chrono;
    if (std::ranges::any_of(parts, [](const auto &part) { return !part; }))
        return std::nullopt;
    const year_month_day date{year(*parts[0]), month(static_cast<unsigned>(*parts[1])),
                              day(static_cast<unsigned>(*parts[2]))};
    if (!date.ok() || *parts[3] > 23 || *parts[4] > 59 || *parts[5] > 60)
        return std::nullopt;
    return sys_days(date) + hours(*parts[3]) + minutes(*parts[4]) + seconds(*parts[5]);
}

/// "20150830T123600Z"
std::optional<model::Timestamp> parseIsoBasic(std::string_view text)
{
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z')
        return std::nullopt;
    return makeTime({number(text.substr(0, 4)), number(text.substr(4, 2)), number(text.substr(6, 2)),
                     number(text.substr(9, 2)), number(text.substr(11, 2)), number(text.substr(13, 2))});
}

/// "Sun, 30 Aug 2015 12:36:00 GMT"
std::optional<model::Timestamp> parseHttpDate(std::string_view text)
{
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 29 || !text.ends_with(" GMT") || text[19] != ':' || text[22] != ':')
        return std::nullopt;
    const auto at = kMonths.find(text.substr(8, 3));
    if (at == std::string_view::npos || at % 3 != 0)
        return std::nullopt;
    return makeTime({number(text.substr(12, 4)), static_cast<int>(at / 3 + 1), number(text.substr(5, 2)),
                     number(text.substr(17, 2)), number(text.substr(20, 2)), number(text.substr(23, 2))});
}

// ---------------------------------------------------------------------------------- what the request says

Result<CredentialScope> parseCredential(std::string_view text)
{
    const auto parts = split(text, '/');
    if (parts.size() != 5 || std::ranges::any_of(parts, [](auto part) { return part.empty(); }))
        return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. "
                          "keyid/date/region/service/aws4_request");
    return CredentialScope{std::string(parts[0]), std::string(parts[1]), std::string(parts[2]), std::string(parts[3]),
                           std::string(parts[4])};
}

Result<void> setSignedHeaders(SignedRequest &request, std::string_view text)
{
    const auto names = split(text, ';');
    if (names.size() > kMaxSignedHeaders)
        return incomplete("SignedHeaders names more than " + std::to_string(kMaxSignedHeaders) + " headers");
    if (std::ranges::find(names, "host") == names.end())
        return incomplete("'Host' must be a 'SignedHeader'");
    request.signedHeaders.assign(names.begin(), names.end());
    request.signedHeadersText = text;
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
    const auto scope = parseCredential(value("Credential"));
    if (!scope)
        return fail(scope.error());
    SignedRequest request;
    request.scope = *scope;
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
    auto date = parseIsoBasic(text);
    if (!date && !own)
        date = parseHttpDate(text);
    if (!date)
        return incomplete("Date must be in ISO-8601 'basic format', e.g. 20150830T123600Z");
    return *date;
}

/// "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…", with or without blanks.
Result<SignedRequest> parseHeaderForm(const HttpRequest &request, std::string_view authorization)
{
    const auto blank = authorization.find(' ');
    if (authorization.substr(0, blank) != kAlgorithm || blank == std::string_view::npos)
        return incomplete("Authorization header requires the algorithm " + std::string(kAlgorithm));

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
    if (wire::findParameter(query, "X-Amz-Algorithm") != kAlgorithm)
        return incomplete("AWS query-string parameters require the X-Amz-Algorithm " + std::string(kAlgorithm));
    auto parsed = fromValues(query, "AWS query-string parameters", "X-Amz-");
    if (!parsed)
        return parsed;
    const auto date = parseIsoBasic(wire::findParameter(query, "X-Amz-Date").value_or(""));
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

Result<SignedRequest> parseSigned(const HttpRequest &request, const Parameters &query)
{
    if (const auto authorization = ports::findHeader(request.headers, "authorization"))
        return parseHeaderForm(request, trimmed(*authorization));
    if (hasQueryForm(query))
        return parseQueryForm(query);
    if (wire::findParameter(query, "SignatureVersion"))
        return incomplete("Signature Version 2 is not supported: sign with Signature Version 4");
    return fail(ErrorCode::MissingAuthenticationToken, "Request is missing Authentication Token");
}

// ------------------------------------------------------------------------------------ canonical request

std::string percentEncoded(std::string_view text, std::string_view alsoKept = {})
{
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        if (isAlphanumeric(c) || isOneOf(c, "-_.~") || isOneOf(c, alsoKept)) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        ((encoded += '%') += kHex[byte >> 4]) += kHex[byte & 0xf];
    }
    return encoded;
}

/// Sorted by name, then by value; joining first would put "a-b=" before "a=".
std::string canonicalQuery(const Parameters &query)
{
    std::vector<std::pair<std::string, std::string>> encoded;
    for (const auto &[name, value] : query) {
        if (name != "X-Amz-Signature")
            encoded.emplace_back(percentEncoded(name), percentEncoded(value));
    }
    std::ranges::sort(encoded);
    std::string joined;
    for (const auto &[name, value] : encoded)
        ((joined += joined.empty() ? "" : "&") += name + "=") += value;
    return joined;
}

std::string collapsed(std::string_view value)
{
    std::string text;
    for (const char c : trimmed(value)) {
        const bool blank = c == ' ' || c == '\t';
        if (blank && text.ends_with(' '))
            continue;
        text += blank ? ' ' : c;
    }
    return text;
}

/// Values of repeated headers joined by commas.
HeaderMap headerMap(const ports::HttpHeaders &headers)
{
    HeaderMap map;
    for (const auto &[name, value] : headers) {
        const auto [entry, added] = map.emplace(toLower(name), collapsed(value));
        if (!added)
            (entry->second += ',') += collapsed(value);
    }
    return map;
}

std::string canonicalRequest(const HttpRequest &request, const Parameters &query, const SignedRequest &sign,
                             std::string_view bodyHash)
{
    const auto headers = headerMap(request.headers);
    const auto path = pathOf(request.target);
    std::string text =
        request.method + "\n" + (path.empty() ? "/" : percentEncoded(path, "/")) + "\n" + canonicalQuery(query) + "\n";
    for (const auto &name : sign.signedHeaders) {
        const auto header = headers.find(name);
        text += name + ":" + (header == headers.end() ? std::string() : header->second) + "\n";
    }
    return text + "\n" + sign.signedHeadersText + "\n" + std::string(bodyHash);
}

std::string signatureOf(const SignedRequest &sign, std::string_view canonical, std::string_view secret)
{
    const auto toSign =
        std::string(kAlgorithm) + "\n" + isoBasic(sign.date) + "\n" + sign.scope.text() + "\n" + sha256Hex(canonical);
    auto key = "AWS4" + std::string(secret);
    for (const auto &part : {sign.scope.date, sign.scope.region, sign.scope.service, sign.scope.terminator})
        key = hmacSha256(key, part);
    return lowerHex(hmacSha256(key, toSign));
}

// ----------------------------------------------------------------------------------------------- checks

Result<void> checkScope(const SignedRequest &sign, const SignatureSettings &settings)
{
    const auto should = [](const std::string &what) { return mismatch("Credential should be scoped to " + what); };
    if (sign.scope.terminator != kTerminator)
        return should("a valid terminator: 'aws4_request'");
    const auto day = isoBasic(sign.date).substr(0, 8);
    if (sign.scope.date != day)
        return should("the date of the request: '" + day + "'");
    if (settings.strictScope && sign.scope.region != settings.region)
        return should("a valid region: '" + settings.region + "'");
    if (settings.strictScope && sign.scope.service != kService)
        return should("the correct service: '" + std::string(kService) + "'");
    return {};
}

Result<void> checkTime(const SignedRequest &sign, model::Timestamp now, std::chrono::minutes skew)
{
    const auto margin = std::to_string(skew.count()) + " min.)";
    if (sign.date > now + skew)
        return mismatch("Signature not yet current: " + isoBasic(sign.date) + " is still later than " +
                        isoBasic(now + skew) + " (" + isoBasic(now) + " + " + margin);
    if (sign.expires) {
        if (now > sign.date + *sign.expires)
            return fail(ErrorCode::RequestExpired, "Request has expired");
        return {};
    }
    if (sign.date < now - skew)
        return mismatch("Signature expired: " + isoBasic(sign.date) + " is now earlier than " + isoBasic(now - skew) +
                        " (" + isoBasic(now) + " - " + margin);
    return {};
}

Result<void> checkSignature(const HttpRequest &request, const Parameters &query, const SignedRequest &sign,
                            std::string_view secret)
{
    const auto differs = [] {
        return mismatch("The request signature we calculated does not match the signature you provided. Check your "
                        "AWS Secret Access Key and signing method. Consult the service documentation for details.");
    };
    const auto bodyHash = sha256Hex(request.body);
    const auto statedHash = ports::findHeader(request.headers, "x-amz-content-sha256");
    if (statedHash && trimmed(*statedHash) != bodyHash)
        return differs();
    const auto canonical = canonicalRequest(request, query, sign, bodyHash);
    if (!isSameSecret(signatureOf(sign, canonical, secret), sign.signature))
        return differs();
    return {};
}

} // namespace

Result<model::Caller> verifySignature(const ports::HttpRequest &request, const KeyLookup &findKey, model::Timestamp now,
                                      const SignatureSettings &settings)
{
    const auto query = wire::parseParameters(queryOf(request.target));
    if (!query)
        return fail(query.error());
    const auto sign = parseSigned(request, *query);
    if (!sign)
        return fail(sign.error());

    const auto key = findKey(sign->scope.keyId);
    if (!key || sign->hasToken)
        return fail(ErrorCode::InvalidClientTokenId, "The security token included in the request is invalid.");
    if (const auto ok = checkScope(*sign, settings); !ok)
        return fail(ok.error());
    if (const auto ok = checkTime(*sign, now, settings.clockSkew); !ok)
        return fail(ok.error());
    if (const auto ok = checkSignature(request, *query, *sign, key->secret); !ok)
        return fail(ok.error());
    if (!key->enabled)
        return fail(ErrorCode::AccessDenied, "The access key " + key->id + " is disabled");
    return model::Caller{key->id, key->role};
}

bool isSigned(const ports::HttpRequest &request)
{
    if (ports::findHeader(request.headers, "authorization"))
        return true;
    const auto query = wire::parseParameters(queryOf(request.target));
    return query && (hasQueryForm(*query) || wire::findParameter(*query, "SignatureVersion"));
}

} // namespace balancer::api

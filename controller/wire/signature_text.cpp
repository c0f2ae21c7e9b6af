#include "wire/signature_text.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <map>

namespace balancer::wire {

namespace {

using HeaderMap = std::map<std::string, std::string, std::less<>>;

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
HeaderMap headerMap(const std::vector<std::pair<std::string, std::string>> &headers)
{
    HeaderMap map;
    for (const auto &[name, value] : headers) {
        const auto [entry, added] = map.emplace(toLower(name), collapsed(value));
        if (!added)
            (entry->second += ',') += collapsed(value);
    }
    return map;
}

std::string joined(const std::vector<std::string> &names)
{
    std::string text;
    for (const auto &name : names)
        (text += name) += ';';
    return text.substr(0, text.empty() ? 0 : text.size() - 1);
}

} // namespace

std::string percentEncoded(std::string_view text, std::string_view alsoKept)
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

std::string renderScope(const SignatureScope &scope)
{
    return scope.date + "/" + scope.region + "/" + scope.service + "/" + scope.terminator;
}

std::string renderBasicTime(model::Timestamp time)
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

std::optional<model::Timestamp> parseBasicTime(std::string_view text)
{
    if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z')
        return std::nullopt;
    return makeTime({number(text.substr(0, 4)), number(text.substr(4, 2)), number(text.substr(6, 2)),
                     number(text.substr(9, 2)), number(text.substr(11, 2)), number(text.substr(13, 2))});
}

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

std::optional<model::Timestamp> parseExtendedTime(std::string_view text)
{
    const bool whole = text.size() == 20;
    const bool inParts = text.size() > 21 && text.size() <= 30 && text[19] == '.' &&
                         text.substr(20, text.size() - 21).find_first_not_of("0123456789") == std::string_view::npos;
    if ((!whole && !inParts) || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':' || !text.ends_with('Z'))
        return std::nullopt;
    return makeTime({number(text.substr(0, 4)), number(text.substr(5, 2)), number(text.substr(8, 2)),
                     number(text.substr(11, 2)), number(text.substr(14, 2)), number(text.substr(17, 2))});
}

std::string canonicalRequest(const SignedParts &parts)
{
    const auto headers = headerMap(parts.headers);
    std::string text = parts.method + "\n" + (parts.path.empty() ? "/" : percentEncoded(parts.path, "/")) + "\n" +
                       canonicalQuery(parts.query) + "\n";
    for (const auto &name : parts.signedHeaders) {
        const auto header = headers.find(name);
        text += name + ":" + (header == headers.end() ? std::string() : header->second) + "\n";
    }
    return text + "\n" + joined(parts.signedHeaders) + "\n" + parts.bodyHash;
}

std::string stringToSign(model::Timestamp time, const SignatureScope &scope, std::string_view canonicalHash)
{
    return std::string(kSignatureAlgorithm) + "\n" + renderBasicTime(time) + "\n" + renderScope(scope) + "\n" +
           std::string(canonicalHash);
}

std::string signatureOf(std::string_view toSign, const SignatureScope &scope, std::string_view secret, Hmac hmac)
{
    auto key = "AWS4" + std::string(secret);
    for (const auto &part : {scope.date, scope.region, scope.service, scope.terminator})
        key = hmac(key, part);
    return hmac(key, toSign);
}

} // namespace balancer::wire

#include "daemon/setting_values.h"

#include "base/endpoint.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

namespace balancer::daemon {

namespace {

using std::chrono::milliseconds;

struct Unit
{
    std::string_view suffix;
    milliseconds length;
};

constexpr std::array<Unit, 5> kUnits = {{
    {"d", std::chrono::hours(24)},
    {"h", std::chrono::hours(1)},
    {"m", std::chrono::minutes(1)},
    {"s", std::chrono::seconds(1)},
    {"ms", milliseconds(1)},
}};
constexpr milliseconds kLongest = std::chrono::hours(24) * 366;

/// The digits that a text begins with as a number, and what follows them.
struct Quantity
{
    std::int64_t number;
    std::string_view rest;
};

std::optional<Quantity> parseQuantity(std::string_view text)
{
    Quantity quantity{};
    if (text.empty() || text.front() < '0' || text.front() > '9')
        return std::nullopt;
    const auto *const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, quantity.number);
    if (error != std::errc())
        return std::nullopt;
    quantity.rest = std::string_view(stop, static_cast<std::size_t>(end - stop));
    return quantity;
}

/// How many letters must be changed, added or removed to make one of the other.
std::size_t distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

/// Words of `characters` with dots between.
bool areDottedWords(std::string_view text, std::string_view characters)
{
    return std::ranges::all_of(split(text, '.'), [&](std::string_view word) {
        return !word.empty() && word.find_first_not_of(characters) == std::string_view::npos;
    });
}

constexpr std::string_view kLowerCase = "abcdefghijklmnopqrstuvwxyz0123456789-";
constexpr std::string_view kMetric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

} // namespace

std::optional<milliseconds> parseDuration(std::string_view text)
{
    const auto quantity = parseQuantity(text);
    if (!quantity)
        return std::nullopt;
    const auto *const unit = std::ranges::find(kUnits, quantity->rest, &Unit::suffix);
    if (unit == kUnits.end() || quantity->number > kLongest / unit->length)
        return std::nullopt;
    return quantity->number * unit->length;
}

std::string renderDuration(milliseconds duration)
{
    if (duration == milliseconds::zero())
        return "0s";
    const auto *const unit = std::ranges::find_if(
        kUnits, [&](const Unit &candidate) { return duration % candidate.length == duration.zero(); });
    return std::to_string(duration / unit->length) + std::string(unit->suffix);
}

std::optional<int> parsePercent(std::string_view text)
{
    const auto quantity = parseQuantity(text);
    if (!quantity || quantity->rest != "%" || quantity->number < 1 || quantity->number > 100)
        return std::nullopt;
    return static_cast<int>(quantity->number);
}

std::optional<std::string_view> nearestWord(std::string_view word, const std::vector<std::string_view> &known)
{
    const auto folded = toLower(word);
    const auto nearest =
        std::ranges::min_element(known, {}, [&](std::string_view candidate) { return distance(folded, candidate); });
    const auto tolerated = std::max<std::size_t>(1, word.size() / 3);
    if (nearest == known.end() || distance(folded, *nearest) > tolerated)
        return std::nullopt;
    return *nearest;
}

bool isPlainText(std::string_view text)
{
    return !text.empty() && std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

bool isAbsolutePath(std::string_view text)
{
    return isPlainText(text) && text.front() == '/' && text.size() > 1;
}

bool isProgram(std::string_view text)
{
    return isAbsolutePath(text) ||
           (isPlainText(text) && text.find('/') == std::string_view::npos && text.front() != '-');
}

bool isHostName(std::string_view text)
{
    return IpAddress::parse(text).has_value() || isDomainName(toLower(text));
}

bool isDomainName(std::string_view text)
{
    const auto isLabel = [](std::string_view label) {
        return label.size() <= 63 && label.front() != '-' && label.back() != '-';
    };
    return text.size() <= 200 && areDottedWords(text, kLowerCase) && std::ranges::all_of(split(text, '.'), isLabel);
}

bool isRegion(std::string_view text)
{
    return text.size() <= 32 && text.find('.') == std::string_view::npos && isDomainName(text);
}

bool isAccountId(std::string_view text)
{
    return text.size() == 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool isHttpUrl(std::string_view text)
{
    const bool begins =
        (text.starts_with("http://") && text.size() > 7) || (text.starts_with("https://") && text.size() > 8);
    return begins && isPlainText(text) && text.find(' ') == std::string_view::npos;
}

bool isMetricPrefix(std::string_view text)
{
    return areDottedWords(text, kMetric);
}

} // namespace balancer::daemon

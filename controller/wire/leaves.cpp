#include "wire/leaves.h"

#include "base/text.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <limits>
#include <optional>

namespace balancer::wire {

namespace {

tl::unexpected<Error> constraint(std::string text)
{
    return fail(ErrorCode::ValidationError, std::move(text));
}

Result<std::int64_t> parseNumber(std::string_view text, std::int64_t least, std::int64_t most)
{
    const bool tooSmall = text.starts_with('-');
    std::int64_t value = 0;
    const auto *const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error == std::errc::invalid_argument || end != last)
        return constraint("Member must be a number");
    const bool outOfRange = error == std::errc::result_out_of_range;
    if (value < least || (outOfRange && tooSmall))
        return constraint("Member must have value greater than or equal to " + std::to_string(least));
    if (value > most || outOfRange)
        return constraint("Member must have value less than or equal to " + std::to_string(most));
    return value;
}

template <typename Number>
Result<Number> narrowed(std::string_view text, std::int64_t least, std::int64_t most)
{
    const auto value = parseNumber(text, least, most);
    if (!value)
        return fail(value.error());
    return static_cast<Number>(*value);
}

/// The digits of a fixed-width field.
std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count)
{
    unsigned value = 0;
    for (const char c : text.substr(at, count)) {
        if (c < '0' || c > '9')
            return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
    }
    return value;
}

bool isShaped(std::string_view text, std::string_view pattern)
{
    if (text.size() != pattern.size())
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == '0' ? !digit : text[i] != pattern[i])
            return false;
    }
    return true;
}

} // namespace

Result<bool> Leaf<bool>::parse(std::string_view text)
{
    const auto lower = toLower(text);
    if (lower == "true")
        return true;
    if (lower == "false")
        return false;
    return constraint("Member must be true or false");
}

Result<std::int64_t> Leaf<std::int64_t>::parse(std::string_view text)
{
    return parseNumber(text, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
}

Result<int> Leaf<int>::parse(std::string_view text)
{
    return narrowed<int>(text, std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
}

Result<std::uint16_t> Leaf<std::uint16_t>::parse(std::string_view text)
{
    return narrowed<std::uint16_t>(text, kLeast, kMost);
}

Result<std::chrono::seconds> Leaf<std::chrono::seconds>::parse(std::string_view text)
{
    const auto count = narrowed<int>(text, kLeast, kMost);
    if (!count)
        return fail(count.error());
    return std::chrono::seconds(*count);
}

Result<model::Timestamp> Leaf<model::Timestamp>::parse(std::string_view text)
{
    using namespace std::chrono;
    const auto wrong = [] { return constraint("Member must be a time such as 2015-03-19T03:24:02.650Z"); };
    if (!isShaped(text, "0000-00-00T00:00:00.000Z"))
        return wrong();
    const year_month_day date{year(static_cast<int>(*digits(text, 0, 4))), month(*digits(text, 5, 2)),
                              day(*digits(text, 8, 2))};
    const auto hour = *digits(text, 11, 2);
    const auto minute = *digits(text, 14, 2);
    const auto second = *digits(text, 17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59)
        return wrong();
    return sys_days(date) + hours(hour) + minutes(minute) + seconds(second) + milliseconds(*digits(text, 20, 3));
}

std::string Leaf<model::Timestamp>::render(model::Timestamp value)
{
    using namespace std::chrono;
    const auto midnight = floor<days>(value);
    const year_month_day date(midnight);
    const hh_mm_ss time(value - midnight);
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                  static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
    return buffer.data();
}

Result<model::InstanceAddress> Leaf<model::InstanceAddress>::parse(std::string_view text)
{
    if (text.empty())
        return model::InstanceAddress{};
    const auto hint = model::parseAddressHint(text);
    const auto address = hint ? IpAddress::parse(hint->host) : IpAddress();
    if (!hint || !address)
        return constraint("Member must be an IP address with or without a port");
    return model::InstanceAddress{*address, hint->port};
}

std::string Leaf<model::InstanceAddress>::render(const model::InstanceAddress &value)
{
    return value.address.isEmpty() ? std::string() : model::renderInstanceAddress(value);
}

} // namespace balancer::wire

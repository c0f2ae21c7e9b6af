#include "daemon/address_pool.h"

#include "base/text.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

namespace balancer::daemon {

namespace {

/// An address as a number, most significant byte first.
struct Number
{
    int family = AF_INET;
    std::array<unsigned char, 16> bytes{};

    std::size_t size() const { return family == AF_INET ? 4 : 16; }
    auto operator<=>(const Number &) const = default;
};

Number numberOf(const IpAddress &address)
{
    Number number{.family = address.isV6() ? AF_INET6 : AF_INET};
    inet_pton(number.family, address.text().c_str(), number.bytes.data());
    return number;
}

IpAddress addressOf(const Number &number)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(number.family, number.bytes.data(), text.data(), text.size());
    return IpAddress::parse(text.data()).value_or(IpAddress());
}

/// The one after it; after the last the first.
Number next(Number number)
{
    for (auto i = number.size(); i > 0; --i) {
        if (++number.bytes[i - 1] != 0)
            break;
    }
    return number;
}

bool isUsable(const Number &number)
{
    const bool isZero = std::ranges::all_of(number.bytes, [](unsigned char byte) { return byte == 0; });
    const bool isMulticast = number.family == AF_INET ? number.bytes[0] >= 224 : number.bytes[0] == 0xff;
    return !isZero && !isMulticast;
}

struct Range
{
    Number first;
    Number last;
};

Result<Number> parseEnd(std::string_view text)
{
    const auto address = IpAddress::parse(trimmed(text));
    if (!address)
        return fail(ErrorCode::InvalidInput, address.error().message);
    const auto number = numberOf(*address);
    if (!isUsable(number))
        return fail(ErrorCode::InvalidInput, "nobody can listen on " + address->text());
    return number;
}

Result<Range> parseRange(std::string_view text)
{
    if (text.find('/') != std::string_view::npos)
        return fail(ErrorCode::InvalidInput, "'" + std::string(text) + "' is a block; write the range that you mean");
    const auto ends = split(text, '-');
    if (ends.size() > 2)
        return fail(ErrorCode::InvalidInput, "'" + std::string(text) + "' has more than two ends");
    const auto first = parseEnd(ends.front());
    if (!first)
        return fail(first.error());
    const auto last = parseEnd(ends.back());
    if (!last)
        return fail(last.error());
    if (first->family != last->family)
        return fail(ErrorCode::InvalidInput, "'" + std::string(text) + "' begins with IPv4 and ends with IPv6");
    if (*last < *first)
        return fail(ErrorCode::InvalidInput, "'" + std::string(text) + "' ends before it begins");
    return Range{*first, *last};
}

/// Adds each address of the range. Why not, otherwise.
std::optional<std::string> append(const Range &range, std::set<Number> &seen, std::vector<IpAddress> &pool)
{
    for (auto number = range.first;; number = next(number)) {
        const auto address = addressOf(number);
        if (pool.size() == kMaxPoolAddresses)
            return "more than " + std::to_string(kMaxPoolAddresses) + " addresses";
        if (!seen.insert(number).second)
            return address.text() + " is there twice";
        pool.push_back(address);
        if (number == range.last)
            return std::nullopt;
    }
}

} // namespace

Result<std::vector<IpAddress>> parseAddressRanges(const std::vector<std::string> &ranges)
{
    std::vector<IpAddress> pool;
    std::set<Number> seen;
    for (const auto &text : ranges) {
        const auto range = parseRange(text);
        if (!range)
            return fail(range.error());
        if (auto problem = append(*range, seen, pool))
            return fail(ErrorCode::InvalidInput, std::move(*problem));
    }
    return pool;
}

} // namespace balancer::daemon

#include "model/instance.h"

#include "base/text.h"

#include <algorithm>

namespace balancer::model {

namespace {

bool isDnsLabel(std::string_view label)
{
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::all_of(label, [](char c) { return isAlphanumeric(c) || c == '-' || c == '_'; });
}

bool isDnsName(std::string_view text)
{
    const auto labels = split(text, '.');
    const auto isNumber = [](std::string_view label) {
        return std::ranges::all_of(label, [](char c) { return c >= '0' && c <= '9'; });
    };
    return text.size() <= 253 && labels.size() > 1 && std::ranges::all_of(labels, isDnsLabel) &&
           !isNumber(labels.back());
}

} // namespace

std::optional<AddressHint> parseAddressHint(std::string_view text)
{
    if (IpAddress::parse(text))
        return AddressHint{std::string(text), 0};
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        const auto inside = IpAddress::parse(text.substr(1, text.size() - 2));
        if (inside && inside->isV6())
            return AddressHint{inside->text(), 0};
        return std::nullopt;
    }
    if (const auto endpoint = Endpoint::parse(text))
        return AddressHint{endpoint->address.text(), endpoint->port};

    const auto colon = text.find(':');
    const auto host = text.substr(0, colon);
    if (!isDnsName(host))
        return std::nullopt;
    if (colon == std::string_view::npos)
        return AddressHint{std::string(host), 0};
    const auto port = parsePort(text.substr(colon + 1));
    if (!port)
        return std::nullopt;
    return AddressHint{std::string(host), *port};
}

std::string renderInstanceAddress(const InstanceAddress &address)
{
    if (address.port == 0)
        return address.address.text();
    return Endpoint{address.address, address.port}.text();
}

} // namespace balancer::model

#include "base/endpoint.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace balancer {

namespace {

template <int Family, std::size_t Size>
bool canonicalize(const std::string &text, std::string &canonical)
{
    std::array<unsigned char, Size> bytes{};
    if (inet_pton(Family, text.c_str(), bytes.data()) != 1)
        return false;
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    if (!inet_ntop(Family, bytes.data(), buffer.data(), buffer.size()))
        return false;
    canonical = buffer.data();
    return true;
}

} // namespace

Result<IpAddress> IpAddress::parse(std::string_view text)
{
    const std::string given(text);
    IpAddress address;
    if (canonicalize<AF_INET, 4>(given, address.m_text) || canonicalize<AF_INET6, 16>(given, address.m_text))
        return address;
    return fail(ErrorCode::ValidationError, "'" + given + "' is not an IP address");
}

bool IpAddress::isLoopback() const
{
    return m_text.starts_with("127.") || m_text == "::1";
}

Result<std::uint16_t> parsePort(std::string_view text)
{
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > 65535)
        return fail(ErrorCode::ValidationError, "'" + std::string(text) + "' is not a port between 1 and 65535");
    return static_cast<std::uint16_t>(value);
}

Result<Endpoint> Endpoint::parse(std::string_view text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return fail(ErrorCode::ValidationError, "'" + std::string(text) + "' has no port");
    auto host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    else if (host.find(':') != std::string_view::npos)
        return fail(ErrorCode::ValidationError, "'" + std::string(text) + "': write an IPv6 address in brackets");

    const auto address = IpAddress::parse(host);
    if (!address)
        return fail(address.error());
    const auto port = parsePort(text.substr(colon + 1));
    if (!port)
        return fail(port.error());
    return Endpoint{*address, *port};
}

std::string Endpoint::text() const
{
    const auto host = address.isV6() ? "[" + address.text() + "]" : address.text();
    return host + ":" + std::to_string(port);
}

} // namespace balancer

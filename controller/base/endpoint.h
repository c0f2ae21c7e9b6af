#pragma once

#include "base/result.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace balancer {

/// An IPv4 or IPv6 address in its canonical text form ("10.0.0.5", "fd00::5"); never a host name.
class IpAddress
{
public:
    IpAddress() = default; ///< No address: text() is empty.

    /// Accepts what inet_pton accepts. ValidationError otherwise.
    static Result<IpAddress> parse(std::string_view text);

    const std::string &text() const { return m_text; }
    bool isEmpty() const { return m_text.empty(); }
    bool isV6() const { return m_text.find(':') != std::string::npos; }
    bool isLoopback() const;

    auto operator<=>(const IpAddress &) const = default;
    bool operator==(const IpAddress &) const = default;

private:
    std::string m_text;
};

/// An address and a port one can connect or bind to.
struct Endpoint
{
    IpAddress address;
    std::uint16_t port = 0;

    /// "10.0.0.5:80" or "[fd00::5]:80". ValidationError otherwise; the port must be 1…65535.
    static Result<Endpoint> parse(std::string_view text);
    /// The form that `parse` takes.
    std::string text() const;

    auto operator<=>(const Endpoint &) const = default;
    bool operator==(const Endpoint &) const = default;
};

/// A decimal port number 1…65535 and nothing else; ValidationError otherwise.
Result<std::uint16_t> parsePort(std::string_view text);

} // namespace balancer

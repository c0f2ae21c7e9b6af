#pragma once

#include "base/result.h"
#include "ports/http_transport.h"

#include <cstdint>
#include <string>

namespace balancer::adapters::http {

/// A target taken apart. Private to this folder.
struct Destination
{
    std::string name; ///< for messages: the socket's path, or "https://10.0.0.5:9999"
    std::string path; ///< of the unix socket; empty: `host` and `port`
    std::string host; ///< a name or an address, without brackets
    std::uint16_t port = 0;
    std::string authority; ///< as in the header Host
    bool isEncrypted = false;
    std::string fingerprint; ///< of the one certificate that is accepted

    bool operator==(const Destination &) const = default;
    auto operator<=>(const Destination &) const = default;
};

/// "unix:PATH", "http://HOST[:PORT]" or "https://HOST[:PORT]"; a slash may follow, and nothing else. InvalidInput
/// otherwise.
Result<Destination> parseTarget(const ports::HttpTarget &target);

} // namespace balancer::adapters::http

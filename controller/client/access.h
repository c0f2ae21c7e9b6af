#pragma once

#include "ports/http_transport.h"

#include <optional>
#include <string>

namespace balancer::client {

/// The key that requests are signed with. Over the unix socket none is needed by root and the service's own user.
struct Credentials
{
    std::string accessKeyId;
    std::string secretAccessKey;
    /// Named in signatures. Nodes take any unless they are told to be strict; this is the one they have when nothing
    /// else is set.
    std::string region = "local";

    bool operator==(const Credentials &) const = default;
};

struct NodeAccess
{
    ports::HttpTarget target;
    std::optional<Credentials> credentials;

    bool operator==(const NodeAccess &) const = default;
};

} // namespace balancer::client

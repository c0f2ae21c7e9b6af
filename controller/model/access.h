#pragma once

#include "base/result.h"
#include "model/instance.h"

#include <string>
#include <string_view>

namespace balancer::model {

/// What an access key may do: a viewer reads, an operator changes load balancers, an admin also keys and nodes.
/// Ordered: each role may do all that those before it may.
enum class Role { Viewer, Operator, Admin };

/// InvalidParameterValue for anything but "viewer", "operator", "admin".
Result<Role> parseRole(std::string_view text);
std::string_view renderRole(Role role);

/// A key id and the secret that signs with it. The secret is needed in the clear to check a signature; it is encrypted
/// at rest and never logged.
struct AccessKey
{
    std::string id;
    std::string secret;
    Role role = Role::Viewer;
    bool enabled = true;
    Timestamp createdAt{};

    bool operator==(const AccessKey &) const = default;
};

/// Who asks for a verb: for the audit trail and for what is allowed.
struct Caller
{
    std::string name; ///< an access key id, or "uid:1000" over the unix socket
    Role role = Role::Viewer;

    bool operator==(const Caller &) const = default;
};

} // namespace balancer::model

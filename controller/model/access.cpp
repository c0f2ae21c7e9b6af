#include "model/access.h"

namespace balancer::model {

Result<Role> parseRole(std::string_view text)
{
    for (const auto role : {Role::Viewer, Role::Operator, Role::Admin}) {
        if (renderRole(role) == text)
            return role;
    }
    return fail(ErrorCode::InvalidParameterValue,
                "'" + std::string(text) + "' is not a role: use viewer, operator or admin");
}

std::string_view renderRole(Role role)
{
    switch (role) {
    case Role::Viewer: return "viewer";
    case Role::Operator: return "operator";
    case Role::Admin: return "admin";
    }
    return "viewer";
}

} // namespace balancer::model

#include "api/helpers/helper_table.h"

#include "api/helpers/ec2.h"
#include "api/helpers/identity.h"

#include <algorithm>
#include <array>

namespace balancer::api {

namespace {

constexpr std::array kHelpers = {
    HelperAction{Dialect::Iam, "GetUser", &getUser},
    HelperAction{Dialect::Sts, "GetCallerIdentity", &getCallerIdentity},
    HelperAction{Dialect::Ec2, "DescribeAvailabilityZones", &describeAvailabilityZones},
    HelperAction{Dialect::Ec2, "DescribeNetworkInterfaces", &describeNetworkInterfaces},
    HelperAction{Dialect::Ec2, "DescribeSecurityGroups", &describeSecurityGroups},
    HelperAction{Dialect::Ec2, "DescribeSubnets", &describeSubnets},
    HelperAction{Dialect::Ec2, "DescribeVpcs", &describeVpcs},
};

} // namespace

std::span<const HelperAction> allHelpers()
{
    return kHelpers;
}

const HelperAction *findHelper(Dialect dialect, std::string_view name)
{
    const auto *found = std::ranges::find_if(
        kHelpers, [&](const HelperAction &action) { return action.dialect == dialect && action.name == name; });
    return found == kHelpers.end() ? nullptr : found;
}

} // namespace balancer::api

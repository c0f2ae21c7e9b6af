#include "model/load_balancer.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

/// Where a load balancer is, as far as ELB's callers say: zones, subnets and security groups are names here.
namespace balancer::model {

namespace {

using Names = std::vector<std::string>;

constexpr std::size_t kMostGroups = 5; // ELB's

bool contains(const Names &names, const std::string &name)
{
    return std::ranges::find(names, name) != names.end();
}

void addOnce(Names &names, const Names &added)
{
    for (const auto &name : added) {
        if (!contains(names, name))
            names.push_back(name);
    }
}

/// The last one stays: ELB has no load balancer that is nowhere.
Result<Names> remaining(const Names &names, const Names &removed, std::string_view kind)
{
    Names rest;
    std::ranges::copy_if(names, std::back_inserter(rest), [&](const auto &name) { return !contains(removed, name); });
    if (rest.empty() && !names.empty())
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "A load balancer must keep at least one " + std::string(kind));
    return rest;
}

} // namespace

LoadBalancer withZones(LoadBalancer balancer, const Names &zones)
{
    addOnce(balancer.availabilityZones, zones);
    return balancer;
}

Result<LoadBalancer> withoutZones(LoadBalancer balancer, const Names &zones)
{
    auto rest = remaining(balancer.availabilityZones, zones, "availability zone");
    if (!rest)
        return fail(rest.error());
    balancer.availabilityZones = std::move(*rest);
    return balancer;
}

LoadBalancer withSubnets(LoadBalancer balancer, const Names &subnets)
{
    addOnce(balancer.subnets, subnets);
    return balancer;
}

Result<LoadBalancer> withoutSubnets(LoadBalancer balancer, const Names &subnets)
{
    auto rest = remaining(balancer.subnets, subnets, "subnet");
    if (!rest)
        return fail(rest.error());
    balancer.subnets = std::move(*rest);
    return balancer;
}

Result<LoadBalancer> withSecurityGroups(LoadBalancer balancer, const Names &groups)
{
    Names unique;
    addOnce(unique, groups);
    if (unique.empty() || unique.size() > kMostGroups)
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "A load balancer has 1 to 5 security groups, not " + std::to_string(unique.size()));
    balancer.securityGroups = std::move(unique);
    return balancer;
}

} // namespace balancer::model

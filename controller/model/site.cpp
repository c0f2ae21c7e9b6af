#include "model/site.h"

#include <algorithm>
#include <set>

namespace balancer::model {

Result<void> checkZones(const SiteCatalogue &site, const std::vector<std::string> &zones)
{
    for (const auto &zone : zones) {
        if (!site.zones.empty() && std::ranges::find(site.zones, zone) == site.zones.end())
            return fail(ErrorCode::ValidationError, "The availability zone '" + zone + "' does not exist");
    }
    return {};
}

Result<void> checkSubnets(const SiteCatalogue &site, const std::vector<std::string> &subnets)
{
    std::set<std::string> zones;
    for (const auto &subnet : subnets) {
        if (site.subnets.empty())
            break;
        const auto known = site.subnets.find(subnet);
        if (known == site.subnets.end())
            return fail(ErrorCode::SubnetNotFound, "The subnet ID '" + subnet + "' does not exist");
        // Clients look for this sentence.
        if (!zones.insert(known->second).second)
            return fail(ErrorCode::InvalidConfigurationRequest,
                        "ELB cannot be attached to multiple subnets in the same AZ.");
    }
    return {};
}

Result<void> checkSecurityGroups(const SiteCatalogue &site, const std::vector<std::string> &groups)
{
    for (const auto &group : groups) {
        if (!site.securityGroups.empty() && !site.securityGroups.contains(group))
            return fail(ErrorCode::InvalidSecurityGroup, "The security group '" + group + "' does not exist");
    }
    return {};
}

std::vector<std::string> zonesOf(const SiteCatalogue &site, const std::vector<std::string> &subnets)
{
    std::vector<std::string> zones;
    for (const auto &subnet : subnets) {
        const auto known = site.subnets.find(subnet);
        if (known != site.subnets.end() && std::ranges::find(zones, known->second) == zones.end())
            zones.push_back(known->second);
    }
    return zones;
}

std::optional<std::vector<std::string>> sourceRanges(const SiteCatalogue &site, const std::vector<std::string> &groups)
{
    std::set<std::string> ranges;
    bool isKnown = false;
    for (const auto &group : groups) {
        const auto known = site.securityGroups.find(group);
        if (known == site.securityGroups.end())
            continue;
        isKnown = true;
        ranges.insert(known->second.begin(), known->second.end());
    }
    if (!isKnown)
        return std::nullopt;
    return std::vector(ranges.begin(), ranges.end());
}

} // namespace balancer::model

#pragma once

#include "base/result.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What zones, subnets and security groups there are at this site, where an operator says so.
namespace balancer::model {

/// An empty list of a kind: any name of that kind is taken as it comes.
struct SiteCatalogue
{
    std::vector<std::string> zones;
    std::map<std::string, std::string> subnets;                     ///< the zone of each
    std::map<std::string, std::vector<std::string>> securityGroups; ///< the source ranges of each: "10.0.0.0/8"

    bool operator==(const SiteCatalogue &) const = default;
};

/// ValidationError, naming the first zone that there is not.
Result<void> checkZones(const SiteCatalogue &site, const std::vector<std::string> &zones);
/// SubnetNotFound; InvalidConfigurationRequest for two in one zone.
Result<void> checkSubnets(const SiteCatalogue &site, const std::vector<std::string> &subnets);
/// InvalidSecurityGroup.
Result<void> checkSecurityGroups(const SiteCatalogue &site, const std::vector<std::string> &groups);

/// The zones of those subnets that are known, each once.
std::vector<std::string> zonesOf(const SiteCatalogue &site, const std::vector<std::string> &subnets);

/// The source ranges of all of the groups together, sorted: who is in none of them may not connect, so with an empty
/// list nobody may (as in EC2, where a group without rules allows nothing). No list when the catalogue knows none of
/// the groups: everybody may.
std::optional<std::vector<std::string>> sourceRanges(const SiteCatalogue &site, const std::vector<std::string> &groups);

} // namespace balancer::model

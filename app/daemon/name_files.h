#pragma once

#include "base/endpoint.h"
#include "plan/project.h"

#include <map>
#include <string>
#include <vector>

namespace balancer::daemon {

/// Where a load balancer's DNS name leads.
struct NameEntry
{
    std::string dnsName;
    IpAddress address;

    bool operator==(const NameEntry &) const = default;
};

/// The entries of all load balancers by name: its own address with a pool, `shared` without.
std::vector<NameEntry> nameEntries(const plan::BalancerRefs &balancers,
                                   const std::map<std::string, IpAddress> &addresses, const IpAddress &shared);

/// For /etc/hosts, or dnsmasq's addn-hosts.
std::string renderHosts(const std::vector<NameEntry> &entries);
/// Records for a zone file (RFC 1035), to be included by a name server's own.
std::string renderZone(const std::vector<NameEntry> &entries);

} // namespace balancer::daemon

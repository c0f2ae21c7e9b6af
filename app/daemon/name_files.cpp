#include "daemon/name_files.h"

namespace balancer::daemon {

std::vector<NameEntry> nameEntries(const plan::BalancerRefs &balancers,
                                   const std::map<std::string, IpAddress> &addresses, const IpAddress &shared)
{
    std::vector<NameEntry> entries;
    for (const auto *balancer : balancers) {
        const auto own = addresses.find(balancer->name.folded());
        const auto address = own == addresses.end() ? shared : own->second;
        if (!address.isEmpty())
            entries.push_back(NameEntry{balancer->dnsName, address});
    }
    return entries;
}

std::string renderHosts(const std::vector<NameEntry> &entries)
{
    std::string text = "# Written by elastic-haproxy: the names of its load balancers on this node.\n";
    for (const auto &entry : entries)
        text += entry.address.text() + " " + entry.dnsName + "\n";
    return text;
}

std::string renderZone(const std::vector<NameEntry> &entries)
{
    std::string text = "; Written by elastic-haproxy: the names of its load balancers on this node.\n";
    for (const auto &entry : entries)
        text += entry.dnsName + ". 60 IN " + (entry.address.isV6() ? "AAAA " : "A ") + entry.address.text() + "\n";
    return text;
}

} // namespace balancer::daemon

#include "plan/haproxy_config.h"

#include <algorithm>

namespace balancer::plan {

std::string Bind::text() const
{
    if (address.isEmpty())
        return ":" + std::to_string(port);
    return Endpoint{address, port}.text();
}

Endpoint placeholderAddress(std::size_t slot)
{
    constexpr std::size_t kHosts = 254;
    const auto host = std::to_string(slot % kHosts + 1);
    const auto port = static_cast<std::uint16_t>(slot / kHosts + 1);
    return Endpoint{*IpAddress::parse("192.0.2." + host), port};
}

Endpoint effectiveAddress(const Server &server, std::size_t slot)
{
    return server.address ? *server.address : placeholderAddress(slot);
}

std::string checkHost(const Server &server)
{
    return server.address ? server.address->text() : "localhost";
}

namespace {

template <typename Visit>
void forEachFrontend(const HaproxyConfig &config, Visit visit)
{
    std::ranges::for_each(config.sharedFrontends, visit);
    for (const auto &[name, balancer] : config.balancers)
        std::ranges::for_each(balancer->frontends, visit);
}

} // namespace

std::size_t descriptorNeed(const BalancerConfig &balancer)
{
    return balancer.backends.size() + balancer.check.servers.size();
}

std::vector<Bind> allBinds(const HaproxyConfig &config)
{
    std::vector<Bind> binds;
    forEachFrontend(config, [&](const Frontend &frontend) {
        binds.insert(binds.end(), frontend.binds.begin(), frontend.binds.end());
    });
    std::ranges::sort(binds);
    const auto repeated = std::ranges::unique(binds);
    binds.erase(repeated.begin(), repeated.end());
    return binds;
}

std::vector<std::string> frontendNames(const HaproxyConfig &config)
{
    std::vector<std::string> names;
    forEachFrontend(config, [&](const Frontend &frontend) { names.push_back(frontend.name); });
    return names;
}

} // namespace balancer::plan

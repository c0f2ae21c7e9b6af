#include "plan/access_log_target.h"

namespace balancer::plan {

namespace {

constexpr std::string_view kSomeAddress = "127.0.0.1"; // of a node that listens everywhere

std::string nodeAddressOf(const model::LoadBalancer &balancer, const NodeView &node)
{
    if (node.hasPool) {
        const auto own = node.addresses.find(balancer.name.folded());
        return own == node.addresses.end() ? std::string(kSomeAddress) : own->second.text();
    }
    return node.sharedAddresses.empty() ? std::string(kSomeAddress) : node.sharedAddresses.front().text();
}

AccessLogTarget targetOf(const model::LoadBalancer &balancer, const model::Listener &listener, const NodeView &node)
{
    AccessLogTarget target;
    target.balancer = balancer.name.text();
    target.dnsName = balancer.dnsName;
    target.port = listener.loadBalancerPort;
    target.secure = model::isSecure(listener.protocol);
    target.nodeAddress = nodeAddressOf(balancer, node);
    target.log = balancer.attributes.accessLog;
    return target;
}

} // namespace

AccessLogTargets accessLogTargets(const BalancerRefs &balancers, const NodeView &node)
{
    std::map<std::uint16_t, int> claims;
    for (const auto *balancer : balancers) {
        for (const auto &listener : balancer->listeners)
            ++claims[listener.loadBalancerPort];
    }
    AccessLogTargets targets;
    for (const auto *balancer : balancers) {
        if (!balancer->attributes.accessLog.enabled)
            continue;
        for (const auto &listener : balancer->listeners) {
            const auto port = listener.loadBalancerPort;
            const auto target = targetOf(*balancer, listener, node);
            targets.emplace(backendName(balancer->name, port), target);
            if (node.hasPool)
                targets.emplace(frontendName(balancer->name, port), target);
            else if (claims[port] == 1)
                targets.emplace(sharedFrontendName(port), target);
        }
    }
    return targets;
}

} // namespace balancer::plan

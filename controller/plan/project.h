#pragma once

#include "model/load_balancer.h"
#include "model/site.h"
#include "plan/backend_keys.h"
#include "plan/haproxy_config.h"
#include "plan/listener_tls.h"
#include "plan/slots.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The only place where the operator's words and HAProxy's meet.
namespace balancer::plan {

/// What of this node decides how load balancers look on it.
struct NodeView
{
    /// The node gives every load balancer an address of its own.
    bool hasPool = false;
    std::map<std::string, IpAddress> addresses; ///< of each load balancer, by folded name; with a pool only
    std::vector<IpAddress> sharedAddresses;     ///< where all listen without a pool; none: on every address
    std::uint32_t maxConnections = 0;           ///< 0: HAProxy decides
    std::uint32_t threads = 0;                  ///< 0: HAProxy decides
    std::chrono::seconds hardStopAfter{3600};
    CertificatesByName certificates;
    SeenChains seen;                 ///< what instances have shown, where their keys matter
    std::size_t descriptorLimit = 0; ///< open files HAProxy may have; 0: unknown
    std::string zone = {};           ///< empty: the node is in no zone
    model::SiteCatalogue site = {};

    bool operator==(const NodeView &) const = default;
};

/// Load balancers that someone else owns, by name.
using BalancerRefs = std::vector<const model::LoadBalancer *>;

/// Names in HAProxy. The load balancer's name is folded, so that two spellings never make two backends.
std::string frontendName(const LoadBalancerName &balancer, std::uint16_t port);
std::string sharedFrontendName(std::uint16_t port);
std::string backendName(const LoadBalancerName &balancer, std::uint16_t port);
std::string checkBackendName(const LoadBalancerName &balancer);
/// The folded name of the load balancer whose check backend that is.
std::string balancerOfCheckBackend(std::string_view backend);
/// "s1" for index 0.
std::string serverName(std::size_t slot);
/// 0 for "s1"; more than any slot when it is no such name.
std::size_t slotOf(std::string_view server);

/// The addresses and ports that `balancer` needs on this node; none when it has no address of its pool yet.
std::vector<Bind> bindsOf(const model::LoadBalancer &balancer, const NodeView &node);

/// Where `instance` is asked for its health: its own port stands in for the target's when the target names a
/// listener's InstancePort (design: instances).
Endpoint checkEndpoint(const model::LoadBalancer &balancer, const model::Instance &instance);

/// One load balancer alone; `slots` is what assignSlots made of its instances, present and draining.
BalancerConfig projectBalancer(const model::LoadBalancer &balancer, const Slots &slots, const NodeView &node);

/// The frontends of a node whose load balancers share its addresses; none with a pool.
std::vector<Frontend> projectSharedFrontends(const BalancerRefs &balancers, const NodeView &node);

/// The lines of the global section that depend on the node.
std::vector<std::string> projectGlobal(const NodeView &node);

/// All of it, from nothing.
HaproxyConfig project(const BalancerRefs &balancers, const SlotTable &slots, const NodeView &node);

/// Whether `candidate` fits beside the others on this node. Without a pool a TCP or SSL port belongs to one load
/// balancer, an HTTP or HTTPS port to those of the same protocol that agree in what is a matter of the port:
/// InvalidConfigurationRequest naming the port and the other one.
Result<void> checkPorts(const model::LoadBalancer &candidate, const BalancerRefs &others, const NodeView &node);

} // namespace balancer::plan

#pragma once

#include "model/load_balancer.h"
#include "plan/project.h"
#include "plan/slots.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace balancer::service {

/// The addresses a node may give to load balancers. Empty lists: load balancers share the node's own.
struct AddressPool
{
    std::vector<IpAddress> internetFacing;
    std::vector<IpAddress> internal;

    bool isEmpty() const { return internetFacing.empty() && internal.empty(); }
    const std::vector<IpAddress> &forScheme(model::Scheme scheme) const;

    bool operator==(const AddressPool &) const = default;
};

/// A slot that an instance keeps while it drains.
struct DrainingSlot
{
    LoadBalancerName balancer;
    InstanceId instance;
    std::size_t slot = 0;
    model::Timestamp until{};

    bool operator==(const DrainingSlot &) const = default;
};

/// What this node's HAProxy should be, kept up to date change by change: which load balancer has which address and
/// which slots, and the configuration that follows. No I/O.
class NodePlan
{
public:
    NodePlan(plan::NodeView view, AddressPool pool);

    /// Starts from what an earlier life left: addresses given, and slots in use.
    void restore(std::map<std::string, IpAddress> addresses, plan::SlotTable slots);

    /// The certificates that there are from now on. Load balancers see them when they are next taken over.
    void setCertificates(const std::vector<const model::ServerCertificate *> &certificates);

    /// What instances at that address have shown; false when that is known. Load balancers see it when they are next
    /// taken over.
    bool learnChain(const Endpoint &endpoint, model::ShownChain chain)
    {
        return plan::addChain(m_view.seen, endpoint, std::move(chain));
    }
    void forgetChains(const Endpoint &endpoint) { m_view.seen.erase(endpoint); }

    /// Takes over the present value of these load balancers; `all` are those that exist now. A load balancer that the
    /// pool has no address for gets none and is named in the result's error (InvalidConfigurationRequest); the others
    /// are taken over all the same.
    Result<void> update(const std::set<LoadBalancerName> &changed, const plan::BalancerRefs &all);

    /// Nothing is left to drain in the slot: from the next update of its load balancer on it is free. False, and
    /// nothing happens, when it does not drain (any more).
    bool release(const DrainingSlot &slot);

    /// Whether `candidate` can be served beside the others: a port or an address may be missing.
    /// InvalidConfigurationRequest says what to do.
    Result<void> checkFits(const model::LoadBalancer &candidate, const plan::BalancerRefs &others) const;

    /// Whether HAProxy may open the files that `candidate` needs with all the others. InvalidConfigurationRequest says
    /// how many are missing. Costs what the candidate has, not what the node has.
    Result<void> checkDescriptors(const model::LoadBalancer &candidate) const;
    /// The same for the node as it is now.
    Result<void> checkDescriptors() const;

    /// Where `candidate` would listen beside `others`.
    std::vector<plan::Bind> bindsOf(const model::LoadBalancer &candidate, const plan::BalancerRefs &others) const;

    const plan::NodeView &view() const { return m_view; }
    const plan::HaproxyConfig &config() const { return m_config; }
    const std::map<std::string, IpAddress> &addresses() const { return m_view.addresses; }
    /// Where the load balancer is listened for; an empty address is every one of the machine. None while the pool has
    /// none for it.
    std::vector<IpAddress> addressesOf(const LoadBalancerName &balancer) const;
    /// Another number each time a load balancer comes or goes.
    std::uint64_t membership() const { return m_membership; }
    /// The server that stands for an instance; nothing while it has no slot.
    std::optional<std::string> serverOf(const LoadBalancerName &balancer, const InstanceId &instance) const;
    /// Slots that drain, by load balancer.
    std::vector<DrainingSlot> draining() const;
    bool drains(const LoadBalancerName &balancer, const InstanceId &instance) const;

private:
    /// What the shared frontends show of a load balancer.
    struct Front
    {
        std::string dnsName;
        std::vector<model::Listener> listeners;
        std::vector<model::Tag> tags;
        std::vector<model::Policy> policies;
        std::vector<model::PortPolicies> listenerPolicies;
        model::Attributes attributes; ///< time-outs, desync mode, access logs
        std::vector<std::string> securityGroups;

        bool operator==(const Front &) const = default;
    };

    std::optional<IpAddress> freeAddress(model::Scheme scheme, const std::set<IpAddress> &used) const;
    /// The address `candidate` has, or would get after those of `others` that still have none.
    std::optional<IpAddress> addressFor(const model::LoadBalancer &candidate, const plan::BalancerRefs &others) const;
    Result<void> checkNeed(std::size_t descriptors) const;
    void giveBackForeignAddress(const model::LoadBalancer &balancer);
    /// Whether the shared frontends may look another way then.
    bool place(const model::LoadBalancer &balancer);
    bool remove(const LoadBalancerName &name);
    void noteDraining(const model::LoadBalancer &balancer, const plan::Slots &slots);

    plan::NodeView m_view;
    AddressPool m_pool;
    plan::SlotTable m_slots;
    std::map<LoadBalancerName, std::vector<DrainingSlot>> m_draining; ///< only those that have some
    std::map<std::string, Front> m_fronts;
    std::set<IpAddress> m_used;
    plan::HaproxyConfig m_config;
    std::uint64_t m_membership = 0;
    std::size_t m_descriptors = 0; ///< what all load balancers need
};

} // namespace balancer::service

#include "service/node_plan.h"

#include <algorithm>

namespace balancer::service {

namespace {

std::string noAddress(const AddressPool &pool, model::Scheme scheme)
{
    return "The address pool has no free address for another load balancer: all " +
           std::to_string(pool.forScheme(scheme).size()) + " are in use. Add addresses to [haproxy] address_pool";
}

} // namespace

const std::vector<IpAddress> &AddressPool::forScheme(model::Scheme scheme) const
{
    return scheme == model::Scheme::Internal ? internal : internetFacing;
}

NodePlan::NodePlan(plan::NodeView view, AddressPool pool) : m_view(std::move(view)), m_pool(std::move(pool))
{
    m_view.hasPool = !m_pool.isEmpty();
    m_config.global = plan::projectGlobal(m_view);
}

void NodePlan::restore(std::map<std::string, IpAddress> addresses, plan::SlotTable slots)
{
    m_view.addresses = std::move(addresses);
    m_used.clear();
    for (const auto &[name, address] : m_view.addresses)
        m_used.insert(address);
    m_slots = std::move(slots);
}

void NodePlan::setCertificates(const std::vector<const model::ServerCertificate *> &certificates)
{
    plan::CertificatesByName present;
    for (const auto *certificate : certificates) {
        const auto known = m_view.certificates.find(certificate->name);
        const bool same = known != m_view.certificates.end() && known->second->id == certificate->id;
        if (same)
            present.insert(*known);
        else
            present.emplace(certificate->name, plan::makeCertificate(*certificate));
    }
    m_view.certificates = std::move(present);
}

std::optional<IpAddress> NodePlan::freeAddress(model::Scheme scheme, const std::set<IpAddress> &used) const
{
    const auto &addresses = m_pool.forScheme(scheme);
    const auto free =
        std::ranges::find_if(addresses, [&](const IpAddress &address) { return !used.contains(address); });
    if (free == addresses.end())
        return std::nullopt;
    return *free;
}

std::optional<IpAddress> NodePlan::addressFor(const model::LoadBalancer &candidate,
                                              const plan::BalancerRefs &others) const
{
    const auto own = m_view.addresses.find(candidate.name.folded());
    if (own != m_view.addresses.end())
        return own->second;
    auto used = m_used;
    for (const auto *other : others) {
        if (m_view.addresses.contains(other->name.folded()) || other->name == candidate.name)
            continue;
        if (const auto taken = freeAddress(other->scheme, used))
            used.insert(*taken);
    }
    return freeAddress(candidate.scheme, used);
}

/// Deleted and created again in one step, a load balancer may have the other scheme now.
void NodePlan::giveBackForeignAddress(const model::LoadBalancer &balancer)
{
    const auto given = m_view.addresses.find(balancer.name.folded());
    if (given == m_view.addresses.end())
        return;
    const auto has = [&](model::Scheme scheme) {
        const auto &addresses = m_pool.forScheme(scheme);
        return std::ranges::find(addresses, given->second) != addresses.end();
    };
    const bool internal = balancer.scheme == model::Scheme::Internal;
    if (has(balancer.scheme) || !has(internal ? model::Scheme::InternetFacing : model::Scheme::Internal))
        return;
    m_used.erase(given->second);
    m_view.addresses.erase(given);
    ++m_membership;
}

bool NodePlan::place(const model::LoadBalancer &balancer)
{
    const auto &name = balancer.name.folded();
    giveBackForeignAddress(balancer);
    if (m_view.hasPool && !m_view.addresses.contains(name)) {
        const auto address = freeAddress(balancer.scheme, m_used);
        if (address) {
            m_view.addresses.emplace(name, *address);
            m_used.insert(*address);
        }
    }
    auto &slots = m_slots[name];
    slots = plan::assignSlots(slots, balancer.instances, balancer.formerInstances);
    noteDraining(balancer, slots);
    auto projected = plan::projectBalancer(balancer, slots, m_view);
    const auto known = m_config.balancers.find(name);
    const bool isKnown = known != m_config.balancers.end();
    m_membership += isKnown ? 0 : 1;
    m_descriptors += plan::descriptorNeed(projected);
    m_descriptors -= isKnown ? plan::descriptorNeed(*known->second) : 0;
    m_config.balancers.insert_or_assign(name, std::move(projected));

    Front front{balancer.dnsName,          balancer.listeners,  balancer.tags,          balancer.policies,
                balancer.listenerPolicies, balancer.attributes, balancer.securityGroups};
    const auto shown = m_fronts.find(name);
    const bool same = shown != m_fronts.end() && shown->second == front;
    const bool replaced = shown != m_fronts.end() && shown->second.dnsName != front.dnsName;
    m_membership += replaced ? 1 : 0;
    m_fronts.insert_or_assign(name, std::move(front));
    return !same;
}

void NodePlan::noteDraining(const model::LoadBalancer &balancer, const plan::Slots &slots)
{
    m_draining.erase(balancer.name);
    for (const auto &former : balancer.formerInstances) {
        const auto slot = former.drains() ? std::ranges::find(slots, std::optional(former.id)) : slots.end();
        if (slot == slots.end())
            continue;
        const auto index = static_cast<std::size_t>(slot - slots.begin());
        m_draining[balancer.name].push_back(DrainingSlot{balancer.name, former.id, index, former.drainingUntil});
    }
}

std::vector<DrainingSlot> NodePlan::draining() const
{
    std::vector<DrainingSlot> all;
    for (const auto &[name, slots] : m_draining)
        all.insert(all.end(), slots.begin(), slots.end());
    return all;
}

bool NodePlan::drains(const LoadBalancerName &balancer, const InstanceId &instance) const
{
    const auto known = m_draining.find(balancer);
    return known != m_draining.end() &&
           std::ranges::find(known->second, instance, &DrainingSlot::instance) != known->second.end();
}

bool NodePlan::release(const DrainingSlot &slot)
{
    const auto known = m_draining.find(slot.balancer);
    if (known == m_draining.end() || std::ranges::find(known->second, slot) == known->second.end())
        return false;
    std::erase(known->second, slot);
    if (known->second.empty())
        m_draining.erase(known);
    m_slots.at(slot.balancer.folded()).at(slot.slot).reset();
    return true;
}

bool NodePlan::remove(const LoadBalancerName &name)
{
    const auto address = m_view.addresses.find(name.folded());
    if (address != m_view.addresses.end()) {
        m_used.erase(address->second);
        m_view.addresses.erase(address);
    }
    m_slots.erase(name.folded());
    m_draining.erase(name);
    m_fronts.erase(name.folded());
    const auto known = m_config.balancers.find(name.folded());
    if (known == m_config.balancers.end())
        return false;
    m_descriptors -= plan::descriptorNeed(*known->second);
    m_config.balancers.erase(known);
    ++m_membership;
    return true;
}

Result<void> NodePlan::update(const std::set<LoadBalancerName> &changed, const plan::BalancerRefs &all)
{
    const auto byName = [](const model::LoadBalancer *balancer) -> const LoadBalancerName & { return balancer->name; };
    std::vector<const model::LoadBalancer *> present;
    bool frontChanged = false;
    // Removals first: what they free may be needed at once.
    for (const auto &name : changed) {
        const auto found = std::ranges::lower_bound(all, name, {}, byName);
        if (found != all.end() && (*found)->name == name)
            present.push_back(*found);
        else
            frontChanged |= remove(name);
    }
    Result<void> result;
    for (const auto *balancer : present) {
        frontChanged |= place(*balancer);
        if (m_view.hasPool && !m_view.addresses.contains(balancer->name.folded()))
            result = fail(ErrorCode::InvalidConfigurationRequest,
                          balancer->name.text() + ": " + noAddress(m_pool, balancer->scheme));
    }
    if (frontChanged)
        m_config.sharedFrontends = plan::projectSharedFrontends(all, m_view);
    return result;
}

Result<void> NodePlan::checkFits(const model::LoadBalancer &candidate, const plan::BalancerRefs &others) const
{
    if (const auto descriptors = checkDescriptors(candidate); !descriptors)
        return descriptors;
    if (const auto ports = plan::checkPorts(candidate, others, m_view); !ports)
        return ports;
    if (m_view.hasPool && !addressFor(candidate, others))
        return fail(ErrorCode::InvalidConfigurationRequest, noAddress(m_pool, candidate.scheme));
    return {};
}

Result<void> NodePlan::checkNeed(std::size_t descriptors) const
{
    // HAProxy's own pipes, pollers and sockets, and connections for the load balancers to be of any use.
    constexpr std::size_t kReserve = 500;
    const auto need = descriptors + kReserve + std::size_t(2) * m_view.maxConnections;
    if (m_view.descriptorLimit == 0 || need <= m_view.descriptorLimit)
        return {};
    return fail(ErrorCode::InvalidConfigurationRequest,
                "HAProxy would need at least " + std::to_string(need) + " open files and may have " +
                    std::to_string(m_view.descriptorLimit) +
                    ": raise the limit (LimitNOFILE= in the unit, or ulimit -n)");
}

Result<void> NodePlan::checkDescriptors() const
{
    return checkNeed(m_descriptors);
}

Result<void> NodePlan::checkDescriptors(const model::LoadBalancer &candidate) const
{
    const auto &name = candidate.name.folded();
    const auto slots = m_slots.find(name);
    const auto assigned = plan::assignSlots(slots == m_slots.end() ? plan::Slots() : slots->second, candidate.instances,
                                            candidate.formerInstances);
    const auto known = m_config.balancers.find(name);
    const auto present = known == m_config.balancers.end() ? 0 : plan::descriptorNeed(*known->second);
    return checkNeed(m_descriptors - present + candidate.listeners.size() + assigned.size());
}

std::vector<plan::Bind> NodePlan::bindsOf(const model::LoadBalancer &candidate, const plan::BalancerRefs &others) const
{
    if (!m_view.hasPool)
        return plan::bindsOf(candidate, m_view);
    auto view = m_view;
    if (const auto address = addressFor(candidate, others))
        view.addresses.insert_or_assign(candidate.name.folded(), *address);
    return plan::bindsOf(candidate, view);
}

std::vector<IpAddress> NodePlan::addressesOf(const LoadBalancerName &balancer) const
{
    if (!m_view.hasPool)
        return m_view.sharedAddresses.empty() ? std::vector(1, IpAddress()) : m_view.sharedAddresses;
    const auto own = m_view.addresses.find(balancer.folded());
    return own == m_view.addresses.end() ? std::vector<IpAddress>() : std::vector(1, own->second);
}

std::optional<std::string> NodePlan::serverOf(const LoadBalancerName &balancer, const InstanceId &instance) const
{
    const auto slots = m_slots.find(balancer.folded());
    if (slots == m_slots.end())
        return std::nullopt;
    const auto slot = std::ranges::find(slots->second, std::optional<InstanceId>(instance));
    if (slot == slots->second.end())
        return std::nullopt;
    return plan::serverName(static_cast<std::size_t>(slot - slots->second.begin()));
}

} // namespace balancer::service

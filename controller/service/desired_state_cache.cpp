#include "service/desired_state_cache.h"

namespace balancer::service {

plan::BalancerRefs DesiredStateCache::balancers() const
{
    plan::BalancerRefs refs;
    refs.reserve(m_state.balancers.size());
    for (const auto &[name, stored] : m_state.balancers)
        refs.push_back(&stored.value);
    return refs;
}

const model::LoadBalancer *DesiredStateCache::find(const LoadBalancerName &name) const
{
    const auto found = m_state.balancers.find(name);
    return found == m_state.balancers.end() ? nullptr : &found->second.value;
}

void DesiredStateCache::reset(ports::DesiredState state)
{
    std::set<LoadBalancerName> names;
    for (const auto &[name, stored] : m_state.balancers)
        names.insert(name);
    m_state = std::move(state);
    ++m_certificateChanges;
    for (const auto &[name, stored] : m_state.balancers)
        names.insert(name);
    Q_EMIT changed(names);
}

void DesiredStateCache::apply(const ports::Transaction &transaction, Revision revision)
{
    std::set<LoadBalancerName> names;
    for (const auto &change : transaction.balancers) {
        names.insert(change.name);
        if (change.value)
            m_state.balancers.insert_or_assign(change.name, ports::StoredBalancer{*change.value, revision});
        else
            m_state.balancers.erase(change.name);
    }
    for (const auto &change : transaction.addresses) {
        if (change.address)
            m_state.addresses.insert_or_assign(change.instance, *change.address);
        else
            m_state.addresses.erase(change.instance);
        m_state.zones.erase(change.instance);
        if (!change.zone.empty())
            m_state.zones.emplace(change.instance, change.zone);
    }
    for (const auto &change : transaction.certificates) {
        if (change.value)
            m_state.certificates.insert_or_assign(change.name, ports::StoredCertificate{*change.value, revision});
        else
            m_state.certificates.erase(change.name);
    }
    m_certificateChanges += transaction.certificates.empty() ? 0 : 1;
    m_state.revision = revision;
    Q_EMIT changed(names);
    Q_EMIT saved(transaction, revision);
}

} // namespace balancer::service

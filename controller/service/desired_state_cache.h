#pragma once

#include "plan/project.h"
#include "ports/store.h"

#include <QObject>

#include <cstdint>
#include <set>
#include <vector>

namespace balancer::service {

/// The stored state as this node knows it: written by those who save or watch the store, read by everyone else.
class DesiredStateCache : public QObject
{
    Q_OBJECT

public:
    const ports::DesiredState &state() const { return m_state; }
    plan::BalancerRefs balancers() const; ///< by name; valid until the next change

    /// Null when there is none.
    const model::LoadBalancer *find(const LoadBalancerName &name) const;

    /// Another number each time certificates may have changed.
    std::uint64_t certificateChanges() const { return m_certificateChanges; }

    void reset(ports::DesiredState state);
    /// What a saved transaction made of it.
    void apply(const ports::Transaction &transaction, Revision revision);

Q_SIGNALS:
    void changed(const std::set<balancer::LoadBalancerName> &names);
    /// After `changed`: a transaction of this node became that revision.
    void saved(const balancer::ports::Transaction &transaction, balancer::Revision revision);

private:
    ports::DesiredState m_state;
    std::uint64_t m_certificateChanges = 0;
};

} // namespace balancer::service

#pragma once

#include "models/node_state.h"

#include <QString>

namespace balancer::models {

/// Which load balancer of a node a model is about; it may come, go and come again.
class LoadBalancerFollower
{
public:
    LoadBalancerFollower(const NodeState &state, const QString &name);

    QString name() const { return QString::fromStdString(m_name.text()); }
    void setName(const QString &name);
    /// Null while there is none of that name.
    const LoadBalancerState *find() const { return m_state.find(m_name); }
    /// Whether the row, or one of these rows, is ours.
    bool isAt(int loadBalancer) const;
    bool isAmong(int first, int last) const;

    const NodeState &state() const { return m_state; }

private:
    const NodeState &m_state;
    LoadBalancerName m_name;
};

} // namespace balancer::models

#include "models/load_balancer_follower.h"

namespace balancer::models {

LoadBalancerFollower::LoadBalancerFollower(const NodeState &state, const QString &name) : m_state(state)
{
    setName(name);
}

void LoadBalancerFollower::setName(const QString &name)
{
    // What cannot be a name names none.
    m_name = LoadBalancerName::parse(name.toStdString()).value_or(LoadBalancerName());
}

bool LoadBalancerFollower::isAt(int loadBalancer) const
{
    return m_state.loadBalancer(loadBalancer).view.name == m_name;
}

bool LoadBalancerFollower::isAmong(int first, int last) const
{
    const int row = m_state.rowOf(m_name);
    return row >= first && row <= last;
}

} // namespace balancer::models

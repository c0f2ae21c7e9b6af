#include "service/access_log_follower.h"

#include "service/node_plan.h"

#include <utility>

namespace balancer::service {

AccessLogFollower::AccessLogFollower(const DesiredStateCache &desired, const Reconciler &reconciler,
                                     ports::AccessLog &accessLog)
    : m_desired(desired), m_reconciler(reconciler), m_accessLog(accessLog)
{
    // Many changes at once are looked at once. HAProxy needs longer for a reload than this.
    m_begin.setSingleShot(true);
    m_begin.setInterval(0);
    connect(&m_begin, &QTimer::timeout, this, &AccessLogFollower::begin);
    connect(&desired, &DesiredStateCache::changed, &m_begin, qOverload<>(&QTimer::start));
    connect(&reconciler, &Reconciler::revisionApplied, this, &AccessLogFollower::settle);
}

void AccessLogFollower::begin()
{
    auto targets = plan::accessLogTargets(m_desired.balancers(), m_reconciler.node().view());
    targets.insert(m_told.begin(), m_told.end());
    follow(std::move(targets));
}

void AccessLogFollower::settle()
{
    m_begin.stop();
    follow(plan::accessLogTargets(m_desired.balancers(), m_reconciler.node().view()));
}

void AccessLogFollower::follow(plan::AccessLogTargets targets)
{
    if (m_hasTold && targets == m_told)
        return;
    m_hasTold = true;
    m_told = std::move(targets);
    m_accessLog.setTargets(m_told);
}

} // namespace balancer::service

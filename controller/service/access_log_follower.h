#pragma once

#include "plan/access_log_target.h"
#include "ports/access_log.h"
#include "service/desired_state_cache.h"
#include "service/reconciler.h"

#include <QObject>
#include <QTimer>

namespace balancer::service {

/// Tells those who keep access logs whose requests HAProxy logs. Whoever begins to want them is told of before HAProxy
/// knows, and whoever ends only after it: no request is without its line.
class AccessLogFollower : public QObject
{
    Q_OBJECT

public:
    AccessLogFollower(const DesiredStateCache &desired, const Reconciler &reconciler, ports::AccessLog &accessLog);

    /// To be called when HAProxy serves the desired state; afterwards it happens by itself.
    void settle();

private:
    void begin();
    void follow(plan::AccessLogTargets targets);

    const DesiredStateCache &m_desired;
    const Reconciler &m_reconciler;
    ports::AccessLog &m_accessLog;
    bool m_hasTold = false;
    plan::AccessLogTargets m_told;
    QTimer m_begin;
};

} // namespace balancer::service

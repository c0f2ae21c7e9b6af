#pragma once

#include "plan/access_log_target.h"
#include "ports/access_log.h"
#include "ports/haproxy.h"
#include "service/desired_state_cache.h"
#include "service/reconciler.h"

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <optional>

namespace balancer::service {

/// Tells those who keep access logs whose requests HAProxy logs. Whoever begins to want them is told of before HAProxy
/// knows, and whoever ends only after it: no request is without its line.
class AccessLogFollower : public QObject
{
    Q_OBJECT

public:
    AccessLogFollower(const DesiredStateCache &desired, const Reconciler &reconciler, ports::RuntimeApi &runtime,
                      ports::AccessLog &accessLog);

    /// To be called when HAProxy serves the desired state; afterwards it happens by itself.
    void settle();

    /// Asks HAProxy how many records the kernel did not take, and says so in the log if there were some. Happens once a
    /// minute while somebody wants access logs.
    QCoro::Task<Result<void>> askForLosses();
    /// How many that were since the first look.
    std::uint64_t lost() const { return m_lost; }

private:
    void begin();
    void follow(plan::AccessLogTargets targets);

    const DesiredStateCache &m_desired;
    const Reconciler &m_reconciler;
    ports::RuntimeApi &m_runtime;
    ports::AccessLog &m_accessLog;
    bool m_hasTold = false;
    plan::AccessLogTargets m_told;
    std::optional<std::uint64_t> m_counted; ///< by HAProxy, at the last look
    std::uint64_t m_lost = 0;
    QTimer m_begin;
    QTimer m_ask;
};

} // namespace balancer::service

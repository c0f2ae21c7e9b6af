#pragma once

#include "ports/clock.h"
#include "ports/haproxy.h"
#include "service/leaving_generations.h"
#include "service/reconciler.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <map>
#include <vector>

namespace balancer::service {

/// Frees the slots of draining instances: when nothing goes on there any more, or when their time has passed. Looks at
/// HAProxy while something drains, and not at all else. Sessions that a leaving generation finishes count as well.
class DrainWatcher : public QObject
{
    Q_OBJECT

public:
    /// All of them outlive this. To be made before the reconciler starts.
    DrainWatcher(Reconciler &reconciler, ports::RuntimeApi &runtime, LeavingGenerations &leaving,
                 const ports::Clock &clock, std::chrono::milliseconds interval = std::chrono::milliseconds(1000));

    /// Nothing more is freed from now on.
    void stop();
    /// Nothing drains.
    bool isIdle() const { return !m_looking && !m_next.isActive(); }

private:
    void begin();
    QCoro::Task<Result<void>> look();
    QCoro::Task<Result<std::map<plan::ServerKey, long>>> countSessions(std::vector<std::string> backends);
    /// Each server of a listener that the slot has.
    std::vector<plan::ServerKey> serversOf(const DrainingSlot &slot) const;
    void lookAgain(const std::vector<DrainingSlot> &slots);

    Reconciler &m_reconciler;
    ports::RuntimeApi &m_runtime;
    LeavingGenerations &m_leaving;
    const ports::Clock &m_clock;
    const std::chrono::milliseconds m_interval;
    QTimer m_next;
    bool m_looking = false;
    bool m_stopped = false;
};

} // namespace balancer::service

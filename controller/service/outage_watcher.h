#pragma once

#include "service/leaving_generations.h"
#include "service/reconciler.h"

#include <QObject>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace balancer::service {

/// Ends what instances still have when they go out of service, where connection draining is off (ELB); where it is on,
/// requests under way may finish.
class OutageWatcher : public QObject
{
    Q_OBJECT

public:
    /// All of them outlive this. `turn` keeps commands out of the moment in which one generation takes over from
    /// another.
    OutageWatcher(const DesiredStateCache &desired, const Reconciler &reconciler, const HealthWatcher &watcher,
                  ports::RuntimeApi &runtime, LeavingGenerations &leaving, Turnstile &turn);

private:
    void onHealth(const plan::ServerKey &server, plan::SlotHealth health);
    QCoro::Task<Result<void>> endSessions();
    /// The server's instance; nothing when it is well again, or its sessions may finish.
    std::optional<LeavingGenerations::Occupant> losing(const plan::ServerKey &server) const;

    const DesiredStateCache &m_desired;
    const Reconciler &m_reconciler;
    const HealthWatcher &m_watcher;
    ports::RuntimeApi &m_runtime;
    LeavingGenerations &m_leaving;
    Turnstile &m_turn;
    std::set<plan::ServerKey> m_failed; ///< that nothing has been done about yet
};

} // namespace balancer::service

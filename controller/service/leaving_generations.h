#pragma once

#include "plan/server_sessions.h"
#include "ports/haproxy.h"
#include "service/reconciler.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace balancer::service {

/// What generations of HAProxy that are leaving still do for instances: counted for those that drain, ended for those
/// that are gone. They are asked only when there is a reason to.
class LeavingGenerations : public QObject
{
    Q_OBJECT

public:
    /// Folded name of a load balancer, and an instance of it.
    using Occupant = std::pair<std::string, std::string>;

    /// Both outlive this. To be made before the reconciler starts.
    LeavingGenerations(Reconciler &reconciler, ports::HaproxyProcess &process,
                       std::chrono::milliseconds interval = std::chrono::milliseconds(1000));

    /// Nothing more is ended from now on.
    void stop();

    /// Whether one of them has sessions of each; those of `occupants` that have none are left out. A generation that
    /// does not answer has none that anyone knows of.
    QCoro::Task<std::set<Occupant>> busyAmong(std::vector<Occupant> occupants);

    /// Ends what they have of these.
    QCoro::Task<Result<void>> endSessions(std::vector<Occupant> occupants);

private:
    /// What a generation had when it was told to leave.
    struct Leaving
    {
        int generation = 0;
        plan::HaproxyConfig config;
        std::set<plan::ServerKey> gone; ///< servers whose instance is no longer registered
    };

    void add(int generation, const plan::HaproxyConfig &had);
    void follow();
    void forgetThoseThatHaveLeft();
    std::vector<int> generations() const;
    const Leaving *find(int generation) const;
    void endLater();
    QCoro::Task<Result<void>> endGone();
    QCoro::Task<Result<std::vector<plan::Session>>> sessionsIn(int generation);
    QCoro::Task<Result<void>> end(int generation, std::set<plan::ServerKey> servers);

    Reconciler &m_reconciler;
    ports::HaproxyProcess &m_process;
    std::vector<Leaving> m_leaving;
    bool m_ending = false;
    bool m_stopped = false;
    QTimer m_next;
};

} // namespace balancer::service

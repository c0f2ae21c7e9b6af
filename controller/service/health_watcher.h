#pragma once

#include "plan/servers_state.h"
#include "ports/haproxy.h"
#include "service/turnstile.h"

#include <QObject>

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace balancer::service {

/// A check server that waits for its first passed check.
struct Registration
{
    plan::ServerKey server;
    model::HealthCheck check;
    Endpoint endpoint;

    bool operator==(const Registration &) const = default;
};

/// Makes the first checks of newly registered instances itself (HAProxy's own may come as late as Interval), and lets
/// traffic to an instance after its first passed check, its own or HAProxy's. After UnhealthyThreshold failed ones the
/// instance counts as unhealthy and HAProxy's thresholds rule. Remembers every slot's health, from HAProxy's log, for
/// the case that HAProxy itself dies.
class HealthWatcher : public QObject
{
    Q_OBJECT

public:
    /// `turn` keeps commands out of the moment in which one generation takes over from another.
    HealthWatcher(ports::RuntimeApi &runtime, ports::HealthProbe &probe, ports::HealthLog &log, Turnstile &turn);

    /// Starts first checks. A registration that goes on already for the same endpoint and check is left alone.
    void beginRegistrations(const std::vector<Registration> &registrations);
    /// Forgets what is not among `servers` any more.
    void keepOnly(const plan::HaproxyConfig &config);
    /// Forgets one server: its slot is free now.
    void forget(const plan::ServerKey &server);
    /// Takes over what HAProxy said when it was asked.
    void remember(const plan::SlotHealths &healths);

    /// Nothing more is checked or decided from now on.
    void stop();

    const plan::SlotHealths &healths() const { return m_healths; }

Q_SIGNALS:
    void instanceHealthChanged(const balancer::plan::ServerKey &server, balancer::plan::SlotHealth health);

private:
    struct Waiting
    {
        Registration registration;
        std::uint64_t serial = 0; ///< tells a registration from a later one of the same server
        int failures = 0;
    };

    /// One first check, as soon as there is room for it; another one follows after Interval while nothing is decided.
    void schedule(const plan::ServerKey &server, std::uint64_t serial);
    void startChecks();
    QCoro::Task<Result<void>> check(Registration registration, std::uint64_t serial);
    QCoro::Task<Result<void>> settle();
    QCoro::Task<Result<void>> tellDecisions();
    void decide(const plan::ServerKey &server, plan::SlotHealth health);
    void onEvent(const plan::HealthEvent &event);
    void setHealth(const plan::ServerKey &server, plan::SlotHealth health);
    bool isWaiting(const plan::ServerKey &server, std::uint64_t serial) const;

    ports::RuntimeApi &m_runtime;
    ports::HealthProbe &m_probe;
    Turnstile &m_turn;
    plan::SlotHealths m_healths;
    std::map<plan::ServerKey, Waiting> m_waiting;
    std::map<plan::ServerKey, std::pair<std::uint64_t, plan::SlotHealth>> m_decided; ///< to be told to HAProxy
    bool m_settling = false;
    std::uint64_t m_lastSerial = 0;
    std::deque<std::pair<plan::ServerKey, std::uint64_t>> m_queue; ///< checks to be made
    int m_running = 0;                                             ///< checks under way
};

} // namespace balancer::service

#pragma once

#include "model/events.h"
#include "plan/stats.h"
#include "ports/clock.h"
#include "ports/haproxy.h"
#include "service/desired_state_cache.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace balancer::service {

/// What HAProxy has counted of one load balancer since it was started.
struct TrafficCount
{
    std::int64_t requests = 0;
    std::int64_t connections = 0;
    std::int64_t bytesIn = 0;
    std::int64_t bytesOut = 0;
    std::int64_t sessions = 0; ///< open now

    bool operator==(const TrafficCount &) const = default;
};

/// By name; each load balancer of `state` is there.
///
/// Everything but connections comes from the backends, which belong to one load balancer whether or not it has an
/// address of its own. For TCP a backend's session is a connection. HTTP connections are counted by frontends: by its
/// own, or by a shared one that has no other load balancer. On a shared port with several nobody knows whose a
/// connection is before its requests are; there each request counts as one.
std::map<LoadBalancerName, TrafficCount> countTraffic(const plan::StatsTable &stats, const ports::DesiredState &state);

/// Measures what each load balancer carries, once a second while somebody wants to know; else HAProxy is not asked.
///
/// The figures are those of the generation that serves: requests that an older one still finishes after a reload are
/// not seen, for its runtime socket is no longer ours.
class TrafficMeter : public QObject
{
    Q_OBJECT

public:
    TrafficMeter(const DesiredStateCache &desired, ports::RuntimeApi &runtime, const ports::HaproxyProcess &haproxy,
                 const ports::Clock &clock, std::chrono::milliseconds interval = std::chrono::seconds(1));

    void setWanted(bool wanted);
    /// Stops, and waits for the answer that HAProxy still owes: afterwards nothing refers to this any more.
    QCoro::Task<void> finish();
    bool isWanted() const { return m_timer.isActive(); }

    /// One look at the counters; `measured` follows when there was one before.
    QCoro::Task<Result<void>> measure();

Q_SIGNALS:
    void measured(const balancer::model::RatesMeasured &rates);

private:
    struct Sweep
    {
        int generation = 0;
        model::Timestamp at{};
        std::map<LoadBalancerName, TrafficCount> counts;
    };

    static model::RatesMeasured ratesBetween(const Sweep &before, const Sweep &now);

    const DesiredStateCache &m_desired;
    ports::RuntimeApi &m_runtime;
    const ports::HaproxyProcess &m_haproxy;
    const ports::Clock &m_clock;
    std::optional<Sweep> m_last;
    bool m_busy = false;
    QTimer m_timer;
};

} // namespace balancer::service

#pragma once

#include "plan/backend_keys.h"
#include "ports/haproxy.h"
#include "ports/instance_certificates.h"
#include "service/desired_state_cache.h"
#include "service/health_watcher.h"
#include "service/reconciler.h"

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace balancer::service {

/// Backend server authentication: looks at the certificates of the instances whose keys matter, and tells the
/// reconciler what they show. When they become known, at every Interval of the health check, when they come into
/// service, and when HAProxy has refused an answer: then an instance has perhaps another certificate with the same
/// key. Does nothing where no policy asks for keys.
class KeyWatcher : public QObject
{
    Q_OBJECT

public:
    /// All of them outlive this. To be made before the reconciler starts.
    KeyWatcher(const DesiredStateCache &desired, Reconciler &reconciler, HealthWatcher &watcher,
               ports::CertificateProbe &probe, const ports::ChainReader &reader, ports::RuntimeApi &runtime,
               std::chrono::milliseconds interval = std::chrono::milliseconds(1000));

    /// Looks at everything that matters in the desired state: before the reconciler starts, so that what serves already
    /// goes on.
    QCoro::Task<Result<void>> prepareAll();
    /// Looks at what matters to a load balancer as it is about to be, so that its instances have been judged when the
    /// change comes. All looks are made at once, and none waits for longer than 2 s. What it finds is forgotten when
    /// the change does not come.
    QCoro::Task<Result<void>> prepare(model::LoadBalancer candidate);

    /// From now on, until stop().
    void start();
    void stop();

private:
    struct Watched
    {
        std::map<LoadBalancerName, plan::KeyTarget> wanted; ///< by whom
        std::uint64_t serial = 0; ///< of the next look that is planned; another one makes it void
        bool looking = false;
        bool again = false; ///< once more when this look is over

        /// How it is asked; null: not at all, for it only drains.
        const plan::KeyTarget *target() const;
        std::set<LoadBalancerName> names() const;
    };

    void onChanged(const std::set<LoadBalancerName> &names);
    void onHealth(const plan::ServerKey &server, plan::SlotHealth health);
    void leave(const LoadBalancerName &name, const std::set<Endpoint> &kept);
    void lookSoon(const Endpoint &endpoint);
    void lookAtAllOf(const LoadBalancerName &name);
    void startLooks();
    QCoro::Task<Result<void>> look(plan::KeyTarget target);
    /// Any certificate, ever.
    bool hasShown(const Endpoint &endpoint) const;
    void finishLook(const Endpoint &endpoint, const Result<model::ShownChain> &chain);
    QCoro::Task<Result<model::ShownChain>> chainOf(plan::KeyTarget target);
    QCoro::Task<Result<void>> lookAhead(plan::KeyTarget target);
    QCoro::Task<Result<void>> prepare(std::vector<plan::KeyTarget> targets);
    void forgetUnwanted(const std::vector<plan::KeyTarget> &targets);
    QCoro::Task<Result<void>> countRefusals();
    void noteRefusals(const LoadBalancerName &name, const std::string &backend, std::string_view reply);

    const DesiredStateCache &m_desired;
    Reconciler &m_reconciler;
    ports::CertificateProbe &m_probe;
    const ports::ChainReader &m_reader;
    ports::RuntimeApi &m_runtime;
    std::map<Endpoint, Watched> m_watched;
    std::map<LoadBalancerName, std::set<Endpoint>> m_endpoints; ///< only of those that have some
    std::deque<Endpoint> m_queue;
    std::map<std::string, std::string> m_refusals; ///< how many answers each backend has refused, as HAProxy writes it
    std::uint64_t m_lastSerial = 0;
    int m_running = 0;
    bool m_counting = false;
    bool m_stopped = true;
    QTimer m_poll;
};

} // namespace balancer::service

#pragma once

#include "ports/address_book.h"
#include "ports/haproxy.h"
#include "service/desired_state_cache.h"
#include "service/health_watcher.h"
#include "service/node_plan.h"
#include "service/plan_executor.h"
#include "service/turnstile.h"

#include <QFuture>
#include <QObject>
#include <QPromise>
#include <QTimer>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace balancer::service {

struct ReconcilerOptions
{
    std::chrono::milliseconds applyDeadline{5000}; ///< how long a verb waits for HAProxy at most
    std::chrono::milliseconds saveDelay{500};      ///< until commands' effect is in the file as well
    std::chrono::milliseconds retryDelay{1000};    ///< after HAProxy refused or died again; doubles up to a minute
};

/// What a change would lead to.
struct Forecast
{
    plan::Plan plan;
    plan::HaproxyConfig config;
};

/// Makes HAProxy follow the desired state: takes all changes that wait, plans, applies, remembers what runs.
class Reconciler : public QObject
{
    Q_OBJECT

public:
    Reconciler(const DesiredStateCache &desired, NodePlan node, ports::AddressBook &addressBook,
               ports::HaproxyProcess &process, ports::RuntimeApi &runtime, HealthWatcher &watcher, Turnstile &turn,
               ReconcilerOptions options);

    /// Takes over the HAProxy that runs, or starts one, and brings it to the desired state.
    QCoro::Task<Result<void>> start();

    /// Nothing more is changed from now on.
    void stop() { m_stopped = true; }

    /// Finishes once this node's HAProxy runs that revision or a later one, with success also when the deadline
    /// passes; with an error when HAProxy could not be brought there.
    QFuture<Result<void>> applied(Revision revision);

    /// Whether this node can serve `candidate` beside `others`: ports, addresses, and whether they can be bound now.
    Result<void> checkFits(const model::LoadBalancer &candidate, const plan::BalancerRefs &others) const;

    /// What bringing HAProxy to `all` would take, and the configuration it would have then. Nothing is changed.
    /// `all` are sorted by name; `changed` are those of them that differ from the desired state, or are missing in it.
    /// InvalidConfigurationRequest as NodePlan::update.
    /// `certificates` are those that there would be.
    Result<Forecast> forecast(const std::set<LoadBalancerName> &changed, const plan::BalancerRefs &all,
                              const std::vector<const model::ServerCertificate *> &certificates) const;

    /// The slots that drain in the HAProxy that runs.
    std::vector<DrainingSlot> draining() const;
    /// Frees these slots, for nothing is left to drain there, or its time has passed. Instances that have been
    /// registered again meanwhile are left alone.
    void release(const std::vector<DrainingSlot> &slots);

    /// What the instances at `endpoint` have shown; `names` are the load balancers to which it matters now.
    void learnChain(const Endpoint &endpoint, model::ShownChain chain, const std::set<LoadBalancerName> &names);
    /// What instances there have shown is of no use any more.
    void forgetChains(const Endpoint &endpoint) { m_node.forgetChains(endpoint); }
    /// Why a registered instance gets no traffic from the HAProxy that runs, though it may be well: its certificate
    /// has not been seen yet, or is not one that its policies accept. Right: that is about to change. Nothing when the
    /// certificate is no reason.
    std::optional<plan::KeyVerdict> heldFor(const model::LoadBalancer &balancer, const model::Instance &instance) const;

    const NodePlan &node() const { return m_node; }
    /// What HAProxy runs, as far as is known.
    const plan::HaproxyConfig &running() const { return m_running; }
    const plan::Capabilities &capabilities() const { return m_capabilities; }
    Revision appliedRevision() const { return m_applied; }
    /// Whose slot this check server is in the HAProxy that runs; nothing for a free one.
    std::optional<std::pair<LoadBalancerName, InstanceId>> occupantOf(const plan::ServerKey &server) const;
    /// Whether the HAProxy that runs has a server for the instance that takes traffic while it is healthy.
    bool takesTraffic(const LoadBalancerName &balancer, const InstanceId &instance) const;

Q_SIGNALS:
    /// HAProxy runs this revision now.
    void revisionApplied(balancer::Revision revision);
    /// This generation was told to leave; that is what it had.
    void generationReplaced(int generation, const balancer::plan::HaproxyConfig &had);
    /// A load balancer came or went, or got its address.
    void balancersChanged();

private:
    struct Waiter
    {
        Revision revision;
        QPromise<Result<void>> promise;
        QTimer deadline;
    };

    void onChanged(const std::set<LoadBalancerName> &names);
    void onDied();
    bool isDraining(const DrainingSlot &slot) const;
    bool isWanted(const DrainingSlot &slot) const;
    plan::Plan planTo(const plan::HaproxyConfig &desired) const;
    QCoro::Task<Result<void>> run();
    QCoro::Task<Result<void>> applyPending();
    QCoro::Task<Result<void>> applyNodePlan();
    QCoro::Task<Result<void>> reload(std::string reason, plan::HaproxyConfig desired);
    QCoro::Task<Result<void>> adopt(ports::RunningGeneration generation, plan::ServerStates states);
    QCoro::Task<Result<void>> readCapabilities();
    Result<void> updateNode();
    void updateCertificates();
    void tellOfReplaced(int generation, const plan::HaproxyConfig &had);
    void begin(const std::vector<plan::ServerKey> &registering);
    void forgetFreed(const plan::Plan &plan);
    void tell(Revision upTo, const Result<void> &result);
    void saveConfig();
    void retryLater(Error error);

    const DesiredStateCache &m_desired;
    NodePlan m_node;
    ports::AddressBook &m_addressBook;
    ports::HaproxyProcess &m_process;
    ports::RuntimeApi &m_runtime;
    HealthWatcher &m_watcher;
    Turnstile &m_turn;
    ReconcilerOptions m_options;
    PlanExecutor m_executor;

    plan::Capabilities m_capabilities;
    plan::HaproxyConfig m_running;
    bool m_alive = false;        ///< a generation runs
    bool m_runningKnown = false; ///< and it has m_running, or had when it died
    bool m_stopped = false;
    bool m_hadAddresses = false; ///< the address book is not empty, or has to become so
    bool m_busy = false;
    std::set<LoadBalancerName> m_pending;
    std::optional<std::uint64_t> m_certificateChanges; ///< of the desired state, as m_node knows it
    bool m_again = false;                              ///< the node's plan has not been brought to HAProxy yet
    Revision m_applied;
    std::vector<std::unique_ptr<Waiter>> m_waiters;
    std::chrono::milliseconds m_retryDelay;
    QTimer m_retry;
    QTimer m_save;
};

} // namespace balancer::service

#pragma once

#include "model/events.h"
#include "ports/haproxy.h"
#include "service/desired_state_cache.h"
#include "service/health_watcher.h"
#include "service/instance_health.h"
#include "service/reconciler.h"

#include <QObject>

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace balancer::service {

/// What this node shows to those who look: every load balancer with its instances as they are now, kept up to date
/// change by change, and each change told as an event. A look and the events after it agree, for both come from here.
///
/// An instance that drains is shown until nothing is left there, in the words of DescribeInstanceHealth. Any other is
/// InService when HealthWatcher knows so of the server that stands for it, and the reconciler of no certificate that
/// would keep it from serving; nobody asks HAProxy for it.
class ReadModel : public QObject
{
    Q_OBJECT

public:
    /// All of them outlive this. To be made before the reconciler starts.
    ReadModel(const DesiredStateCache &desired, const Reconciler &reconciler, const HealthWatcher &watcher,
              const ports::HaproxyProcess &haproxy);

    /// From now on changes are told. Before, while the node takes over what was there, they are only taken in.
    void beginTelling() { m_tells = true; }

    std::vector<model::LoadBalancerDetail> loadBalancers() const; ///< by name
    /// LoadBalancerNotFound.
    Result<model::LoadBalancerDetail> loadBalancer(const LoadBalancerName &name) const;

Q_SIGNALS:
    void changed(const balancer::model::Event &event);

private:
    struct Standing
    {
        model::InstanceAddress address;
        InstanceStanding standing = InstanceStanding::Registering;
        bool draining = false;                               ///< it is not registered any more and finishes what it has
        bool foreign = false;                                ///< its zone is not enabled
        std::optional<plan::KeyVerdict> held = std::nullopt; ///< as Reconciler::heldFor has it
    };
    using Ids = std::set<InstanceId>;

    struct Shown
    {
        model::LoadBalancerView view;
        std::vector<model::Instance> registered; ///< in that order
        std::map<InstanceId, Standing> instances;
        std::vector<std::string> zones; ///< enabled ones
        std::vector<InstanceId> order;  ///< of `instances`: one that drains, or is registered again, keeps its place
    };

    void onChanged(const std::set<LoadBalancerName> &names);
    void onPlaced();
    void onSaved(const ports::Transaction &transaction, Revision revision);
    void onHealth(const plan::ServerKey &server, plan::SlotHealth health);
    void onApplied(Revision revision);

    void refresh(const LoadBalancerName &name);
    void refreshView(const ports::StoredBalancer &stored);
    void refreshHeld(const model::LoadBalancer &balancer);
    void refreshInstances(const model::LoadBalancer &balancer);
    void withdraw(const model::LoadBalancer &balancer, Shown &shown, const Ids &ids);
    void showDraining(const model::LoadBalancer &balancer);
    void admit(const model::LoadBalancer &balancer, const model::Instance &instance, Shown &shown);
    void forget(Shown &shown, const Ids &ids);
    void forgetDrained();
    void moveInstance(const model::LoadBalancer &balancer, Standing &known, const model::Instance &instance);
    void refreshZones(const model::LoadBalancer &balancer);
    model::LoadBalancerView viewOf(const ports::StoredBalancer &stored) const;
    static model::InstanceView viewOf(const InstanceId &id, const Standing &standing);
    static model::LoadBalancerDetail detailOf(const Shown &shown);
    void tell(model::Event event);

    const DesiredStateCache &m_desired;
    const Reconciler &m_reconciler;
    const ports::HaproxyProcess &m_haproxy;
    std::map<LoadBalancerName, Shown> m_shown;
    std::set<LoadBalancerName> m_draining; ///< those with instances that drain
    std::set<LoadBalancerName> m_keyed;    ///< whose instances may be held for the sake of their certificates
    std::set<LoadBalancerName> m_unplaced; ///< changed since addresses were last given out
    bool m_tells = false;
};

} // namespace balancer::service

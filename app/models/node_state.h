#pragma once

#include "base/ids.h"
#include "model/events.h"
#include "model/reads.h"

#include <QObject>

#include <memory>
#include <optional>
#include <vector>

namespace balancer::models {

/// One load balancer of a node with its instances, as the node last told.
struct LoadBalancerState
{
    model::LoadBalancerView view;
    std::vector<std::unique_ptr<model::InstanceView>> instances; ///< by id
    int inService = 0;                                           ///< how many of them are
    std::optional<model::TrafficRate> rate;                      ///< nothing while it is not measured

    int registered() const { return static_cast<int>(instances.size()); }
    /// -1 when it is not registered.
    int rowOf(const InstanceId &id) const;
};

/// Everything the console knows of one node's load balancers: the one truth behind its models. Snapshots and events go
/// in; out come signals that name the rows, in order, each pair around its change. Whatever did not change is not
/// mentioned. A change of one instance costs a search by halves; coming and going also move the pointers behind it.
class NodeState : public QObject
{
    Q_OBJECT

public:
    explicit NodeState(QObject *parent = nullptr);
    ~NodeState() override;

    /// Makes it the state; only the differences are announced.
    void apply(const model::LoadBalancerList &snapshot);
    /// EventsLost and what is about load balancers that are not there change nothing.
    void apply(const model::Event &event);
    /// Rates are no longer heard of.
    void forgetRates();
    /// Nothing is known any more.
    void clear();

    int loadBalancerCount() const { return static_cast<int>(m_loadBalancers.size()); }
    /// Rows are by name. The reference lives until that load balancer is removed.
    const LoadBalancerState &loadBalancer(int row) const { return *m_loadBalancers[static_cast<std::size_t>(row)]; }
    /// -1 when there is none of that name.
    int rowOf(const LoadBalancerName &name) const;
    /// Null when there is none of that name.
    const LoadBalancerState *find(const LoadBalancerName &name) const;

    /// That HAProxy runs; 0 before the node told.
    Revision appliedRevision() const { return m_applied.revision; }
    std::int64_t generation() const { return m_applied.generation; }

Q_SIGNALS:
    void loadBalancersAboutToBeInserted(int first, int last);
    void loadBalancersInserted(int first, int last); ///< with their instances
    void loadBalancersAboutToBeRemoved(int first, int last);
    void loadBalancersRemoved(int first, int last);
    /// What it is, not its instances.
    void loadBalancerChanged(int row);
    /// How many instances are registered or in service.
    void instanceCountsChanged(int row);
    /// Rates of these rows, next to each other.
    void ratesChanged(int first, int last);

    void instancesAboutToBeInserted(int loadBalancer, int first, int last);
    void instancesInserted(int loadBalancer, int first, int last);
    void instancesAboutToBeRemoved(int loadBalancer, int first, int last);
    void instancesRemoved(int loadBalancer, int first, int last);
    void instanceChanged(int loadBalancer, int row);

    void appliedChanged();

private:
    using Rows = std::vector<std::unique_ptr<LoadBalancerState>>;
    using RatesByRow = std::vector<std::optional<model::TrafficRate>>;
    struct LoadBalancerMerge;
    struct InstanceMerge;

    void applyEvent(const model::LoadBalancerChanged &event);
    void applyEvent(const model::LoadBalancerDeleted &event);
    void applyEvent(const model::InstanceChanged &event);
    void applyEvent(const model::InstanceDeregistered &event);
    void applyEvent(const model::RevisionSaved &) {}
    void applyEvent(const model::RevisionApplied &event);
    void applyEvent(const model::RatesMeasured &event);
    void applyEvent(const model::EventsLost &) {}

    LoadBalancerState &at(int row) { return *m_loadBalancers[static_cast<std::size_t>(row)]; }
    void insertLoadBalancers(int row, Rows added);
    void removeLoadBalancers(int row, int count);
    void setView(int row, const model::LoadBalancerView &view);
    void insertInstances(int loadBalancer, int row, std::vector<std::unique_ptr<model::InstanceView>> added);
    void removeInstances(int loadBalancer, int row, int count);
    void setInstance(int loadBalancer, int row, const model::InstanceView &instance);
    void setRates(const RatesByRow &rates);

    Rows m_loadBalancers;
    model::RevisionApplied m_applied;
};

/// ELB's word for an instance that gets requests.
bool isInService(const model::InstanceView &instance);

} // namespace balancer::models

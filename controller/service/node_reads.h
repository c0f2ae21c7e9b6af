#pragma once

#include "ports/store.h"
#include "service/event_log.h"
#include "service/read_model.h"
#include "service/reads.h"

#include <functional>

namespace balancer::service {

/// What of a node's status does not change while it runs: name, versions of ours, start, region, endpoints.
using NodeFacts = std::function<model::NodeStatus()>;

/// The resources of this node.
class NodeReads : public Reads
{
public:
    /// All of them outlive this.
    NodeReads(const ReadModel &model, const EventLog &events, ports::Store &store, const DesiredStateCache &desired,
              const Reconciler &reconciler, const ports::HaproxyProcess &haproxy, NodeFacts facts);

    Task<model::LoadBalancerList> loadBalancers() override;
    Task<model::LoadBalancerDetail> loadBalancer(LoadBalancerName name) override;
    Task<model::NodeStatus> node(model::Caller caller) override;
    Task<model::HistoryPage> revisions(int count) override;

private:
    const ReadModel &m_model;
    const EventLog &m_events;
    ports::Store &m_store;
    const DesiredStateCache &m_desired;
    const Reconciler &m_reconciler;
    const ports::HaproxyProcess &m_haproxy;
    const NodeFacts m_facts;
};

} // namespace balancer::service

#include "service/node_reads.h"

#include "service/history.h"

#include <utility>

namespace balancer::service {

NodeReads::NodeReads(const ReadModel &model, const EventLog &events, ports::Store &store,
                     const DesiredStateCache &desired, const Reconciler &reconciler,
                     const ports::HaproxyProcess &haproxy, NodeFacts facts)
    : m_model(model), m_events(events), m_store(store), m_desired(desired), m_reconciler(reconciler),
      m_haproxy(haproxy), m_facts(std::move(facts))
{
}

Reads::Task<model::LoadBalancerList> NodeReads::loadBalancers()
{
    co_return model::LoadBalancerList{m_events.newestId(), m_model.loadBalancers()};
}

Reads::Task<model::LoadBalancerDetail> NodeReads::loadBalancer(LoadBalancerName name)
{
    co_return m_model.loadBalancer(name);
}

Reads::Task<model::NodeStatus> NodeReads::node(model::Caller caller)
{
    auto status = m_facts();
    status.haproxyVersion = m_reconciler.capabilities().version;
    status.generation = m_haproxy.currentGeneration();
    status.revision = m_desired.state().revision;
    status.appliedRevision = m_reconciler.appliedRevision();
    status.caller = std::move(caller);
    co_return status;
}

Reads::Task<model::HistoryPage> NodeReads::revisions(int count)
{
    const auto records = co_await m_store.history(count);
    if (!records)
        co_return fail(records.error());
    model::HistoryPage page;
    for (const auto &record : *records)
        page.revisions.push_back(historyRevision(record.revision, record.audit));
    co_return page;
}

} // namespace balancer::service

#pragma once

#include "service/change_queue.h"
#include "service/load_balancer_service.h"
#include "service/reconciler.h"
#include "support/fake_haproxy.h"
#include "support/manual_clock.h"
#include "support/memory_address_book.h"
#include "support/memory_store.h"

#include <QCoro/QCoroTask>

#include <algorithm>

namespace balancer::tests {

struct NodeSettings
{
    service::AddressPool pool;
    plan::NodeView view;
    service::ReconcilerOptions options;
    model::Limits limits;
};

/// A node's services, with fakes behind every port.
class ServiceNode
{
public:
    /// Lives until the program ends: coroutines that wait refer to it.
    static ServiceNode &make(NodeSettings settings = NodeSettings())
    {
        static auto &all = *new std::vector<std::unique_ptr<ServiceNode>>;
        all.push_back(std::unique_ptr<ServiceNode>(new ServiceNode(std::move(settings))));
        return *all.back();
    }

    /// As the daemon starts: what is stored, then HAProxy.
    Result<void> start()
    {
        cache.reset(store.state());
        m_reconciler = std::make_unique<balancer::service::Reconciler>(
            cache, balancer::service::NodePlan(m_settings.view, m_settings.pool), addressBook, haproxy, haproxy,
            watcher, turn, m_settings.options);
        m_service = std::make_unique<balancer::service::LoadBalancerService>(changes, cache, *m_reconciler, haproxy,
                                                                             resolver, clock, serviceOptions());
        return QCoro::waitFor(m_reconciler->start());
    }

    /// Whether no instance waits for its first check any more, once everything may go on.
    bool isSettled()
    {
        haproxy.gate().open();
        haproxy.answerNormally();
        probe.gate().open();
        return std::ranges::none_of(watcher.healths(),
                                    [](const auto &entry) { return entry.second == plan::SlotHealth::Registering; });
    }

    balancer::service::Reconciler &reconciler() { return *m_reconciler; }
    balancer::service::LoadBalancerService &service() { return *m_service; }

    template <typename Request>
    auto perform(Request request)
    {
        return QCoro::waitFor(m_service->perform(std::move(request), model::Caller{"AKID", model::Role::Operator}));
    }

    MemoryStore store;
    ManualClock clock;
    MemoryAddressBook addressBook;
    FakeHaproxy haproxy;
    FakeHealthProbe probe;
    FakeHealthLog log;
    FakeResolver resolver;
    int stops = 0;

    balancer::service::DesiredStateCache cache;
    balancer::service::ChangeQueue changes{store, cache};
    balancer::service::Turnstile turn;
    balancer::service::HealthWatcher watcher{haproxy, probe, log, turn};

private:
    explicit ServiceNode(NodeSettings settings) : m_settings(std::move(settings)) {}

    balancer::service::ServiceOptions serviceOptions()
    {
        balancer::service::ServiceOptions options;
        options.limits = m_settings.limits;
        options.stopNode = [this](bool) { ++stops; };
        return options;
    }

    NodeSettings m_settings;
    std::unique_ptr<balancer::service::Reconciler> m_reconciler;
    std::unique_ptr<balancer::service::LoadBalancerService> m_service;
};

} // namespace balancer::tests

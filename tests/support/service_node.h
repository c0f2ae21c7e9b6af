#pragma once

#include "service/change_queue.h"
#include "service/drain_watcher.h"
#include "service/event_log.h"
#include "service/key_watcher.h"
#include "service/leaving_generations.h"
#include "service/load_balancer_service.h"
#include "service/node_reads.h"
#include "service/outage_watcher.h"
#include "service/read_model.h"
#include "service/reconciler.h"
#include "support/fake_certificates.h"
#include "support/fake_examiner.h"
#include "support/fake_haproxy.h"
#include "support/manual_clock.h"
#include "support/memory_address_book.h"
#include "support/memory_store.h"

#include <QCoro/QCoroTask>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

namespace balancer::tests {

struct NodeSettings
{
    service::AddressPool pool;
    plan::NodeView view;
    service::ReconcilerOptions options;
    model::Limits limits;
    ports::AccessLog *accessLog = nullptr;
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
        m_leaving = std::make_unique<balancer::service::LeavingGenerations>(*m_reconciler, haproxy,
                                                                            std::chrono::milliseconds(1));
        m_drains = std::make_unique<balancer::service::DrainWatcher>(*m_reconciler, haproxy, *m_leaving, clock,
                                                                     std::chrono::milliseconds(1));
        m_outages = std::make_unique<balancer::service::OutageWatcher>(cache, *m_reconciler, watcher, haproxy,
                                                                       *m_leaving, turn);
        m_keys = std::make_unique<balancer::service::KeyWatcher>(cache, *m_reconciler, watcher, certificates,
                                                                 certificates, haproxy, std::chrono::milliseconds(1));
        m_service = std::make_unique<balancer::service::LoadBalancerService>(
            changes, cache, *m_reconciler, haproxy, resolver, examiner, clock, serviceOptions());
        m_readModel = std::make_unique<balancer::service::ReadModel>(cache, *m_reconciler, watcher, haproxy);
        QObject::connect(m_readModel.get(), &balancer::service::ReadModel::changed, &eventLog,
                         [this](const model::Event &event) {
                             events.push_back(event);
                             eventLog.append(event);
                         });
        m_reads = std::make_unique<balancer::service::NodeReads>(*m_readModel, eventLog, store, cache, *m_reconciler,
                                                                 haproxy, [this] { return facts; });
        const auto prepared = QCoro::waitFor(m_keys->prepareAll());
        if (!prepared)
            return prepared;
        auto started = QCoro::waitFor(m_reconciler->start());
        m_keys->start();
        m_readModel->beginTelling();
        return started;
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
    balancer::service::LeavingGenerations &leaving() { return *m_leaving; }
    balancer::service::DrainWatcher &drains() { return *m_drains; }
    balancer::service::KeyWatcher &keys() { return *m_keys; }
    balancer::service::LoadBalancerService &service() { return *m_service; }
    balancer::service::ReadModel &readModel() { return *m_readModel; }
    balancer::service::NodeReads &reads() { return *m_reads; }

    auto preview(model::AnyRequest request) { return QCoro::waitFor(m_service->preview(std::move(request))); }

    /// Those of one kind among the events so far, oldest first.
    template <typename Kind>
    std::vector<Kind> eventsOf() const
    {
        std::vector<Kind> found;
        for (const auto &event : events) {
            if (const auto *kind = std::get_if<Kind>(&event))
                found.push_back(*kind);
        }
        return found;
    }

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
    FakeExaminer examiner;
    FakeCertificates certificates;
    int stops = 0;
    std::vector<model::Event> events; ///< told so far
    model::NodeStatus facts;

    balancer::service::DesiredStateCache cache;
    balancer::service::ChangeQueue changes{store, cache};
    balancer::service::Turnstile turn;
    balancer::service::HealthWatcher watcher{haproxy, probe, log, turn};
    balancer::service::EventLog eventLog{"epoch", [](const model::Event &) { return std::string("event\n"); }};

private:
    explicit ServiceNode(NodeSettings settings) : m_settings(std::move(settings)) {}

    balancer::service::ServiceOptions serviceOptions()
    {
        balancer::service::ServiceOptions options;
        options.limits = m_settings.limits;
        options.accessLog = m_settings.accessLog;
        options.keys = m_keys.get();
        options.stopNode = [this](bool) { ++stops; };
        return options;
    }

    NodeSettings m_settings;
    std::unique_ptr<balancer::service::Reconciler> m_reconciler;
    std::unique_ptr<balancer::service::LeavingGenerations> m_leaving;
    std::unique_ptr<balancer::service::DrainWatcher> m_drains;
    std::unique_ptr<balancer::service::OutageWatcher> m_outages;
    std::unique_ptr<balancer::service::KeyWatcher> m_keys;
    std::unique_ptr<balancer::service::LoadBalancerService> m_service;
    std::unique_ptr<balancer::service::ReadModel> m_readModel;
    std::unique_ptr<balancer::service::NodeReads> m_reads;
};

} // namespace balancer::tests

#pragma once

#include "model/verbs.h"
#include "ports/clock.h"
#include "ports/haproxy.h"
#include "service/change_queue.h"
#include "service/desired_state_cache.h"
#include "service/reconciler.h"
#include "service/service_options.h"

#include <QCoro/QCoroTask>

#include <functional>
#include <memory>
#include <vector>

namespace balancer::service {

/// What each verb does to the desired state. Performing a verb and previewing it begin here, so that both do and refuse
/// the same. What needs no draft is checked at once; the edit checks the rest.
class VerbEdits
{
public:
    VerbEdits(const DesiredStateCache &desired, const Reconciler &reconciler, ports::HostResolver &resolver,
              const ports::Clock &clock, const ServiceOptions &options);

    using Prepared = QCoro::Task<Result<Edit>>;

    /// The edit sets `answer`.
    Prepared prepare(model::CreateLoadBalancer request, std::shared_ptr<model::CreateLoadBalancerAnswer> answer) const;
    Prepared prepare(model::CreateLoadBalancer request) const;
    Prepared prepare(model::DeleteLoadBalancer request) const;
    Prepared prepare(model::CreateLoadBalancerListeners request) const;
    Prepared prepare(model::DeleteLoadBalancerListeners request) const;
    Prepared prepare(model::RegisterInstances request) const;
    Prepared prepare(model::DeregisterInstances request) const;
    Prepared prepare(model::ConfigureHealthCheck request) const;
    Prepared prepare(model::SetInstanceAddress request) const;

private:
    using BalancerEdit = std::function<Result<model::LoadBalancer>(model::LoadBalancer)>;

    /// A change of one load balancer that must exist. `mayNeedPorts`: new ports or addresses.
    Edit changing(LoadBalancerName name, BalancerEdit edit, bool mayNeedPorts) const;
    Result<model::CreateLoadBalancerAnswer> create(Draft &draft, const model::CreateLoadBalancer &request) const;
    QCoro::Task<Result<std::vector<model::Instance>>> resolveAll(std::vector<InstanceId> ids) const;

    const DesiredStateCache &m_desired;
    const Reconciler &m_reconciler;
    ports::HostResolver &m_resolver;
    const ports::Clock &m_clock;
    const ServiceOptions &m_options;
};

/// All load balancers of a draft, by name; valid until it changes.
plan::BalancerRefs balancersOf(const Draft &draft);

} // namespace balancer::service

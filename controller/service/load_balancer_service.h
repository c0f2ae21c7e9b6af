#pragma once

#include "ports/clock.h"
#include "service/change_queue.h"
#include "service/desired_state_cache.h"
#include "service/reconciler.h"
#include "service/verbs.h"

#include <functional>
#include <string>
#include <string_view>

namespace balancer::service {

struct ServiceOptions
{
    std::string region = "local";
    std::string domain = "internal";
    model::Limits limits;
    /// Ends the daemon, and HAProxy too if asked; returns before it does.
    std::function<void(bool traffic)> stopNode;
};

/// The ELB verbs: a pure change of the desired state, saved, then brought to this node's HAProxy.
class LoadBalancerService : public Verbs
{
public:
    LoadBalancerService(ChangeQueue &changes, const DesiredStateCache &desired, Reconciler &reconciler,
                        ports::RuntimeApi &runtime, ports::HostResolver &resolver, const ports::Clock &clock,
                        ServiceOptions options);

    Task<model::CreateLoadBalancerAnswer> perform(model::CreateLoadBalancer request, model::Caller caller) override;
    Task<model::EmptyAnswer> perform(model::DeleteLoadBalancer request, model::Caller caller) override;
    Task<model::DescribeLoadBalancersAnswer> perform(model::DescribeLoadBalancers request,
                                                     model::Caller caller) override;
    Task<model::EmptyAnswer> perform(model::CreateLoadBalancerListeners request, model::Caller caller) override;
    Task<model::EmptyAnswer> perform(model::DeleteLoadBalancerListeners request, model::Caller caller) override;
    Task<model::InstancesAnswer> perform(model::RegisterInstances request, model::Caller caller) override;
    Task<model::InstancesAnswer> perform(model::DeregisterInstances request, model::Caller caller) override;
    Task<model::ConfigureHealthCheckAnswer> perform(model::ConfigureHealthCheck request, model::Caller caller) override;
    Task<model::DescribeInstanceHealthAnswer> perform(model::DescribeInstanceHealth request,
                                                      model::Caller caller) override;
    Task<model::SetInstanceAddressAnswer> perform(model::SetInstanceAddress request, model::Caller caller) override;
    Task<model::EmptyAnswer> perform(model::StopNode request, model::Caller caller) override;

private:
    using BalancerEdit = std::function<Result<model::LoadBalancer>(model::LoadBalancer)>;

    /// Saves the edit and waits until HAProxy has it. When HAProxy refuses what was saved, the load balancer named by
    /// the audit entry is put back as it was, and the refusal is the answer.
    QCoro::Task<Result<void>> change(Edit edit, ports::AuditEntry audit);
    /// The same for a change of one load balancer that must exist. `mayNeedPorts`: new ports or addresses.
    QCoro::Task<Result<void>> changeBalancer(LoadBalancerName name, BalancerEdit edit, bool mayNeedPorts,
                                             ports::AuditEntry audit);
    QCoro::Task<Result<std::vector<model::Instance>>> resolveAll(std::vector<InstanceId> ids);
    Result<model::CreateLoadBalancerAnswer> create(Draft &draft, const model::CreateLoadBalancer &request) const;
    ports::AuditEntry audit(const model::Caller &caller, std::string_view verb, std::string target) const;
    model::InstancesAnswer instancesOf(const LoadBalancerName &name) const;

    ChangeQueue &m_changes;
    const DesiredStateCache &m_desired;
    Reconciler &m_reconciler;
    ports::RuntimeApi &m_runtime;
    ports::HostResolver &m_resolver;
    const ports::Clock &m_clock;
    ServiceOptions m_options;
};

} // namespace balancer::service

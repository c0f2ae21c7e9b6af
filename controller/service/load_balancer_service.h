#pragma once

#include "ports/clock.h"
#include "service/change_queue.h"
#include "service/desired_state_cache.h"
#include "service/reconciler.h"
#include "service/service_options.h"
#include "service/verb_edits.h"
#include "service/verbs.h"

#include <string>
#include <string_view>

namespace balancer::service {

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

    Task<model::PlanPreview> preview(AnyRequest request) override;

private:
    /// Does what `preparing` comes to, or answers its error. Saves the edit and waits until HAProxy has it. When
    /// HAProxy refuses what was saved, the load balancer named by the audit entry is put back as it was, and the
    /// refusal is the answer.
    QCoro::Task<Result<void>> change(VerbEdits::Prepared preparing, ports::AuditEntry audit);
    /// For verbs that change nothing: their errors, and an edit that does nothing.
    template <typename Answer>
    static VerbEdits::Prepared noEdit(Task<Answer> asking);
    VerbEdits::Prepared prepareAny(AnyRequest request);
    Result<model::PlanPreview> previewOf(const Edit &edit) const;
    ports::AuditEntry audit(const model::Caller &caller, std::string_view verb, std::string target) const;
    model::InstancesAnswer instancesOf(const LoadBalancerName &name) const;

    ChangeQueue &m_changes;
    const DesiredStateCache &m_desired;
    Reconciler &m_reconciler;
    ports::RuntimeApi &m_runtime;
    const ports::Clock &m_clock;
    const ServiceOptions m_options;
    const VerbEdits m_edits;
};

} // namespace balancer::service

#pragma once

#include "model/access.h"
#include "model/reads.h"
#include "model/verbs.h"

#include <QCoro/QCoroTask>

#include <variant>

namespace balancer::service {

/// What can be asked of a verb.
using AnyRequest = std::variant<model::CreateLoadBalancer, model::DeleteLoadBalancer, model::DescribeLoadBalancers,
                                model::CreateLoadBalancerListeners, model::DeleteLoadBalancerListeners,
                                model::RegisterInstances, model::DeregisterInstances, model::ConfigureHealthCheck,
                                model::DescribeInstanceHealth, model::SetInstanceAddress, model::StopNode>;

/// The verbs an operator has. Each answers after its change is durable and this node's HAProxy has it (or after 5 s,
/// when HAProxy takes longer), and changes nothing when it fails. Whether the caller may is checked before, by `api`.
/// Errors are those of `elb` semantics (LoadBalancerNotFound …), Conflict, Unavailable or Internal.
class Verbs
{
public:
    virtual ~Verbs() = default;

    template <typename Answer>
    using Task = QCoro::Task<Result<Answer>>;

    virtual Task<model::CreateLoadBalancerAnswer> perform(model::CreateLoadBalancer request, model::Caller caller) = 0;
    virtual Task<model::EmptyAnswer> perform(model::DeleteLoadBalancer request, model::Caller caller) = 0;
    virtual Task<model::DescribeLoadBalancersAnswer> perform(model::DescribeLoadBalancers request,
                                                             model::Caller caller) = 0;
    virtual Task<model::EmptyAnswer> perform(model::CreateLoadBalancerListeners request, model::Caller caller) = 0;
    virtual Task<model::EmptyAnswer> perform(model::DeleteLoadBalancerListeners request, model::Caller caller) = 0;
    virtual Task<model::InstancesAnswer> perform(model::RegisterInstances request, model::Caller caller) = 0;
    virtual Task<model::InstancesAnswer> perform(model::DeregisterInstances request, model::Caller caller) = 0;
    virtual Task<model::ConfigureHealthCheckAnswer> perform(model::ConfigureHealthCheck request,
                                                            model::Caller caller) = 0;
    virtual Task<model::DescribeInstanceHealthAnswer> perform(model::DescribeInstanceHealth request,
                                                              model::Caller caller) = 0;
    virtual Task<model::SetInstanceAddressAnswer> perform(model::SetInstanceAddress request, model::Caller caller) = 0;
    virtual Task<model::EmptyAnswer> perform(model::StopNode request, model::Caller caller) = 0;

    /// What the verb would do to HAProxy. Changes nothing; the errors are those that the verb would have. The command
    /// line stays empty.
    virtual Task<model::PlanPreview> preview(AnyRequest request) = 0;
};

} // namespace balancer::service

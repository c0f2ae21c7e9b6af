#pragma once

#include "model/verbs.h"
#include "ports/clock.h"
#include "ports/haproxy.h"
#include "service/balancer_verbs.h"
#include "service/change_queue.h"
#include "service/desired_state_cache.h"
#include "service/reconciler.h"
#include "service/service_options.h"

#include <QCoro/QCoroTask>

#include <functional>
#include <memory>
#include <utility>
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
    template <typename Request>
    using AnswerPointer = std::shared_ptr<typename Request::Answer>;

    /// The edits set `answer`.
    Prepared prepare(model::CreateLoadBalancer request, AnswerPointer<model::CreateLoadBalancer> answer) const;
    Prepared prepare(model::DeleteLoadBalancer request, AnswerPointer<model::DeleteLoadBalancer> answer) const;
    Prepared prepare(model::RegisterInstances request, AnswerPointer<model::RegisterInstances> answer) const;
    Prepared prepare(model::SetInstanceAddress request, AnswerPointer<model::SetInstanceAddress> answer) const;
    template <BalancerRequest Request>
    Prepared prepare(Request request, AnswerPointer<Request> answer) const;

private:
    using BalancerEdit = std::function<Result<model::LoadBalancer>(model::LoadBalancer, const Draft &draft)>;
    using Telling = std::function<void(const model::LoadBalancer &)>;

    /// A change of one load balancer, `missing` when it does not exist; `tell` hears what became of it.
    Edit changing(LoadBalancerName name, Error missing, BalancerEdit edit, Telling tell) const;
    VerbContext context(const Draft &draft) const;
    Result<model::CreateLoadBalancerAnswer> create(Draft &draft, const model::CreateLoadBalancer &request) const;
    QCoro::Task<Result<std::vector<model::Instance>>> resolveAll(std::vector<InstanceId> ids) const;

    const DesiredStateCache &m_desired;
    const Reconciler &m_reconciler;
    ports::HostResolver &m_resolver;
    const ports::Clock &m_clock;
    const ServiceOptions &m_options;
};

template <BalancerRequest Request>
VerbEdits::Prepared VerbEdits::prepare(Request request, AnswerPointer<Request> answer) const
{
    BalancerEdit edit = [this, request](model::LoadBalancer balancer, const Draft &draft) {
        return changed(std::move(balancer), request, context(draft));
    };
    Telling tell = [request, answer = std::move(answer)](const model::LoadBalancer &balancer) {
        *answer = answered(request, balancer);
    };
    co_return changing(request.name, missing(request), std::move(edit), std::move(tell));
}

/// All load balancers of a draft, by name; valid until it changes.
plan::BalancerRefs balancersOf(const Draft &draft);

} // namespace balancer::service

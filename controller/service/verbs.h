#pragma once

#include "model/access.h"
#include "model/reads.h"
#include "model/verbs.h"

#include <QCoro/QCoroTask>

#include <utility>
#include <variant>

namespace balancer::service {

/// The verbs an operator has. Each answers after its change is durable and this node's HAProxy has it (or after 5 s,
/// when HAProxy takes longer), and changes nothing when it fails. Whether the caller may is checked before, by `api`.
/// Errors are those of `elb` semantics (LoadBalancerNotFound …), Conflict, Unavailable or Internal.
class Verbs
{
public:
    virtual ~Verbs() = default;

    template <typename Answer>
    using Task = QCoro::Task<Result<Answer>>;

    /// The answer is the request's own kind of answer.
    virtual Task<model::AnyAnswer> performAny(model::AnyRequest request, model::Caller caller) = 0;

    /// What the verb would do to HAProxy. Changes nothing; the errors are those that the verb would have. The command
    /// line stays empty.
    virtual Task<model::PlanPreview> preview(model::AnyRequest request) = 0;

    template <typename Request>
    Task<typename Request::Answer> perform(Request request, model::Caller caller)
    {
        model::AnyRequest any(std::move(request));
        auto answer = co_await performAny(std::move(any), std::move(caller));
        if (!answer)
            co_return fail(answer.error());
        auto own = std::get<typename Request::Answer>(std::move(*answer));
        co_return own;
    }
};

} // namespace balancer::service

#pragma once

#include "service/verbs.h"

#include <QCoro/QCoroTimer>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace balancer::tests {

/// Remembers what was asked and by whom, and answers with what a test put there.
class FakeVerbs final : public service::Verbs
{
public:
    using AnyRequest = service::AnyRequest;

    std::vector<std::pair<AnyRequest, model::Caller>> asked;
    std::vector<AnyRequest> previewed;
    model::PlanPreview plan;    ///< what previews answer
    std::optional<Error> error; ///< fails with it
    bool throws = false;        ///< breaks the rules
    bool later = false;         ///< answers after the loop has turned

    Task<model::CreateLoadBalancerAnswer> perform(model::CreateLoadBalancer request, model::Caller caller) override
    {
        const model::CreateLoadBalancerAnswer made{request.name.folded() + "-1.local.elb.internal"};
        return answer(std::move(request), std::move(caller), made);
    }
    Task<model::EmptyAnswer> perform(model::DeleteLoadBalancer request, model::Caller caller) override
    {
        return answer(std::move(request), std::move(caller), model::EmptyAnswer{});
    }
    Task<model::DescribeLoadBalancersAnswer> perform(model::DescribeLoadBalancers request,
                                                     model::Caller caller) override
    {
        return answer(std::move(request), std::move(caller), model::DescribeLoadBalancersAnswer{});
    }
    Task<model::EmptyAnswer> perform(model::CreateLoadBalancerListeners request, model::Caller caller) override
    {
        return answer(std::move(request), std::move(caller), model::EmptyAnswer{});
    }
    Task<model::EmptyAnswer> perform(model::DeleteLoadBalancerListeners request, model::Caller caller) override
    {
        return answer(std::move(request), std::move(caller), model::EmptyAnswer{});
    }
    Task<model::InstancesAnswer> perform(model::RegisterInstances request, model::Caller caller) override
    {
        const model::InstancesAnswer registered{request.instances};
        return answer(std::move(request), std::move(caller), registered);
    }
    Task<model::InstancesAnswer> perform(model::DeregisterInstances request, model::Caller caller) override
    {
        return answer(std::move(request), std::move(caller), model::InstancesAnswer{});
    }
    Task<model::ConfigureHealthCheckAnswer> perform(model::ConfigureHealthCheck request, model::Caller caller) override
    {
        const model::ConfigureHealthCheckAnswer stored{request.healthCheck};
        return answer(std::move(request), std::move(caller), stored);
    }
    Task<model::DescribeInstanceHealthAnswer> perform(model::DescribeInstanceHealth request,
                                                      model::Caller caller) override
    {
        return answer(std::move(request), std::move(caller), model::DescribeInstanceHealthAnswer{});
    }
    Task<model::SetInstanceAddressAnswer> perform(model::SetInstanceAddress request, model::Caller caller) override
    {
        const model::SetInstanceAddressAnswer stored{request.instance, request.address};
        return answer(std::move(request), std::move(caller), stored);
    }
    Task<model::EmptyAnswer> perform(model::StopNode request, model::Caller caller) override
    {
        return answer(std::move(request), std::move(caller), model::EmptyAnswer{});
    }

    Task<model::PlanPreview> preview(AnyRequest request) override
    {
        previewed.push_back(std::move(request));
        if (error)
            co_return fail(*error);
        // GCC 12 would move the member out.
        const auto answered = plan;
        co_return answered;
    }

private:
    template <typename Answer>
    Task<Answer> answer(AnyRequest request, model::Caller caller, Answer value)
    {
        asked.emplace_back(std::move(request), std::move(caller));
        const std::chrono::milliseconds nextTurn(0);
        if (later)
            co_await QCoro::sleepFor(nextTurn);
        if (throws)
            throw std::runtime_error("a verb must not throw");
        if (error)
            co_return fail(*error);
        co_return value;
    }
};

} // namespace balancer::tests

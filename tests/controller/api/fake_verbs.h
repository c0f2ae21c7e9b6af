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
    using AnyRequest = model::AnyRequest;

    std::vector<std::pair<AnyRequest, model::Caller>> asked;
    std::vector<AnyRequest> previewed;
    model::PlanPreview plan;    ///< what previews answer
    std::optional<Error> error; ///< fails with it
    bool throws = false;        ///< breaks the rules
    bool later = false;         ///< answers after the loop has turned

    Task<model::AnyAnswer> performAny(AnyRequest request, model::Caller caller) override
    {
        const auto made = std::visit([](const auto &one) { return model::AnyAnswer(answerTo(one)); }, request);
        asked.emplace_back(std::move(request), std::move(caller));
        const std::chrono::milliseconds nextTurn(0);
        if (later)
            co_await QCoro::sleepFor(nextTurn);
        if (throws)
            throw std::runtime_error("a verb must not throw");
        if (error)
            co_return fail(*error);
        co_return made;
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
    template <typename Request>
    static typename Request::Answer answerTo(const Request &)
    {
        return {};
    }
    static model::CreateLoadBalancerAnswer answerTo(const model::CreateLoadBalancer &request)
    {
        return {request.name.folded() + "-1.local.elb.internal"};
    }
    static model::InstancesAnswer answerTo(const model::RegisterInstances &request) { return {request.instances}; }
    static model::ConfigureHealthCheckAnswer answerTo(const model::ConfigureHealthCheck &request)
    {
        return {request.healthCheck};
    }
    static model::SetInstanceAddressAnswer answerTo(const model::SetInstanceAddress &request)
    {
        return {request.instance, request.address};
    }
};

} // namespace balancer::tests

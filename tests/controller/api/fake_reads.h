#pragma once

#include "service/reads.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace balancer::tests {

/// Answers with what a test put there, and remembers what was asked.
class FakeReads final : public service::Reads
{
public:
    std::optional<Error> error; ///< fails with it
    model::LoadBalancerList list;
    model::LoadBalancerDetail detail;
    model::NodeStatus status;
    model::HistoryPage page;
    std::vector<std::string> asked; ///< "loadBalancer web"

    Task<model::LoadBalancerList> loadBalancers() override { return answer("loadBalancers", list); }
    Task<model::LoadBalancerDetail> loadBalancer(LoadBalancerName name) override
    {
        return answer("loadBalancer " + name.text(), detail);
    }
    Task<model::NodeStatus> node(model::Caller caller) override
    {
        auto value = status;
        value.caller = std::move(caller);
        return answer("node", std::move(value));
    }
    Task<model::HistoryPage> revisions(int count) override
    {
        return answer("revisions " + std::to_string(count), page);
    }

private:
    template <typename Answer>
    Task<Answer> answer(std::string what, Answer value)
    {
        asked.push_back(std::move(what));
        if (error)
            co_return fail(*error);
        co_return value;
    }
};

} // namespace balancer::tests

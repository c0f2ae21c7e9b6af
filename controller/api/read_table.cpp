#include "api/read_table.h"

#include "model/load_balancer.h"
#include "wire/leaves.h"
#include "wire/read_forms.h"

#include <array>
#include <utility>

namespace balancer::api {

namespace {

using model::Role;

constexpr QueryNumber kRevisionCount{"count", 1, 1000, 100};

Result<std::int64_t> numberFrom(const wire::Parameters &query, const QueryNumber &wanted)
{
    const auto given = wire::findParameter(query, wanted.name);
    if (!given)
        return wanted.usual;
    const auto value = wire::Leaf<std::int64_t>::parse(*given);
    if (value && *value >= wanted.least && *value <= wanted.most)
        return *value;
    return fail(ErrorCode::ValidationError, std::string(wanted.name) + " must be a number from " +
                                                std::to_string(wanted.least) + " to " + std::to_string(wanted.most));
}

template <typename Answer>
Result<wire::Node> written(const Result<Answer> &answer)
{
    if (!answer)
        return fail(answer.error());
    return wire::writeRead(*answer);
}

QCoro::Task<Result<wire::Node>> readLoadBalancers(service::Reads &reads, ReadCall)
{
    const auto answer = co_await reads.loadBalancers();
    co_return written(answer);
}

QCoro::Task<Result<wire::Node>> readLoadBalancer(service::Reads &reads, ReadCall call)
{
    // What cannot be a name is the name of nothing.
    const auto name = LoadBalancerName::parse(call.argument);
    if (!name)
        co_return fail(model::loadBalancerNotFound(call.argument.substr(0, 128)));
    const auto answer = co_await reads.loadBalancer(*name);
    co_return written(answer);
}

QCoro::Task<Result<wire::Node>> readNode(service::Reads &reads, ReadCall call)
{
    const auto answer = co_await reads.node(call.caller);
    co_return written(answer);
}

QCoro::Task<Result<wire::Node>> readRevisions(service::Reads &reads, ReadCall call)
{
    const auto count = numberFrom(call.query, kRevisionCount);
    if (!count)
        co_return fail(count.error());
    const auto answer = co_await reads.revisions(static_cast<int>(*count));
    co_return written(answer);
}

constexpr std::array kReads = {
    ReadEntry{"LoadBalancers",
              "/v1/load-balancers",
              Role::Viewer,
              {},
              &readLoadBalancers,
              &wire::describeRead<model::LoadBalancerList>},
    ReadEntry{"LoadBalancer",
              "/v1/load-balancers/{LoadBalancerName}",
              Role::Viewer,
              {},
              &readLoadBalancer,
              &wire::describeRead<model::LoadBalancerDetail>},
    ReadEntry{"Node", "/v1/node", Role::Viewer, {}, &readNode, &wire::describeRead<model::NodeStatus>},
    ReadEntry{"Revisions", "/v1/revisions", Role::Viewer, kRevisionCount, &readRevisions,
              &wire::describeRead<model::HistoryPage>},
};

/// What stands in place of the pattern's last part, empty if that is no part in braces; nothing when it does not match.
std::optional<std::string> match(std::string_view pattern, std::string_view path)
{
    const auto brace = pattern.find('{');
    if (brace == std::string_view::npos)
        return pattern == path ? std::optional(std::string()) : std::nullopt;
    if (path.size() <= brace || path.substr(0, brace) != pattern.substr(0, brace))
        return std::nullopt;
    const auto argument = path.substr(brace);
    return argument.find('/') == std::string_view::npos ? std::optional(std::string(argument)) : std::nullopt;
}

} // namespace

std::span<const ReadEntry> allReads()
{
    return kReads;
}

std::optional<FoundRead> findRead(std::string_view path)
{
    for (const auto &entry : kReads) {
        if (auto argument = match(entry.path, path))
            return FoundRead{&entry, std::move(*argument)};
    }
    return std::nullopt;
}

} // namespace balancer::api

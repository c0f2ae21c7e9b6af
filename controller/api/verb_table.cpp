#include "api/verb_table.h"

#include "wire/command_line.h"
#include "wire/read_forms.h"
#include "wire/verb_forms.h"

#include <algorithm>
#include <array>
#include <utility>

namespace balancer::api {

namespace {

using model::Role;

template <typename Request>
QCoro::Task<Result<wire::Node>> performVerb(service::Verbs &verbs, wire::Node parameters, model::Caller caller)
{
    auto request = wire::readRequest<Request>(parameters);
    if (!request)
        co_return fail(request.error());
    const auto answer = co_await verbs.perform(std::move(*request), std::move(caller));
    if (!answer)
        co_return fail(answer.error());
    co_return wire::writeForm(*answer);
}

template <typename Request>
QCoro::Task<Result<wire::Node>> previewVerb(service::Verbs &verbs, wire::Node parameters, std::string endpoint)
{
    const auto request = wire::readRequest<Request>(parameters);
    if (!request)
        co_return fail(request.error());
    service::AnyRequest any(*request);
    auto preview = co_await verbs.preview(std::move(any));
    if (!preview)
        co_return fail(preview.error());
    preview->commandLine = wire::renderCommandLine(wire::Verb<Request>::kName, wire::writeForm(*request), endpoint);
    co_return wire::writeRead(*preview);
}

template <typename Request>
constexpr VerbEntry verb(Role role, Surface surface = Surface::Everywhere)
{
    return {wire::Verb<Request>::kName,
            role,
            surface,
            &performVerb<Request>,
            &previewVerb<Request>,
            &wire::describeRequest<Request>,
            &wire::describeAnswer<typename wire::Verb<Request>::Answer>};
}

constexpr std::array kVerbs = {
    verb<model::CreateLoadBalancer>(Role::Operator),          verb<model::DeleteLoadBalancer>(Role::Operator),
    verb<model::DescribeLoadBalancers>(Role::Viewer),         verb<model::CreateLoadBalancerListeners>(Role::Operator),
    verb<model::DeleteLoadBalancerListeners>(Role::Operator), verb<model::RegisterInstances>(Role::Operator),
    verb<model::DeregisterInstances>(Role::Operator),         verb<model::ConfigureHealthCheck>(Role::Operator),
    verb<model::DescribeInstanceHealth>(Role::Viewer),        verb<model::SetInstanceAddress>(Role::Operator),
    verb<model::StopNode>(Role::Admin, Surface::JsonOnly),
};

} // namespace

std::span<const VerbEntry> allVerbs()
{
    return kVerbs;
}

const VerbEntry *findVerb(std::string_view name)
{
    const auto *found = std::ranges::find(kVerbs, name, &VerbEntry::name);
    return found == kVerbs.end() ? nullptr : found;
}

} // namespace balancer::api

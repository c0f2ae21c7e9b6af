#include "api/verb_table.h"

#include "wire/command_line.h"
#include "wire/read_forms.h"
#include "wire/verb_forms.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

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
    model::AnyRequest any(*request);
    auto preview = co_await verbs.preview(std::move(any));
    if (!preview)
        co_return fail(preview.error());
    preview->commandLine = wire::renderCommandLine(Request::kName, wire::writeForm(*request), endpoint);
    co_return wire::writeRead(*preview);
}

template <typename Request>
constexpr VerbEntry verb(Role role, Surface surface = Surface::Everywhere)
{
    return {Request::kName,
            role,
            surface,
            &performVerb<Request>,
            &previewVerb<Request>,
            &wire::describeRequest<Request>,
            &wire::describeAnswer<typename Request::Answer>};
}

constexpr std::array kVerbs = {
    verb<model::CreateLoadBalancer>(Role::Operator),
    verb<model::DeleteLoadBalancer>(Role::Operator),
    verb<model::DescribeLoadBalancers>(Role::Viewer),
    verb<model::DescribeAccountLimits>(Role::Viewer),
    verb<model::CreateLoadBalancerListeners>(Role::Operator),
    verb<model::DeleteLoadBalancerListeners>(Role::Operator),
    verb<model::SetListenerCertificate>(Role::Operator),
    verb<model::RegisterInstances>(Role::Operator),
    verb<model::DeregisterInstances>(Role::Operator),
    verb<model::DescribeInstanceHealth>(Role::Viewer),
    verb<model::ConfigureHealthCheck>(Role::Operator),
    verb<model::EnableZones>(Role::Operator),
    verb<model::DisableZones>(Role::Operator),
    verb<model::AttachToSubnets>(Role::Operator),
    verb<model::DetachFromSubnets>(Role::Operator),
    verb<model::ApplySecurityGroups>(Role::Operator),
    verb<model::CreateLbCookiePolicy>(Role::Operator),
    verb<model::CreateAppCookiePolicy>(Role::Operator),
    verb<model::CreatePolicy>(Role::Operator),
    verb<model::DeletePolicy>(Role::Operator),
    verb<model::DescribePolicies>(Role::Viewer),
    verb<model::DescribePolicyTypes>(Role::Viewer),
    verb<model::SetListenerPolicies>(Role::Operator),
    verb<model::SetBackendPolicies>(Role::Operator),
    verb<model::DescribeAttributes>(Role::Viewer),
    verb<model::ModifyAttributes>(Role::Operator),
    verb<model::AddTags>(Role::Operator),
    verb<model::RemoveTags>(Role::Operator),
    verb<model::DescribeTags>(Role::Viewer),
    // IAM's.
    verb<model::UploadServerCertificate>(Role::Admin, Surface::Iam),
    verb<model::GetServerCertificate>(Role::Viewer, Surface::Iam),
    verb<model::ListServerCertificates>(Role::Viewer, Surface::Iam),
    verb<model::UpdateServerCertificate>(Role::Admin, Surface::Iam),
    verb<model::DeleteServerCertificate>(Role::Admin, Surface::Iam),
    verb<model::TagServerCertificate>(Role::Admin, Surface::Iam),
    verb<model::UntagServerCertificate>(Role::Admin, Surface::Iam),
    verb<model::ListServerCertificateTags>(Role::Viewer, Surface::Iam),
    // Ours, beside ELB's.
    verb<model::SetInstanceAddress>(Role::Operator),
    verb<model::StopNode>(Role::Admin, Surface::JsonOnly),
};
static_assert(kVerbs.size() == std::variant_size_v<model::AnyRequest>);

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

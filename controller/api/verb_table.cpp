#include "api/verb_table.h"

#include "wire/command_line.h"
#include "wire/key_forms.h"
#include "wire/read_forms.h"
#include "wire/verb_forms.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>
#include <variant>

namespace balancer::api {

namespace {

using model::Role;

template <typename Request>
constexpr bool kIsKeyVerb = requires(service::KeyVerbs &keys, Request request)
{
    keys.perform(request, model::Caller());
};

template <typename Request>
auto &serviceFor(const VerbServices &services)
{
    if constexpr (kIsKeyVerb<Request>)
        return services.keys;
    else
        return services.verbs;
}

template <typename Request>
using AnyLike = std::conditional_t<kIsKeyVerb<Request>, service::AnyKeyRequest, model::AnyRequest>;

template <typename Request>
std::string commandLineFor(const Request &request, const std::string &endpoint)
{
    if constexpr (kIsKeyVerb<Request>)
        return wire::renderKeyCommandLine(request);
    else
        return wire::renderCommandLine(Request::kName, wire::writeForm(request), endpoint);
}

template <typename Request>
QCoro::Task<Result<wire::Node>> performVerb(VerbServices services, wire::Node parameters, model::Caller caller)
{
    auto request = wire::readRequest<Request>(parameters);
    if (!request)
        co_return fail(request.error());
    auto &service = serviceFor<Request>(services);
    const auto answer = co_await service.perform(std::move(*request), std::move(caller));
    if (!answer)
        co_return fail(answer.error());
    co_return wire::writeForm(*answer);
}

template <typename Request>
QCoro::Task<Result<wire::Node>> previewVerb(VerbServices services, wire::Node parameters, std::string endpoint)
{
    const auto request = wire::readRequest<Request>(parameters);
    if (!request)
        co_return fail(request.error());
    auto &service = serviceFor<Request>(services);
    AnyLike<Request> any(*request);
    auto preview = co_await service.preview(std::move(any));
    if (!preview)
        co_return fail(preview.error());
    preview->commandLine = commandLineFor(*request, endpoint);
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

    verb<model::CreateAccessKey>(Role::Admin, Surface::JsonOnly),
    verb<model::ListAccessKeys>(Role::Admin, Surface::JsonOnly),
    verb<model::UpdateAccessKey>(Role::Admin, Surface::JsonOnly),
    verb<model::DeleteAccessKey>(Role::Admin, Surface::JsonOnly),
};
static_assert(kVerbs.size() ==
              std::variant_size_v<model::AnyRequest> + std::variant_size_v<service::AnyKeyRequest>);

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

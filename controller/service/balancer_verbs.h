#pragma once

#include "model/site.h"
#include "model/verbs.h"

#include <concepts>
#include <functional>
#include <string>
#include <vector>

/// The verbs that change one load balancer, which must exist, and nothing else: each is what it makes of the load
/// balancer, and what it answers then. Pure.
namespace balancer::service {

/// What a verb goes by besides its request.
struct VerbContext
{
    const model::Limits &limits;
    model::Timestamp now;
    /// Whether there is a certificate of that ARN.
    std::function<bool(const std::string &arn)> hasCertificate;
    const model::SiteCatalogue &site;
};

using Changed = Result<model::LoadBalancer>;

/// That the load balancer of a request is not there, in the words ELB has for that verb.
template <typename Request>
Error missing(const Request &request)
{
    return model::loadBalancerNotFound(request.name.text());
}
Error missing(const model::ModifyAttributes &request);

/// For a verb that names no instance.
Error noInstances();
/// CertificateNotFound, naming the first that is not there.
Result<void> checkCertificates(const std::vector<model::Listener> &listeners, const VerbContext &context);

Changed changed(model::LoadBalancer balancer, const model::CreateLoadBalancerListeners &request,
                const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::DeleteLoadBalancerListeners &request,
                const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::SetListenerCertificate &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::DeregisterInstances &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::ConfigureHealthCheck &request, const VerbContext &context);

Changed changed(model::LoadBalancer balancer, const model::EnableZones &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::DisableZones &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::AttachToSubnets &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::DetachFromSubnets &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::ApplySecurityGroups &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::ModifyAttributes &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::AddTags &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::RemoveTags &request, const VerbContext &context);

Changed changed(model::LoadBalancer balancer, const model::CreateLbCookiePolicy &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::CreateAppCookiePolicy &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::CreatePolicy &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::DeletePolicy &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::SetListenerPolicies &request, const VerbContext &context);
Changed changed(model::LoadBalancer balancer, const model::SetBackendPolicies &request, const VerbContext &context);

/// A request of one of these verbs.
template <typename Request>
concept BalancerRequest = requires(model::LoadBalancer balancer, const Request &request, const VerbContext &context)
{
    changed(balancer, request, context);
};

/// What is answered once the load balancer is `balancer`.
template <typename Request>
requires std::same_as<typename Request::Answer, model::EmptyAnswer> model::EmptyAnswer
answered(const Request &, const model::LoadBalancer &)
{
    return {};
}
model::InstancesAnswer instancesOf(const model::LoadBalancer &balancer);
model::InstancesAnswer answered(const model::DeregisterInstances &request, const model::LoadBalancer &balancer);
model::ConfigureHealthCheckAnswer answered(const model::ConfigureHealthCheck &request,
                                           const model::LoadBalancer &balancer);
model::ZonesAnswer answered(const model::EnableZones &request, const model::LoadBalancer &balancer);
model::ZonesAnswer answered(const model::DisableZones &request, const model::LoadBalancer &balancer);
model::SubnetsAnswer answered(const model::AttachToSubnets &request, const model::LoadBalancer &balancer);
model::SubnetsAnswer answered(const model::DetachFromSubnets &request, const model::LoadBalancer &balancer);
model::SecurityGroupsAnswer answered(const model::ApplySecurityGroups &request, const model::LoadBalancer &balancer);
model::ModifyAttributesAnswer answered(const model::ModifyAttributes &request, const model::LoadBalancer &balancer);

} // namespace balancer::service

#include "service/balancer_verbs.h"

#include "model/balancer_policies.h"
#include "model/certificate.h"
#include "plan/access_log_key.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace balancer::service {

namespace {

using model::LoadBalancer;

/// The rules for a policy, then its place among the others.
Changed withNewPolicy(LoadBalancer balancer, const std::string &name, std::string_view type,
                      const std::vector<model::PolicyAttribute> &attributes, const VerbContext &context)
{
    const auto policy = model::makePolicy(name, type, attributes);
    if (!policy)
        return fail(policy.error());
    return model::withPolicy(std::move(balancer), *policy, context.limits);
}

} // namespace

Error missing(const model::ModifyAttributes &request)
{
    return model::attributesNotFound(request.name.text());
}

Error noInstances()
{
    return Error{ErrorCode::ValidationError, "Instances cannot be empty"};
}

Result<void> checkCertificates(const std::vector<model::Listener> &listeners, const VerbContext &context)
{
    for (const auto &listener : listeners) {
        const auto &arn = listener.certificateId;
        if (!arn.empty() && !context.hasCertificate(arn))
            return fail(model::certificateNotFound(arn));
    }
    return {};
}

// --------------------------------------------------------------------------- listeners, instances, health check

Changed changed(LoadBalancer balancer, const model::CreateLoadBalancerListeners &request, const VerbContext &context)
{
    if (const auto found = checkCertificates(request.listeners, context); !found)
        return fail(found.error());
    return model::withListeners(std::move(balancer), request.listeners, context.limits);
}

Changed changed(LoadBalancer balancer, const model::DeleteLoadBalancerListeners &request, const VerbContext &)
{
    return model::withoutListeners(std::move(balancer), request.ports);
}

Changed changed(LoadBalancer balancer, const model::SetListenerCertificate &request, const VerbContext &context)
{
    auto replaced = model::withCertificate(std::move(balancer), request.port, request.certificateId);
    if (!replaced)
        return replaced;
    if (!context.hasCertificate(request.certificateId))
        return fail(model::certificateNotFound(request.certificateId));
    return replaced;
}

Changed changed(LoadBalancer balancer, const model::DeregisterInstances &request, const VerbContext &context)
{
    if (request.instances.empty())
        return fail(noInstances());
    return model::withoutInstances(std::move(balancer), request.instances, context.now);
}

Changed changed(LoadBalancer balancer, const model::ConfigureHealthCheck &request, const VerbContext &)
{
    return model::withHealthCheck(std::move(balancer), request.healthCheck);
}

// ------------------------------------------------------------------------------- zones, attributes, tags

Changed changed(LoadBalancer balancer, const model::EnableZones &request, const VerbContext &context)
{
    if (const auto known = model::checkZones(context.site, request.zones); !known)
        return fail(known.error());
    return model::withZones(std::move(balancer), request.zones);
}

Changed changed(LoadBalancer balancer, const model::DisableZones &request, const VerbContext &)
{
    return model::withoutZones(std::move(balancer), request.zones);
}

Changed changed(LoadBalancer balancer, const model::AttachToSubnets &request, const VerbContext &context)
{
    auto attached = model::withSubnets(std::move(balancer), request.subnets);
    if (const auto known = model::checkSubnets(context.site, attached.subnets); !known)
        return fail(known.error());
    return model::withZones(std::move(attached), model::zonesOf(context.site, request.subnets));
}

Changed changed(LoadBalancer balancer, const model::DetachFromSubnets &request, const VerbContext &context)
{
    auto detached = model::withoutSubnets(std::move(balancer), request.subnets);
    const auto zones = model::zonesOf(context.site, request.subnets);
    // No two subnets are in one zone, so it goes with its subnet.
    if (detached)
        std::erase_if(detached->availabilityZones,
                      [&](const std::string &zone) { return std::ranges::find(zones, zone) != zones.end(); });
    return detached;
}

Changed changed(LoadBalancer balancer, const model::ApplySecurityGroups &request, const VerbContext &context)
{
    if (const auto known = model::checkSecurityGroups(context.site, request.groups); !known)
        return fail(known.error());
    return model::withSecurityGroups(std::move(balancer), request.groups);
}

Changed changed(LoadBalancer balancer, const model::ModifyAttributes &request, const VerbContext &)
{
    auto changed = model::withAttributes(std::move(balancer), request.change);
    if (!changed || !changed->attributes.accessLog.enabled)
        return changed;
    if (const auto fits = plan::checkAccessLogPlace(changed->attributes.accessLog); !fits)
        return fail(fits.error());
    return changed;
}

Changed changed(LoadBalancer balancer, const model::AddTags &request, const VerbContext &context)
{
    return model::withTags(std::move(balancer), request.tags, context.limits);
}

Changed changed(LoadBalancer balancer, const model::RemoveTags &request, const VerbContext &)
{
    return model::withoutTags(std::move(balancer), request.keys);
}

// ---------------------------------------------------------------------------------------------- policies

Changed changed(LoadBalancer balancer, const model::CreateLbCookiePolicy &request, const VerbContext &context)
{
    const std::vector<model::PolicyAttribute> attributes{
        {"CookieExpirationPeriod", std::to_string(request.expirationSeconds)}};
    return withNewPolicy(std::move(balancer), request.policy, model::kLbCookieType, attributes, context);
}

Changed changed(LoadBalancer balancer, const model::CreateAppCookiePolicy &request, const VerbContext &context)
{
    const std::vector<model::PolicyAttribute> attributes{{"CookieName", request.cookieName}};
    return withNewPolicy(std::move(balancer), request.policy, model::kAppCookieType, attributes, context);
}

Changed changed(LoadBalancer balancer, const model::CreatePolicy &request, const VerbContext &context)
{
    return withNewPolicy(std::move(balancer), request.policy, request.type, request.attributes, context);
}

Changed changed(LoadBalancer balancer, const model::DeletePolicy &request, const VerbContext &)
{
    return model::withoutPolicy(std::move(balancer), request.policy);
}

Changed changed(LoadBalancer balancer, const model::SetListenerPolicies &request, const VerbContext &)
{
    return model::withListenerPolicies(std::move(balancer), request.port, request.policies);
}

Changed changed(LoadBalancer balancer, const model::SetBackendPolicies &request, const VerbContext &)
{
    return model::withBackendPolicies(std::move(balancer), request.port, request.policies);
}

// ----------------------------------------------------------------------------------------------- answers

model::InstancesAnswer instancesOf(const LoadBalancer &balancer)
{
    model::InstancesAnswer answer;
    std::ranges::transform(balancer.instances, std::back_inserter(answer.instances), &model::Instance::id);
    return answer;
}

model::InstancesAnswer answered(const model::DeregisterInstances &, const LoadBalancer &balancer)
{
    return instancesOf(balancer);
}

model::ConfigureHealthCheckAnswer answered(const model::ConfigureHealthCheck &, const LoadBalancer &balancer)
{
    return {balancer.healthCheck};
}

model::ZonesAnswer answered(const model::EnableZones &, const LoadBalancer &balancer)
{
    return {balancer.availabilityZones};
}

model::ZonesAnswer answered(const model::DisableZones &, const LoadBalancer &balancer)
{
    return {balancer.availabilityZones};
}

model::SubnetsAnswer answered(const model::AttachToSubnets &, const LoadBalancer &balancer)
{
    return {balancer.subnets};
}

model::SubnetsAnswer answered(const model::DetachFromSubnets &, const LoadBalancer &balancer)
{
    return {balancer.subnets};
}

model::SecurityGroupsAnswer answered(const model::ApplySecurityGroups &, const LoadBalancer &balancer)
{
    return {balancer.securityGroups};
}

model::ModifyAttributesAnswer answered(const model::ModifyAttributes &request, const LoadBalancer &balancer)
{
    const auto all = model::allGroups(balancer.attributes);
    return {balancer.name, model::onlyGroupsOf(all, request.change)};
}

} // namespace balancer::service

#include "wire/stored_form.h"

#include "wire/json_text.h"
#include "wire/tables.h"

namespace balancer::wire {

template <>
struct Table<model::Instance>
{
    static constexpr auto kFields = std::tuple{
        always("InstanceId", &model::Instance::id),
        optional("Address", &model::Instance::address),
        optional("AvailabilityZone", &model::Instance::zone),
    };
};

template <>
struct Table<model::FormerInstance>
{
    static constexpr auto kFields = std::tuple{
        always("InstanceId", &model::FormerInstance::id),
        optional("DeregisteredTime", &model::FormerInstance::deregisteredAt),
        optional("Address", &model::FormerInstance::address),
        optional("DrainingUntil", &model::FormerInstance::drainingUntil),
        optional("AvailabilityZone", &model::FormerInstance::zone),
    };
};

template <>
struct Table<model::Policy>
{
    static constexpr auto kFields = std::tuple{
        always("PolicyName", &model::Policy::name),
        required("PolicyTypeName", &model::Policy::type),
        optional("PolicyAttributes", &model::Policy::attributes),
    };
};

template <>
struct Table<model::PortPolicies>
{
    static constexpr auto kFields = std::tuple{
        always("Port", &model::PortPolicies::port),
        optional("PolicyNames", &model::PortPolicies::policyNames),
    };
};

template <>
struct Table<model::LoadBalancer>
{
    static constexpr auto kFields = std::tuple{
        always("LoadBalancerName", &model::LoadBalancer::name),
        optional("DNSName", &model::LoadBalancer::dnsName),
        optional("CreatedTime", &model::LoadBalancer::createdAt),
        optional("Scheme", &model::LoadBalancer::scheme),
        optional("Listeners", &model::LoadBalancer::listeners),
        optional("HealthCheck", &model::LoadBalancer::healthCheck),
        optional("Instances", &model::LoadBalancer::instances),
        optional("FormerInstances", &model::LoadBalancer::formerInstances),
        optional("AvailabilityZones", &model::LoadBalancer::availabilityZones),
        optional("Subnets", &model::LoadBalancer::subnets),
        optional("SecurityGroups", &model::LoadBalancer::securityGroups),
        optional("Tags", &model::LoadBalancer::tags),
        optional("Policies", &model::LoadBalancer::policies),
        optional("ListenerPolicies", &model::LoadBalancer::listenerPolicies),
        optional("BackendPolicies", &model::LoadBalancer::backendPolicies),
        optional("Attributes", &model::LoadBalancer::attributes),
        optional("CookieKey", &model::LoadBalancer::cookieKey),
        optional("Creation", &model::LoadBalancer::creation),
    };
};

std::string renderStored(const model::LoadBalancer &balancer)
{
    return renderJson(write(balancer));
}

Result<model::LoadBalancer> parseStored(std::string_view text)
{
    const auto node = parseJson(text, kOwnJson);
    if (!node)
        return fail(ErrorCode::Corrupt, "a stored load balancer cannot be read: " + node.error().message);
    model::LoadBalancer balancer;
    if (const auto ok = read(balancer, *node, Path{}, Reading::Data); !ok)
        return fail(ErrorCode::Corrupt, "a stored load balancer cannot be read: " + ok.error().message);
    return balancer;
}

} // namespace balancer::wire

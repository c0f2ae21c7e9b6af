#include "model/balancer_policies.h"
#include "wire/tables.h"
#include "wire/verb_templates.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

namespace balancer::wire {

namespace {

/// DescribeLoadBalancers' own shapes. ELB always has all of them, clients rely on that.
struct ListenerDescription
{
    model::Listener listener;
    std::vector<std::string> policyNames;
};

struct AppCookiePolicyDescription
{
    std::string name;
    std::string cookieName;
};

struct LbCookiePolicyDescription
{
    std::string name;
    std::int64_t expirationPeriod = 0;
};

struct PoliciesDescription
{
    std::vector<AppCookiePolicyDescription> appCookies;
    std::vector<LbCookiePolicyDescription> lbCookies;
    std::vector<std::string> others;
};

struct BackendServerDescription
{
    std::uint16_t instancePort = 0;
    std::vector<std::string> policyNames;
};

struct LoadBalancerDescription
{
    LoadBalancerName name;
    std::string dnsName;
    std::string hostedZoneName;
    std::string hostedZoneId = "ZELASTICHAPROXY";
    std::vector<ListenerDescription> listeners;
    PoliciesDescription policies;
    std::vector<BackendServerDescription> backendServers;
    std::vector<std::string> availabilityZones;
    std::vector<std::string> subnets;
    std::vector<InstanceId> instances;
    model::HealthCheck healthCheck;
    std::vector<std::string> securityGroups;
    model::Timestamp createdAt{};
    model::Scheme scheme = model::Scheme::InternetFacing;
};

struct DescriptionPage
{
    std::vector<LoadBalancerDescription> descriptions;
    std::string nextMarker;
};

PoliciesDescription describePolicies(const std::vector<model::Policy> &policies)
{
    PoliciesDescription description;
    for (const auto &policy : policies) {
        const auto rule = model::ruleOf(policy);
        if (const auto *own = std::get_if<model::LbCookieStickiness>(&rule))
            description.lbCookies.push_back({policy.name, own->expirationSeconds});
        else if (const auto *app = std::get_if<model::AppCookieStickiness>(&rule))
            description.appCookies.push_back({policy.name, app->cookieName});
        else
            description.others.push_back(policy.name);
    }
    return description;
}

/// The cookies' policies; of the others a description has the names alone.
std::vector<model::Policy> policiesFrom(const PoliciesDescription &description)
{
    std::vector<model::Policy> policies;
    const auto add = [&](const std::string &name, std::string_view type, std::string attribute, std::string value) {
        policies.push_back(model::Policy{name, std::string(type), {{std::move(attribute), std::move(value)}}});
    };
    for (const auto &own : description.lbCookies)
        add(own.name, model::kLbCookieType, "CookieExpirationPeriod", std::to_string(own.expirationPeriod));
    for (const auto &app : description.appCookies)
        add(app.name, model::kAppCookieType, "CookieName", app.cookieName);
    return policies;
}

LoadBalancerDescription describe(const model::LoadBalancer &balancer)
{
    LoadBalancerDescription description;
    description.name = balancer.name;
    description.dnsName = balancer.dnsName;
    description.hostedZoneName = balancer.dnsName;
    std::ranges::transform(
        balancer.listeners, std::back_inserter(description.listeners), [&](const model::Listener &listener) {
            return ListenerDescription{listener, model::listenerPolicyNames(balancer, listener.loadBalancerPort)};
        });
    description.policies = describePolicies(balancer.policies);
    for (const auto &[port, policyNames] : balancer.backendPolicies)
        description.backendServers.push_back({port, policyNames});
    description.availabilityZones = balancer.availabilityZones;
    description.subnets = balancer.subnets;
    std::ranges::transform(balancer.instances, std::back_inserter(description.instances), &model::Instance::id);
    description.healthCheck = balancer.healthCheck;
    description.securityGroups = balancer.securityGroups;
    description.createdAt = balancer.createdAt;
    description.scheme = balancer.scheme;
    return description;
}

model::LoadBalancer fromDescription(LoadBalancerDescription description)
{
    model::LoadBalancer balancer;
    balancer.name = std::move(description.name);
    balancer.dnsName = std::move(description.dnsName);
    balancer.createdAt = description.createdAt;
    balancer.scheme = description.scheme;
    for (auto &[listener, policyNames] : description.listeners) {
        balancer.listeners.push_back(listener);
        if (!policyNames.empty())
            balancer.listenerPolicies.push_back({listener.loadBalancerPort, std::move(policyNames)});
    }
    balancer.policies = policiesFrom(description.policies);
    for (auto &[port, policyNames] : description.backendServers)
        balancer.backendPolicies.push_back({port, std::move(policyNames)});
    balancer.healthCheck = description.healthCheck;
    std::ranges::transform(description.instances, std::back_inserter(balancer.instances), [](const InstanceId &id) {
        return model::Instance{id, {}};
    });
    balancer.availabilityZones = std::move(description.availabilityZones);
    balancer.subnets = std::move(description.subnets);
    balancer.securityGroups = std::move(description.securityGroups);
    return balancer;
}

} // namespace

template <>
struct Table<ListenerDescription>
{
    static constexpr auto kFields = std::tuple{
        always("Listener", &ListenerDescription::listener),
        optional("PolicyNames", &ListenerDescription::policyNames),
    };
};

template <>
struct Table<AppCookiePolicyDescription>
{
    static constexpr auto kFields = std::tuple{
        always("PolicyName", &AppCookiePolicyDescription::name),
        always("CookieName", &AppCookiePolicyDescription::cookieName),
    };
};

template <>
struct Table<LbCookiePolicyDescription>
{
    static constexpr auto kFields = std::tuple{
        always("PolicyName", &LbCookiePolicyDescription::name),
        always("CookieExpirationPeriod", &LbCookiePolicyDescription::expirationPeriod),
    };
};

template <>
struct Table<PoliciesDescription>
{
    static constexpr auto kFields = std::tuple{
        optional("AppCookieStickinessPolicies", &PoliciesDescription::appCookies),
        optional("LBCookieStickinessPolicies", &PoliciesDescription::lbCookies),
        optional("OtherPolicies", &PoliciesDescription::others),
    };
};

template <>
struct Table<BackendServerDescription>
{
    static constexpr auto kFields = std::tuple{
        always("InstancePort", &BackendServerDescription::instancePort),
        optional("PolicyNames", &BackendServerDescription::policyNames),
    };
};

template <>
struct Table<LoadBalancerDescription>
{
    static constexpr auto kFields = std::tuple{
        always("LoadBalancerName", &LoadBalancerDescription::name),
        required("DNSName", &LoadBalancerDescription::dnsName),
        required("CanonicalHostedZoneName", &LoadBalancerDescription::hostedZoneName),
        required("CanonicalHostedZoneNameID", &LoadBalancerDescription::hostedZoneId),
        optional("ListenerDescriptions", &LoadBalancerDescription::listeners),
        optional("Policies", &LoadBalancerDescription::policies),
        optional("BackendServerDescriptions", &LoadBalancerDescription::backendServers),
        optional("AvailabilityZones", &LoadBalancerDescription::availabilityZones),
        optional("Subnets", &LoadBalancerDescription::subnets),
        optional("Instances", &LoadBalancerDescription::instances).eachIn("InstanceId"),
        required("HealthCheck", &LoadBalancerDescription::healthCheck),
        optional("SecurityGroups", &LoadBalancerDescription::securityGroups),
        required("CreatedTime", &LoadBalancerDescription::createdAt),
        required("Scheme", &LoadBalancerDescription::scheme),
    };
};

template <>
struct Table<DescriptionPage>
{
    static constexpr auto kFields = std::tuple{
        optional("LoadBalancerDescriptions", &DescriptionPage::descriptions),
        optional("NextMarker", &DescriptionPage::nextMarker),
    };
};

template <>
struct View<model::DescribeLoadBalancersAnswer>
{
    static DescriptionPage of(const model::DescribeLoadBalancersAnswer &answer)
    {
        DescriptionPage page;
        page.nextMarker = answer.nextMarker;
        std::ranges::transform(answer.loadBalancers, std::back_inserter(page.descriptions), describe);
        return page;
    }

    static model::DescribeLoadBalancersAnswer back(DescriptionPage page)
    {
        model::DescribeLoadBalancersAnswer answer;
        answer.nextMarker = std::move(page.nextMarker);
        std::ranges::transform(page.descriptions, std::back_inserter(answer.loadBalancers), fromDescription);
        return answer;
    }
};

template <>
struct Table<model::CreateLoadBalancer>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::CreateLoadBalancer::name),
        flattened(&model::CreateLoadBalancer::parameters),
    };
};

template <>
struct Table<model::CreateLoadBalancerAnswer>
{
    static constexpr auto kFields = std::tuple{required("DNSName", &model::CreateLoadBalancerAnswer::dnsName)};
};

template <>
struct Table<model::DeleteLoadBalancer>
{
    static constexpr auto kFields = std::tuple{required("LoadBalancerName", &model::DeleteLoadBalancer::name)};
};

template <>
struct Table<model::DescribeLoadBalancers>
{
    static constexpr auto kFields = std::tuple{
        optional("LoadBalancerNames", &model::DescribeLoadBalancers::names),
        optional("Marker", &model::DescribeLoadBalancers::marker),
        optional("PageSize", &model::DescribeLoadBalancers::pageSize).within(1, 400),
    };
};

template <>
struct Table<model::CreateLoadBalancerListeners>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::CreateLoadBalancerListeners::name),
        required("Listeners", &model::CreateLoadBalancerListeners::listeners),
    };
};

template <>
struct Table<model::DeleteLoadBalancerListeners>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::DeleteLoadBalancerListeners::name),
        required("LoadBalancerPorts", &model::DeleteLoadBalancerListeners::ports),
    };
};

template <>
struct Table<model::SetListenerCertificate>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::SetListenerCertificate::name),
        required("LoadBalancerPort", &model::SetListenerCertificate::port),
        required("SSLCertificateId", &model::SetListenerCertificate::certificateId),
    };
};

template <>
struct Table<model::RegisterInstances>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::RegisterInstances::name),
        required("Instances", &model::RegisterInstances::instances).eachIn("InstanceId"),
    };
};

template <>
struct Table<model::DeregisterInstances>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::DeregisterInstances::name),
        required("Instances", &model::DeregisterInstances::instances).eachIn("InstanceId"),
    };
};

template <>
struct Table<model::InstancesAnswer>
{
    static constexpr auto kFields =
        std::tuple{optional("Instances", &model::InstancesAnswer::instances).eachIn("InstanceId")};
};

template <>
struct Table<model::ConfigureHealthCheck>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::ConfigureHealthCheck::name),
        required("HealthCheck", &model::ConfigureHealthCheck::healthCheck),
    };
};

template <>
struct Table<model::ConfigureHealthCheckAnswer>
{
    static constexpr auto kFields =
        std::tuple{required("HealthCheck", &model::ConfigureHealthCheckAnswer::healthCheck)};
};

template <>
struct Table<model::DescribeInstanceHealth>
{
    static constexpr auto kFields = std::tuple{
        required("LoadBalancerName", &model::DescribeInstanceHealth::name),
        optional("Instances", &model::DescribeInstanceHealth::instances).eachIn("InstanceId"),
    };
};

template <>
struct Table<model::DescribeInstanceHealthAnswer>
{
    static constexpr auto kFields =
        std::tuple{optional("InstanceStates", &model::DescribeInstanceHealthAnswer::states)};
};

template <>
struct Table<model::SetInstanceAddress>
{
    static constexpr auto kFields = std::tuple{
        required("InstanceId", &model::SetInstanceAddress::instance),
        required("Address", &model::SetInstanceAddress::address),
        optional("AvailabilityZone", &model::SetInstanceAddress::zone),
    };
};

template <>
struct Table<model::SetInstanceAddressAnswer>
{
    static constexpr auto kFields = std::tuple{
        always("InstanceId", &model::SetInstanceAddressAnswer::instance),
        required("Address", &model::SetInstanceAddressAnswer::address),
        optional("AvailabilityZone", &model::SetInstanceAddressAnswer::zone),
    };
};

template <>
struct Table<model::StopNode>
{
    static constexpr auto kFields = std::tuple{optional("Traffic", &model::StopNode::traffic)};
};

template struct VerbForms<model::CreateLoadBalancer>;
template struct VerbForms<model::DeleteLoadBalancer>;
template struct VerbForms<model::DescribeLoadBalancers>;
template struct VerbForms<model::CreateLoadBalancerListeners>;
template struct VerbForms<model::DeleteLoadBalancerListeners>;
template struct VerbForms<model::SetListenerCertificate>;
template struct VerbForms<model::RegisterInstances>;
template struct VerbForms<model::DeregisterInstances>;
template struct VerbForms<model::ConfigureHealthCheck>;
template struct VerbForms<model::DescribeInstanceHealth>;
template struct VerbForms<model::SetInstanceAddress>;
template struct VerbForms<model::StopNode>;

} // namespace balancer::wire

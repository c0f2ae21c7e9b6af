#include "wire/verb_forms.h"

#include "wire/form_templates.h"
#include "wire/tables.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

namespace balancer::wire {

namespace {

/// DescribeLoadBalancers' own shapes. ELB always has all of them, clients rely on that; those without anything behind
/// them yet are empty.
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

LoadBalancerDescription describe(const model::LoadBalancer &balancer)
{
    LoadBalancerDescription description;
    description.name = balancer.name;
    description.dnsName = balancer.dnsName;
    description.hostedZoneName = balancer.dnsName;
    std::ranges::transform(balancer.listeners, std::back_inserter(description.listeners),
                           [](const model::Listener &listener) {
                               return ListenerDescription{listener, {}};
                           });
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
    std::ranges::transform(description.listeners, std::back_inserter(balancer.listeners),
                           &ListenerDescription::listener);
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
    };
};

template <>
struct Table<model::SetInstanceAddressAnswer>
{
    static constexpr auto kFields = std::tuple{
        always("InstanceId", &model::SetInstanceAddressAnswer::instance),
        required("Address", &model::SetInstanceAddressAnswer::address),
    };
};

template <>
struct Table<model::StopNode>
{
    static constexpr auto kFields = std::tuple{optional("Traffic", &model::StopNode::traffic)};
};

template <>
struct Table<model::EmptyAnswer>
{
    static constexpr std::tuple<> kFields{};
};

template Result<model::CreateLoadBalancer> readRequest(const Node &);
template Result<model::DeleteLoadBalancer> readRequest(const Node &);
template Result<model::DescribeLoadBalancers> readRequest(const Node &);
template Result<model::CreateLoadBalancerListeners> readRequest(const Node &);
template Result<model::DeleteLoadBalancerListeners> readRequest(const Node &);
template Result<model::RegisterInstances> readRequest(const Node &);
template Result<model::DeregisterInstances> readRequest(const Node &);
template Result<model::ConfigureHealthCheck> readRequest(const Node &);
template Result<model::DescribeInstanceHealth> readRequest(const Node &);
template Result<model::SetInstanceAddress> readRequest(const Node &);
template Result<model::StopNode> readRequest(const Node &);

template Result<model::CreateLoadBalancerAnswer> readAnswer(const Node &);
template Result<model::DescribeLoadBalancersAnswer> readAnswer(const Node &);
template Result<model::InstancesAnswer> readAnswer(const Node &);
template Result<model::ConfigureHealthCheckAnswer> readAnswer(const Node &);
template Result<model::DescribeInstanceHealthAnswer> readAnswer(const Node &);
template Result<model::SetInstanceAddressAnswer> readAnswer(const Node &);
template Result<model::EmptyAnswer> readAnswer(const Node &);

template Node writeForm(const model::CreateLoadBalancer &);
template Node writeForm(const model::DeleteLoadBalancer &);
template Node writeForm(const model::DescribeLoadBalancers &);
template Node writeForm(const model::CreateLoadBalancerListeners &);
template Node writeForm(const model::DeleteLoadBalancerListeners &);
template Node writeForm(const model::RegisterInstances &);
template Node writeForm(const model::DeregisterInstances &);
template Node writeForm(const model::ConfigureHealthCheck &);
template Node writeForm(const model::DescribeInstanceHealth &);
template Node writeForm(const model::SetInstanceAddress &);
template Node writeForm(const model::StopNode &);
template Node writeForm(const model::CreateLoadBalancerAnswer &);
template Node writeForm(const model::DescribeLoadBalancersAnswer &);
template Node writeForm(const model::InstancesAnswer &);
template Node writeForm(const model::ConfigureHealthCheckAnswer &);
template Node writeForm(const model::DescribeInstanceHealthAnswer &);
template Node writeForm(const model::SetInstanceAddressAnswer &);
template Node writeForm(const model::EmptyAnswer &);

template Node describeRequest<model::CreateLoadBalancer>(SchemaSet &);
template Node describeRequest<model::DeleteLoadBalancer>(SchemaSet &);
template Node describeRequest<model::DescribeLoadBalancers>(SchemaSet &);
template Node describeRequest<model::CreateLoadBalancerListeners>(SchemaSet &);
template Node describeRequest<model::DeleteLoadBalancerListeners>(SchemaSet &);
template Node describeRequest<model::RegisterInstances>(SchemaSet &);
template Node describeRequest<model::DeregisterInstances>(SchemaSet &);
template Node describeRequest<model::ConfigureHealthCheck>(SchemaSet &);
template Node describeRequest<model::DescribeInstanceHealth>(SchemaSet &);
template Node describeRequest<model::SetInstanceAddress>(SchemaSet &);
template Node describeRequest<model::StopNode>(SchemaSet &);

template Node describeAnswer<model::CreateLoadBalancerAnswer>(SchemaSet &);
template Node describeAnswer<model::DescribeLoadBalancersAnswer>(SchemaSet &);
template Node describeAnswer<model::InstancesAnswer>(SchemaSet &);
template Node describeAnswer<model::ConfigureHealthCheckAnswer>(SchemaSet &);
template Node describeAnswer<model::DescribeInstanceHealthAnswer>(SchemaSet &);
template Node describeAnswer<model::SetInstanceAddressAnswer>(SchemaSet &);
template Node describeAnswer<model::EmptyAnswer>(SchemaSet &);

} // namespace balancer::wire

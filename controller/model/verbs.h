#pragma once

#include "base/ids.h"
#include "model/attribute_verbs.h"
#include "model/certificate_verbs.h"
#include "model/load_balancer.h"
#include "model/policy_verbs.h"
#include "model/verb_basics.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// The verbs as values: what a caller asks, and what is answered. `kName` is the verb outside the program; `wire` turns
/// both into text and back.
namespace balancer::model {

struct CreateLoadBalancerAnswer
{
    std::string dnsName;

    bool operator==(const CreateLoadBalancerAnswer &) const = default;
};

struct CreateLoadBalancer
{
    static constexpr std::string_view kName = "CreateLoadBalancer";
    using Answer = CreateLoadBalancerAnswer;

    LoadBalancerName name;
    CreationParameters parameters;

    bool operator==(const CreateLoadBalancer &) const = default;
};

struct DeleteLoadBalancer
{
    static constexpr std::string_view kName = "DeleteLoadBalancer";
    using Answer = EmptyAnswer;

    LoadBalancerName name;

    bool operator==(const DeleteLoadBalancer &) const = default;
};

struct DescribeLoadBalancersAnswer
{
    std::vector<LoadBalancer> loadBalancers; ///< by name
    std::string nextMarker;                  ///< empty on the last page

    bool operator==(const DescribeLoadBalancersAnswer &) const = default;
};

struct DescribeLoadBalancers
{
    static constexpr std::string_view kName = "DescribeLoadBalancers";
    using Answer = DescribeLoadBalancersAnswer;

    std::vector<LoadBalancerName> names; ///< empty: all, in pages
    std::string marker;                  ///< NextMarker of the page before; empty: the first page
    int pageSize = 400;                  ///< 1…400

    bool operator==(const DescribeLoadBalancers &) const = default;
};

struct CreateLoadBalancerListeners
{
    static constexpr std::string_view kName = "CreateLoadBalancerListeners";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::vector<Listener> listeners;

    bool operator==(const CreateLoadBalancerListeners &) const = default;
};

struct DeleteLoadBalancerListeners
{
    static constexpr std::string_view kName = "DeleteLoadBalancerListeners";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::vector<std::uint16_t> ports;

    bool operator==(const DeleteLoadBalancerListeners &) const = default;
};

/// Another certificate for the listener on that port; no connection is dropped for it.
struct SetListenerCertificate
{
    static constexpr std::string_view kName = "SetLoadBalancerListenerSSLCertificate";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::uint16_t port = 0;
    std::string certificateId;

    bool operator==(const SetListenerCertificate &) const = default;
};

/// The instances registered after RegisterInstances or DeregisterInstances.
struct InstancesAnswer
{
    std::vector<InstanceId> instances;

    bool operator==(const InstancesAnswer &) const = default;
};

struct RegisterInstances
{
    static constexpr std::string_view kName = "RegisterInstancesWithLoadBalancer";
    using Answer = InstancesAnswer;

    LoadBalancerName name;
    std::vector<InstanceId> instances;

    bool operator==(const RegisterInstances &) const = default;
};

struct DeregisterInstances
{
    static constexpr std::string_view kName = "DeregisterInstancesFromLoadBalancer";
    using Answer = InstancesAnswer;

    LoadBalancerName name;
    std::vector<InstanceId> instances;

    bool operator==(const DeregisterInstances &) const = default;
};

struct ConfigureHealthCheckAnswer
{
    HealthCheck healthCheck;

    bool operator==(const ConfigureHealthCheckAnswer &) const = default;
};

struct ConfigureHealthCheck
{
    static constexpr std::string_view kName = "ConfigureHealthCheck";
    using Answer = ConfigureHealthCheckAnswer;

    LoadBalancerName name;
    HealthCheck healthCheck;

    bool operator==(const ConfigureHealthCheck &) const = default;
};

struct DescribeInstanceHealthAnswer
{
    std::vector<InstanceHealth> states;

    bool operator==(const DescribeInstanceHealthAnswer &) const = default;
};

struct DescribeInstanceHealth
{
    static constexpr std::string_view kName = "DescribeInstanceHealth";
    using Answer = DescribeInstanceHealthAnswer;

    LoadBalancerName name;
    std::vector<InstanceId> instances; ///< empty: all that are registered

    bool operator==(const DescribeInstanceHealth &) const = default;
};

/// What is stored now; `address` is empty when it was forgotten.
struct SetInstanceAddressAnswer
{
    InstanceId instance;
    std::string address;
    std::string zone = {}; ///< empty: unknown

    bool operator==(const SetInstanceAddressAnswer &) const = default;
};

/// Ours: tells where an id is, for all load balancers it is or will be registered with.
struct SetInstanceAddress
{
    static constexpr std::string_view kName = "SetInstanceAddress";
    using Answer = SetInstanceAddressAnswer;

    InstanceId instance;
    std::string address;                  ///< as parseAddressHint takes it; empty forgets the id's address and zone
    std::optional<std::string> zone = {}; ///< empty: unknown; none: as it is

    bool operator==(const SetInstanceAddress &) const = default;
};

/// Ours: ends the node's daemon; with `traffic` its HAProxy as well. Answered before it is carried out.
struct StopNode
{
    static constexpr std::string_view kName = "StopNode";
    using Answer = EmptyAnswer;

    bool traffic = false;

    bool operator==(const StopNode &) const = default;
};

/// Everything that can be asked.
using AnyRequest =
    std::variant<CreateLoadBalancer, DeleteLoadBalancer, DescribeLoadBalancers, CreateLoadBalancerListeners,
                 DeleteLoadBalancerListeners, SetListenerCertificate, RegisterInstances, DeregisterInstances,
                 ConfigureHealthCheck, DescribeInstanceHealth, EnableZones, DisableZones, AttachToSubnets,
                 DetachFromSubnets, ApplySecurityGroups, CreateLbCookiePolicy, CreateAppCookiePolicy, CreatePolicy,
                 DeletePolicy, DescribePolicies, DescribePolicyTypes, SetListenerPolicies, SetBackendPolicies,
                 DescribeAttributes, ModifyAttributes, AddTags, RemoveTags, DescribeTags, DescribeAccountLimits,
                 UploadServerCertificate, GetServerCertificate, ListServerCertificates, UpdateServerCertificate,
                 DeleteServerCertificate, TagServerCertificate, UntagServerCertificate, ListServerCertificateTags,
                 SetInstanceAddress, StopNode>;

/// Everything that can be answered.
using AnyAnswer = std::variant<EmptyAnswer, CreateLoadBalancerAnswer, DescribeLoadBalancersAnswer, InstancesAnswer,
                               ConfigureHealthCheckAnswer, DescribeInstanceHealthAnswer, ZonesAnswer, SubnetsAnswer,
                               SecurityGroupsAnswer, DescribePoliciesAnswer, DescribePolicyTypesAnswer,
                               DescribeAttributesAnswer, ModifyAttributesAnswer, DescribeTagsAnswer,
                               DescribeAccountLimitsAnswer, UploadServerCertificateAnswer, GetServerCertificateAnswer,
                               ListServerCertificatesAnswer, ListServerCertificateTagsAnswer, SetInstanceAddressAnswer>;

} // namespace balancer::model

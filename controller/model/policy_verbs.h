#pragma once

#include "base/ids.h"
#include "model/policy.h"
#include "model/verb_basics.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The verbs of policies.
namespace balancer::model {

struct CreateLbCookiePolicy
{
    static constexpr std::string_view kName = "CreateLBCookieStickinessPolicy";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::string policy;
    std::int64_t expirationSeconds = 0; ///< 0: as long as the browser's session

    bool operator==(const CreateLbCookiePolicy &) const = default;
};

struct CreateAppCookiePolicy
{
    static constexpr std::string_view kName = "CreateAppCookieStickinessPolicy";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::string policy;
    std::string cookieName;

    bool operator==(const CreateAppCookiePolicy &) const = default;
};

struct CreatePolicy
{
    static constexpr std::string_view kName = "CreateLoadBalancerPolicy";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::string policy;
    std::string type;
    std::vector<PolicyAttribute> attributes;

    bool operator==(const CreatePolicy &) const = default;
};

struct DeletePolicy
{
    static constexpr std::string_view kName = "DeleteLoadBalancerPolicy";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::string policy;

    bool operator==(const DeletePolicy &) const = default;
};

struct DescribePoliciesAnswer
{
    std::vector<Policy> policies;

    bool operator==(const DescribePoliciesAnswer &) const = default;
};

struct DescribePolicies
{
    static constexpr std::string_view kName = "DescribeLoadBalancerPolicies";
    using Answer = DescribePoliciesAnswer;

    std::optional<LoadBalancerName> name; ///< none: the predefined policies
    std::vector<std::string> policies;    ///< empty: all

    bool operator==(const DescribePolicies &) const = default;
};

struct DescribePolicyTypesAnswer
{
    std::vector<PolicyType> types;

    bool operator==(const DescribePolicyTypesAnswer &) const = default;
};

struct DescribePolicyTypes
{
    static constexpr std::string_view kName = "DescribeLoadBalancerPolicyTypes";
    using Answer = DescribePolicyTypesAnswer;

    std::vector<std::string> types; ///< empty: all

    bool operator==(const DescribePolicyTypes &) const = default;
};

struct SetListenerPolicies
{
    static constexpr std::string_view kName = "SetLoadBalancerPoliciesOfListener";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::uint16_t port = 0;            ///< LoadBalancerPort
    std::vector<std::string> policies; ///< instead of those that are set now

    bool operator==(const SetListenerPolicies &) const = default;
};

struct SetBackendPolicies
{
    static constexpr std::string_view kName = "SetLoadBalancerPoliciesForBackendServer";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::uint16_t port = 0;            ///< InstancePort
    std::vector<std::string> policies; ///< instead of those that are set now

    bool operator==(const SetBackendPolicies &) const = default;
};

} // namespace balancer::model

#pragma once

#include "base/ids.h"
#include "model/attributes.h"
#include "model/load_balancer.h"
#include "model/verb_basics.h"

#include <string>
#include <string_view>
#include <vector>

/// The verbs of attributes, tags, zones, subnets, security groups and limits.
namespace balancer::model {

/// The zones after EnableZones or DisableZones.
struct ZonesAnswer
{
    std::vector<std::string> availabilityZones;

    bool operator==(const ZonesAnswer &) const = default;
};

struct EnableZones
{
    static constexpr std::string_view kName = "EnableAvailabilityZonesForLoadBalancer";
    using Answer = ZonesAnswer;

    LoadBalancerName name;
    std::vector<std::string> zones;

    bool operator==(const EnableZones &) const = default;
};

struct DisableZones
{
    static constexpr std::string_view kName = "DisableAvailabilityZonesForLoadBalancer";
    using Answer = ZonesAnswer;

    LoadBalancerName name;
    std::vector<std::string> zones;

    bool operator==(const DisableZones &) const = default;
};

/// The subnets after AttachToSubnets or DetachFromSubnets.
struct SubnetsAnswer
{
    std::vector<std::string> subnets;

    bool operator==(const SubnetsAnswer &) const = default;
};

struct AttachToSubnets
{
    static constexpr std::string_view kName = "AttachLoadBalancerToSubnets";
    using Answer = SubnetsAnswer;

    LoadBalancerName name;
    std::vector<std::string> subnets;

    bool operator==(const AttachToSubnets &) const = default;
};

struct DetachFromSubnets
{
    static constexpr std::string_view kName = "DetachLoadBalancerFromSubnets";
    using Answer = SubnetsAnswer;

    LoadBalancerName name;
    std::vector<std::string> subnets;

    bool operator==(const DetachFromSubnets &) const = default;
};

struct SecurityGroupsAnswer
{
    std::vector<std::string> groups;

    bool operator==(const SecurityGroupsAnswer &) const = default;
};

struct ApplySecurityGroups
{
    static constexpr std::string_view kName = "ApplySecurityGroupsToLoadBalancer";
    using Answer = SecurityGroupsAnswer;

    LoadBalancerName name;
    std::vector<std::string> groups; ///< instead of those it has now

    bool operator==(const ApplySecurityGroups &) const = default;
};

struct DescribeAttributesAnswer
{
    Attributes attributes;

    bool operator==(const DescribeAttributesAnswer &) const = default;
};

struct DescribeAttributes
{
    static constexpr std::string_view kName = "DescribeLoadBalancerAttributes";
    using Answer = DescribeAttributesAnswer;

    LoadBalancerName name;

    bool operator==(const DescribeAttributes &) const = default;
};

struct ModifyAttributesAnswer
{
    LoadBalancerName name;
    AttributesChange attributes; ///< the groups of the request, as they are stored now

    bool operator==(const ModifyAttributesAnswer &) const = default;
};

struct ModifyAttributes
{
    static constexpr std::string_view kName = "ModifyLoadBalancerAttributes";
    using Answer = ModifyAttributesAnswer;

    LoadBalancerName name;
    AttributesChange change;

    bool operator==(const ModifyAttributes &) const = default;
};

struct AddTags
{
    static constexpr std::string_view kName = "AddTags";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::vector<Tag> tags;

    bool operator==(const AddTags &) const = default;
};

struct RemoveTags
{
    static constexpr std::string_view kName = "RemoveTags";
    using Answer = EmptyAnswer;

    LoadBalancerName name;
    std::vector<std::string> keys;

    bool operator==(const RemoveTags &) const = default;
};

struct TagDescription
{
    LoadBalancerName name;
    std::vector<Tag> tags;

    bool operator==(const TagDescription &) const = default;
};

struct DescribeTagsAnswer
{
    std::vector<TagDescription> descriptions; ///< one for each name asked for, also without tags

    bool operator==(const DescribeTagsAnswer &) const = default;
};

struct DescribeTags
{
    static constexpr std::string_view kName = "DescribeTags";
    using Answer = DescribeTagsAnswer;

    std::vector<LoadBalancerName> names; ///< 1…20

    bool operator==(const DescribeTags &) const = default;
};

struct AccountLimit
{
    std::string name; ///< "classic-listeners"
    std::string most; ///< a number as text (ELB)

    bool operator==(const AccountLimit &) const = default;
};

struct DescribeAccountLimitsAnswer
{
    std::vector<AccountLimit> limits;
    std::string nextMarker; ///< empty on the last page

    bool operator==(const DescribeAccountLimitsAnswer &) const = default;
};

struct DescribeAccountLimits
{
    static constexpr std::string_view kName = "DescribeAccountLimits";
    using Answer = DescribeAccountLimitsAnswer;

    std::string marker;
    int pageSize = 400; ///< 1…400

    bool operator==(const DescribeAccountLimits &) const = default;
};

} // namespace balancer::model

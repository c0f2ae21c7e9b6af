#include "api/helpers/ec2.h"

#include "api/helpers/ec2_filters.h"
#include "api/helpers/nodes.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <set>
#include <utility>

namespace balancer::api {

namespace {

using model::LoadBalancerView;
using wire::Node;

constexpr std::string_view kVpc = "vpc-00000000";
constexpr std::string_view kSubnet = "subnet-00000000";
constexpr std::string_view kGroup = "default";
constexpr std::string_view kOwner = "amazon-elb";

/// One thing of an answer, and what it can be filtered by.
struct Thing
{
    Node node = structNode();
    Ec2Attributes attributes;

    /// A member of the answer that is a filter too.
    void add(std::string_view member, std::string_view filter, std::string_view value)
    {
        node.add(member, textNode(value));
        attributes[std::string(filter)] = {std::string(value)};
    }
};

/// What a Describe action goes by.
struct Kind
{
    std::string_view set;             ///< the answer's list
    std::vector<std::string> filters; ///< all that are known
    std::string_view ids;             ///< the parameter that asks for some of them
    std::string_view idFilter;        ///< and the filter that it stands for
    ErrorCode missing = ErrorCode::InvalidParameterValue;
};

Result<Node> answerOf(const Kind &kind, const std::vector<Thing> &things, const Node &parameters)
{
    const auto filters = Ec2Filters::parse(parameters, kind.filters);
    if (!filters)
        return fail(filters.error());
    const auto ids = ec2List(parameters, kind.ids);
    const auto idOf = [&](const Thing &thing) { return thing.attributes.at(std::string(kind.idFilter)).front(); };
    for (const auto &id : ids) {
        if (std::ranges::find(things, id, idOf) == things.end())
            return fail(kind.missing, "The ID '" + id + "' does not exist");
    }
    auto list = listNode();
    for (const auto &thing : things) {
        const bool asked = ids.empty() || std::ranges::find(ids, idOf(thing)) != ids.end();
        if (asked && filters->fit(thing.attributes))
            list.add({}, thing.node);
    }
    auto answer = structNode();
    answer.add(kind.set, std::move(list));
    return answer;
}

/// Whatever a name is, one short id for it.
std::string idFor(std::string_view prefix, std::string_view name)
{
    std::array<char, 18> digits{};
    std::snprintf(digits.data(), digits.size(), "%017llx", static_cast<unsigned long long>(hashOf(name)));
    return std::string(prefix) + "-" + digits.data();
}

std::string zoneOf(const LoadBalancerView &balancer, const std::string &region)
{
    return balancer.availabilityZones.empty() ? region + "a" : balancer.availabilityZones.front();
}

Thing interfaceOf(const LoadBalancerView &balancer, const HelperCall &call)
{
    Thing thing;
    const auto id = idFor("eni", balancer.dnsName);
    const auto &address = balancer.addresses.empty() ? std::string() : balancer.addresses.front();
    thing.add("networkInterfaceId", "network-interface-id", id);
    thing.add("subnetId", "subnet-id", balancer.subnets.empty() ? std::string(kSubnet) : balancer.subnets.front());
    thing.add("vpcId", "vpc-id", kVpc);
    thing.add("availabilityZone", "availability-zone", zoneOf(balancer, call.region));
    thing.add("description", "description", "ELB " + balancer.name.text());
    thing.add("ownerId", "owner-id", call.accountId);
    thing.add("requesterId", "requester-id", kOwner);
    thing.node.add("requesterManaged", flagNode(true));
    thing.add("status", "status", "available");
    // "*" is every address of the node: none that could be told.
    thing.add("privateIpAddress", "private-ip-address", address == "*" ? std::string() : address);
    Thing attachment;
    attachment.add("attachmentId", "attachment.attachment-id", idFor("eni-attach", balancer.dnsName));
    attachment.add("instanceOwnerId", "attachment.instance-owner-id", kOwner);
    attachment.add("status", "attachment.status", "attached");
    thing.node.add("attachment", attachment.node);
    thing.attributes.merge(attachment.attributes);
    auto groups = listNode();
    auto &ids = thing.attributes["group-id"];
    for (const auto &group : balancer.securityGroups) {
        auto item = structNode();
        item.add("groupId", textNode(group));
        item.add("groupName", textNode(group));
        groups.add({}, std::move(item));
        ids.push_back(group);
    }
    thing.node.add("groupSet", std::move(groups));
    return thing;
}

/// All names of one kind that load balancers were given, and those that are always there.
std::set<std::string> namesIn(const model::LoadBalancerList &list, std::vector<std::string> LoadBalancerView::*names,
                              std::set<std::string> all = {})
{
    for (const auto &detail : list.loadBalancers) {
        const auto &own = detail.loadBalancer.*names;
        all.insert(own.begin(), own.end());
    }
    return all;
}

Thing groupOf(const std::string &name, const HelperCall &call)
{
    Thing thing;
    thing.add("groupId", "group-id", name);
    thing.add("groupName", "group-name", name);
    thing.add("groupDescription", "description", name);
    thing.add("ownerId", "owner-id", call.accountId);
    thing.add("vpcId", "vpc-id", kVpc);
    thing.node.add("ipPermissions", listNode());
    thing.node.add("ipPermissionsEgress", listNode());
    return thing;
}

Thing subnetOf(const std::string &name, const HelperCall &call)
{
    Thing thing;
    thing.add("subnetId", "subnet-id", name);
    thing.add("state", "state", "available");
    thing.add("vpcId", "vpc-id", kVpc);
    thing.add("availabilityZone", "availability-zone", call.region + "a");
    thing.add("ownerId", "owner-id", call.accountId);
    thing.add("defaultForAz", "default-for-az", name == kSubnet ? "true" : "false");
    return thing;
}

Thing zoneThing(const std::string &name, const HelperCall &call)
{
    Thing thing;
    thing.add("zoneName", "zone-name", name);
    thing.add("zoneId", "zone-id", name);
    thing.add("zoneState", "state", "available");
    thing.add("zoneType", "zone-type", "availability-zone");
    thing.add("regionName", "region-name", call.region);
    thing.add("groupName", "group-name", call.region);
    thing.add("optInStatus", "opt-in-status", "opt-in-not-required");
    thing.node.add("messageSet", listNode());
    return thing;
}

using MakeThings = std::function<std::vector<Thing>(const model::LoadBalancerList &list)>;

QCoro::Task<Result<Node>> describe(HelperCall call, Kind kind, MakeThings make)
{
    const auto list = co_await call.reads.loadBalancers();
    if (!list)
        co_return fail(list.error());
    auto answer = answerOf(kind, make(*list), call.parameters);
    co_return answer;
}

/// One thing for each name.
template <typename Make>
std::vector<Thing> eachOf(const std::set<std::string> &names, const HelperCall &call, Make make)
{
    std::vector<Thing> things;
    for (const auto &name : names)
        things.push_back(make(name, call));
    return things;
}

} // namespace

QCoro::Task<Result<Node>> describeNetworkInterfaces(HelperCall call)
{
    const Kind kind{"networkInterfaceSet",
                    {"attachment.attachment-id", "attachment.instance-owner-id", "attachment.status",
                     "availability-zone", "description", "group-id", "network-interface-id", "owner-id",
                     "private-ip-address", "requester-id", "status", "subnet-id", "vpc-id"},
                    "NetworkInterfaceId",
                    "network-interface-id",
                    ErrorCode::NoSuchEntity};
    MakeThings make = [call](const model::LoadBalancerList &list) {
        std::vector<Thing> things;
        for (const auto &detail : list.loadBalancers)
            things.push_back(interfaceOf(detail.loadBalancer, call));
        return things;
    };
    co_return co_await describe(call, kind, make);
}

QCoro::Task<Result<Node>> describeSecurityGroups(HelperCall call)
{
    const Kind kind{"securityGroupInfo",
                    {"description", "group-id", "group-name", "owner-id", "vpc-id"},
                    "GroupId",
                    "group-id",
                    ErrorCode::InvalidSecurityGroup};
    MakeThings make = [call](const model::LoadBalancerList &list) {
        std::set<std::string> always;
        always.emplace(kGroup);
        return eachOf(namesIn(list, &LoadBalancerView::securityGroups, std::move(always)), call, groupOf);
    };
    co_return co_await describe(call, kind, make);
}

QCoro::Task<Result<Node>> describeSubnets(HelperCall call)
{
    const Kind kind{"subnetSet",
                    {"availability-zone", "default-for-az", "owner-id", "state", "subnet-id", "vpc-id"},
                    "SubnetId",
                    "subnet-id",
                    ErrorCode::SubnetNotFound};
    MakeThings make = [call](const model::LoadBalancerList &list) {
        std::set<std::string> always;
        always.emplace(kSubnet);
        return eachOf(namesIn(list, &LoadBalancerView::subnets, std::move(always)), call, subnetOf);
    };
    co_return co_await describe(call, kind, make);
}

QCoro::Task<Result<Node>> describeAvailabilityZones(HelperCall call)
{
    const Kind kind{"availabilityZoneInfo",
                    {"group-name", "opt-in-status", "region-name", "state", "zone-id", "zone-name", "zone-type"},
                    "ZoneName",
                    "zone-name"};
    MakeThings make = [call](const model::LoadBalancerList &list) {
        std::set<std::string> always;
        always.insert(call.region + "a");
        return eachOf(namesIn(list, &LoadBalancerView::availabilityZones, std::move(always)), call, zoneThing);
    };
    co_return co_await describe(call, kind, make);
}

QCoro::Task<Result<Node>> describeVpcs(HelperCall call)
{
    const Kind kind{"vpcSet", {"is-default", "owner-id", "state", "vpc-id"}, "VpcId", "vpc-id"};
    Thing vpc;
    vpc.add("vpcId", "vpc-id", kVpc);
    vpc.add("state", "state", "available");
    vpc.add("ownerId", "owner-id", call.accountId);
    vpc.add("isDefault", "is-default", "true");
    const std::vector<Thing> things(1, vpc);
    auto answer = answerOf(kind, things, call.parameters);
    co_return answer;
}

} // namespace balancer::api

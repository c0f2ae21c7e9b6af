#pragma once

#include "base/result.h"
#include "model/verbs.h"
#include "wire/node.h"
#include "wire/schema.h"

#include <string_view>

/// The verbs outside the program: their names, and requests and answers as nodes, which `query_text.h`, `json_text.h`
/// and `envelope.h` turn into text.
namespace balancer::wire {

template <typename Request>
struct Verb;

template <>
struct Verb<model::CreateLoadBalancer>
{
    static constexpr std::string_view kName = "CreateLoadBalancer";
    using Answer = model::CreateLoadBalancerAnswer;
};
template <>
struct Verb<model::DeleteLoadBalancer>
{
    static constexpr std::string_view kName = "DeleteLoadBalancer";
    using Answer = model::EmptyAnswer;
};
template <>
struct Verb<model::DescribeLoadBalancers>
{
    static constexpr std::string_view kName = "DescribeLoadBalancers";
    using Answer = model::DescribeLoadBalancersAnswer;
};
template <>
struct Verb<model::CreateLoadBalancerListeners>
{
    static constexpr std::string_view kName = "CreateLoadBalancerListeners";
    using Answer = model::EmptyAnswer;
};
template <>
struct Verb<model::DeleteLoadBalancerListeners>
{
    static constexpr std::string_view kName = "DeleteLoadBalancerListeners";
    using Answer = model::EmptyAnswer;
};
template <>
struct Verb<model::RegisterInstances>
{
    static constexpr std::string_view kName = "RegisterInstancesWithLoadBalancer";
    using Answer = model::InstancesAnswer;
};
template <>
struct Verb<model::DeregisterInstances>
{
    static constexpr std::string_view kName = "DeregisterInstancesFromLoadBalancer";
    using Answer = model::InstancesAnswer;
};
template <>
struct Verb<model::ConfigureHealthCheck>
{
    static constexpr std::string_view kName = "ConfigureHealthCheck";
    using Answer = model::ConfigureHealthCheckAnswer;
};
template <>
struct Verb<model::DescribeInstanceHealth>
{
    static constexpr std::string_view kName = "DescribeInstanceHealth";
    using Answer = model::DescribeInstanceHealthAnswer;
};
template <>
struct Verb<model::SetInstanceAddress>
{
    static constexpr std::string_view kName = "SetInstanceAddress";
    using Answer = model::SetInstanceAddressAnswer;
};
template <>
struct Verb<model::StopNode>
{
    static constexpr std::string_view kName = "StopNode";
    using Answer = model::EmptyAnswer;
};

/// From a caller's form or JSON. ValidationError in ELB's words for what is missing or wrong, or the code of the rule
/// that is broken (UnsupportedProtocol, InvalidScheme). Unknown members are ignored.
template <typename Request>
Result<Request> readRequest(const Node &node);

/// From a node's JSON. Absent members take their defaults. Of a load balancer in DescribeLoadBalancersAnswer comes what
/// ELB describes: instances have no addresses then, and `creation`, `tags` and `formerInstances` are empty.
template <typename Answer>
Result<Answer> readAnswer(const Node &node);

/// What readRequest takes and what a node writes as its answer, as schemas.
template <typename Request>
Node describeRequest(SchemaSet &set);
template <typename Answer>
Node describeAnswer(SchemaSet &set);

/// A request or an answer, all members present.
template <typename T>
Node writeForm(const T &value);

} // namespace balancer::wire

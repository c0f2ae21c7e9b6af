#pragma once

#include "base/ids.h"
#include "model/load_balancer.h"

#include <cstdint>
#include <string>
#include <vector>

/// The verbs as values: what a caller asks, and what is answered. `wire` turns them into text and back.
namespace balancer::model {

struct CreateLoadBalancer
{
    LoadBalancerName name;
    CreationParameters parameters;

    bool operator==(const CreateLoadBalancer &) const = default;
};

struct CreateLoadBalancerAnswer
{
    std::string dnsName;

    bool operator==(const CreateLoadBalancerAnswer &) const = default;
};

struct DeleteLoadBalancer
{
    LoadBalancerName name;

    bool operator==(const DeleteLoadBalancer &) const = default;
};

struct DescribeLoadBalancers
{
    std::vector<LoadBalancerName> names; ///< empty: all, in pages
    std::string marker;                  ///< NextMarker of the page before; empty: the first page
    int pageSize = 400;                  ///< 1…400

    bool operator==(const DescribeLoadBalancers &) const = default;
};

struct DescribeLoadBalancersAnswer
{
    std::vector<LoadBalancer> loadBalancers; ///< by name
    std::string nextMarker;                  ///< empty on the last page

    bool operator==(const DescribeLoadBalancersAnswer &) const = default;
};

struct CreateLoadBalancerListeners
{
    LoadBalancerName name;
    std::vector<Listener> listeners;

    bool operator==(const CreateLoadBalancerListeners &) const = default;
};

struct DeleteLoadBalancerListeners
{
    LoadBalancerName name;
    std::vector<std::uint16_t> ports;

    bool operator==(const DeleteLoadBalancerListeners &) const = default;
};

struct RegisterInstances
{
    LoadBalancerName name;
    std::vector<InstanceId> instances;

    bool operator==(const RegisterInstances &) const = default;
};

struct DeregisterInstances
{
    LoadBalancerName name;
    std::vector<InstanceId> instances;

    bool operator==(const DeregisterInstances &) const = default;
};

/// The instances registered after RegisterInstances or DeregisterInstances.
struct InstancesAnswer
{
    std::vector<InstanceId> instances;

    bool operator==(const InstancesAnswer &) const = default;
};

struct ConfigureHealthCheck
{
    LoadBalancerName name;
    HealthCheck healthCheck;

    bool operator==(const ConfigureHealthCheck &) const = default;
};

struct ConfigureHealthCheckAnswer
{
    HealthCheck healthCheck;

    bool operator==(const ConfigureHealthCheckAnswer &) const = default;
};

struct DescribeInstanceHealth
{
    LoadBalancerName name;
    std::vector<InstanceId> instances; ///< empty: all that are registered

    bool operator==(const DescribeInstanceHealth &) const = default;
};

struct DescribeInstanceHealthAnswer
{
    std::vector<InstanceHealth> states;

    bool operator==(const DescribeInstanceHealthAnswer &) const = default;
};

/// Ours: tells where an id is, for all load balancers it is or will be registered with.
struct SetInstanceAddress
{
    InstanceId instance;
    std::string address; ///< as parseAddressHint takes it; empty forgets the id's address

    bool operator==(const SetInstanceAddress &) const = default;
};

/// What is stored now; `address` is empty when it was forgotten.
struct SetInstanceAddressAnswer
{
    InstanceId instance;
    std::string address;

    bool operator==(const SetInstanceAddressAnswer &) const = default;
};

/// Ours: ends the node's daemon; with `traffic` its HAProxy as well. Answered before it is carried out.
struct StopNode
{
    bool traffic = false;

    bool operator==(const StopNode &) const = default;
};

/// A verb that answers nothing but success.
struct EmptyAnswer
{
    bool operator==(const EmptyAnswer &) const = default;
};

} // namespace balancer::model

#pragma once

#include "model/verbs.h"
#include "support/builders.h"

#include <cstdint>
#include <string>
#include <vector>

/// What callers ask, in as few words as tests have to say.
namespace balancer::tests {

inline model::CreateLoadBalancer createRequest(const std::string &balancerName, std::uint16_t port = 80)
{
    model::CreateLoadBalancer request;
    request.name = name(balancerName);
    request.parameters.listeners = {http(port, 8080)};
    request.parameters.availabilityZones = {"zone-1"};
    return request;
}

inline model::RegisterInstances registerRequest(const std::string &balancerName, const std::vector<std::string> &ids)
{
    model::RegisterInstances request;
    request.name = name(balancerName);
    for (const auto &text : ids)
        request.instances.push_back(id(text));
    return request;
}

inline model::DeregisterInstances deregisterRequest(const std::string &balancerName,
                                                    const std::vector<std::string> &ids)
{
    model::DeregisterInstances request;
    request.name = name(balancerName);
    for (const auto &text : ids)
        request.instances.push_back(id(text));
    return request;
}

inline model::ModifyAttributes drainingRequest(const std::string &balancerName, bool enabled)
{
    model::ModifyAttributes request;
    request.name = name(balancerName);
    request.change.draining = model::ConnectionDrainingChange{enabled, std::nullopt};
    return request;
}

inline model::DescribeInstanceHealth healthRequest(const std::string &balancerName,
                                                   const std::vector<std::string> &ids = {})
{
    model::DescribeInstanceHealth request;
    request.name = name(balancerName);
    for (const auto &text : ids)
        request.instances.push_back(id(text));
    return request;
}

inline model::ConfigureHealthCheck checkRequest(const std::string &balancerName, const std::string &target)
{
    model::ConfigureHealthCheck request;
    request.name = name(balancerName);
    request.healthCheck.target = model::parseTarget(target).value();
    return request;
}

inline model::SetInstanceAddress addressRequest(const std::string &instanceId, const std::string &said)
{
    model::SetInstanceAddress request;
    request.instance = id(instanceId);
    request.address = said;
    return request;
}

inline model::DeleteLoadBalancer deleteRequest(const std::string &balancerName)
{
    return model::DeleteLoadBalancer{name(balancerName)};
}

} // namespace balancer::tests

#pragma once

#include "model/reads.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a node tells, in as few words as tests have to say.
namespace balancer::tests {

inline LoadBalancerName name(std::string_view text)
{
    return LoadBalancerName::parse(text).value();
}

inline InstanceId id(std::string_view text)
{
    return InstanceId::parse(text).value();
}

inline model::InstanceView instanceView(std::string_view instanceId, std::string state = "InService",
                                        std::string address = "10.0.0.1")
{
    model::InstanceView view;
    const bool isWell = state == "InService";
    view.health = {id(instanceId), std::move(state), isWell ? "N/A" : "Instance", isWell ? "N/A" : "It is not well."};
    view.address = std::move(address);
    return view;
}

inline model::Listener listener(model::Protocol protocol, std::uint16_t port, std::uint16_t instancePort)
{
    model::Listener made;
    made.protocol = protocol;
    made.loadBalancerPort = port;
    made.instanceProtocol = protocol;
    made.instancePort = instancePort;
    return made;
}

inline model::LoadBalancerView view(std::string_view balancerName, std::vector<model::Listener> listeners = {
                                                                       listener(model::Protocol::Http, 80, 8080)})
{
    model::LoadBalancerView made;
    made.name = name(balancerName);
    made.dnsName = made.name.folded() + "-1.local.elb.internal";
    made.listeners = std::move(listeners);
    made.healthCheck = model::defaultHealthCheck(8080);
    return made;
}

inline model::LoadBalancerDetail detail(std::string_view balancerName, std::vector<model::InstanceView> instances = {})
{
    return {view(balancerName), std::move(instances)};
}

inline model::LoadBalancerList list(std::string eventId, std::vector<model::LoadBalancerDetail> loadBalancers)
{
    return {std::move(eventId), std::move(loadBalancers)};
}

} // namespace balancer::tests

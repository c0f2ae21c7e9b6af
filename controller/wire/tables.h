#pragma once

#include "model/load_balancer.h"
#include "wire/fields.h"

/// The tables of the model's own structures, which requests, answers and the stored form have in common.
namespace balancer::wire {

template <>
struct Table<model::Listener>
{
    static constexpr auto kFields = std::tuple{
        always("Protocol", &model::Listener::protocol),
        always("LoadBalancerPort", &model::Listener::loadBalancerPort),
        optional("InstanceProtocol", &model::Listener::instanceProtocol).likeUnlessGiven(&model::Listener::protocol),
        always("InstancePort", &model::Listener::instancePort),
        optional("SSLCertificateId", &model::Listener::certificateId),
    };
};

template <>
struct Table<model::Tag>
{
    static constexpr auto kFields = std::tuple{
        always("Key", &model::Tag::key),
        optional("Value", &model::Tag::value),
    };
};

template <>
struct Table<model::HealthCheck>
{
    static constexpr auto kFields = std::tuple{
        required("Target", &model::HealthCheck::target),
        required("Interval", &model::HealthCheck::interval),
        required("Timeout", &model::HealthCheck::timeout),
        required("UnhealthyThreshold", &model::HealthCheck::unhealthyThreshold),
        required("HealthyThreshold", &model::HealthCheck::healthyThreshold),
    };
};

template <>
struct Table<model::CreationParameters>
{
    static constexpr auto kFields = std::tuple{
        required("Listeners", &model::CreationParameters::listeners),
        optional("AvailabilityZones", &model::CreationParameters::availabilityZones),
        optional("Subnets", &model::CreationParameters::subnets),
        optional("SecurityGroups", &model::CreationParameters::securityGroups),
        optional("Scheme", &model::CreationParameters::scheme),
        optional("Tags", &model::CreationParameters::tags),
    };
};

template <>
struct Table<model::InstanceHealth>
{
    static constexpr std::array<std::string_view, 3> kStates{"InService", "OutOfService", "Unknown"};
    static constexpr std::array<std::string_view, 3> kReasons{"N/A", "ELB", "Instance"};

    static constexpr auto kFields = std::tuple{
        always("InstanceId", &model::InstanceHealth::id),
        required("State", &model::InstanceHealth::state).oneOf(kStates),
        required("ReasonCode", &model::InstanceHealth::reasonCode).oneOf(kReasons),
        required("Description", &model::InstanceHealth::description),
    };
};

} // namespace balancer::wire

#pragma once

#include "model/load_balancer.h"
#include "wire/fields.h"

#include <optional>
#include <vector>

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
        optional("Value", &model::Tag::value).evenEmpty(), // ELB: told also without a value
    };
};

/// The value may have line breaks: a public key as its file has it.
template <>
struct Table<model::PolicyAttribute>
{
    static constexpr auto kFields = std::tuple{
        always("AttributeName", &model::PolicyAttribute::name),
        optional("AttributeValue", &model::PolicyAttribute::value).multiline().evenEmpty(),
    };
};

template <>
struct Table<model::AccessLogChange>
{
    static constexpr auto kFields = std::tuple{
        always("Enabled", &model::AccessLogChange::enabled),
        optional("S3BucketName", &model::AccessLogChange::bucket),
        optional("EmitInterval", &model::AccessLogChange::emitIntervalMinutes),
        optional("S3BucketPrefix", &model::AccessLogChange::prefix),
    };
};

template <>
struct Table<model::ConnectionDrainingChange>
{
    static constexpr auto kFields = std::tuple{
        always("Enabled", &model::ConnectionDrainingChange::enabled),
        optional("Timeout", &model::ConnectionDrainingChange::timeoutSeconds),
    };
};

template <>
struct Table<model::AdditionalAttribute>
{
    static constexpr auto kFields = std::tuple{
        always("Key", &model::AdditionalAttribute::key),
        optional("Value", &model::AdditionalAttribute::value),
    };
};

/// ELB's groups of one member.
struct CrossZoneGroup
{
    bool enabled = false;
};

struct ConnectionSettingsGroup
{
    int idleTimeoutSeconds = 0;
};

struct AttributeGroups
{
    std::optional<CrossZoneGroup> crossZone;
    std::optional<model::AccessLogChange> accessLog;
    std::optional<model::ConnectionDrainingChange> draining;
    std::optional<ConnectionSettingsGroup> connectionSettings;
    std::vector<model::AdditionalAttribute> additional;
};

template <>
struct Table<CrossZoneGroup>
{
    static constexpr auto kFields = std::tuple{always("Enabled", &CrossZoneGroup::enabled)};
};

template <>
struct Table<ConnectionSettingsGroup>
{
    static constexpr auto kFields = std::tuple{always("IdleTimeout", &ConnectionSettingsGroup::idleTimeoutSeconds)};
};

template <>
struct Table<AttributeGroups>
{
    static constexpr auto kFields = std::tuple{
        optional("CrossZoneLoadBalancing", &AttributeGroups::crossZone),
        optional("AccessLog", &AttributeGroups::accessLog),
        optional("ConnectionDraining", &AttributeGroups::draining),
        optional("ConnectionSettings", &AttributeGroups::connectionSettings),
        // What a change did not name is not there rather than empty.
        optional("AdditionalAttributes", &AttributeGroups::additional).unlessEmpty(),
    };
};

template <>
struct View<model::AttributesChange>
{
    static AttributeGroups of(const model::AttributesChange &change);
    static model::AttributesChange back(AttributeGroups groups);
};

/// Every group. What cannot be read back as attributes, because another version wrote it, counts as the defaults.
template <>
struct View<model::Attributes>
{
    static AttributeGroups of(const model::Attributes &attributes);
    static model::Attributes back(AttributeGroups groups);
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

#pragma once

#include "base/result.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::model {

/// What becomes of requests that do not follow RFC 7230 (`elb.http.desyncmitigationmode`).
enum class DesyncMode { Monitor, Defensive, Strictest };

/// InvalidConfigurationRequest for anything but "monitor", "defensive", "strictest".
Result<DesyncMode> parseDesyncMode(std::string_view text);
std::string_view renderDesyncMode(DesyncMode mode);

constexpr std::string_view kDesyncModeKey = "elb.http.desyncmitigationmode";

struct AccessLog
{
    bool enabled = false;
    std::string bucket;                    ///< the directory below the node's log root
    std::string prefix;                    ///< of the key below the bucket; may be empty
    std::chrono::minutes emitInterval{60}; ///< 5 or 60

    bool operator==(const AccessLog &) const = default;
};

struct ConnectionDraining
{
    bool enabled = false;
    std::chrono::seconds timeout{300}; ///< kept while draining is off

    bool operator==(const ConnectionDraining &) const = default;
};

/// ELB's defaults.
struct Attributes
{
    bool crossZone = false;
    AccessLog accessLog;
    ConnectionDraining draining;
    std::chrono::seconds idleTimeout{60};
    DesyncMode desyncMode = DesyncMode::Defensive;

    bool operator==(const Attributes &) const = default;
};

struct AdditionalAttribute
{
    std::string key;
    std::string value;

    bool operator==(const AdditionalAttribute &) const = default;
};

/// What ModifyLoadBalancerAttributes was given of access logs. Absent: as it is.
struct AccessLogChange
{
    bool enabled = false;
    std::optional<std::string> bucket;
    std::optional<std::string> prefix;
    std::optional<int> emitIntervalMinutes;

    bool operator==(const AccessLogChange &) const = default;
};

struct ConnectionDrainingChange
{
    bool enabled = false;
    std::optional<int> timeoutSeconds; ///< absent: the stored one stays

    bool operator==(const ConnectionDrainingChange &) const = default;
};

/// The groups that a change names; the others stay as they are.
struct AttributesChange
{
    std::optional<bool> crossZone;
    std::optional<AccessLogChange> accessLog;
    std::optional<ConnectionDrainingChange> draining;
    std::optional<int> idleTimeoutSeconds;
    std::vector<AdditionalAttribute> additional;

    bool operator==(const AttributesChange &) const = default;
};

/// Every group, as ELB describes it: of access logs that are off nothing but that.
AttributesChange allGroups(const Attributes &attributes);
/// Of `all` the groups that `named` has.
AttributesChange onlyGroupsOf(AttributesChange all, const AttributesChange &named);

/// The attributes after the change. ELB: IdleTimeout 1…4000, draining Timeout 1…3600, EmitInterval 5 or 60
/// (ValidationError); access logs need a bucket, and only known additional attributes may be named
/// (InvalidConfigurationRequest).
Result<Attributes> withChange(Attributes attributes, const AttributesChange &change);

} // namespace balancer::model

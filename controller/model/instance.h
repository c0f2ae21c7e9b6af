#pragma once

#include "base/endpoint.h"
#include "base/ids.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace balancer::model {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Where an instance is reached.
struct InstanceAddress
{
    IpAddress address;
    /// Replaces the InstancePort of every listener, and the health check's port where that names a listener's
    /// InstancePort. 0: each listener's own.
    std::uint16_t port = 0;

    bool operator==(const InstanceAddress &) const = default;
};

/// What an id or an operator says about where an instance is, before any name is looked up.
struct AddressHint
{
    std::string host; ///< an IP address or a DNS name
    std::uint16_t port = 0;

    bool operator==(const AddressHint &) const = default;
};

/// Reads "10.0.0.5", "10.0.0.5:8080", "[fd00::5]:80", "fd00::5", "web1.corp", "web1.corp:8080". A name needs a dot, so
/// that an id such as "i-0abc" is never taken for one. Nothing when the text is neither.
std::optional<AddressHint> parseAddressHint(std::string_view text);

/// "10.0.0.5", "10.0.0.5:8080", "[fd00::5]:80".
std::string renderInstanceAddress(const InstanceAddress &address);

/// A registered target, with the address it was last resolved to.
struct Instance
{
    InstanceId id;
    InstanceAddress address;
    std::string zone = {}; ///< empty: unknown, and so in every zone

    bool operator==(const Instance &) const = default;
};

/// Was registered, is not now; kept for a while so that the API can say so.
struct FormerInstance
{
    InstanceId id;
    Timestamp deregisteredAt{};
    InstanceAddress address;   ///< while it drains
    Timestamp drainingUntil{}; ///< its connections may go on until then; the epoch: they were ended at once
    std::string zone = {};     ///< while it drains

    bool drains() const { return drainingUntil != Timestamp{}; }

    bool operator==(const FormerInstance &) const = default;
};

/// ELB's words for DescribeInstanceHealth; all four are always present.
struct InstanceHealth
{
    InstanceId id;
    std::string state;       ///< InService, OutOfService, Unknown
    std::string reasonCode;  ///< N/A, ELB, Instance
    std::string description; ///< "N/A" or ELB's own sentence

    bool operator==(const InstanceHealth &) const = default;
};

} // namespace balancer::model

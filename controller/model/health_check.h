#pragma once

#include "base/result.h"
#include "model/protocol.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace balancer::model {

/// Where and how an instance is asked whether it is well: "TCP:80", "SSL:443", "HTTP:80/ping", "HTTPS:443/".
struct HealthCheckTarget
{
    Protocol protocol = Protocol::Tcp;
    std::uint16_t port = 0;
    std::string path; ///< begins with '/'; empty for TCP and SSL. Printable ASCII without blanks or quotes.

    bool operator==(const HealthCheckTarget &) const = default;
};

/// ValidationError with ELB's own sentences ("HealthCheck Target must specify a port number").
Result<HealthCheckTarget> parseTarget(std::string_view text);
std::string renderTarget(const HealthCheckTarget &target);

/// ELB's defaults; the target must be set.
struct HealthCheck
{
    HealthCheckTarget target;
    std::chrono::seconds interval{30};
    std::chrono::seconds timeout{5};
    int unhealthyThreshold = 2;
    int healthyThreshold = 10;

    bool operator==(const HealthCheck &) const = default;
};

/// ELB: Interval 5…300, Timeout 2…60 and below Interval, thresholds 2…10. ValidationError otherwise.
Result<void> checkHealthCheck(const HealthCheck &check);

/// What a new load balancer has: "TCP:<instance port>" and the defaults.
HealthCheck defaultHealthCheck(std::uint16_t instancePort);

} // namespace balancer::model

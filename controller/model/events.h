#pragma once

#include "model/reads.h"

#include <string>
#include <variant>
#include <vector>

/// What a node tells those who follow /v1/events: each event changes one thing, and says all of it that there is to
/// know, so applying one twice does no harm.
namespace balancer::model {

/// It is new, or anything of it changed but its instances.
struct LoadBalancerChanged
{
    LoadBalancerView loadBalancer;

    bool operator==(const LoadBalancerChanged &) const = default;
};

struct LoadBalancerDeleted
{
    LoadBalancerName loadBalancer;

    bool operator==(const LoadBalancerDeleted &) const = default;
};

/// It was registered, its health or address changed, or it was deregistered and drains now.
struct InstanceChanged
{
    LoadBalancerName loadBalancer;
    InstanceView instance;

    bool operator==(const InstanceChanged &) const = default;
};

/// It is not registered any more and has nothing to finish.
struct InstanceDeregistered
{
    LoadBalancerName loadBalancer;
    InstanceId instance;

    bool operator==(const InstanceDeregistered &) const = default;
};

struct RevisionSaved
{
    HistoryRevision revision;

    bool operator==(const RevisionSaved &) const = default;
};

/// HAProxy runs this revision now.
struct RevisionApplied
{
    Revision revision;
    std::int64_t generation = 0; ///< HAProxy's then

    bool operator==(const RevisionApplied &) const = default;
};

/// What one load balancer carries just now, by HAProxy's counters since the rates before.
struct TrafficRate
{
    LoadBalancerName loadBalancer;
    std::int64_t requestsPerSecond = 0;    ///< HTTP and HTTPS listeners
    std::int64_t connectionsPerSecond = 0; ///< all listeners; for HTTP too
    std::int64_t bytesInPerSecond = 0;     ///< from clients
    std::int64_t bytesOutPerSecond = 0;
    std::int64_t sessions = 0; ///< open at this moment

    bool operator==(const TrafficRate &) const = default;
};

/// Once a second, to those who asked for it (`/v1/events?rates=1`). Has no id and is not repeated.
struct RatesMeasured
{
    std::vector<TrafficRate> rates; ///< by name; load balancers without traffic too

    bool operator==(const RatesMeasured &) const = default;
};

/// Events were missed that the node no longer has: read everything again.
struct EventsLost
{
    bool operator==(const EventsLost &) const = default;
};

using Event = std::variant<LoadBalancerChanged, LoadBalancerDeleted, InstanceChanged, InstanceDeregistered,
                           RevisionSaved, RevisionApplied, RatesMeasured, EventsLost>;

} // namespace balancer::model

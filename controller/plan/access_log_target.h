#pragma once

#include "model/attributes.h"
#include "plan/haproxy_config.h"
#include "plan/project.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

/// Which load balancer a record belongs to, and what its access log needs beyond the record.
namespace balancer::plan {

struct AccessLogTarget
{
    std::string balancer; ///< as its creator wrote it
    std::string dnsName;
    std::uint16_t port = 0;
    bool secure = false;     ///< clients come by TLS
    std::string nodeAddress; ///< where this node serves it
    model::AccessLog log;    ///< enabled

    bool operator==(const AccessLogTarget &) const = default;
};

/// By the name of a frontend or backend.
using AccessLogTargets = std::map<std::string, AccessLogTarget, std::less<>>;

/// The targets of all load balancers that want access logs. A record is looked up by its `backend`, which is the
/// frontend's name for a request that was refused before; on a port that several share such a request is nobody's.
AccessLogTargets accessLogTargets(const BalancerRefs &balancers, const NodeView &node);

} // namespace balancer::plan

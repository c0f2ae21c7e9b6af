#pragma once

#include "ports/haproxy.h"

namespace balancer::adapters::network {

/// Health checks over Qt's sockets, each on a connection of its own. Certificates are not verified, as ELB doesn't.
class InstanceProbe : public ports::HealthProbe
{
public:
    QCoro::Task<Result<void>> check(model::HealthCheckTarget target, Endpoint endpoint,
                                    std::chrono::milliseconds timeout) override;
};

} // namespace balancer::adapters::network

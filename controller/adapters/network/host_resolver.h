#pragma once

#include "ports/haproxy.h"

namespace balancer::adapters::network {

/// The machine's own resolver, asked by Qt on its threads.
class HostResolver : public ports::HostResolver
{
public:
    QCoro::Task<Result<IpAddress>> resolve(std::string name) override;
};

} // namespace balancer::adapters::network

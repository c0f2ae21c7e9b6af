#pragma once

#include "model/instance.h"

namespace balancer::ports {

/// The time of day, so that tests can turn it.
class Clock
{
public:
    virtual ~Clock() = default;

    virtual model::Timestamp now() const = 0;
};

} // namespace balancer::ports

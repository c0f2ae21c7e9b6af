#pragma once

#include "ports/clock.h"

namespace balancer::daemon {

class SystemClock : public ports::Clock
{
public:
    model::Timestamp now() const override
    {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

} // namespace balancer::daemon

#pragma once

#include "ports/clock.h"

namespace balancer::tests {

/// Time passes when a test says so.
class ManualClock : public ports::Clock
{
public:
    model::Timestamp now() const override { return m_now; }
    void advance(std::chrono::milliseconds duration) { m_now += duration; }

private:
    model::Timestamp m_now{std::chrono::hours(24 * 365 * 50)};
};

} // namespace balancer::tests

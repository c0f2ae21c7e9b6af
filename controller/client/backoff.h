#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace balancer::client {

/// How long to wait between attempts: twice as long after each failure, up to a limit.
class Backoff
{
public:
    Backoff(std::chrono::milliseconds first, std::chrono::milliseconds last) : m_first(first), m_last(last) {}

    /// The next pause: from half of it (`chance` 0) to all of it (`chance` 1), so that many who lost one node do not
    /// come back to it at the same moment.
    std::chrono::milliseconds next(double chance)
    {
        const auto whole = m_current;
        m_current = std::min(m_current * 2, m_last);
        return whole / 2 + std::chrono::milliseconds(
                               static_cast<std::int64_t>(static_cast<double>((whole - whole / 2).count()) * chance));
    }

    void reset() { m_current = m_first; }

private:
    std::chrono::milliseconds m_first;
    std::chrono::milliseconds m_last;
    std::chrono::milliseconds m_current = m_first;
};

} // namespace balancer::client

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace balancer::plan {

/// What HAProxy's log says about one check server.
struct HealthEvent
{
    enum class Kind {
        CheckPassed, ///< one check passed, whatever follows from it
        CheckFailed,
        WentUp,
        WentDown,
    };

    Kind kind = Kind::CheckFailed;
    std::string backend;
    std::string server;
    std::string text; ///< HAProxy's words, for people

    bool operator==(const HealthEvent &) const = default;
};

/// Reads one record of the log socket ("<133>Nov 23 12:24:16 haproxy[7]: Health check for server hc:web/s1 …").
/// Nothing for any other record, and for servers that only track another.
std::optional<HealthEvent> parseHealthRecord(std::string_view record);

} // namespace balancer::plan

#include "plan/health_log.h"

#include "base/text.h"

namespace balancer::plan {

namespace {

struct Pattern
{
    std::string_view before; ///< precedes "hc:web/s1"
    std::string_view after;  ///< follows it
    HealthEvent::Kind kind;
};

constexpr Pattern kPatterns[] = {
    {"Health check for server ", " succeeded", HealthEvent::Kind::CheckPassed},
    {"Health check for server ", " conditionally succeeded", HealthEvent::Kind::CheckPassed},
    {"Health check for server ", " failed", HealthEvent::Kind::CheckFailed},
    // Not "is UP/DRAIN" and not "is DOWN, changed from CLI": those follow from our own commands.
    {"Server ", " is UP.", HealthEvent::Kind::WentUp},
    {"Server ", " is UP, reason", HealthEvent::Kind::WentUp},
    {"Server ", " is DOWN.", HealthEvent::Kind::WentDown},
    {"Server ", " is DOWN, reason", HealthEvent::Kind::WentDown},
};

} // namespace

std::optional<HealthEvent> parseHealthRecord(std::string_view record)
{
    constexpr std::string_view kCheckBackend = "hc:";
    const auto start = record.find("]: ");
    if (start == std::string_view::npos)
        return std::nullopt;
    const auto text = trimmed(record.substr(start + 3));
    for (const auto &pattern : kPatterns) {
        if (!text.starts_with(pattern.before))
            continue;
        const auto rest = text.substr(pattern.before.size());
        const auto end = rest.find(' ');
        const auto slash = rest.find('/');
        if (end == std::string_view::npos || slash == std::string_view::npos || slash > end)
            continue;
        if (!rest.starts_with(kCheckBackend) || !rest.substr(end).starts_with(pattern.after))
            continue;
        return HealthEvent{pattern.kind, std::string(rest.substr(0, slash)),
                           std::string(rest.substr(slash + 1, end - slash - 1)), std::string(text)};
    }
    return std::nullopt;
}

} // namespace balancer::plan

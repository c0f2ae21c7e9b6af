#include "model/health_check.h"

#include "base/endpoint.h"
#include "base/text.h"

#include <algorithm>

namespace balancer::model {

namespace {

constexpr std::size_t kMaxPath = 1024;

bool isPlainPathCharacter(char c)
{
    // What HAProxy's configuration and an HTTP request line both carry as it is.
    return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\' && c != '#';
}

tl::unexpected<Error> invalid(std::string sentence)
{
    return fail(ErrorCode::ValidationError, std::move(sentence));
}

Result<void> checkRange(std::string_view member, std::int64_t value, std::int64_t least, std::int64_t most)
{
    const auto failed = [&](std::string_view relation, std::int64_t bound) {
        return invalid("1 validation error detected: Value '" + std::to_string(value) + "' at 'healthCheck." +
                       std::string(member) + "' failed to satisfy constraint: Member must have value " +
                       std::string(relation) + " than or equal to " + std::to_string(bound));
    };
    if (value < least)
        return failed("greater", least);
    if (value > most)
        return failed("less", most);
    return {};
}

} // namespace

Result<HealthCheckTarget> parseTarget(std::string_view text)
{
    const auto colon = text.find(':');
    const auto protocol = parseProtocol(text.substr(0, colon));
    if (!protocol)
        return invalid("HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL");
    if (colon == std::string_view::npos)
        return invalid("HealthCheck Target must specify a port number");

    const auto rest = text.substr(colon + 1);
    const auto slash = rest.find('/');
    const auto port = parsePort(rest.substr(0, slash));
    const bool hasPath = slash != std::string_view::npos;
    if (!isHttpLayer(*protocol)) {
        if (!port || hasPath)
            return invalid("HealthCheck Target must specify a port number");
        return HealthCheckTarget{*protocol, *port, {}};
    }

    if (!port)
        return invalid("HealthCheck Target must specify a port number");
    if (!hasPath)
        return invalid("HealthCheck HTTP Target must specify a port followed by a path that begins with a slash. "
                       "e.g. HTTP:80/ping/this/path");
    const auto path = rest.substr(slash);
    if (path.size() > kMaxPath)
        return invalid("HealthCheck Target path must be at most 1024 characters long");
    if (!std::ranges::all_of(path, isPlainPathCharacter))
        return invalid("HealthCheck Target path must be percent-encoded: blanks, quotes, '\\', '#', control and "
                       "non-ASCII characters are not allowed");
    return HealthCheckTarget{*protocol, *port, std::string(path)};
}

std::string renderTarget(const HealthCheckTarget &target)
{
    return std::string(renderProtocol(target.protocol)) + ":" + std::to_string(target.port) + target.path;
}

Result<void> checkHealthCheck(const HealthCheck &check)
{
    if (const auto ok = checkRange("interval", check.interval.count(), 5, 300); !ok)
        return ok;
    if (const auto ok = checkRange("timeout", check.timeout.count(), 2, 60); !ok)
        return ok;
    if (const auto ok = checkRange("unhealthyThreshold", check.unhealthyThreshold, 2, 10); !ok)
        return ok;
    if (const auto ok = checkRange("healthyThreshold", check.healthyThreshold, 2, 10); !ok)
        return ok;
    if (check.timeout >= check.interval)
        return invalid("HealthCheck timeout must be less than interval");
    return {};
}

HealthCheck defaultHealthCheck(std::uint16_t instancePort)
{
    HealthCheck check;
    check.target = HealthCheckTarget{Protocol::Tcp, instancePort, {}};
    return check;
}

} // namespace balancer::model

#pragma once

#include "base/result.h"
#include "plan/access_log_target.h"
#include "plan/access_record.h"

#include <optional>
#include <string>
#include <string_view>

/// Where access logs lie: AWS's own keys, as paths below a bucket.
namespace balancer::plan {

/// Whose logs they are, as clients see it.
struct AccessLogOwner
{
    std::string account;
    std::string region;

    bool operator==(const AccessLogOwner &) const = default;
};

/// The file that one node publishes for one load balancer and interval.
struct AccessLogFile
{
    std::string bucket;
    std::string prefix; ///< without slashes around it; may be empty
    std::string balancer;
    std::string nodeAddress;
    std::chrono::minutes interval{60};
    LogTime end{};      ///< of its interval
    std::string unique; ///< 8 letters and digits, so that two files never have one name

    bool operator==(const AccessLogFile &) const = default;
};

/// The end of the interval that `time` is in; intervals begin at the full hour (UTC).
LogTime endOfInterval(LogTime time, std::chrono::minutes interval);

/// [prefix/]AWSLogs/ACCOUNT/elasticloadbalancing/REGION/yyyy/mm/dd/
/// ACCOUNT_elasticloadbalancing_REGION_BALANCER_END_ADDRESS_UNIQUE.log, of the date of its end.
std::string accessLogKey(const AccessLogFile &file, const AccessLogOwner &owner);

/// [prefix/]AWSLogs/ACCOUNT/ELBAccessLogTestFile: written when access logs are enabled.
std::string accessLogTestKey(const model::AccessLog &log, const AccessLogOwner &owner);

/// What a key says; `bucket`, which is not in it, and `interval` stay as given by default. Nothing for other names.
std::optional<AccessLogFile> parseAccessLogKey(std::string_view key);

/// Whether bucket and prefix can be a place below a directory: no way out of it, nothing hidden.
/// InvalidConfigurationRequest.
Result<void> checkAccessLogPlace(const model::AccessLog &log);

} // namespace balancer::plan

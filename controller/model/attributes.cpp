#include "model/attributes.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <string>

namespace balancer::model {

namespace {

constexpr std::array kDesyncModes{DesyncMode::Monitor, DesyncMode::Defensive, DesyncMode::Strictest};
constexpr std::size_t kMostAdditional = 10;
constexpr std::size_t kLongestAdditional = 256;
constexpr std::size_t kLongestPrefix = 512;

tl::unexpected<Error> outOfRange(std::string_view what, int value, std::string_view range)
{
    return fail(ErrorCode::ValidationError,
                "1 validation error detected: Value '" + std::to_string(value) + "' at '" + std::string(what) +
                    "' failed to satisfy constraint: Member must have value " + std::string(range));
}

Result<void> checkRange(std::string_view what, int value, int least, int most)
{
    if (value >= least && value <= most)
        return {};
    return outOfRange(what, value, "between " + std::to_string(least) + " and " + std::to_string(most));
}

/// S3's rules, which make every bucket a plain name of a directory.
bool isBucketName(std::string_view name)
{
    const auto allowed = [](char c) { return isAlphanumeric(c) || isOneOf(c, ".-"); };
    return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, allowed) &&
           isAlphanumeric(name.front()) && isAlphanumeric(name.back()) && name == toLower(name) &&
           name.find("..") == std::string_view::npos;
}

/// Below the bucket and nowhere else.
bool isPrefix(std::string_view prefix)
{
    const auto allowed = [](char c) { return isAlphanumeric(c) || isOneOf(c, "!-_.*'()/"); };
    const auto parts = split(prefix, '/');
    const bool climbs = std::ranges::any_of(parts, [](auto part) { return part == "." || part == ".."; });
    return prefix.size() <= kLongestPrefix && std::ranges::all_of(prefix, allowed) && !climbs &&
           !prefix.starts_with('/') && prefix.find("AWSLogs") == std::string_view::npos;
}

Result<AccessLog> withAccessLog(AccessLog log, const AccessLogChange &change)
{
    if (!change.enabled)
        return AccessLog();
    log.enabled = true;
    log.bucket = change.bucket.value_or(log.bucket);
    log.prefix = change.prefix.value_or(log.prefix);
    if (log.bucket.empty())
        return fail(ErrorCode::InvalidConfigurationRequest, "Access logs need an S3BucketName");
    if (!isBucketName(log.bucket))
        return fail(ErrorCode::InvalidConfigurationRequest, "'" + log.bucket + "' cannot be the name of a bucket");
    if (!isPrefix(log.prefix))
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "'" + log.prefix + "' cannot be the prefix of access logs: it is a path without AWSLogs in it");
    const int interval = change.emitIntervalMinutes.value_or(static_cast<int>(log.emitInterval.count()));
    if (interval != 5 && interval != 60)
        return outOfRange("loadBalancerAttributes.accessLog.emitInterval", interval, "5 or 60");
    log.emitInterval = std::chrono::minutes(interval);
    return log;
}

bool isAdditionalText(std::string_view text)
{
    return !text.empty() && text.size() <= kLongestAdditional &&
           std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || c == '.'; });
}

Result<DesyncMode> withAdditional(DesyncMode mode, const std::vector<AdditionalAttribute> &attributes)
{
    if (attributes.size() > kMostAdditional)
        return fail(ErrorCode::ValidationError, "1 validation error detected: Value at "
                                                "'loadBalancerAttributes.additionalAttributes' failed to satisfy "
                                                "constraint: Member must have length less than or equal to 10");
    for (const auto &attribute : attributes) {
        if (!isAdditionalText(attribute.key) || !isAdditionalText(attribute.value))
            return fail(ErrorCode::ValidationError,
                        "1 validation error detected: Value '" + attribute.key + "=" + attribute.value +
                            "' at 'loadBalancerAttributes.additionalAttributes' failed to satisfy constraint: Member "
                            "must satisfy regular expression pattern: ^[a-zA-Z0-9.]+$");
        if (attribute.key != kDesyncModeKey)
            return fail(ErrorCode::InvalidConfigurationRequest,
                        "'" + attribute.key + "' is not an attribute of load balancers");
        const auto parsed = parseDesyncMode(attribute.value);
        if (!parsed)
            return parsed;
        mode = *parsed;
    }
    return mode;
}

} // namespace

Result<DesyncMode> parseDesyncMode(std::string_view text)
{
    const auto *const found = std::ranges::find(kDesyncModes, text, renderDesyncMode);
    if (found != kDesyncModes.end())
        return *found;
    return fail(ErrorCode::InvalidConfigurationRequest,
                "'" + std::string(text) + "' is not a desync mitigation mode: use monitor, defensive or strictest");
}

std::string_view renderDesyncMode(DesyncMode mode)
{
    switch (mode) {
    case DesyncMode::Monitor:
        return "monitor";
    case DesyncMode::Defensive:
        return "defensive";
    case DesyncMode::Strictest:
        return "strictest";
    }
    return "defensive";
}

Result<Attributes> withChange(Attributes attributes, const AttributesChange &change)
{
    attributes.crossZone = change.crossZone.value_or(attributes.crossZone);
    if (change.accessLog) {
        const auto log = withAccessLog(attributes.accessLog, *change.accessLog);
        if (!log)
            return fail(log.error());
        attributes.accessLog = *log;
    }
    if (change.draining) {
        // Terraform sends the flag alone and expects the time-out to stay.
        const auto kept = static_cast<int>(attributes.draining.timeout.count());
        const int timeout = change.draining->timeoutSeconds.value_or(kept);
        const auto valid = checkRange("loadBalancerAttributes.connectionDraining.timeout", timeout, 1, 3600);
        if (!valid)
            return fail(valid.error());
        attributes.draining = {change.draining->enabled, std::chrono::seconds(timeout)};
    }
    if (change.idleTimeoutSeconds) {
        const auto valid =
            checkRange("loadBalancerAttributes.connectionSettings.idleTimeout", *change.idleTimeoutSeconds, 1, 4000);
        if (!valid)
            return fail(valid.error());
        attributes.idleTimeout = std::chrono::seconds(*change.idleTimeoutSeconds);
    }
    const auto mode = withAdditional(attributes.desyncMode, change.additional);
    if (!mode)
        return fail(mode.error());
    attributes.desyncMode = *mode;
    return attributes;
}

} // namespace balancer::model

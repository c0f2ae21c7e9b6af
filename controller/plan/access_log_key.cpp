#include "plan/access_log_key.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace balancer::plan {

namespace {

constexpr std::string_view kService = "elasticloadbalancing";
constexpr std::string_view kRoot = "AWSLogs/";
constexpr std::string_view kSuffix = ".log";

struct Moment
{
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
};

Moment momentOf(LogTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const auto minutes = static_cast<int>(std::chrono::floor<std::chrono::minutes>(time - day).count());
    return Moment{static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  minutes / 60, minutes % 60};
}

std::string prefixPath(std::string_view prefix)
{
    while (prefix.starts_with('/'))
        prefix.remove_prefix(1);
    while (prefix.ends_with('/'))
        prefix.remove_suffix(1);
    return prefix.empty() ? std::string() : std::string(prefix) + "/";
}

std::optional<int> digits(std::string_view text, std::size_t from, std::size_t count)
{
    int value = 0;
    const auto part = text.substr(from, count);
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    const bool valid = error == std::errc() && stop == part.data() + part.size() && part.front() != '-';
    return valid ? std::optional(value) : std::nullopt;
}

/// "20150513T2340Z".
std::optional<LogTime> parseEnd(std::string_view text)
{
    if (text.size() != 14 || text[8] != 'T' || text[13] != 'Z')
        return std::nullopt;
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 4, 2);
    const auto day = digits(text, 6, 2);
    const auto hour = digits(text, 9, 2);
    const auto minute = digits(text, 11, 2);
    if (!year || !month || !day || !hour || !minute || *hour > 23 || *minute > 59)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok())
        return std::nullopt;
    return LogTime(std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute));
}

bool isBucketName(std::string_view name)
{
    return !name.empty() && name.size() <= 255 && name.front() != '.' &&
           std::ranges::all_of(name, [](char c) { return isAlphanumeric(c) || isOneOf(c, ".-_"); });
}

bool isSafePrefix(std::string_view prefix)
{
    constexpr std::size_t kLongest = 512;
    if (prefix.size() > kLongest || prefix.find("AWSLogs") != std::string_view::npos)
        return false;
    const auto path = prefixPath(prefix);
    if (path.empty())
        return true;
    const auto parts = split(std::string_view(path).substr(0, path.size() - 1), '/');
    return std::ranges::all_of(parts, [](std::string_view part) {
        const auto isPlain = [](char c) { return c > ' ' && c <= '~' && c != '\\'; };
        return !part.empty() && part.size() <= 200 && part.front() != '.' && std::ranges::all_of(part, isPlain);
    });
}

} // namespace

LogTime endOfInterval(LogTime time, std::chrono::minutes interval)
{
    const auto length = std::chrono::duration_cast<std::chrono::microseconds>(interval);
    const auto passed = time.time_since_epoch() % length;
    return time - passed + length;
}

std::string accessLogKey(const AccessLogFile &file, const AccessLogOwner &owner)
{
    const auto end = momentOf(file.end);
    std::array<char, 64> folder{};
    std::snprintf(folder.data(), folder.size(), "%04d/%02u/%02u/", end.year, end.month, end.day);
    std::array<char, 64> stamp{};
    std::snprintf(stamp.data(), stamp.size(), "%04d%02u%02uT%02d%02dZ", end.year, end.month, end.day, end.hour,
                  end.minute);
    const auto service = std::string(kService);
    return prefixPath(file.prefix) + std::string(kRoot) + owner.account + "/" + service + "/" + owner.region + "/" +
           folder.data() + owner.account + "_" + service + "_" + owner.region + "_" + file.balancer + "_" +
           stamp.data() + "_" + file.nodeAddress + "_" + file.unique + std::string(kSuffix);
}

std::string accessLogTestKey(const model::AccessLog &log, const AccessLogOwner &owner)
{
    return prefixPath(log.prefix) + std::string(kRoot) + owner.account + "/ELBAccessLogTestFile";
}

std::optional<AccessLogFile> parseAccessLogKey(std::string_view key)
{
    const auto root = key.find(kRoot);
    const auto slash = key.rfind('/');
    if (root == std::string_view::npos || slash == std::string_view::npos || !key.ends_with(kSuffix))
        return std::nullopt;
    auto name = key.substr(slash + 1);
    name.remove_suffix(kSuffix.size());
    const auto parts = split(name, '_');
    if (parts.size() < 7) // a region may have '_' in it
        return std::nullopt;
    const auto last = parts.size() - 1;
    const auto end = parseEnd(parts[last - 2]);
    if (!end)
        return std::nullopt;
    AccessLogFile file;
    file.prefix = std::string(key.substr(0, root == 0 ? 0 : root - 1));
    file.balancer = std::string(parts[last - 3]);
    file.nodeAddress = std::string(parts[last - 1]);
    file.unique = std::string(parts[last]);
    file.end = *end;
    return file;
}

Result<void> checkAccessLogPlace(const model::AccessLog &log)
{
    if (!isBucketName(log.bucket))
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "Access Denied for bucket: " + log.bucket + ". Please check S3bucket permission");
    if (!isSafePrefix(log.prefix))
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "The prefix of access logs must be a relative path without 'AWSLogs', blanks and names that begin "
                    "with a dot, of at most 512 characters");
    return {};
}

} // namespace balancer::plan

#include "plan/access_log_line.h"

#include "base/text.h"
#include "plan/log_encoding.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace balancer::plan {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kNoReason = 0;

/// What of a message is counted by HAProxy 2.6 besides its head's and body's own bytes (seen): 15 for the start line,
/// less the four bytes around each header, which are not kept; one more for the end of a body without a length.
std::uint64_t bodyWithoutLength(const MessageSize &size, std::size_t startLine)
{
    const auto headers = size.headerBytes.value_or(2);
    const auto perHeader = 4 * size.headerCount.value_or(0);
    const auto counted = size.counted + perHeader;
    const auto head = startLine + headers + 15 + 1;
    return counted > head ? counted - head : 0;
}

/// " OK", which HAProxy does not tell, as nearly everybody says it.
std::size_t reasonLength(int status)
{
    switch (status) {
    case 200:
        return std::string_view("OK").size();
    case 206:
        return std::string_view("Partial Content").size();
    case 404:
        return std::string_view("Not Found").size();
    case 500:
        return std::string_view("Internal Server Error").size();
    default:
        return kNoReason;
    }
}

bool isHttpWithoutRequest(const AccessRecord &record)
{
    return record.http && record.method.empty();
}

std::uint64_t receivedBody(const AccessRecord &record)
{
    const auto &size = record.received;
    if (size.contentLength)
        return std::min(*size.contentLength, size.counted); // a client may have gone before it had sent everything
    if (!size.headerBytes)
        return 0; // neither a length nor chunks: no body
    const auto startLine = record.method.size() + record.uri.size() + record.version.size() + 4;
    return bodyWithoutLength(size, startLine);
}

std::uint64_t sentBody(const AccessRecord &record)
{
    const auto &size = record.sent;
    const bool bodiless = record.method == "HEAD" || record.status == 304 || record.status == 204;
    if (bodiless || isHttpWithoutRequest(record))
        return 0;
    if (size.contentLength)
        return std::min(*size.contentLength, size.counted);
    if (!size.headerBytes)
        return 0;
    return bodyWithoutLength(size, std::string_view("HTTP/1.1 200 \r\n").size() + reasonLength(record.status));
}

std::string seconds(milliseconds duration)
{
    std::array<char, 40> text{};
    const auto count = std::max<std::int64_t>(duration.count(), 0);
    std::snprintf(text.data(), text.size(), "%lld.%03lld000", static_cast<long long>(count / 1000),
                  static_cast<long long>(count % 1000));
    return text.data();
}

std::string endpointText(const std::string &address, std::uint16_t port)
{
    const bool isV6 = address.find(':') != std::string::npos;
    return (isV6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

/// ELB: of requests that no instance answered, and of connections that reached none, there is no instance and no time.
bool reachedInstance(const AccessRecord &record)
{
    if (record.instanceAddress.empty())
        return false;
    return record.http ? record.instanceStatus.has_value() : record.timers.connect >= milliseconds(0);
}

std::string times(const AccessRecord &record)
{
    if (!reachedInstance(record))
        return "-1 -1 -1";
    const auto &timers = record.timers;
    const auto none = milliseconds(0);
    const auto queued = std::max(timers.queue, none);
    const auto connected = std::max(timers.connect, none);
    const auto before = record.http ? queued + connected : queued;
    const auto instance = record.http ? timers.response : connected;
    // An answer is passed on as it comes.
    return seconds(before) + " " + seconds(instance) + " " + seconds(none);
}

std::string statuses(const AccessRecord &record)
{
    if (!record.http)
        return "- -";
    // ELB: 0 where no instance answered.
    return std::to_string(std::max(record.status, 0)) + " " + std::to_string(record.instanceStatus.value_or(0));
}

std::string sizes(const AccessRecord &record)
{
    if (!record.http)
        return std::to_string(record.received.counted) + " " + std::to_string(record.sent.counted);
    return std::to_string(receivedBody(record)) + " " + std::to_string(sentBody(record));
}

/// A host without its port: "[::1]:80" is "[::1]".
std::string_view hostOnly(std::string_view host)
{
    if (host.starts_with('['))
        return host.substr(0, host.find(']') + 1);
    return host.substr(0, host.find(':'));
}

/// What follows the authority in a URI that has one.
std::string_view pathOf(std::string_view uri)
{
    const auto scheme = uri.find("://");
    if (scheme == std::string_view::npos || uri.starts_with('/'))
        return uri;
    const auto rest = uri.substr(scheme + 3);
    const auto slash = rest.find('/');
    return slash == std::string_view::npos ? std::string_view("/") : rest.substr(slash);
}

/// Between quotes, and without blanks: a request has three words.
std::string escapeWord(std::string_view bytes)
{
    std::string text;
    for (const char c : escapeQuoted(bytes))
        text += c == ' ' ? std::string("\\x20") : std::string(1, c);
    return text;
}

std::string requestOf(const AccessRecord &record, const AccessLogTarget &target)
{
    if (!record.http || isHttpWithoutRequest(record))
        return "- - - ";
    const auto host = hostOnly(record.host.empty() ? std::string_view(target.dnsName) : record.host);
    const auto path = pathOf(record.uri);
    std::string url = target.secure ? "https://" : "http://";
    url += escapeWord(host) + ":" + std::to_string(target.port);
    url += (path.starts_with('/') ? "" : "/") + escapeWord(path);
    return escapeWord(record.method) + " " + url + " " + escapeWord(record.version);
}

std::string orDash(const std::string &text)
{
    return text.empty() ? "-" : escapeQuoted(text);
}

LogTime arrivalOf(const AccessRecord &record)
{
    if (record.requestAt)
        return *record.requestAt;
    const auto none = milliseconds(0);
    return record.acceptedAt + std::max(record.timers.handshake, none) + std::max(record.timers.idle, none);
}

} // namespace

std::string renderLogTime(LogTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss<std::chrono::microseconds> clock(time - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text.data();
}

std::string renderElbLine(const AccessRecord &record, const AccessLogTarget &target)
{
    const auto client = record.clientAddress.empty() ? "-" : endpointText(record.clientAddress, record.clientPort);
    const auto instance =
        reachedInstance(record) ? endpointText(record.instanceAddress, record.instancePort) : std::string("-");
    std::string line = renderLogTime(arrivalOf(record)) + " " + target.balancer;
    line += " " + client + " " + instance + " " + times(record) + " " + statuses(record) + " " + sizes(record);
    line += " \"" + requestOf(record, target) + "\" \"" + (record.http ? orDash(record.userAgent) : "-") + "\"";
    return line + " " + orDash(record.cipher) + " " + orDash(record.protocol);
}

} // namespace balancer::plan

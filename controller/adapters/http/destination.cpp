#include "adapters/http/destination.h"

#include "base/endpoint.h"
#include "base/text.h"

#include <algorithm>
#include <string_view>

namespace balancer::adapters::http {

namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

Error notATarget(const std::string &url)
{
    return {ErrorCode::InvalidInput,
            "\"" + url + "\" is no place to send requests to: say unix:PATH, http://HOST:PORT or https://HOST:PORT"};
}

bool isHostName(std::string_view text)
{
    const auto fits = [](char c) { return isAlphanumeric(c) || isOneOf(c, "-._"); };
    return !text.empty() && text.size() <= 253 && std::ranges::all_of(text, fits);
}

/// Takes "[fd00::5]" or "web1.corp" from the front of `rest`; empty if neither stands there.
std::string takeHost(std::string_view &rest)
{
    if (!rest.starts_with('[')) {
        const auto host = rest.substr(0, rest.find(':'));
        rest.remove_prefix(host.size());
        return isHostName(host) ? std::string(host) : std::string();
    }
    const auto end = rest.find(']');
    if (end == std::string_view::npos)
        return {};
    const auto address = IpAddress::parse(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
    return address && address->isV6() ? address->text() : std::string();
}

Result<Destination> parseUrl(const ports::HttpTarget &target, std::string_view scheme)
{
    Destination destination;
    destination.isEncrypted = scheme == kHttps;
    destination.fingerprint = destination.isEncrypted ? target.fingerprint : std::string();
    auto rest = std::string_view(target.url).substr(scheme.size());
    if (rest.ends_with('/'))
        rest.remove_suffix(1);
    destination.authority = std::string(rest);
    destination.name = std::string(scheme) + destination.authority;
    destination.host = takeHost(rest);
    if (destination.host.empty())
        return fail(notATarget(target.url));
    destination.port = destination.isEncrypted ? kHttpsPort : kHttpPort;
    if (rest.empty())
        return destination;
    const auto port = parsePort(rest.substr(1));
    if (!rest.starts_with(':') || !port)
        return fail(notATarget(target.url));
    destination.port = *port;
    return destination;
}

} // namespace

Result<Destination> parseTarget(const ports::HttpTarget &target)
{
    const std::string_view url = target.url;
    if (url.starts_with(kHttps))
        return parseUrl(target, kHttps);
    if (url.starts_with(kHttp))
        return parseUrl(target, kHttp);
    if (!url.starts_with(kUnix) || url.size() == kUnix.size())
        return fail(notATarget(target.url));
    Destination destination;
    destination.path = std::string(url.substr(kUnix.size()));
    destination.name = destination.path;
    destination.authority = "localhost";
    return destination;
}

} // namespace balancer::adapters::http

#include "api/session_cookie.h"

#include "base/text.h"

namespace balancer::api {

namespace {

/// "https://node:9999", as a browser writes its Origin; empty without a Host.
std::string originOf(const ports::HttpRequest &request)
{
    const auto host = ports::findHeader(request.headers, "Host");
    if (!host || host->empty())
        return {};
    return toLower((request.peer.isEncrypted ? "https://" : "http://") + std::string(*host));
}

} // namespace

std::optional<std::string> sessionCookieOf(const ports::HttpRequest &request)
{
    for (const auto &[name, value] : request.headers) {
        if (toLower(name) != "cookie")
            continue;
        for (const auto part : split(value, ';')) {
            const auto pair = trimmed(part);
            const auto equals = pair.find('=');
            if (equals != std::string_view::npos && pair.substr(0, equals) == kSessionCookie)
                return std::string(pair.substr(equals + 1));
        }
    }
    return std::nullopt;
}

std::string renderSessionCookie(std::string_view token, bool isEncrypted)
{
    auto cookie = std::string(kSessionCookie) + "=" + std::string(token) + "; HttpOnly; SameSite=Strict; Path=/";
    if (token.empty())
        cookie += "; Max-Age=0";
    if (isEncrypted)
        cookie += "; Secure";
    return cookie;
}

bool isSameOrigin(const ports::HttpRequest &request)
{
    if (const auto origin = ports::findHeader(request.headers, "Origin"))
        return !originOf(request).empty() && toLower(*origin) == originOf(request);
    return ports::findHeader(request.headers, "Sec-Fetch-Site") == std::optional<std::string_view>("same-origin");
}

bool isCrossOrigin(const ports::HttpRequest &request)
{
    const bool says =
        ports::findHeader(request.headers, "Origin") || ports::findHeader(request.headers, "Sec-Fetch-Site");
    return says && !isSameOrigin(request);
}

} // namespace balancer::api

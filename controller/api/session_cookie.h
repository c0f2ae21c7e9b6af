#pragma once

#include "ports/http.h"

#include <optional>
#include <string>
#include <string_view>

namespace balancer::api {

constexpr std::string_view kSessionCookie = "elastic-haproxy-session";

/// What the request's Cookie headers say of our session: the first value; nothing when there is none.
std::optional<std::string> sessionCookieOf(const ports::HttpRequest &request);

/// The value of Set-Cookie that makes a browser keep `token`, or forget it when that is empty. Only for the page's own
/// requests, out of reach for its scripts, and never sent in the clear if it came encrypted.
std::string renderSessionCookie(std::string_view token, bool isEncrypted);

/// Whether the browser says that the page it sends this for comes from this very address. False also when it says
/// nothing.
bool isSameOrigin(const ports::HttpRequest &request);

/// Whether a browser sent it for a page that comes from somewhere else.
bool isCrossOrigin(const ports::HttpRequest &request);

} // namespace balancer::api

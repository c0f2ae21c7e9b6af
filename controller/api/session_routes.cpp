#include "api/session_routes.h"

#include "api/responses.h"
#include "api/session_cookie.h"
#include "wire/json_text.h"
#include "wire/read_forms.h"

#include <string>
#include <utility>

namespace balancer::api {

namespace {

constexpr int kCreated = 201;
constexpr int kNoContent = 204;
constexpr int kUnauthorized = 401;

Error otherOrigin()
{
    return Error{ErrorCode::AccessDenied, "A page of another origin may not sign the browser in or out"};
}

void setCookie(ports::HttpResponse &response, std::string_view token, const ports::HttpRequest &request)
{
    response.headers.emplace_back("Set-Cookie", renderSessionCookie(token, request.peer.isEncrypted));
}

} // namespace

SessionRoutes::SessionRoutes(Authenticator &authenticator, SessionStore &sessions, SignInBrake &brake)
    : m_authenticator(authenticator), m_sessions(sessions), m_brake(brake)
{
}

QCoro::Task<ports::HttpResponse> SessionRoutes::answer(ports::HttpRequest request, std::string requestId)
{
    if (request.method == "POST")
        co_return co_await open(std::move(request), std::move(requestId));
    if (request.method == "GET")
        co_return read(request, requestId);
    if (request.method == "DELETE")
        co_return close(request, requestId);
    co_return methodNotAllowed("DELETE, GET, POST");
}

/// By what the body says, or without one by the request itself.
Result<model::Caller> SessionRoutes::callerOf(const ports::HttpRequest &request) const
{
    if (request.body.empty())
        return m_authenticator.identify(request);
    const auto json = wire::parseJson(request.body);
    if (!json)
        return fail(ErrorCode::ValidationError, json.error().message);
    const auto signIn = wire::readRead<model::SignIn>(*json);
    if (!signIn)
        return fail(ErrorCode::ValidationError, "The body must have AccessKeyId and SecretAccessKey");
    return m_authenticator.signIn(*signIn);
}

QCoro::Task<ports::HttpResponse> SessionRoutes::open(ports::HttpRequest request, std::string requestId)
{
    // Else any page could sign its visitors in as somebody whose key it knows.
    if (isCrossOrigin(request))
        co_return respondJsonProblem(otherOrigin(), requestId);
    const auto caller = callerOf(request);
    if (!caller) {
        const auto error = co_await m_brake.slowed(request.peer, caller.error());
        co_return respondJsonProblem(error, requestId);
    }
    const auto opened = m_sessions.open(*caller);
    if (!opened)
        co_return respondJsonProblem(opened.error(), requestId);
    auto response = respondJson(kCreated, wire::renderJson(wire::writeRead(opened->session)));
    setCookie(response, opened->token, request);
    co_return response;
}

ports::HttpResponse SessionRoutes::read(const ports::HttpRequest &request, std::string_view requestId)
{
    const auto token = sessionCookieOf(request);
    const auto session = token ? m_sessions.use(*token) : std::nullopt;
    if (session)
        return respondJson(200, wire::renderJson(wire::writeRead(*session)));
    const Error error{ErrorCode::MissingAuthenticationToken, "There is no session: sign in"};
    auto response = respondJsonProblem(error, requestId, kUnauthorized);
    if (token)
        setCookie(response, {}, request);
    return response;
}

ports::HttpResponse SessionRoutes::close(const ports::HttpRequest &request, std::string_view requestId)
{
    const auto token = sessionCookieOf(request);
    if (token && !isSameOrigin(request))
        return respondJsonProblem(otherOrigin(), requestId);
    if (token)
        m_sessions.close(*token);
    ports::HttpResponse response;
    response.status = kNoContent;
    response.headers.emplace_back("Cache-Control", "no-store");
    setCookie(response, {}, request);
    return response;
}

} // namespace balancer::api

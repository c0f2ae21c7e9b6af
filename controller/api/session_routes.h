#pragma once

#include "api/authenticator.h"
#include "api/session_store.h"
#include "ports/http.h"

#include <string_view>

namespace balancer::api {

constexpr std::string_view kSessionPath = "/v1/session";

/// Signing browsers in and out: POST, GET and DELETE of /v1/session.
class SessionRoutes
{
public:
    SessionRoutes(Authenticator &authenticator, SessionStore &sessions);

    ports::HttpResponse answer(const ports::HttpRequest &request, std::string_view requestId);

private:
    ports::HttpResponse open(const ports::HttpRequest &request, std::string_view requestId);
    ports::HttpResponse read(const ports::HttpRequest &request, std::string_view requestId);
    ports::HttpResponse close(const ports::HttpRequest &request, std::string_view requestId);
    Result<model::Caller> callerOf(const ports::HttpRequest &request) const;

    Authenticator &m_authenticator;
    SessionStore &m_sessions;
};

} // namespace balancer::api

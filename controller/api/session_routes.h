#pragma once

#include "api/authenticator.h"
#include "api/session_store.h"
#include "api/sign_in_brake.h"
#include "ports/http.h"

#include <QCoro/QCoroTask>

#include <string>
#include <string_view>

namespace balancer::api {

constexpr std::string_view kSessionPath = "/v1/session";

/// Signing browsers in and out: POST, GET and DELETE of /v1/session.
class SessionRoutes
{
public:
    SessionRoutes(Authenticator &authenticator, SessionStore &sessions, SignInBrake &brake);

    QCoro::Task<ports::HttpResponse> answer(ports::HttpRequest request, std::string requestId);

private:
    QCoro::Task<ports::HttpResponse> open(ports::HttpRequest request, std::string requestId);
    ports::HttpResponse read(const ports::HttpRequest &request, std::string_view requestId);
    ports::HttpResponse close(const ports::HttpRequest &request, std::string_view requestId);
    Result<model::Caller> callerOf(const ports::HttpRequest &request) const;

    Authenticator &m_authenticator;
    SessionStore &m_sessions;
    SignInBrake &m_brake;
};

} // namespace balancer::api

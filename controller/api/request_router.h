#pragma once

#include "api/authenticator.h"
#include "api/event_streams.h"
#include "api/helpers/dialect.h"
#include "api/session_routes.h"
#include "api/session_store.h"
#include "api/sign_in_brake.h"
#include "api/verb_table.h"
#include "ports/clock.h"
#include "ports/http.h"
#include "service/key_verbs.h"
#include "service/reads.h"
#include "service/verbs.h"

#include <QCoro/QCoroTask>

#include <functional>
#include <optional>
#include <string>

namespace balancer::api {

struct RouterSettings
{
    AuthenticatorSettings authentication;
    SessionLimits sessions;
    StreamOptions streams;
    BrakeOptions brake;
    /// Where command lines find this node: "http://127.0.0.1:9999"; empty when it has no such address.
    std::function<std::string()> endpoint = [] { return std::string(); };
    /// What answers at and below /dashboard; without it there is nothing.
    std::function<ports::HttpResponse(const ports::HttpRequest &)> dashboard = {};
};

/// Success once this node can answer verbs and reads; the error's message says what is still missing.
using Readiness = std::function<Result<void>()>;

/// What answers come from.
struct RouterSources
{
    service::Verbs &verbs;
    service::KeyVerbs &keys;
    service::Reads &reads;
    const service::EventLog &events;
    service::TrafficMeter &traffic;
};

/// The API without its sockets: a request in, an answer out.
///
///     POST / and GET /?Action=…          ELB's Query API, also at any other path ending in '/', and what clients ask
///                                        of IAM, STS and EC2 around it (helpers/dialect.h)
///     POST /v1/actions/<Verb>            the same verbs as JSON; errors are problem details (RFC 9457)
///     POST /v1/actions/<Verb>?dryRun=true  the plan instead
///     GET /v1/…                          reads, of which read_table.h has the list
///     GET /v1/events                     server-sent events
///     POST, GET, DELETE /v1/session      signing a browser in and out
///     GET /dashboard/…                   the dashboard, for everyone
///     GET /v1/openapi.json, /healthz, /readyz   for everyone
///     HEAD /dashboard/…, /healthz, /readyz      the same without the body
///
/// Until the node is ready, verbs and reads are answered with ServiceUnavailable, which clients repeat.
///
/// Callers are told apart as authenticator.h says, and who fails too often waits as sign_in_brake.h says; sessions
/// count below /v1 only. Lives on the main loop's thread; what it was given must live longer than it and all tasks it
/// returned.
class RequestRouter
{
public:
    RequestRouter(RouterSources sources, KeyLookup findKey, const ports::Clock &clock, Readiness readiness,
                  RouterSettings settings);

    /// Always an answer; nothing is thrown.
    QCoro::Task<ports::HttpResponse> handle(ports::HttpRequest request);

    /// Ends what goes on after its answer.
    void closeStreams() { m_streams.closeAll(); }
    /// The same for those alone who may no longer listen: some access key has changed.
    void recheckStreams() { m_streams.recheck(); }

private:
    struct Call;

    std::optional<ports::HttpResponse> answerAtOnce(const ports::HttpRequest &request);
    std::optional<ports::HttpResponse> checkMethod(const ports::HttpRequest &request) const;
    QCoro::Task<ports::HttpResponse> answerLater(ports::HttpRequest request, std::string requestId);
    QCoro::Task<ports::HttpResponse> answerQuery(ports::HttpRequest request, std::string requestId);
    QCoro::Task<ports::HttpResponse> answerAction(ports::HttpRequest request, std::string requestId);
    QCoro::Task<ports::HttpResponse> answerRead(ports::HttpRequest request, std::string requestId);
    QCoro::Task<ports::HttpResponse> answerEvents(ports::HttpRequest request, std::string requestId);
    ports::HttpResponse answerReadiness() const;

    QCoro::Task<Result<wire::Node>> performQuery(Call call);

    Result<Call> callFromQuery(const ports::HttpRequest &request, const Result<wire::Parameters> &parameters,
                               Dialect dialect) const;
    Result<Call> callFromJson(const ports::HttpRequest &request);
    /// Whether the caller may, and the node can.
    Result<void> admit(const model::Caller &caller, model::Role least, std::string_view action,
                       std::string_view service) const;
    Result<model::Caller> admitReader(const ports::HttpRequest &request, model::Role least, std::string_view action);

    VerbServices services() const { return {m_sources.verbs, m_sources.keys}; }

    const RouterSources m_sources;
    const Readiness m_readiness;
    const RouterSettings m_settings;
    SessionStore m_sessions;
    Authenticator m_authenticator;
    SignInBrake m_brake;
    SessionRoutes m_sessionRoutes;
    EventStreams m_streams;
};

} // namespace balancer::api

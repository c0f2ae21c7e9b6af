#include "api/request_router.h"

#include "api/openapi.h"
#include "api/parameters.h"
#include "api/read_table.h"
#include "api/responses.h"
#include "api/session_cookie.h"
#include "api/target.h"
#include "wire/envelope.h"
#include "wire/json_text.h"
#include "wire/query_text.h"

#include <QUuid>

#include <exception>
#include <utility>

namespace balancer::api {

namespace {

using ports::HttpRequest;
using ports::HttpResponse;

constexpr std::string_view kActions = "/v1/actions/";
constexpr std::string_view kOpenApi = "/v1/openapi.json";
constexpr std::size_t kMaxEcho = 128;

bool isBelow(std::string_view path, std::string_view folder)
{
    return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

bool isQueryPath(std::string_view path)
{
    return path.ends_with('/') && !isBelow(path, "/v1") && !isBelow(path, "/dashboard");
}

/// HTTP's word for errors that ELB has another one for.
std::optional<int> statusFor(const HttpRequest &request, const Error &error)
{
    if (error.code == ErrorCode::LoadBalancerNotFound && request.method == "GET")
        return 404;
    if (error.code == ErrorCode::MissingAuthenticationToken && sessionCookieOf(request))
        return 401;
    return std::nullopt;
}

HttpResponse respondProblem(const HttpRequest &request, const Error &error, std::string_view requestId)
{
    return respondJsonProblem(error, requestId, statusFor(request, error));
}

tl::unexpected<Error> noSuchAction(std::string_view action, std::string_view version)
{
    return fail(ErrorCode::InvalidAction, "Could not find operation " + std::string(action.substr(0, kMaxEcho)) +
                                              " for version " + std::string(version.substr(0, kMaxEcho)));
}

/// Whether only the plan is wanted. Anything but true and false is refused: carrying out what someone only wanted to
/// see would be the worst answer.
Result<bool> isDryRun(const wire::Parameters &query)
{
    const auto said = wire::findParameter(query, "dryRun").value_or("false");
    if (said == "true" || said == "false")
        return said == "true";
    return fail(ErrorCode::InvalidParameterValue, "dryRun must be true or false");
}

} // namespace

/// A verb that may be performed.
struct RequestRouter::Call
{
    const VerbEntry *verb = nullptr;
    wire::Node parameters;
    model::Caller caller;
    std::string version = {};
    bool isDryRun = false;
};

RequestRouter::RequestRouter(RouterSources sources, KeyLookup findKey, const ports::Clock &clock, Readiness readiness,
                             RouterSettings settings)
    : m_sources(sources), m_readiness(std::move(readiness)), m_settings(std::move(settings)),
      m_sessions(findKey, clock, m_settings.sessions),
      m_authenticator(std::move(findKey), clock, m_sessions, m_settings.authentication),
      m_brake(clock, m_settings.brake), m_sessionRoutes(m_authenticator, m_sessions, m_brake),
      m_streams(sources.events, sources.traffic, m_settings.streams)
{
}

QCoro::Task<HttpResponse> RequestRouter::handle(HttpRequest request)
{
    const auto requestId = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    std::optional<HttpResponse> response;
    try {
        response = answerAtOnce(request);
        if (!response)
            response = co_await answerLater(std::move(request), requestId);
    } catch (const std::exception &e) {
        // Nothing of ours throws; memory may run out. A caller must not wait for ever because of it.
        response = respondJsonProblem(Error{ErrorCode::Internal, e.what()}, requestId);
    }
    response->headers.emplace_back("x-amzn-RequestId", requestId);
    co_return *response;
}

/// What needs nobody else's answer.
std::optional<HttpResponse> RequestRouter::answerAtOnce(const HttpRequest &request)
{
    const auto path = pathOf(request.target);
    if (isBelow(path, "/dashboard") && m_settings.dashboard)
        return m_settings.dashboard(request);
    if (auto refusal = checkMethod(request))
        return refusal;
    if (path == "/healthz")
        return respondText(200, "ok");
    if (path == "/readyz")
        return answerReadiness();
    if (path == kOpenApi) {
        static const auto kDocument = renderOpenApi();
        return respondJson(200, kDocument);
    }
    return std::nullopt;
}

/// 404 or 405 for what is nowhere.
std::optional<HttpResponse> RequestRouter::checkMethod(const HttpRequest &request) const
{
    const auto path = pathOf(request.target);
    const bool get = request.method == "GET";
    const bool post = request.method == "POST";
    if (path == kSessionPath)
        return std::nullopt;
    if (path == "/healthz" || path == "/readyz")
        return isGetOrHead(request) ? std::nullopt : std::optional(methodNotAllowed("GET, HEAD"));
    if (path == kOpenApi || path == kEventsPath || findRead(path))
        return get ? std::nullopt : std::optional(methodNotAllowed("GET"));
    if (path.starts_with(kActions))
        return post ? std::nullopt : std::optional(methodNotAllowed("POST"));
    if (isQueryPath(path))
        return get || post ? std::nullopt : std::optional(methodNotAllowed("GET, POST"));
    return respondText(404, "Not found");
}

QCoro::Task<HttpResponse> RequestRouter::answerLater(HttpRequest request, std::string requestId)
{
    const auto path = pathOf(request.target);
    if (path == kSessionPath)
        co_return co_await m_sessionRoutes.answer(std::move(request), std::move(requestId));
    if (path == kEventsPath)
        co_return co_await answerEvents(std::move(request), std::move(requestId));
    if (path.starts_with(kActions))
        co_return co_await answerAction(std::move(request), std::move(requestId));
    if (findRead(path))
        co_return co_await answerRead(std::move(request), std::move(requestId));
    co_return co_await answerQuery(std::move(request), std::move(requestId));
}

QCoro::Task<HttpResponse> RequestRouter::answerQuery(HttpRequest request, std::string requestId)
{
    auto call = callFromQuery(request);
    if (!call) {
        const auto error = co_await m_brake.slowed(request.peer, call.error());
        co_return respondXmlProblem(error, wire::kCurrentVersion, requestId);
    }
    const auto answer = co_await call->verb->perform(services(), std::move(call->parameters), call->caller);
    if (!answer)
        co_return respondXmlProblem(answer.error(), call->version, requestId);
    co_return respond(200, "text/xml", wire::renderXmlAnswer(call->verb->name, call->version, *answer, requestId));
}

QCoro::Task<HttpResponse> RequestRouter::answerAction(HttpRequest request, std::string requestId)
{
    auto call = callFromJson(request);
    if (!call) {
        const auto error = co_await m_brake.slowed(request.peer, call.error());
        co_return respondProblem(request, error, requestId);
    }
    Result<wire::Node> answer;
    if (call->isDryRun)
        answer = co_await call->verb->preview(services(), std::move(call->parameters), m_settings.endpoint());
    else
        answer = co_await call->verb->perform(services(), std::move(call->parameters), call->caller);
    if (!answer)
        co_return respondProblem(request, answer.error(), requestId);
    co_return respondJson(200, wire::renderJson(*answer));
}

QCoro::Task<HttpResponse> RequestRouter::answerRead(HttpRequest request, std::string requestId)
{
    auto found = findRead(pathOf(request.target));
    const auto caller = admitReader(request, found->entry->role, found->entry->name);
    if (!caller) {
        const auto error = co_await m_brake.slowed(request.peer, caller.error());
        co_return respondProblem(request, error, requestId);
    }
    auto query = wire::parseParameters(queryOf(request.target));
    if (!query)
        co_return respondProblem(request, query.error(), requestId);
    ReadCall call{std::move(found->argument), std::move(*query), *caller};
    const auto answer = co_await found->entry->perform(m_sources.reads, std::move(call));
    if (!answer)
        co_return respondProblem(request, answer.error(), requestId);
    co_return respondJson(200, wire::renderJson(*answer));
}

QCoro::Task<HttpResponse> RequestRouter::answerEvents(HttpRequest request, std::string requestId)
{
    const auto caller = admitReader(request, model::Role::Viewer, "Events");
    if (!caller) {
        const auto error = co_await m_brake.slowed(request.peer, caller.error());
        co_return respondProblem(request, error, requestId);
    }
    auto stream = m_streams.open(request, m_authenticator.watch(request, *caller));
    if (!stream)
        co_return respondProblem(request, stream.error(), requestId);
    co_return std::move(*stream);
}

HttpResponse RequestRouter::answerReadiness() const
{
    const auto ready = m_readiness();
    return ready ? respondText(200, "ready") : respondText(503, ready.error().message);
}

Result<RequestRouter::Call> RequestRouter::callFromQuery(const HttpRequest &request) const
{
    const auto caller = m_authenticator.identify(request);
    if (!caller)
        return fail(caller.error());
    const auto parameters = parametersOf(request);
    if (!parameters)
        return fail(parameters.error());

    const auto action = wire::findParameter(*parameters, "Action").value_or("");
    const auto version = wire::findParameter(*parameters, "Version").value_or(wire::kCurrentVersion);
    if (action.empty())
        return fail(ErrorCode::MissingAction, "The request is missing the parameter Action");
    const auto *verb = findVerb(action);
    if (!verb || verb->surface == Surface::JsonOnly || !wire::isClassicVersion(version))
        return noSuchAction(action, version);
    if (const auto ok = admit(*caller, verb->role, verb->name); !ok)
        return fail(ok.error());
    return Call{verb, wire::formFrom(*parameters), *caller, std::string(version)};
}

Result<RequestRouter::Call> RequestRouter::callFromJson(const HttpRequest &request)
{
    const auto caller = m_authenticator.identifyAlsoBySession(request);
    if (!caller)
        return fail(caller.error());
    const auto query = wire::parseParameters(queryOf(request.target));
    if (!query)
        return fail(query.error());

    const auto action = pathOf(request.target).substr(kActions.size());
    const auto *verb = findVerb(action);
    if (!verb)
        return noSuchAction(action, "v1");
    const auto dryRun = isDryRun(*query);
    if (!dryRun)
        return fail(dryRun.error());

    auto body = wire::parseJson(request.body.empty() ? std::string_view("{}") : request.body);
    if (!body)
        return fail(ErrorCode::ValidationError, body.error().message);
    if (const auto ok = admit(*caller, verb->role, verb->name); !ok)
        return fail(ok.error());
    return Call{verb, std::move(*body), *caller, {}, *dryRun};
}

Result<void> RequestRouter::admit(const model::Caller &caller, model::Role least, std::string_view action) const
{
    if (const auto allowed = m_authenticator.authorize(caller, least, action); !allowed)
        return allowed;
    // Before the stored state is loaded, an answer could only be wrong.
    return m_readiness();
}

Result<model::Caller> RequestRouter::admitReader(const HttpRequest &request, model::Role least, std::string_view action)
{
    const auto caller = m_authenticator.identifyAlsoBySession(request);
    if (!caller)
        return caller;
    if (const auto ok = admit(*caller, least, action); !ok)
        return fail(ok.error());
    return caller;
}

} // namespace balancer::api

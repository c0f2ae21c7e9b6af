#include "api/request_router.h"

#include "api/helpers/dialect.h"
#include "api/helpers/helper_table.h"
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

/// The verb that the dialect's Query API has under that name; null when it has none.
const VerbEntry *verbIn(Dialect dialect, std::string_view action)
{
    const auto *verb = findVerb(action);
    const bool isElbs = dialect == Dialect::Elb && verb && verb->surface == Surface::Everywhere;
    const bool isIams = dialect == Dialect::Iam && verb && verb->surface == Surface::Iam;
    return isElbs || isIams ? verb : nullptr;
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

/// A verb, or what a helper does, that may be performed.
struct RequestRouter::Call
{
    const VerbEntry *verb = nullptr;
    const HelperAction *helper = nullptr;
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
    const auto parameters = parametersOf(request);
    const auto dialect = dialectOf(request, parameters.value_or(wire::Parameters()));
    auto call = callFromQuery(request, parameters, dialect);
    if (!call) {
        const auto error = co_await m_brake.slowed(request.peer, call.error());
        co_return respondXmlProblem(dialect, error, wire::kCurrentVersion, requestId);
    }
    const auto name = call->verb ? call->verb->name : call->helper->name;
    const auto answer = co_await performQuery(*call);
    if (!answer)
        co_return respondXmlProblem(dialect, answer.error(), call->version, requestId);
    co_return respondXmlAnswer(dialect, name, call->version, *answer, requestId);
}

QCoro::Task<Result<wire::Node>> RequestRouter::performQuery(Call call)
{
    if (call.verb) {
        auto answer = co_await call.verb->perform(services(), std::move(call.parameters), call.caller);
        co_return answer;
    }
    const auto &signature = m_settings.authentication.signature;
    HelperCall helped{m_sources.reads, std::move(call.parameters), std::move(call.caller),
                      m_settings.authentication.accountId, signature.regions.front()};
    auto answer = co_await call.helper->perform(std::move(helped));
    co_return answer;
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

Result<RequestRouter::Call> RequestRouter::callFromQuery(const HttpRequest &request,
                                                         const Result<wire::Parameters> &parameters,
                                                         Dialect dialect) const
{
    const auto caller = m_authenticator.identify(request);
    if (!caller)
        return fail(caller.error());
    if (!parameters)
        return fail(parameters.error());

    const auto action = wire::findParameter(*parameters, "Action").value_or("");
    const auto version = wire::findParameter(*parameters, "Version").value_or(currentVersionOf(dialect));
    if (action.empty())
        return fail(ErrorCode::MissingAction, "The request is missing the parameter Action");
    const auto *verb = verbIn(dialect, action);
    const auto *helper = findHelper(dialect, action);
    if ((!verb && !helper) || !isVersionOf(dialect, version))
        return noSuchAction(action, version);
    if (const auto ok = admit(*caller, verb ? verb->role : model::Role::Viewer, action, serviceOf(dialect)); !ok)
        return fail(ok.error());
    return Call{verb, helper, wire::formFrom(*parameters), *caller, std::string(version)};
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
    const auto dialect = verb->surface == Surface::Iam ? Dialect::Iam : Dialect::Elb;
    if (const auto ok = admit(*caller, verb->role, verb->name, serviceOf(dialect)); !ok)
        return fail(ok.error());
    return Call{verb, nullptr, std::move(*body), *caller, {}, *dryRun};
}

Result<void> RequestRouter::admit(const model::Caller &caller, model::Role least, std::string_view action,
                                  std::string_view service) const
{
    if (const auto allowed = m_authenticator.authorize(caller, least, action, service); !allowed)
        return allowed;
    // Before the stored state is loaded, an answer could only be wrong.
    return m_readiness();
}

Result<model::Caller> RequestRouter::admitReader(const HttpRequest &request, model::Role least, std::string_view action)
{
    const auto caller = m_authenticator.identifyAlsoBySession(request);
    if (!caller)
        return caller;
    if (const auto ok = admit(*caller, least, action, serviceOf(Dialect::Elb)); !ok)
        return fail(ok.error());
    return caller;
}

} // namespace balancer::api

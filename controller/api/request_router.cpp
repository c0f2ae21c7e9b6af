#include "api/request_router.h"

#include "api/error_wire.h"
#include "api/target.h"
#include "api/verb_table.h"
#include "wire/envelope.h"
#include "wire/json_text.h"
#include "wire/query_text.h"

#include <QLoggingCategory>
#include <QUuid>

#include <exception>
#include <utility>

namespace balancer::api {

namespace {

Q_LOGGING_CATEGORY(lcApi, "balancer.api")

using ports::HttpRequest;
using ports::HttpResponse;

constexpr std::string_view kActions = "/v1/actions/";
constexpr std::size_t kMaxEcho = 128;

bool isBelow(std::string_view path, std::string_view folder)
{
    return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

bool isQueryPath(std::string_view path)
{
    return path.ends_with('/') && !isBelow(path, "/v1") && !isBelow(path, "/dashboard");
}

HttpResponse respond(int status, std::string_view contentType, std::string body)
{
    HttpResponse response;
    response.status = status;
    response.headers.emplace_back("Content-Type", contentType);
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

HttpResponse respondText(int status, std::string_view line)
{
    return respond(status, "text/plain; charset=utf-8", std::string(line) + "\n");
}

HttpResponse methodNotAllowed(std::string_view allowed)
{
    auto response = respondText(405, "Method not allowed");
    response.headers.emplace_back("Allow", allowed);
    return response;
}

/// The error as its caller sees it. What he does not see goes to the log, with the id he can name.
wire::Problem problemFrom(const Error &error, std::string_view requestId)
{
    auto problem = errorToWire(error);
    problem.requestId = requestId;
    if (problem.status >= 500)
        qCWarning(lcApi, "request %s: %s: %s", problem.requestId.c_str(), std::string(nameOf(error.code)).c_str(),
                  error.message.c_str());
    return problem;
}

HttpResponse respondXmlProblem(const Error &error, std::string_view version, std::string_view requestId)
{
    const auto problem = problemFrom(error, requestId);
    return respond(problem.status, "text/xml", wire::renderXmlProblem(problem, version));
}

HttpResponse respondJsonProblem(const Error &error, std::string_view requestId)
{
    const auto problem = problemFrom(error, requestId);
    return respond(problem.status, "application/problem+json", wire::renderJsonProblem(problem));
}

tl::unexpected<Error> noSuchAction(std::string_view action, std::string_view version)
{
    return fail(ErrorCode::InvalidAction, "Could not find operation " + std::string(action.substr(0, kMaxEcho)) +
                                              " for version " + std::string(version.substr(0, kMaxEcho)));
}

/// Those of the body and those of the query string; of a repeated name the first counts.
Result<wire::Parameters> parametersOf(const HttpRequest &request)
{
    auto parameters = wire::parseParameters(request.method == "POST" ? std::string_view(request.body) : "");
    if (!parameters)
        return parameters;
    const auto query = wire::parseParameters(queryOf(request.target));
    if (!query)
        return query;
    parameters->insert(parameters->end(), query->begin(), query->end());
    return parameters;
}

} // namespace

/// A verb that may be performed.
struct RequestRouter::Call
{
    const VerbEntry *verb = nullptr;
    wire::Node parameters;
    model::Caller caller;
    std::string version;
};

RequestRouter::RequestRouter(service::Verbs &verbs, KeyLookup findKey, const ports::Clock &clock, Readiness readiness,
                             RouterSettings settings)
    : m_verbs(verbs), m_findKey(std::move(findKey)), m_clock(clock), m_readiness(std::move(readiness)),
      m_settings(std::move(settings))
{
}

QCoro::Task<HttpResponse> RequestRouter::handle(HttpRequest request)
{
    const auto requestId = QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString();
    auto response = answerAtOnce(request);
    try {
        if (!response)
            response = co_await answerVerb(std::move(request), requestId);
    } catch (const std::exception &e) {
        // Nothing of ours throws; memory may run out. A caller must not wait for ever because of it.
        response = respondJsonProblem(Error{ErrorCode::Internal, e.what()}, requestId);
    }
    response->headers.emplace_back("x-amzn-RequestId", requestId);
    co_return *response;
}

/// For everything but verbs.
std::optional<HttpResponse> RequestRouter::answerAtOnce(const HttpRequest &request) const
{
    const auto path = pathOf(request.target);
    const bool get = request.method == "GET";
    const bool post = request.method == "POST";
    if (path == "/healthz")
        return get ? respondText(200, "ok") : methodNotAllowed("GET");
    if (path == "/readyz")
        return get ? answerReadiness() : methodNotAllowed("GET");
    if (path.starts_with(kActions))
        return post ? std::nullopt : std::optional(methodNotAllowed("POST"));
    if (isQueryPath(path))
        return get || post ? std::nullopt : std::optional(methodNotAllowed("GET, POST"));
    return respondText(404, "Not found");
}

QCoro::Task<HttpResponse> RequestRouter::answerVerb(HttpRequest request, std::string requestId)
{
    if (pathOf(request.target).starts_with(kActions))
        co_return co_await answerAction(std::move(request), std::move(requestId));
    co_return co_await answerQuery(std::move(request), std::move(requestId));
}

QCoro::Task<HttpResponse> RequestRouter::answerQuery(HttpRequest request, std::string requestId)
{
    auto call = callFromQuery(request);
    if (!call)
        co_return respondXmlProblem(call.error(), wire::kCurrentVersion, requestId);
    const auto answer = co_await call->verb->perform(m_verbs, std::move(call->parameters), call->caller);
    if (!answer)
        co_return respondXmlProblem(answer.error(), call->version, requestId);
    co_return respond(200, "text/xml", wire::renderXmlAnswer(call->verb->name, call->version, *answer, requestId));
}

QCoro::Task<HttpResponse> RequestRouter::answerAction(HttpRequest request, std::string requestId)
{
    auto call = callFromJson(request);
    if (!call)
        co_return respondJsonProblem(call.error(), requestId);
    const auto answer = co_await call->verb->perform(m_verbs, std::move(call->parameters), call->caller);
    if (!answer)
        co_return respondJsonProblem(answer.error(), requestId);
    co_return respond(200, "application/json", wire::renderJson(*answer));
}

HttpResponse RequestRouter::answerReadiness() const
{
    const auto ready = m_readiness();
    return ready ? respondText(200, "ready") : respondText(503, ready.error().message);
}

Result<RequestRouter::Call> RequestRouter::callFromQuery(const HttpRequest &request) const
{
    const auto caller = identify(request);
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
    Call call{verb, wire::formFrom(*parameters), *caller, std::string(version)};
    if (const auto ok = admit(call); !ok)
        return fail(ok.error());
    return call;
}

Result<RequestRouter::Call> RequestRouter::callFromJson(const HttpRequest &request) const
{
    const auto caller = identify(request);
    if (!caller)
        return fail(caller.error());
    const auto query = wire::parseParameters(queryOf(request.target));
    if (!query)
        return fail(query.error());

    const auto action = pathOf(request.target).substr(kActions.size());
    const auto *verb = findVerb(action);
    if (!verb)
        return noSuchAction(action, "v1");
    // Carrying out what someone only wanted to see would be the worst answer.
    if (wire::findParameter(*query, "dryRun").value_or("false") != "false")
        return fail(ErrorCode::InvalidParameterValue, "dryRun is not supported by this version");

    auto body = wire::parseJson(request.body.empty() ? std::string_view("{}") : request.body);
    if (!body)
        return fail(ErrorCode::ValidationError, body.error().message);
    Call call{verb, std::move(*body), *caller, {}};
    if (const auto ok = admit(call); !ok)
        return fail(ok.error());
    return call;
}

Result<model::Caller> RequestRouter::identify(const HttpRequest &request) const
{
    const auto userId = request.peer.userId;
    const auto name = "uid:" + std::to_string(userId.value_or(0));
    if (userId && (*userId == 0 || *userId == m_settings.ownUserId))
        return model::Caller{name, model::Role::Admin};
    if (userId && !isSigned(request))
        return fail(ErrorCode::AccessDenied, "User: " + name + " must sign with an access key");
    // Failed sign-ins are to be slowed down by address: here, before anything is computed for the caller.
    return verifySignature(request, m_findKey, m_clock.now(), m_settings.signature);
}

Result<void> RequestRouter::admit(const Call &call) const
{
    // Before the stored state is loaded, an answer could only be wrong.
    if (call.caller.role >= call.verb->role)
        return m_readiness();
    return fail(ErrorCode::AccessDenied,
                "User: arn:aws:iam::" + m_settings.accountId + ":user/" + call.caller.name +
                    " is not authorized to perform: elasticloadbalancing:" + std::string(call.verb->name));
}

} // namespace balancer::api

#include "api/responses.h"

#include "api/error_wire.h"
#include "wire/envelope.h"

#include <QLoggingCategory>

#include <utility>

namespace balancer::api {

namespace {

Q_LOGGING_CATEGORY(lcApi, "balancer.api")

} // namespace

wire::Problem problemOf(const Error &error, std::string_view requestId)
{
    auto problem = errorToWire(error);
    problem.requestId = requestId;
    if (problem.status >= 500)
        qCWarning(lcApi, "request %s: %s: %s", problem.requestId.c_str(), std::string(nameOf(error.code)).c_str(),
                  error.message.c_str());
    return problem;
}

ports::HttpResponse respond(int status, std::string_view contentType, std::string body)
{
    ports::HttpResponse response;
    response.status = status;
    response.headers.emplace_back("Content-Type", contentType);
    response.headers.emplace_back("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

ports::HttpResponse respondText(int status, std::string_view line)
{
    return respond(status, "text/plain; charset=utf-8", std::string(line) + "\n");
}

ports::HttpResponse respondJson(int status, std::string body)
{
    return respond(status, "application/json", std::move(body));
}

bool isGetOrHead(const ports::HttpRequest &request)
{
    return request.method == "GET" || request.method == "HEAD";
}

ports::HttpResponse methodNotAllowed(std::string_view allowed)
{
    auto response = respondText(405, "Method not allowed");
    response.headers.emplace_back("Allow", allowed);
    return response;
}

ports::HttpResponse respondXmlProblem(const Error &error, std::string_view version, std::string_view requestId)
{
    const auto problem = problemOf(error, requestId);
    return respond(problem.status, "text/xml", wire::renderXmlProblem(problem, version));
}

ports::HttpResponse respondJsonProblem(const Error &error, std::string_view requestId, std::optional<int> status)
{
    auto problem = problemOf(error, requestId);
    problem.status = status.value_or(problem.status);
    return respond(problem.status, "application/problem+json", wire::renderJsonProblem(problem));
}

} // namespace balancer::api

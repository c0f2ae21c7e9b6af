#pragma once

#include "base/result.h"
#include "ports/http.h"
#include "wire/envelope.h"

#include <optional>
#include <string>
#include <string_view>

/// Answers as HTTP has them. Nothing of the API may be kept by anyone on the way.
namespace balancer::api {

ports::HttpResponse respond(int status, std::string_view contentType, std::string body);
ports::HttpResponse respondText(int status, std::string_view line);
ports::HttpResponse respondJson(int status, std::string body);
/// Both are answered alike: the server sends no body for HEAD.
bool isGetOrHead(const ports::HttpRequest &request);
ports::HttpResponse methodNotAllowed(std::string_view allowed);

/// The error as its caller sees it. What he does not see goes to the log, with the id he can name.
wire::Problem problemOf(const Error &error, std::string_view requestId);

/// The same as an answer.
ports::HttpResponse respondXmlProblem(const Error &error, std::string_view version, std::string_view requestId);
/// `status` stands in for the one that ELB has for this error.
ports::HttpResponse respondJsonProblem(const Error &error, std::string_view requestId,
                                       std::optional<int> status = std::nullopt);

} // namespace balancer::api

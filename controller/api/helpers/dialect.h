#pragma once

#include "base/result.h"
#include "ports/http.h"
#include "wire/node.h"
#include "wire/query_text.h"

#include <string>
#include <string_view>

/// The APIs beside ELB's that clients expect at the same endpoint: each has its own names, versions and XML.
namespace balancer::api {

enum class Dialect { Elb, Iam, Sts, Ec2 };

/// As credential scopes have it, and actions in sentences: "elasticloadbalancing", "iam", "sts", "ec2".
std::string_view serviceOf(Dialect dialect);

/// Whose action is asked for: what the credential scope says decides, else the version. ELB's when neither tells, for
/// old clients make the scope up from the host's name.
Dialect dialectOf(const ports::HttpRequest &request, const wire::Parameters &parameters);

/// The version that counts where none is given.
std::string_view currentVersionOf(Dialect dialect);
/// A version of its API that this dialect speaks.
bool isVersionOf(Dialect dialect, std::string_view version);

/// `version` counts for ELB only, whose older versions are told apart by the namespace of their XML.
ports::HttpResponse respondXmlAnswer(Dialect dialect, std::string_view action, std::string_view version,
                                     const wire::Node &answer, std::string_view requestId);
ports::HttpResponse respondXmlProblem(Dialect dialect, const Error &error, std::string_view version,
                                      std::string_view requestId);

} // namespace balancer::api

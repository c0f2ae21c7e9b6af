#pragma once

#include "base/result.h"
#include "wire/node.h"
#include "wire/schema.h"

#include <string>
#include <string_view>

/// What stands around an answer: ELB's XML for the Query API, or that of IAM, STS and EC2; problem details (RFC 9457)
/// for the JSON API.
namespace balancer::wire {

constexpr std::string_view kCurrentVersion = "2012-06-01";

/// One of the versions of the Classic API, of which the older ones mean the same.
bool isClassicVersion(std::string_view version);

/// An error as callers are told it.
struct Problem
{
    std::string code; ///< ELB's: "LoadBalancerNotFound"
    int status = 500; ///< HTTP's
    std::string message;
    std::string requestId;

    bool operator==(const Problem &) const = default;
};

/// `<ActionResponse><ActionResult>…</ActionResult><ResponseMetadata>…`; the result is there even when empty.
std::string renderXmlAnswer(std::string_view action, std::string_view version, const Node &result,
                            std::string_view requestId);

/// `<ErrorResponse><Error><Type>…`: Sender below status 500, Receiver from there.
std::string renderXmlProblem(const Problem &problem, std::string_view version);

/// The same in the form that IAM and STS share with ELB, and in EC2's; `space` is the XML namespace.
std::string renderQueryAnswer(std::string_view action, std::string_view space, const Node &result,
                              std::string_view requestId);
std::string renderQueryProblem(const Problem &problem, std::string_view space);
/// `<ActionResponse><requestId>…</requestId>…`, the items of lists as `<item>`.
std::string renderEc2Answer(std::string_view action, std::string_view space, const Node &result,
                            std::string_view requestId);
/// `<Response><Errors><Error>…`, without a namespace.
std::string renderEc2Problem(const Problem &problem);

/// application/problem+json: type, title, status, detail, and `code` and `requestId` as our own members.
std::string renderJsonProblem(const Problem &problem);

/// Its schema: the component ProblemDetails.
Node describeProblem(SchemaSet &set);

/// The way back. Corrupt when it is none.
Result<Problem> parseJsonProblem(std::string_view json);

} // namespace balancer::wire

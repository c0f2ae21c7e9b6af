#pragma once

#include "client/access.h"
#include "ports/clock.h"
#include "ports/http_transport.h"
#include "wire/json_text.h"

#include <QCoro/QCoroTask>

#include <chrono>
#include <string>

/// Single requests to a node.
namespace balancer::client {

/// All that a call needs. Calls hold a copy, so that they go on when whoever made them is gone.
struct Line
{
    ports::HttpTransport &transport; ///< outlives the calls, as the clock does
    const ports::Clock &clock;
    NodeAccess access;
    std::chrono::milliseconds deadline;
};

/// Host added, and the signature where there is a key.
Result<ports::HttpRequest> prepared(ports::HttpRequest request, const NodeAccess &access, model::Timestamp now);

/// The successful answer to a request, prepared and sent. The error of any other answer is errorOf.
QCoro::Task<Result<ports::HttpResponse>> exchange(Line line, ports::HttpRequest request);

/// The same, for a JSON answer. Corrupt when it is none.
QCoro::Task<Result<wire::Node>> ask(Line line, ports::HttpRequest request);

/// How much JSON of a node is believed: enough for 5,000 load balancers and 100,000 instances.
constexpr wire::JsonLimits kNodeJson{32, 5000000};

/// What an answer says that is no success: its code where callers of the API are told one, else Unavailable from status
/// 500 and Refused below; its sentence, and what the clocks have to do with it.
Error errorOf(const ports::HttpResponse &response, model::Timestamp now);

/// The node does not know the key, or the key may not.
bool isRefusal(ErrorCode code);

/// "name=value" of the cookie of that name that the answer sets.
std::optional<std::string> findCookie(const ports::HttpHeaders &headers, std::string_view name);

} // namespace balancer::client

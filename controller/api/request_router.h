#pragma once

#include "api/signature.h"
#include "ports/clock.h"
#include "ports/http.h"
#include "service/verbs.h"

#include <QCoro/QCoroTask>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace balancer::api {

struct RouterSettings
{
    SignatureSettings signature;
    std::uint32_t ownUserId = 0; ///< of the service; as good as root over the unix socket
    std::string accountId = "000000000000";
};

/// Success once this node can answer verbs; the error's message says what is still missing.
using Readiness = std::function<Result<void>()>;

/// The API without its sockets: a request in, an answer out.
///
///     POST / and GET /?Action=…       ELB's Query API, also at any other path ending in '/'
///     POST /v1/actions/<Verb>         the same verbs as JSON; errors are problem details (RFC 9457)
///     GET /healthz, GET /readyz       without a signature
///
/// Until the node is ready, verbs are answered with ServiceUnavailable, which clients repeat.
///
/// Callers sign with Signature Version 4. Over the unix socket root and the service's own user need not, and are
/// admins. Lives on the main loop's thread; what it was given must live longer than it and all tasks it returned.
class RequestRouter
{
public:
    RequestRouter(service::Verbs &verbs, KeyLookup findKey, const ports::Clock &clock, Readiness readiness,
                  RouterSettings settings);

    /// Always an answer; nothing is thrown.
    QCoro::Task<ports::HttpResponse> handle(ports::HttpRequest request);

private:
    struct Call;

    std::optional<ports::HttpResponse> answerAtOnce(const ports::HttpRequest &request) const;
    QCoro::Task<ports::HttpResponse> answerVerb(ports::HttpRequest request, std::string requestId);
    QCoro::Task<ports::HttpResponse> answerQuery(ports::HttpRequest request, std::string requestId);
    QCoro::Task<ports::HttpResponse> answerAction(ports::HttpRequest request, std::string requestId);
    ports::HttpResponse answerReadiness() const;

    Result<Call> callFromQuery(const ports::HttpRequest &request) const;
    Result<Call> callFromJson(const ports::HttpRequest &request) const;
    Result<model::Caller> identify(const ports::HttpRequest &request) const;
    /// Whether the caller may, and the node can.
    Result<void> admit(const Call &call) const;

    service::Verbs &m_verbs;
    const KeyLookup m_findKey;
    const ports::Clock &m_clock;
    const Readiness m_readiness;
    const RouterSettings m_settings;
};

} // namespace balancer::api

#include "client/exchange.h"

#include "base/text.h"
#include "client/request_signing.h"
#include "wire/envelope.h"
#include "wire/signature_text.h"

#include <algorithm>
#include <array>

namespace balancer::client {

namespace {

/// Signatures are believed for five minutes; from here on the clocks are worth a word.
constexpr std::chrono::minutes kSkewWorthTelling{4};

/// The two that go by another name outside.
ErrorCode codeTold(const wire::Problem &problem)
{
    if (problem.code == "MalformedQueryString")
        return ErrorCode::MalformedRequest;
    if (const auto code = apiCodeNamed(problem.code))
        return *code;
    return problem.status >= 500 ? ErrorCode::Unavailable : ErrorCode::Refused;
}

/// "this machine's clock is 12 minutes behind the node's", or nothing.
std::string skewOf(const ports::HttpHeaders &headers, model::Timestamp now)
{
    const auto header = ports::findHeader(headers, "date");
    const auto date = header ? wire::parseHttpDate(trimmed(*header)) : std::nullopt;
    if (!date)
        return {};
    const auto skew = std::chrono::round<std::chrono::minutes>(*date - now);
    if (std::chrono::abs(skew) < kSkewWorthTelling)
        return {};
    return "this machine's clock is " + std::to_string(std::chrono::abs(skew).count()) + " minutes " +
           (skew.count() > 0 ? "behind" : "ahead of") + " the node's";
}

/// ELB's sentences end with a full stop; errors of ours do not.
std::string sentence(std::string text)
{
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

} // namespace

Result<ports::HttpRequest> prepared(ports::HttpRequest request, const NodeAccess &access, model::Timestamp now)
{
    request.headers.emplace_back("Host", hostOf(access.target.url));
    if (!access.credentials)
        return request;
    return withSignature(std::move(request), *access.credentials, now);
}

QCoro::Task<Result<ports::HttpResponse>> exchange(Line line, ports::HttpRequest request)
{
    const auto ready = prepared(std::move(request), line.access, line.clock.now());
    if (!ready)
        co_return fail(ready.error());
    auto response = co_await line.transport.exchange(line.access.target, *ready, line.deadline);
    if (!response)
        co_return fail(response.error());
    if (response->status < 200 || response->status > 299)
        co_return fail(errorOf(*response, line.clock.now()));
    co_return std::move(*response);
}

QCoro::Task<Result<wire::Node>> ask(Line line, ports::HttpRequest request)
{
    const auto response = co_await exchange(line, std::move(request));
    if (!response)
        co_return fail(response.error());
    auto node = wire::parseJson(response->body, kNodeJson);
    if (!node)
        co_return fail(ErrorCode::Corrupt, "the node's answer cannot be read: " + node.error().message);
    co_return std::move(*node);
}

Error errorOf(const ports::HttpResponse &response, model::Timestamp now)
{
    auto problem = wire::parseJsonProblem(response.body).value_or(wire::Problem());
    problem.status = response.status;
    if (problem.message.empty())
        problem.message = "the node answered with HTTP status " + std::to_string(response.status);
    Error error{codeTold(problem), sentence(problem.message)};
    const auto skew = error.code == ErrorCode::SignatureDoesNotMatch ? skewOf(response.headers, now) : std::string();
    return skew.empty() ? error : inContext(skew, std::move(error));
}

bool isRefusal(ErrorCode code)
{
    constexpr std::array kRefusals{ErrorCode::MissingAuthenticationToken,
                                   ErrorCode::IncompleteSignature,
                                   ErrorCode::InvalidClientTokenId,
                                   ErrorCode::SignatureDoesNotMatch,
                                   ErrorCode::RequestExpired,
                                   ErrorCode::AccessDenied,
                                   ErrorCode::Throttling};
    return std::ranges::find(kRefusals, code) != kRefusals.end();
}

std::optional<std::string> findCookie(const ports::HttpHeaders &headers, std::string_view name)
{
    for (const auto &[header, value] : headers) {
        const auto pair = trimmed(std::string_view(value).substr(0, value.find(';')));
        if (toLower(header) == "set-cookie" && pair.starts_with(std::string(name) + "="))
            return std::string(pair);
    }
    return std::nullopt;
}

} // namespace balancer::client

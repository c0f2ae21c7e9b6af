#include "adapters/http/request_rules.h"

#include "base/text.h"

#include <boost/beast/core/string_type.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>

#include <cstddef>
#include <iterator>
#include <string>

namespace balancer::adapters::http {

namespace beast = boost::beast;

namespace {

std::string textFrom(beast::string_view text)
{
    return {text.data(), text.size()};
}

} // namespace

Refusal refusalFor(const error_code &error)
{
    using Cause = beast::http::error;
    if (error == Cause::header_limit)
        return {431, "the request's headers are too large"};
    if (error == Cause::body_limit)
        return {413, "the request's body is too large"};
    return {400, "the request is not well-formed HTTP"};
}

std::optional<Refusal> objectionTo(const RequestParser &parser)
{
    const auto &message = parser.get();
    const bool isOld = message.version() == 10;
    const auto hosts = message.count(beast::http::field::host);
    if (hosts > 1 || (hosts == 0 && !isOld))
        return Refusal{400, "the request must name its host once"};

    const auto coding = message.find(beast::http::field::transfer_encoding);
    if (coding != message.end() && isOld)
        return Refusal{400, "HTTP/1.0 knows no transfer codings"};
    if (coding != message.end() && (!parser.chunked() || toLower(textFrom(coding->value())) != "chunked"))
        return Refusal{501, "the only transfer coding understood is chunked"};

    const auto expectation = message.find(beast::http::field::expect);
    if (expectation != message.end() && toLower(textFrom(expectation->value())) != "100-continue")
        return Refusal{417, "the only expectation understood is 100-continue"};
    return std::nullopt;
}

ports::HttpRequest requestFrom(const RequestParser::value_type &message, const ports::HttpPeer &peer)
{
    ports::HttpRequest request;
    request.method = textFrom(message.method_string());
    request.target = textFrom(message.target());
    request.headers.reserve(static_cast<std::size_t>(std::distance(message.begin(), message.end())));
    for (const auto &field : message)
        request.headers.emplace_back(textFrom(field.name_string()), textFrom(field.value()));
    request.peer = peer;
    return request;
}

} // namespace balancer::adapters::http

#pragma once

#include "adapters/http/asio_types.h"
#include "ports/http.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>
#include <string_view>

/// What a parsed request means to us: a request for the handler, or a reason to refuse it. Private to this folder.
namespace balancer::adapters::http {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

/// Why a request is not handed on.
struct Refusal
{
    int status;
    std::string_view sentence;
};

/// What the parser itself found wrong.
Refusal refusalFor(const error_code &error);

/// What Beast's parser lets through and we do not. The head must be complete.
std::optional<Refusal> objectionTo(const RequestParser &parser);

/// All but the body.
ports::HttpRequest requestFrom(const RequestParser::value_type &message, const ports::HttpPeer &peer);

} // namespace balancer::adapters::http

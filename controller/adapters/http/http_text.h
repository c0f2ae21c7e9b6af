#pragma once

#include "base/result.h"
#include "ports/http.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

/// HTTP/1.1 heads as text. Private to this folder.
namespace balancer::adapters::http {

/// Every chunked body ends with as many bytes at least ("0\r\n\r\n"). Beast's parser aborts the program when it is
/// shown fewer for a second time, so inside such a body it must not be called with less.
constexpr std::size_t kLastChunkBytes = 5;

/// Safe to stand as a method or a header's name.
bool isToken(std::string_view text);

/// Safe to stand as a header's value: no control characters but tabs, so it cannot end its line.
bool isHeaderValue(std::string_view text);

/// A final status and headers that stay within their lines.
bool isSendable(const ports::HttpResponse &response);

/// False for the answers that never have a body (204 and 304).
bool mayHaveBody(int status);

/// "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string renderHttpDate(std::chrono::system_clock::time_point time);

/// How the other side knows where a body ends.
enum class BodyEnd { Length, LastChunk, Close };

/// Everything up to and with the empty line. `response` must be sendable.
std::string renderResponseHead(const ports::HttpResponse &response, std::string_view reason, BodyEnd end,
                               bool keepAlive, std::chrono::system_clock::time_point now);

/// `content`, which is not empty, as one chunk of a body.
std::string renderChunk(std::string_view content);
constexpr std::string_view kLastChunk = "0\r\n\r\n";

/// Everything up to and with the empty line; `authority` is the Host of a request that names none. InvalidInput: the
/// request cannot be written as HTTP.
Result<std::string> renderRequestHead(const ports::HttpRequest &request, std::string_view authority, bool keepAlive);

/// A sentence as text/plain.
ports::HttpResponse textResponse(int status, std::string_view sentence);

} // namespace balancer::adapters::http

#pragma once

#include "base/result.h"
#include "ports/http.h"

#include <chrono>
#include <cstddef>
#include <string>

namespace balancer::adapters::http {

/// One request over a unix socket, for command-line tools: blocks the calling thread and needs no event loop.
class UnixHttpClient
{
public:
    static constexpr std::size_t kMaxAnswerBytes = 64 * 1024 * 1024; ///< a longer body is refused

    /// Connects, sends `request` (its `peer` is ignored; Host, Content-Length and Connection are added) and waits for
    /// the whole answer, whatever its status, for `deadline` in all.
    ///
    /// Unavailable: there is no such socket, nobody listens on it, or the other side left without a complete answer.
    /// Timeout: the deadline passed; the request may have been carried out. Corrupt: the answer is not HTTP or too
    /// long. InvalidInput: the request cannot be written as HTTP, or no socket can have that path; nothing was sent.
    static Result<ports::HttpResponse> exchange(const std::string &socketPath, const ports::HttpRequest &request,
                                                std::chrono::milliseconds deadline);
};

} // namespace balancer::adapters::http

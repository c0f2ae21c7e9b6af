#pragma once

#include "ports/http_transport.h"

#include <memory>

namespace balancer::adapters::http {

/// HTTP/1.1 over unix sockets, TCP and TLS 1.2 or later, on one thread of its own. Redirects are not followed.
///
/// Connections are kept for a few seconds for further requests. A GET or HEAD on such a connection that turns out to be
/// closed is sent once more on a new one; anything else is not. An answer's head may have 64 KiB, and its body 64 MiB
/// unless it is read piece by piece.
///
/// May be destroyed while calls wait: they end with Unavailable, as do reads of what was opened.
class HttpClient final : public ports::HttpTransport
{
public:
    HttpClient();
    ~HttpClient() override;
    HttpClient(const HttpClient &) = delete;
    HttpClient &operator=(const HttpClient &) = delete;

    QCoro::Task<Result<ports::HttpResponse>> exchange(ports::HttpTarget target, ports::HttpRequest request,
                                                      std::chrono::milliseconds deadline) override;
    QCoro::Task<Result<std::unique_ptr<ports::HttpBodyReader>>>
    open(ports::HttpTarget target, ports::HttpRequest request, std::chrono::milliseconds deadline) override;
    QCoro::Task<Result<std::string>> fetchFingerprint(ports::HttpTarget target,
                                                      std::chrono::milliseconds deadline) override;

private:
    class Core;

    std::unique_ptr<Core> m_core;
};

} // namespace balancer::adapters::http

#pragma once

#include "adapters/http/tls_identity.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "ports/http.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace balancer::adapters::http {

/// What one client may take of the server. Every duration is a deadline that ends a connection.
struct HttpLimits
{
    std::size_t maxHeaderBytes = 16 * 1024;  ///< request line and headers together; more is answered with 431
    std::size_t maxBodyBytes = 1024 * 1024;  ///< more is answered with 413
    std::size_t maxConnections = 1024;       ///< over all listening sockets; one more is answered with 503
    std::size_t maxConnectionsPerPeer = 256; ///< per IP address, or per user over the unix socket; likewise

    /// Of a body that goes on: what was written and not yet sent. More ends the connection.
    std::size_t maxBacklogBytes = 4 * 1024 * 1024;

    /// From a request's first byte to its last, however the bytes drip in; then 408. A new connection that says nothing
    /// at all for as long, or has not agreed on TLS by then, is closed without a word.
    std::chrono::milliseconds requestTimeout = std::chrono::seconds(10);
    std::chrono::milliseconds idleTimeout = std::chrono::seconds(60);    ///< between two requests
    std::chrono::milliseconds handlerTimeout = std::chrono::seconds(60); ///< until the responder is called; then 503
    /// Until the client has taken an answer; of a body that goes on, some of what waits to be sent.
    std::chrono::milliseconds writeTimeout = std::chrono::seconds(30);
};

struct HttpServerOptions
{
    /// In the clear. Port 0 lets the system choose; an IPv6 address takes no IPv4 clients.
    std::vector<Endpoint> listen;
    std::vector<Endpoint> listenEncrypted; ///< likewise, by TLS 1.2 and later
    TlsIdentity identity;                  ///< for `listenEncrypted` only
    std::string unixSocketPath;            ///< empty: no unix socket; at most 107 bytes
    HttpLimits limits;
};

/// HTTP/1.0 and 1.1 on TCP, TLS and unix sockets, for handlers that live on the main loop.
///
/// One thread of its own does all reading and writing. A request reaches the handler when it is complete and within the
/// limits, one at a time for each connection; the method is passed as it came, so a HEAD is seen as HEAD, is to be
/// answered like GET, and is sent without the body. Header fields are those before the body: a chunked body's trailers
/// are dropped.
///
/// Refused without the handler: malformed requests, HTTP/1.1 without exactly one Host (400), requests that come too
/// slowly (408), bodies and headers over the limits (413, 431), expectations other than 100-continue (417), transfer
/// codings other than chunked (501), plain HTTP where TLS is spoken (400). The connection is closed after each of
/// these. The last connection over a limit is answered with 503, or closed without a word where TLS is spoken.
///
/// A body that goes on is sent in chunks, to HTTP/1.0 up to the end of the connection, which is closed after it in both
/// cases. It may go on for ever: only a client that leaves, or takes nothing while something waits, ends it.
///
/// An answer's own Date, Content-Length, Connection and Transfer-Encoding are replaced. An answer that cannot be put
/// on the wire (a status outside 200…599, a header that would break its line) is replaced by a 500.
class HttpServer
{
    class Core;

public:
    /// Binds everything in `options`, or nothing. To be called on the thread of the main Qt loop, where `handler` will
    /// then be called; the handler must not throw.
    ///
    /// The unix socket gets mode 0660. A socket file that nobody answers on is replaced.
    ///
    /// Unavailable: "cannot listen on 127.0.0.1:9999: Address already in use". InvalidInput: no unix socket can have
    /// that path, or the identity is none.
    static Result<std::unique_ptr<HttpServer>> open(HttpServerOptions options, ports::HttpHandler handler);

    /// On the thread that called `open`. Stops accepting, removes the unix socket's file, drops requests that wait for
    /// the handler or for an answer, ends bodies that go on, and lets answers already given out for at most a second.
    /// The handler is not called again; responders and writers still held do nothing from now on.
    ~HttpServer();

    HttpServer(const HttpServer &) = delete;
    HttpServer &operator=(const HttpServer &) = delete;

    /// Where the server really listens in the clear, in the order of the options, with the ports the system chose.
    const std::vector<Endpoint> &endpoints() const;
    const std::vector<Endpoint> &encryptedEndpoints() const; ///< likewise, by TLS

    /// For `open` only.
    explicit HttpServer(std::unique_ptr<Core> core);

private:
    std::unique_ptr<Core> m_core;
};

} // namespace balancer::adapters::http

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace balancer::ports {

/// Names keep the case they were sent in; look-ups ignore it. Order and repetitions are kept.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// The first header of that name, compared without regard to case.
std::optional<std::string_view> findHeader(const HttpHeaders &headers, std::string_view name);

/// Who is at the other end of a connection.
struct HttpPeer
{
    std::string address;                 ///< IP address, or empty over the unix socket
    std::optional<std::uint32_t> userId; ///< the kernel's word for it, over the unix socket only
    bool isEncrypted = false;            ///< the connection is TLS

    bool operator==(const HttpPeer &) const = default;
};

/// One complete request, as it came: target and body are raw.
struct HttpRequest
{
    std::string method;
    std::string target; ///< path and query, percent-encoded as received
    HttpHeaders headers;
    std::string body;
    HttpPeer peer;

    bool operator==(const HttpRequest &) const = default;
};

/// The producer's end of a body that goes on after its answer began: server-sent events. Used on the main loop's thread
/// only. Destroying it ends the body.
class HttpBodyWriter
{
public:
    virtual ~HttpBodyWriter() = default;

    /// Hands over the next piece, to be sent at once. False: the client has gone, or leaves too much waiting; nothing
    /// is sent any more, so destroy the writer.
    virtual bool write(std::string piece) = 0;
};

/// Takes the writer of an answer whose head and first bytes are on their way. May be destroyed on any thread, so it
/// holds on to nothing that must not be.
using HttpBodyStarter = std::function<void(std::unique_ptr<HttpBodyWriter>)>;

/// One answer. The server adds Date, Content-Length (or Transfer-Encoding) and Connection itself.
struct HttpResponse
{
    int status = 200;
    HttpHeaders headers;
    std::string body;                  ///< all of it, or how it begins
    HttpBodyStarter continueBody = {}; ///< set: the body goes on; called once on the main loop's thread, or never if
                                       ///< the client has gone
};

/// Gives the answer back to the server; may be called from any thread, once. Calls after the connection has gone are
/// ignored.
using HttpResponder = std::function<void(HttpResponse)>;

/// Called for each request, on the main loop's thread. The answer may be given at once or later.
using HttpHandler = std::function<void(HttpRequest, HttpResponder)>;

} // namespace balancer::ports

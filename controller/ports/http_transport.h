#pragma once

#include "base/result.h"
#include "ports/http.h"

#include <QCoro/QCoroTask>

#include <chrono>
#include <memory>
#include <string>

namespace balancer::ports {

/// Where requests go.
struct HttpTarget
{
    std::string url; ///< "http://127.0.0.1:9999", "https://10.0.0.5:9999", "unix:/run/elastic-haproxy/control.sock"
    /// For https: the only certificate that is accepted, as fingerprintOf its DER form; host names and issuers are not
    /// looked at then.
    std::string fingerprint;

    bool operator==(const HttpTarget &) const = default;
};

/// The reader's end of a body that goes on. Destroying it closes the connection.
class HttpBodyReader
{
public:
    virtual ~HttpBodyReader() = default;

    virtual int status() const = 0;
    virtual const HttpHeaders &headers() const = 0;

    /// The next bytes, as they come; empty at the proper end of the body. Unavailable: it was cut short. Timeout:
    /// nothing came for so long. One call at a time; destroying the reader ends it with Unavailable.
    virtual QCoro::Task<Result<std::string>> read(std::chrono::milliseconds patience) = 0;
};

/// The other side of HTTP. All calls on the main loop's thread; answers arrive there. Any number at a time.
///
/// Errors of all of them: Unavailable: nobody answers there, or the connection was cut before the answer was complete.
/// Timeout: the deadline passed; the request may have been carried out. Untrusted: another certificate than the one in
/// the target; nothing was sent. Corrupt: what came is not HTTP, or longer than the limit. InvalidInput: the target or
/// the request cannot be written; nothing was sent.
class HttpTransport
{
public:
    virtual ~HttpTransport() = default;

    /// Sends the request and waits for the whole answer, whatever its status. Host, Content-Length and Connection are
    /// added, and `peer` is ignored.
    virtual QCoro::Task<Result<HttpResponse>> exchange(HttpTarget target, HttpRequest request,
                                                       std::chrono::milliseconds deadline) = 0;

    /// Sends the request and waits for the answer's head.
    virtual QCoro::Task<Result<std::unique_ptr<HttpBodyReader>>> open(HttpTarget target, HttpRequest request,
                                                                      std::chrono::milliseconds deadline) = 0;

    /// The fingerprint of the certificate that an https target shows now: SHA-256 of its DER form as 64 lower-case
    /// hexadecimal digits. The target's own fingerprint is not looked at, and no request is sent.
    virtual QCoro::Task<Result<std::string>> fetchFingerprint(HttpTarget target,
                                                              std::chrono::milliseconds deadline) = 0;
};

} // namespace balancer::ports

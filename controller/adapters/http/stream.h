#pragma once

#include "adapters/http/asio_types.h"

#include <boost/asio/buffer.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace balancer::adapters::http {

class TlsContext;

/// A connected socket that is spoken to in the clear or, after a handshake, by TLS. At most one reading and one writing
/// operation may be under way; whoever starts one keeps the stream alive until it is done. Private to this folder.
class Stream
{
public:
    using Done = std::function<void(const error_code &)>;
    using Moved = std::function<void(const error_code &, std::size_t)>;
    using Parts = std::array<asio::const_buffer, 2>;

    explicit Stream(Socket socket);
    Stream(Stream &&) noexcept;
    ~Stream();

    Socket &socket() { return *m_socket; }
    bool isOpen() const { return m_socket->is_open(); }
    bool isEncrypted() const { return m_tls != nullptr; }

    /// As the side that was called.
    void accept(const TlsContext &context, Done done);
    /// As the side that calls; the host's name tells the other side which certificate is meant, an empty one nothing.
    /// Any certificate will do: look at `fingerprint` before anything is sent.
    void connect(const TlsContext &context, const std::string &hostName, Done done);
    /// Of the other side's certificate, after `connect`; empty if it showed none.
    std::string fingerprint() const;

    void readSome(asio::mutable_buffer buffer, Moved moved);
    /// All of it.
    void write(Parts parts, Done done);
    /// Tells the other side that no more will come. What is read afterwards is good for nothing but to be thrown away.
    void finishSending(Done done);

    /// What is under way ends with an error.
    void close();
    /// Likewise, and what waits to be sent is thrown away.
    void reset();

private:
    struct Tls;

    void shake(const TlsContext &context, bool isClient, const std::string &hostName, Done done);
    void finishSocket(const Done &done);

    std::unique_ptr<Socket> m_socket; // on the heap, for the TLS layer refers to it
    std::unique_ptr<Tls> m_tls;
    bool m_isFinished = false;
};

/// Whether this is how a stream ends that was not cut short.
bool isProperEnd(const error_code &error);

} // namespace balancer::adapters::http

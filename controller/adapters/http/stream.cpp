#include "adapters/http/stream.h"

#include "adapters/http/tls.h"
#include "adapters/http/tls_context.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace balancer::adapters::http {

struct Stream::Tls
{
    Tls(Socket &socket, asio::ssl::context &context) : stream(socket, context) {}

    asio::ssl::stream<Socket &> stream;
};

Stream::Stream(Socket socket) : m_socket(std::make_unique<Socket>(std::move(socket))) {}

Stream::Stream(Stream &&) noexcept = default;

Stream::~Stream() = default;

void Stream::accept(const TlsContext &context, Done done)
{
    shake(context, false, {}, std::move(done));
}

void Stream::connect(const TlsContext &context, const std::string &hostName, Done done)
{
    shake(context, true, hostName, std::move(done));
}

void Stream::shake(const TlsContext &context, bool isClient, const std::string &hostName, Done done)
{
    m_tls = std::make_unique<Tls>(*m_socket, context.get());
    if (isClient && !hostName.empty())
        SSL_ctrl(m_tls->stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char *>(hostName.c_str()));
    const auto side = isClient ? asio::ssl::stream_base::client : asio::ssl::stream_base::server;
    m_tls->stream.async_handshake(side, std::move(done));
}

std::string Stream::fingerprint() const
{
    const std::unique_ptr<X509, void (*)(X509 *)> certificate(
        m_tls ? SSL_get1_peer_certificate(m_tls->stream.native_handle()) : nullptr, X509_free);
    return certificate ? fingerprintOf(*certificate) : std::string();
}

void Stream::readSome(asio::mutable_buffer buffer, Moved moved)
{
    if (m_tls && !m_isFinished)
        m_tls->stream.async_read_some(buffer, std::move(moved));
    else
        m_socket->async_read_some(buffer, std::move(moved));
}

void Stream::write(Parts parts, Done done)
{
    const auto written = [done = std::move(done)](const error_code &error, std::size_t) { done(error); };
    if (m_tls)
        asio::async_write(m_tls->stream, parts, written);
    else
        asio::async_write(*m_socket, parts, written);
}

void Stream::finishSending(Done done)
{
    if (!m_tls) {
        asio::post(m_socket->get_executor(), [this, done = std::move(done)] { finishSocket(done); });
        return;
    }
    // Done when the other side has said the same, or something else; either way our word has been sent.
    m_tls->stream.async_shutdown([this, done = std::move(done)](const error_code &) { finishSocket(done); });
}

void Stream::finishSocket(const Done &done)
{
    error_code error;
    m_socket->shutdown(Socket::shutdown_send, error);
    m_isFinished = true;
    done(error);
}

void Stream::close()
{
    error_code ignored;
    m_socket->close(ignored);
}

void Stream::reset()
{
    error_code ignored;
    m_socket->set_option(Socket::linger(true, 0), ignored);
    m_socket->close(ignored);
}

bool isProperEnd(const error_code &error)
{
    return error == asio::error::eof;
}

} // namespace balancer::adapters::http

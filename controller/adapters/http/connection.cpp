#include "adapters/http/connection.h"

#include "adapters/http/http_text.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>

#include <QtCore/QtGlobal>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace balancer::adapters::http {

namespace beast = boost::beast;

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::chrono::milliseconds kLingerTime = 2s;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

} // namespace

Connection::Connection(std::shared_ptr<asio::io_context> loop, Owner &owner, Socket socket, ports::HttpPeer peer)
    : m_loop(std::move(loop)), m_owner(owner), m_peer(std::move(peer)),
      m_buffer(owner.limits().maxHeaderBytes + kReadBytes), m_socket(std::move(socket)),
      m_deadline(m_socket.get_executor())
{
}

void Connection::start()
{
    awaitRequest(m_owner.limits().requestTimeout);
}

void Connection::turnAway()
{
    refuse({503, "too many connections"});
}

void Connection::finish()
{
    m_isFinishing = true;
    if (m_phase != Phase::Writing)
        close();
}

void Connection::close()
{
    if (m_phase == Phase::Closed)
        return;
    m_phase = Phase::Closed;
    m_deadline.cancel();
    error_code ignored;
    m_socket.close(ignored);
    m_owner.forget(shared_from_this());
}

void Connection::awaitRequest(std::chrono::milliseconds patience)
{
    m_phase = Phase::Idle;
    m_request.reset();
    m_headBytes = 0;
    m_isHead = false;
    m_parser.emplace();
    m_parser->eager(false); // to look at the head before the body is taken
    m_parser->header_limit(static_cast<std::uint32_t>(m_owner.limits().maxHeaderBytes));
    m_parser->body_limit(m_owner.limits().maxBodyBytes);
    if (m_buffer.size() == 0) {
        within(patience);
        readMore();
        return;
    }
    m_phase = Phase::Receiving;
    within(m_owner.limits().requestTimeout);
    parse();
}

void Connection::readMore()
{
    const auto room = std::min(kReadBytes, m_buffer.max_size() - m_buffer.size());
    if (room == 0) {
        refuse({431, "the request's headers are too large"});
        return;
    }
    m_socket.async_read_some(m_buffer.prepare(room), [self = shared_from_this()](error_code error, std::size_t size) {
        self->onRead(error, size);
    });
}

void Connection::onRead(const error_code &error, std::size_t size)
{
    if (m_phase != Phase::Idle && m_phase != Phase::Receiving)
        return; // a deadline was quicker
    if (error) {
        close();
        return;
    }
    m_buffer.commit(size);
    if (m_phase == Phase::Idle) {
        m_phase = Phase::Receiving;
        within(m_owner.limits().requestTimeout);
    }
    parse();
}

void Connection::parse()
{
    while (hasEnoughToParse()) {
        error_code error;
        parseStep(error);
        if (error == beast::http::error::need_more)
            break;
        if (error) {
            refuse(refusalFor(error));
            return;
        }
        if (!m_request && m_parser->is_header_done() && !takeHead())
            return;
        if (m_parser->is_done()) {
            handOver();
            return;
        }
    }
    readMore();
}

bool Connection::hasEnoughToParse() const
{
    const bool isInChunks = m_parser->is_header_done() && m_parser->chunked();
    return m_buffer.size() >= (isInChunks ? kLastChunkBytes : 1);
}

void Connection::parseStep(error_code &error)
{
    const auto used = m_parser->put(m_buffer.cdata(), error);
    m_buffer.consume(used);
    if (m_request)
        return;
    // Beast's own limit starts anew with each piece it consumes.
    m_headBytes += used;
    if (m_headBytes > m_owner.limits().maxHeaderBytes)
        error = beast::http::error::header_limit;
}

/// False if the request goes no further, or not now.
bool Connection::takeHead()
{
    if (const auto objection = objectionTo(*m_parser)) {
        refuse(*objection);
        return false;
    }
    const auto &message = m_parser->get();
    m_isHead = message.method() == beast::http::verb::head;
    m_isKeptAlive = m_parser->keep_alive();
    m_request = requestFrom(message, m_peer); // now, for a chunked body's trailers would mix with the headers
    const bool waits = message.version() == 11 && message.count(beast::http::field::expect) > 0;
    if (!waits || m_parser->is_done() || m_buffer.size() > 0)
        return true;
    sendContinue();
    return false;
}

void Connection::sendContinue()
{
    asio::async_write(m_socket, asio::buffer(kContinue), [self = shared_from_this()](error_code error, std::size_t) {
        if (self->m_phase != Phase::Receiving)
            return;
        if (error)
            self->close();
        else
            self->parse();
    });
}

void Connection::handOver()
{
    m_phase = Phase::Handling;
    ++m_turn;
    m_request->body = std::move(m_parser->get().body());
    m_parser.reset();
    within(m_owner.limits().handlerTimeout);
    m_owner.handle(std::move(*m_request), makeResponder());
}

ports::HttpResponder Connection::makeResponder()
{
    // On foreign threads nothing is done but to post: the last reference to a connection is dropped on its own thread.
    return [loop = m_loop, connection = weak_from_this(), turn = m_turn](ports::HttpResponse response) {
        const auto running = loop.lock();
        if (!running)
            return;
        asio::post(*running, [connection, turn, response = std::move(response)]() mutable {
            if (const auto self = connection.lock())
                self->answer(turn, std::move(response));
        });
    };
}

void Connection::answer(std::uint64_t turn, ports::HttpResponse response)
{
    if (m_phase != Phase::Handling || turn != m_turn)
        return;
    if (!isSendable(response)) {
        qWarning("HTTP: an answer with status %d has a status or header that cannot be sent", response.status);
        response = textResponse(500, "the answer could not be sent");
    }
    write(std::move(response));
}

void Connection::refuse(const Refusal &refusal)
{
    m_isKeptAlive = false;
    write(textResponse(refusal.status, refusal.sentence));
}

void Connection::write(ports::HttpResponse response)
{
    m_phase = Phase::Writing;
    m_isKeptAlive = m_isKeptAlive && !m_isFinishing;
    within(m_owner.limits().writeTimeout);
    const auto reason =
        beast::http::obsolete_reason(beast::http::int_to_status(static_cast<unsigned>(response.status)));
    m_answerHead =
        renderResponseHead(response, {reason.data(), reason.size()}, m_isKeptAlive, std::chrono::system_clock::now());
    m_answerBody = m_isHead || !hasBody(response.status) ? std::string() : std::move(response.body);
    const std::array parts = {asio::buffer(std::as_const(m_answerHead)), asio::buffer(std::as_const(m_answerBody))};
    asio::async_write(m_socket, parts,
                      [self = shared_from_this()](error_code error, std::size_t) { self->onWritten(error); });
}

void Connection::onWritten(const error_code &error)
{
    if (m_phase != Phase::Writing)
        return;
    m_answerBody.clear();
    m_answerBody.shrink_to_fit(); // an idle connection keeps no large answer
    if (error || m_isFinishing)
        close();
    else if (m_isKeptAlive)
        awaitRequest(m_owner.limits().idleTimeout);
    else
        linger();
}

/// Closing a socket with unread data resets the connection, and the client might lose the answer it was just sent.
void Connection::linger()
{
    m_phase = Phase::Lingering;
    m_parser.reset();
    m_buffer.clear();
    error_code error;
    m_socket.shutdown(Socket::shutdown_send, error);
    if (error) {
        close();
        return;
    }
    within(kLingerTime);
    drain();
}

void Connection::drain()
{
    m_socket.async_read_some(m_buffer.prepare(kReadBytes), [self = shared_from_this()](error_code error, std::size_t) {
        if (error)
            self->close();
        else if (self->m_phase == Phase::Lingering)
            self->drain();
    });
}

void Connection::within(std::chrono::milliseconds time)
{
    m_deadline.expires_after(time);
    m_deadline.async_wait([self = shared_from_this(), turn = ++m_deadlineTurn](error_code error) {
        if (!error && turn == self->m_deadlineTurn)
            self->onDeadline();
    });
}

void Connection::onDeadline()
{
    error_code ignored;
    switch (m_phase) {
    case Phase::Receiving:
        m_socket.cancel(ignored);
        refuse({408, "the request did not arrive in time"});
        return;
    case Phase::Handling:
        refuse({503, "the answer was not ready in time"});
        return;
    case Phase::Writing:
        // Reset, so that the system does not go on offering the rest to a client that does not take it.
        m_socket.set_option(Socket::linger(true, 0), ignored);
        close();
        return;
    case Phase::Idle:
    case Phase::Lingering:
    case Phase::Closed:
        close();
        return;
    }
}

} // namespace balancer::adapters::http

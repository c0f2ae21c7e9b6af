#include "adapters/http/connection.h"

#include "adapters/http/http_text.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/verb.hpp>

#include <QtCore/QtGlobal>

#include <sys/socket.h>

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
constexpr std::size_t kPieceBytes = 64 * 1024; // of a body that goes on, within writeTimeout each
constexpr char kFirstByteOfTls = 0x16;         // a handshake
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string renderHead(const ports::HttpResponse &response, BodyEnd end, bool keepAlive)
{
    const auto reason =
        beast::http::obsolete_reason(beast::http::int_to_status(static_cast<unsigned>(response.status)));
    return renderResponseHead(response, {reason.data(), reason.size()}, end, keepAlive,
                              std::chrono::system_clock::now());
}

} // namespace

Connection::Connection(std::shared_ptr<asio::io_context> loop, Owner &owner, Socket socket, ports::HttpPeer peer,
                       std::shared_ptr<const TlsContext> tls)
    : m_loop(std::move(loop)), m_owner(owner), m_peer(std::move(peer)),
      m_buffer(owner.limits().maxHeaderBytes + kReadBytes), m_tls(std::move(tls)), m_stream(std::move(socket)),
      m_deadline(m_stream.socket().get_executor())
{
}

void Connection::start()
{
    if (m_tls)
        greet();
    else
        awaitRequest(m_owner.limits().requestTimeout);
}

void Connection::turnAway()
{
    if (m_tls)
        close();
    else
        refuse({503, "too many connections"});
}

/// Who speaks plain HTTP here is told so, in plain HTTP.
void Connection::greet()
{
    m_phase = Phase::Greeting;
    within(m_owner.limits().requestTimeout);
    m_stream.socket().async_wait(Socket::wait_read, [self = shared_from_this()](const error_code &error) {
        if (self->m_phase != Phase::Greeting)
            return;
        char first = 0;
        if (error || ::recv(self->m_stream.socket().native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) != 1)
            return self->close();
        if (first != kFirstByteOfTls)
            return self->refuse({400, "this port speaks HTTPS only"});
        self->m_stream.accept(*self->m_tls, [self](const error_code &failure) {
            if (self->m_phase != Phase::Greeting)
                return;
            if (failure)
                self->close();
            else
                self->awaitRequest(self->m_owner.limits().requestTimeout);
        });
    });
}

void Connection::finish()
{
    m_isFinishing = true;
    if (m_phase == Phase::Streaming)
        endBody();
    else if (m_phase != Phase::Writing)
        close();
}

void Connection::close()
{
    if (m_phase == Phase::Closed)
        return;
    m_phase = Phase::Closed;
    m_deadline.cancel();
    if (m_body)
        m_body->backlog->isOpen = false;
    m_stream.close();
    m_owner.forget(shared_from_this());
}

void Connection::abandon()
{
    // Reset, so that the system does not go on offering the rest to a client that does not take it.
    if (m_phase != Phase::Closed)
        m_stream.reset();
    close();
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
    const auto read = [self = shared_from_this()](const error_code &error, std::size_t size) {
        self->onRead(error, size);
    };
    m_stream.readSome(m_buffer.prepare(room), read);
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
    m_isOld = message.version() == 10;
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
    const Stream::Parts parts = {asio::buffer(kContinue), asio::const_buffer()};
    m_stream.write(parts, [self = shared_from_this()](const error_code &error) {
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
    if (response.continueBody && !m_isHead && mayHaveBody(response.status))
        stream(std::move(response));
    else
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
    m_answerHead = renderHead(response, bodyEndOf(response), m_isKeptAlive);
    m_answerBody = m_isHead || !mayHaveBody(response.status) ? std::string() : std::move(response.body);
    const Stream::Parts parts = {asio::buffer(std::as_const(m_answerHead)), asio::buffer(std::as_const(m_answerBody))};
    m_stream.write(parts, [self = shared_from_this()](const error_code &error) { self->onWritten(error); });
}

BodyEnd Connection::bodyEndOf(const ports::HttpResponse &response) const
{
    if (!response.continueBody)
        return BodyEnd::Length;
    return m_isOld ? BodyEnd::Close : BodyEnd::LastChunk;
}

void Connection::onWritten(const error_code &error)
{
    if (m_phase != Phase::Writing && m_phase != Phase::Streaming)
        return;
    m_body.reset();
    m_answerBody.clear();
    m_answerBody.shrink_to_fit(); // an idle connection keeps no large answer
    if (error || m_isFinishing)
        close();
    else if (m_isKeptAlive)
        awaitRequest(m_owner.limits().idleTimeout);
    else
        linger();
}

/// The connection is closed when the body has ended.
void Connection::stream(ports::HttpResponse response)
{
    m_phase = Phase::Streaming;
    m_isKeptAlive = false;
    m_body.emplace();
    m_body->isChunked = !m_isOld;
    m_body->backlog = std::make_shared<Backlog>();
    m_body->backlog->waiting = response.body.size();
    m_answerHead = renderHead(response, bodyEndOf(response), m_isKeptAlive);
    m_body->waiting = std::move(response.body);
    drain();
    sendNext();
    auto makeWriter = [loop = m_loop, connection = weak_from_this(), backlog = m_body->backlog,
                       most = m_owner.limits().maxBacklogBytes]() -> std::unique_ptr<ports::HttpBodyWriter> {
        if (!backlog->isOpen)
            return nullptr;
        return std::make_unique<BodyWriter>(loop, connection, backlog, most);
    };
    m_owner.startBody(std::move(response.continueBody), std::move(makeWriter));
}

void Connection::continueBody(std::string_view piece)
{
    if (m_phase != Phase::Streaming || m_body->isEnded)
        return;
    m_body->waiting += piece;
    sendNext();
}

void Connection::endBody()
{
    if (m_phase != Phase::Streaming || m_body->isEnded)
        return;
    m_body->isEnded = true;
    m_body->backlog->isOpen = false;
    sendNext();
}

void Connection::sendNext()
{
    if (!m_answerBody.empty())
        return; // the last piece is under way
    m_answerBody = takeNext();
    if (m_answerBody.empty()) {
        if (m_body->isLast)
            onWritten({});
        else
            withoutDeadline();
        return;
    }
    within(m_owner.limits().writeTimeout);
    const Stream::Parts parts = {asio::buffer(std::as_const(m_answerBody)), asio::const_buffer()};
    m_stream.write(parts, [self = shared_from_this()](const error_code &error) { self->onSent(error); });
}

/// What is to be sent now, as it goes on the wire; nothing if that must wait or was all.
std::string Connection::takeNext()
{
    auto next = std::exchange(m_answerHead, {});
    const auto content = std::string_view(m_body->waiting).substr(0, kPieceBytes);
    m_body->sending = content.size();
    if (!content.empty())
        next += m_body->isChunked ? renderChunk(content) : std::string(content);
    m_body->waiting.erase(0, m_body->sending);
    if (m_body->isEnded && m_body->waiting.empty() && !std::exchange(m_body->isLast, true) && m_body->isChunked)
        next += kLastChunk;
    return next;
}

void Connection::onSent(const error_code &error)
{
    if (m_phase != Phase::Streaming)
        return;
    if (error)
        return close();
    m_body->backlog->waiting -= m_body->sending;
    m_answerBody.clear();
    sendNext();
}

/// Closing a socket with unread data resets the connection, and the client might lose the answer it was just sent.
void Connection::linger()
{
    m_phase = Phase::Lingering;
    m_parser.reset();
    within(kLingerTime);
    m_stream.finishSending([self = shared_from_this()](const error_code &error) {
        if (error)
            self->close();
        else if (self->m_phase == Phase::Lingering && !self->m_isDraining)
            self->drain();
    });
}

/// Throws away what the client says, until it leaves.
void Connection::drain()
{
    m_isDraining = true;
    m_buffer.clear();
    const auto read = [self = shared_from_this()](const error_code &error, std::size_t) {
        self->m_isDraining = false;
        if (self->m_phase != Phase::Streaming && self->m_phase != Phase::Lingering)
            return;
        if (error)
            self->close();
        else
            self->drain();
    };
    m_stream.readSome(m_buffer.prepare(kReadBytes), read);
}

void Connection::within(std::chrono::milliseconds time)
{
    m_deadline.expires_after(time);
    m_deadline.async_wait([self = shared_from_this(), turn = ++m_deadlineTurn](error_code error) {
        if (!error && turn == self->m_deadlineTurn)
            self->onDeadline();
    });
}

void Connection::withoutDeadline()
{
    ++m_deadlineTurn;
    m_deadline.cancel();
}

void Connection::onDeadline()
{
    error_code ignored;
    switch (m_phase) {
    case Phase::Receiving:
        m_stream.socket().cancel(ignored);
        refuse({408, "the request did not arrive in time"});
        return;
    case Phase::Handling:
        refuse({503, "the answer was not ready in time"});
        return;
    case Phase::Writing:
    case Phase::Streaming:
        abandon();
        return;
    case Phase::Greeting:
    case Phase::Idle:
    case Phase::Lingering:
    case Phase::Closed:
        close();
        return;
    }
}

} // namespace balancer::adapters::http

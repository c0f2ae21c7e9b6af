#include "adapters/http/call.h"

#include "base/endpoint.h"

#include <boost/asio/buffer.hpp>

#include <utility>

namespace balancer::adapters::http {

namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kMaxBodyBytes = 64 * 1024 * 1024;

} // namespace

Call::Call(std::shared_ptr<asio::io_context> loop, Owner &owner, CallJob job, Finished finished)
    : m_loop(loop), m_owner(owner), m_job(std::move(job)), m_finished(std::move(finished)),
      m_parser(m_job.isHead, kMaxBodyBytes), m_deadline(*loop), m_patience(*loop)
{
}

void Call::start()
{
    m_deadline.expires_after(m_job.deadline);
    m_deadline.async_wait([self = shared_from_this()](const error_code &error) {
        if (!error && self->m_finished)
            self->giveUp(self->silence(self->m_job.deadline));
    });
    if (m_job.until != CallJob::Until::Handshake)
        m_stream = m_owner.takeIdle(m_job.destination);
    m_isReused = m_stream != nullptr;
    if (m_isReused)
        send();
    else
        begin();
}

void Call::close()
{
    giveUp({ErrorCode::Unavailable, "the connection to " + m_job.destination.name + " was given up"});
}

void Call::begin()
{
    m_dialer =
        std::make_shared<Dialer>(m_loop.lock(), m_job.destination, [self = shared_from_this()](Result<Socket> socket) {
            self->onConnected(std::move(socket));
        });
    m_dialer->start();
}

void Call::onConnected(Result<Socket> socket)
{
    if (!socket)
        return giveUp(std::move(socket.error()));
    m_stream = std::make_shared<Stream>(std::move(*socket));
    if (!m_job.destination.isEncrypted)
        return send();
    const auto &host = m_job.destination.host;
    const auto name = IpAddress::parse(host) ? std::string() : host;
    m_stream->connect(m_owner.tlsContext(), name, [self = shared_from_this()](const error_code &error) {
        if (self->m_isClosed)
            return;
        if (error)
            self->giveUp({ErrorCode::Unavailable,
                          "cannot reach " + self->m_job.destination.name + " by TLS: " + error.message()});
        else
            self->checkCertificate();
    });
}

void Call::checkCertificate()
{
    if (m_job.until == CallJob::Until::Handshake) {
        finish({});
        return end();
    }
    const auto shown = m_stream->fingerprint();
    const auto &expected = m_job.destination.fingerprint;
    if (!expected.empty() && shown == expected)
        return send();
    giveUp({ErrorCode::Untrusted, m_job.destination.name + " shows a certificate with the fingerprint " + shown +
                                      (expected.empty() ? ", and none is known of it" : ", not " + expected)});
}

/// The answer is read from the beginning on, for a request can be refused before all of it is sent.
void Call::send()
{
    const Stream::Parts parts = {asio::buffer(std::as_const(m_job.bytes)), asio::const_buffer()};
    m_stream->write(parts, [self = shared_from_this(), stream = m_stream](const error_code &error) {
        if (stream == self->m_stream)
            self->m_isSent = !error; // why not is what reading tells
    });
    receive();
}

void Call::receive()
{
    m_isReceiving = true;
    m_buffer.resize(kReadBytes);
    m_stream->readSome(asio::buffer(m_buffer),
                       [self = shared_from_this(), stream = m_stream](const error_code &error, std::size_t size) {
                           if (!self->m_isClosed && stream == self->m_stream)
                               self->onReceived(error, size);
                       });
}

void Call::onReceived(const error_code &error, std::size_t size)
{
    m_isReceiving = false;
    if (error) {
        if (isProperEnd(error))
            m_parser.takeEnd();
        return m_parser.isComplete() ? onTaken() : onBroken();
    }
    if (!m_parser.take({m_buffer.data(), size}))
        return giveUp(
            {ErrorCode::Corrupt, m_job.destination.name + " sent no proper HTTP answer: " + m_parser.problem()});
    onTaken();
}

void Call::onBroken()
{
    if (m_isReused && m_job.isHarmless && !m_parser.hasBegun()) {
        m_isReused = false; // it had been closed before it heard of this request
        m_isSent = false;
        m_stream->close();
        return begin();
    }
    giveUp({ErrorCode::Unavailable, m_job.destination.name + " closed the connection before its answer was complete"});
}

void Call::onTaken()
{
    if (!m_finished)
        return deliver();
    if (m_job.until == CallJob::Until::Head && m_parser.hasHead())
        return finish({});
    if (!m_parser.isComplete())
        return receive();
    finish({});
    if (m_isSent && m_parser.leavesConnectionUsable())
        m_owner.keepIdle(m_job.destination, std::exchange(m_stream, nullptr));
    end();
}

void Call::read(std::chrono::milliseconds patience, Answer<std::string> answer)
{
    if (m_reader)
        return answer.give(fail(ErrorCode::Internal, "somebody reads this answer already"));
    m_reader = std::move(answer);
    m_patience.expires_after(patience);
    m_patience.async_wait([self = shared_from_this(), patience, turn = ++m_readTurn](const error_code &error) {
        if (!error && turn == self->m_readTurn && self->m_reader)
            self->tellReader(fail(self->silence(patience)));
    });
    deliver();
}

/// Gives the reader what it waits for, or begins to wait with it.
void Call::deliver()
{
    if (!m_reader)
        return;
    if (m_parser.hasBody() || m_parser.isComplete())
        tellReader(m_parser.takeBody());
    else if (m_failure)
        tellReader(fail(*m_failure));
    else if (!m_isReceiving)
        receive();
}

void Call::tellReader(Result<std::string> piece)
{
    m_patience.cancel();
    const auto reader = std::exchange(m_reader, std::nullopt);
    reader->give(std::move(piece));
}

void Call::finish(Result<void> result)
{
    m_deadline.cancel();
    std::exchange(m_finished, nullptr)(*this, std::move(result));
}

void Call::giveUp(Error error)
{
    if (m_isClosed)
        return;
    m_failure = error;
    end();
    if (m_finished)
        finish(fail(std::move(error)));
    else
        deliver();
}

void Call::end()
{
    m_isClosed = true;
    if (m_dialer)
        m_dialer->cancel();
    if (m_stream)
        m_stream->close();
    m_owner.forget(shared_from_this());
}

Error Call::silence(std::chrono::milliseconds time) const
{
    return {ErrorCode::Timeout,
            m_job.destination.name + " did not answer within " + std::to_string(time.count()) + " ms"};
}

} // namespace balancer::adapters::http

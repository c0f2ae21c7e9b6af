#pragma once

#include "adapters/http/answer.h"
#include "adapters/http/answer_parser.h"
#include "adapters/http/destination.h"
#include "adapters/http/dialer.h"
#include "adapters/http/stream.h"
#include "base/result.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace balancer::adapters::http {

/// What a call is to do.
struct CallJob
{
    enum class Until { Handshake, Head, Body };

    Destination destination;
    std::string bytes; ///< head and body of the request
    Until until = Until::Body;
    bool isHead = false;     ///< of the method HEAD
    bool isHarmless = false; ///< may be sent a second time, whatever became of the first
    std::chrono::milliseconds deadline{};
};

/// One request and its answer, on a connection of its own or on one that is left from before. Lives on the client's
/// thread. Private to this folder.
class Call final : public std::enable_shared_from_this<Call>
{
public:
    /// What a call needs from the client, which outlives every call made here, but not every call's memory.
    class Owner
    {
    public:
        virtual ~Owner() = default;
        virtual const TlsContext &tlsContext() const = 0;
        /// A connection that was kept, or none.
        virtual std::shared_ptr<Stream> takeIdle(const Destination &destination) = 0;
        virtual void keepIdle(const Destination &destination, std::shared_ptr<Stream> stream) = 0;
        virtual void forget(const std::shared_ptr<Call> &call) = 0;
    };

    /// Called once. The call is over then, but for one that ended with the head of its answer.
    using Finished = std::function<void(Call &call, Result<void> result)>;

    Call(std::shared_ptr<asio::io_context> loop, Owner &owner, CallJob job, Finished finished);

    void start();
    /// Ends everything that waits with Unavailable.
    void close();

    // After its end.
    const AnswerParser &answer() const { return m_parser; }
    std::string takeBody() { return m_parser.takeBody(); }
    std::string fingerprint() const { return m_stream->fingerprint(); }

    /// After the head: as HttpBodyReader::read.
    void read(std::chrono::milliseconds patience, Answer<std::string> answer);

private:
    void begin();
    void onConnected(Result<Socket> socket);
    void checkCertificate();
    void send();
    void receive();
    void onReceived(const error_code &error, std::size_t size);
    void onBroken();
    void onTaken();
    void deliver();
    void tellReader(Result<std::string> piece);
    void finish(Result<void> result);
    void giveUp(Error error);
    void end();
    Error silence(std::chrono::milliseconds time) const;

    std::weak_ptr<asio::io_context> m_loop;
    Owner &m_owner;
    CallJob m_job;
    Finished m_finished;
    bool m_isClosed = false;
    bool m_isReused = false;
    bool m_isSent = false;
    bool m_isReceiving = false;
    std::uint64_t m_readTurn = 0; // which patience counts
    AnswerParser m_parser;
    std::optional<Error> m_failure; // after the head, for who reads on
    std::optional<Answer<std::string>> m_reader;
    std::vector<char> m_buffer;
    std::shared_ptr<Dialer> m_dialer;
    std::shared_ptr<Stream> m_stream;
    asio::steady_timer m_deadline;
    asio::steady_timer m_patience;
};

} // namespace balancer::adapters::http

#pragma once

#include "adapters/http/asio_types.h"
#include "adapters/http/body_writer.h"
#include "adapters/http/http_server.h"
#include "adapters/http/http_text.h"
#include "adapters/http/request_rules.h"
#include "adapters/http/stream.h"
#include "ports/http.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace balancer::adapters::http {

/// One client: reads a request, has it handled, writes the answer, and again. Lives on the server's thread; whatever
/// the client does or omits, a deadline is running. Private to this folder.
class Connection : public std::enable_shared_from_this<Connection>
{
public:
    using MakeWriter = std::function<std::unique_ptr<ports::HttpBodyWriter>()>;

    /// What a connection needs from the server. It outlives every call made here, but not every connection's memory.
    class Owner
    {
    public:
        virtual ~Owner() = default;
        virtual const HttpLimits &limits() const = 0;
        virtual void handle(ports::HttpRequest request, ports::HttpResponder responder) = 0;
        /// On the main loop's thread `starter` is given a new writer, or dropped if that makes none.
        virtual void startBody(ports::HttpBodyStarter starter, MakeWriter makeWriter) = 0;
        virtual void forget(const std::shared_ptr<Connection> &connection) = 0;
    };

    /// Speaks TLS if there is a context for it.
    Connection(std::shared_ptr<asio::io_context> loop, Owner &owner, Socket socket, ports::HttpPeer peer,
               std::shared_ptr<const TlsContext> tls);

    const ports::HttpPeer &peer() const { return m_peer; }

    /// Begins to read; a client that says nothing is dropped like one that says half of something.
    void start();
    /// Says no to the whole connection; by TLS without a word.
    void turnAway();
    /// Closes now, or after the answer that is being written.
    void finish();
    void close();
    /// Likewise, without care for what was not sent.
    void abandon();

    // Of an answer whose body goes on.
    void continueBody(std::string_view piece);
    void endBody();

private:
    enum class Phase {
        Greeting,  // TLS has not been agreed on
        Idle,      // nothing of the next request has come
        Receiving, // some of it has
        Handling,  // the handler has it
        Writing,   // the client takes the answer
        Streaming, // likewise, and more of it may come
        Lingering, // the client may finish talking, nobody listens
        Closed,
    };

    /// A body that goes on.
    struct Body
    {
        std::shared_ptr<Backlog> backlog;
        bool isChunked = true;
        bool isEnded = false;    // nothing will be added
        bool isLast = false;     // the end of it has been sent
        std::size_t sending = 0; // bytes of `waiting` before it
        std::string waiting;
    };

    void greet();
    void awaitRequest(std::chrono::milliseconds patience);
    void readMore();
    void onRead(const error_code &error, std::size_t size);
    void parse();
    bool hasEnoughToParse() const;
    void parseStep(error_code &error);
    bool takeHead();
    void sendContinue();
    void handOver();
    ports::HttpResponder makeResponder();
    void answer(std::uint64_t turn, ports::HttpResponse response);
    void refuse(const Refusal &refusal);
    void write(ports::HttpResponse response);
    BodyEnd bodyEndOf(const ports::HttpResponse &response) const;
    void onWritten(const error_code &error);
    void stream(ports::HttpResponse response);
    void sendNext();
    std::string takeNext();
    void onSent(const error_code &error);
    void linger();
    void drain();
    void within(std::chrono::milliseconds time);
    void withoutDeadline();
    void onDeadline();

    // Weak, for a responder may outlive the server; the connection itself is owned by the loop's handlers.
    std::weak_ptr<asio::io_context> m_loop;
    Owner &m_owner;
    ports::HttpPeer m_peer;
    Phase m_phase = Phase::Idle;
    std::uint64_t m_turn = 0;         // which request is being handled, so that late answers are known as such
    std::uint64_t m_deadlineTurn = 0; // which deadline counts
    bool m_isKeptAlive = false;
    bool m_isHead = false;
    bool m_isOld = false; // HTTP/1.0
    bool m_isDraining = false;
    bool m_isFinishing = false;
    std::size_t m_headBytes = 0;
    std::optional<RequestParser> m_parser;
    std::optional<ports::HttpRequest> m_request; // once its head is complete
    std::string m_answerHead;
    std::string m_answerBody;
    std::optional<Body> m_body;
    boost::beast::flat_buffer m_buffer;
    std::shared_ptr<const TlsContext> m_tls;
    Stream m_stream;
    asio::steady_timer m_deadline;
};

} // namespace balancer::adapters::http

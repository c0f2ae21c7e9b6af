#pragma once

#include "adapters/http/asio_types.h"
#include "adapters/http/http_server.h"
#include "adapters/http/request_rules.h"
#include "ports/http.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace balancer::adapters::http {

/// One client: reads a request, has it handled, writes the answer, and again. Lives on the server's thread; whatever
/// the client does or omits, a deadline is running. Private to this folder.
class Connection : public std::enable_shared_from_this<Connection>
{
public:
    /// What a connection needs from the server. It outlives every call made here, but not every connection's memory.
    class Owner
    {
    public:
        virtual ~Owner() = default;
        virtual const HttpLimits &limits() const = 0;
        virtual void handle(ports::HttpRequest request, ports::HttpResponder responder) = 0;
        virtual void forget(const std::shared_ptr<Connection> &connection) = 0;
    };

    Connection(std::shared_ptr<asio::io_context> loop, Owner &owner, Socket socket, ports::HttpPeer peer);

    const ports::HttpPeer &peer() const { return m_peer; }

    /// Begins to read; a client that says nothing is dropped like one that says half of something.
    void start();
    /// Says no to the whole connection.
    void turnAway();
    /// Closes now, or after the answer that is being written.
    void finish();
    void close();

private:
    enum class Phase {
        Idle,      // nothing of the next request has come
        Receiving, // some of it has
        Handling,  // the handler has it
        Writing,   // the client takes the answer
        Lingering, // the client may finish talking, nobody listens
        Closed,
    };

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
    void onWritten(const error_code &error);
    void linger();
    void drain();
    void within(std::chrono::milliseconds time);
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
    bool m_isFinishing = false;
    std::size_t m_headBytes = 0;
    std::optional<RequestParser> m_parser;
    std::optional<ports::HttpRequest> m_request; // once its head is complete
    std::string m_answerHead;
    std::string m_answerBody;
    boost::beast::flat_buffer m_buffer;
    Socket m_socket;
    asio::steady_timer m_deadline;
};

} // namespace balancer::adapters::http

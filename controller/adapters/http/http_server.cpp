#include "adapters/http/http_server.h"

#include "adapters/http/census.h"
#include "adapters/http/http_text.h"
#include "adapters/http/sockets.h"
#include "base/text.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#include <QtCore/QMetaObject>
#include <QtCore/QObject>

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <optional>
#include <string_view>
#include <thread>
#include <unordered_set>
#include <utility>

namespace balancer::adapters::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace {

using namespace std::chrono_literals;

using boost::system::error_code;
using Protocol = asio::generic::stream_protocol; // TCP and unix sockets alike
using Socket = Protocol::socket;
using Acceptor = asio::basic_socket_acceptor<Protocol>;
using RequestParser = beast::http::request_parser<beast::http::string_body>;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::chrono::milliseconds kLingerTime = 2s;
constexpr std::chrono::milliseconds kClosingGrace = 1s;
constexpr std::chrono::milliseconds kAcceptPause = 100ms;
constexpr std::size_t kMaxRefusedAtOnce = 128;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// Why a request is not handed on.
struct Refusal
{
    int status;
    std::string_view sentence;
};

Refusal refusalFor(const error_code &error)
{
    using Cause = beast::http::error;
    if (error == Cause::header_limit)
        return {431, "the request's headers are too large"};
    if (error == Cause::body_limit)
        return {413, "the request's body is too large"};
    return {400, "the request is not well-formed HTTP"};
}

std::string textFrom(beast::string_view text)
{
    return {text.data(), text.size()};
}

ports::HttpRequest requestFrom(const RequestParser::value_type &message, const ports::HttpPeer &peer)
{
    ports::HttpRequest request;
    request.method = textFrom(message.method_string());
    request.target = textFrom(message.target());
    request.headers.reserve(static_cast<std::size_t>(std::distance(message.begin(), message.end())));
    for (const auto &field : message)
        request.headers.emplace_back(textFrom(field.name_string()), textFrom(field.value()));
    request.peer = peer;
    return request;
}

/// What Beast's parser lets through and we do not.
std::optional<Refusal> objectionTo(const RequestParser &parser)
{
    const auto &message = parser.get();
    const bool isOld = message.version() == 10;
    const auto hosts = message.count(beast::http::field::host);
    if (hosts > 1 || (hosts == 0 && !isOld))
        return Refusal{400, "the request must name its host once"};

    const auto coding = message.find(beast::http::field::transfer_encoding);
    if (coding != message.end() && isOld)
        return Refusal{400, "HTTP/1.0 knows no transfer codings"};
    if (coding != message.end() && (!parser.chunked() || toLower(textFrom(coding->value())) != "chunked"))
        return Refusal{501, "the only transfer coding understood is chunked"};

    const auto expectation = message.find(beast::http::field::expect);
    if (expectation != message.end() && toLower(textFrom(expectation->value())) != "100-continue")
        return Refusal{417, "the only expectation understood is 100-continue"};
    return std::nullopt;
}

/// One client: reads a request, has it handled, writes the answer, and again. Lives on the server's thread; whatever
/// the client does or omits, a deadline is running.
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

    Connection(std::shared_ptr<asio::io_context> loop, Owner &owner, Socket socket, ports::HttpPeer peer)
        : m_loop(std::move(loop)), m_owner(owner), m_peer(std::move(peer)),
          m_buffer(owner.limits().maxHeaderBytes + kReadBytes), m_socket(std::move(socket)),
          m_deadline(m_socket.get_executor())
    {
    }

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
    beast::flat_buffer m_buffer;
    Socket m_socket;
    asio::steady_timer m_deadline;
};

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
    m_answerHead = renderResponseHead(response, textFrom(reason), m_isKeptAlive, std::chrono::system_clock::now());
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

/// Accepts for ever: when the system has no descriptors left it waits a little and tries again.
class Listener
{
public:
    using Accepted = std::function<void(Socket)>;

    Listener(asio::io_context &loop, Protocol protocol, UniqueFd socket, Accepted accepted)
        : m_accepted(std::move(accepted)), m_acceptor(loop), m_pause(loop)
    {
        m_acceptor.assign(protocol, socket.get());
        socket.release();
    }

    int descriptor() { return m_acceptor.native_handle(); }

    void accept()
    {
        m_acceptor.async_accept([this](error_code error, Socket socket) {
            if (error == asio::error::operation_aborted || !m_acceptor.is_open())
                return;
            onAccepted(error, std::move(socket));
        });
    }

    void close()
    {
        error_code ignored;
        m_acceptor.close(ignored);
        m_pause.cancel();
    }

private:
    void onAccepted(const error_code &error, Socket socket)
    {
        if (error && error != asio::error::connection_aborted) {
            pause(error);
            return;
        }
        m_isTroubled = false;
        if (!error)
            m_accepted(std::move(socket));
        accept();
    }

    void pause(const error_code &error)
    {
        if (!std::exchange(m_isTroubled, true))
            qWarning("HTTP: cannot accept connections for now: %s", error.message().c_str());
        m_pause.expires_after(kAcceptPause);
        m_pause.async_wait([this](error_code aborted) {
            if (!aborted && m_acceptor.is_open())
                accept();
        });
    }

    Accepted m_accepted;
    bool m_isTroubled = false;
    Acceptor m_acceptor;
    asio::steady_timer m_pause;
};

/// Threads started while one of these lives leave all signals to the others.
class SignalsBlocked
{
public:
    SignalsBlocked()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &m_before);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }
    SignalsBlocked(const SignalsBlocked &) = delete;
    SignalsBlocked &operator=(const SignalsBlocked &) = delete;

private:
    sigset_t m_before{};
};

} // namespace

/// Everything but `open`, `bind`, the constructor and the destructor runs on the server's own thread.
class HttpServer::Core : public Connection::Owner
{
public:
    Core(HttpLimits limits, ports::HttpHandler handler)
        : m_limits(limits), m_handler(std::make_shared<const ports::HttpHandler>(std::move(handler)))
    {
    }
    ~Core() override;

    Result<void> bind(const HttpServerOptions &options);
    void start();
    const std::vector<Endpoint> &endpoints() const { return m_endpoints; }

private:
    const HttpLimits &limits() const override { return m_limits; }
    void handle(ports::HttpRequest request, ports::HttpResponder responder) override;
    void forget(const std::shared_ptr<Connection> &connection) override;

    Result<void> bindEndpoint(const Endpoint &endpoint);
    Result<void> bindUnixSocket(const std::string &path);
    void addListener(Protocol protocol, UniqueFd socket);
    void welcome(Socket socket);
    void beginClosing();

    const HttpLimits m_limits;
    const std::shared_ptr<const ports::HttpHandler>
        m_handler; // shared with calls under way: a handler may end the server
    std::vector<Endpoint> m_endpoints;
    std::shared_ptr<asio::io_context> m_loop = std::make_shared<asio::io_context>(1);
    asio::executor_work_guard<asio::io_context::executor_type> m_work{m_loop->get_executor()};
    std::optional<SocketFile> m_socketFile;
    std::vector<std::unique_ptr<Listener>> m_listeners;
    Census m_census{m_limits.maxConnections, m_limits.maxConnectionsPerPeer};
    std::unordered_set<std::shared_ptr<Connection>> m_served;
    std::unordered_set<std::shared_ptr<Connection>> m_turnedAway;
    bool m_isClosing = false;
    asio::steady_timer m_grace{*m_loop};
    QObject m_mainThread; // receives the calls to the handler; those not delivered when it goes are dropped
    std::thread m_thread;
};

HttpServer::Core::~Core()
{
    if (m_thread.joinable()) {
        asio::post(*m_loop, [this] { beginClosing(); });
        m_thread.join();
    }
    m_isClosing = true;
    for (const auto &connections : {m_served, m_turnedAway}) {
        for (const auto &connection : connections)
            connection->close();
    }
}

Result<void> HttpServer::Core::bind(const HttpServerOptions &options)
{
    for (const auto &endpoint : options.listen) {
        const auto bound = bindEndpoint(endpoint);
        if (!bound)
            return bound;
    }
    if (options.unixSocketPath.empty())
        return {};
    return bindUnixSocket(options.unixSocketPath);
}

Result<void> HttpServer::Core::bindEndpoint(const Endpoint &endpoint)
{
    auto socket = listenOn(endpoint);
    if (!socket)
        return fail(socket.error());
    const auto bound = boundEndpoint(socket->get());
    if (!bound)
        return fail(bound.error());
    m_endpoints.push_back(*bound);
    addListener(Protocol(endpoint.address.isV6() ? AF_INET6 : AF_INET, IPPROTO_TCP), std::move(*socket));
    return {};
}

Result<void> HttpServer::Core::bindUnixSocket(const std::string &path)
{
    auto listener = listenOn(path);
    if (!listener)
        return fail(listener.error());
    m_socketFile.emplace(std::move(listener->file));
    addListener(Protocol(AF_UNIX, 0), std::move(listener->socket));
    return {};
}

void HttpServer::Core::addListener(Protocol protocol, UniqueFd socket)
{
    auto accepted = [this](Socket client) { welcome(std::move(client)); };
    m_listeners.push_back(std::make_unique<Listener>(*m_loop, protocol, std::move(socket), std::move(accepted)));
}

void HttpServer::Core::start()
{
    for (const auto &listener : m_listeners)
        listener->accept();
    const SignalsBlocked signalsBlocked;
    m_thread = std::thread([loop = m_loop.get()] {
        pthread_setname_np(pthread_self(), "http");
        loop->run();
    });
}

void HttpServer::Core::handle(ports::HttpRequest request, ports::HttpResponder responder)
{
    auto call = [handler = m_handler, request = std::move(request), responder = std::move(responder)]() mutable {
        (*handler)(std::move(request), std::move(responder));
    };
    QMetaObject::invokeMethod(&m_mainThread, std::move(call), Qt::QueuedConnection);
}

void HttpServer::Core::forget(const std::shared_ptr<Connection> &connection)
{
    if (m_served.erase(connection) > 0)
        m_census.remove(connection->peer());
    m_turnedAway.erase(connection);
    if (m_isClosing && m_served.empty() && m_turnedAway.empty())
        m_loop->stop();
}

void HttpServer::Core::welcome(Socket socket)
{
    const auto peer = peerOf(socket.native_handle());
    if (!peer)
        return;
    error_code ignored;
    if (!peer->userId)
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);

    const auto connection = std::make_shared<Connection>(m_loop, *this, std::move(socket), *peer);
    if (m_census.hasRoomFor(*peer)) {
        m_census.add(*peer);
        m_served.insert(connection);
        connection->start();
    } else if (m_turnedAway.size() < kMaxRefusedAtOnce) {
        m_turnedAway.insert(connection);
        connection->turnAway();
    }
}

void HttpServer::Core::beginClosing()
{
    m_isClosing = true;
    for (const auto &listener : m_listeners)
        listener->close();
    for (const auto &connections : {m_served, m_turnedAway}) {
        for (const auto &connection : connections)
            connection->finish();
    }
    if (m_served.empty() && m_turnedAway.empty()) {
        m_loop->stop();
        return;
    }
    m_grace.expires_after(kClosingGrace);
    m_grace.async_wait([this](error_code) { m_loop->stop(); });
}

Result<std::unique_ptr<HttpServer>> HttpServer::open(HttpServerOptions options, ports::HttpHandler handler)
{
    try {
        auto core = std::make_unique<Core>(options.limits, std::move(handler));
        const auto bound = core->bind(options);
        if (!bound)
            return fail(bound.error());
        core->start();
        return std::make_unique<HttpServer>(std::move(core));
    } catch (const std::exception &error) { // of Asio and of std::thread
        return fail(ErrorCode::Unavailable, std::string("cannot start the HTTP server: ") + error.what());
    }
}

HttpServer::HttpServer(std::unique_ptr<Core> core) : m_core(std::move(core)) {}

HttpServer::~HttpServer() = default;

const std::vector<Endpoint> &HttpServer::endpoints() const
{
    return m_core->endpoints();
}

} // namespace balancer::adapters::http

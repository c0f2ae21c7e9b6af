#include "adapters/http/http_server.h"

#include "adapters/http/asio_types.h"
#include "adapters/http/census.h"
#include "adapters/http/connection.h"
#include "adapters/http/listener.h"
#include "adapters/http/sockets.h"
#include "adapters/http/threads.h"
#include "adapters/http/tls.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <QtCore/QMetaObject>
#include <QtCore/QObject>

#include <netinet/in.h>
#include <sys/socket.h>

#include <exception>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>

namespace balancer::adapters::http {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kClosingGrace = 1s;
constexpr std::size_t kMaxRefusedAtOnce = 128;

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
    const std::vector<Endpoint> &encryptedEndpoints() const { return m_encryptedEndpoints; }

private:
    const HttpLimits &limits() const override { return m_limits; }
    void handle(ports::HttpRequest request, ports::HttpResponder responder) override;
    void startBody(ports::HttpBodyStarter starter, Connection::MakeWriter makeWriter) override;
    void forget(const std::shared_ptr<Connection> &connection) override;

    using Tls = std::shared_ptr<const TlsContext>;
    Result<void> bindAll(const std::vector<Endpoint> &listen, const Tls &tls, std::vector<Endpoint> &bound);
    Result<void> bindUnixSocket(const std::string &path);
    void addListener(Protocol protocol, UniqueFd socket, const Tls &tls);
    void welcome(Socket socket, const Tls &tls);
    void beginClosing();

    const HttpLimits m_limits;
    const std::shared_ptr<const ports::HttpHandler>
        m_handler; // shared with calls under way: a handler may end the server
    std::vector<Endpoint> m_endpoints;
    std::vector<Endpoint> m_encryptedEndpoints;
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
    auto bound = bindAll(options.listen, nullptr, m_endpoints);
    if (bound && !options.listenEncrypted.empty()) {
        const auto tls = serverContext(options.identity);
        bound = tls ? bindAll(options.listenEncrypted, *tls, m_encryptedEndpoints) : fail(tls.error());
    }
    if (bound && !options.unixSocketPath.empty())
        bound = bindUnixSocket(options.unixSocketPath);
    return bound;
}

Result<void> HttpServer::Core::bindAll(const std::vector<Endpoint> &listen, const Tls &tls,
                                       std::vector<Endpoint> &bound)
{
    for (const auto &endpoint : listen) {
        auto socket = listenOn(endpoint);
        if (!socket)
            return fail(socket.error());
        const auto chosen = boundEndpoint(socket->get());
        if (!chosen)
            return fail(chosen.error());
        bound.push_back(*chosen);
        addListener(Protocol(endpoint.address.isV6() ? AF_INET6 : AF_INET, IPPROTO_TCP), std::move(*socket), tls);
    }
    return {};
}

Result<void> HttpServer::Core::bindUnixSocket(const std::string &path)
{
    auto listener = listenOn(path);
    if (!listener)
        return fail(listener.error());
    m_socketFile.emplace(std::move(listener->file));
    addListener(Protocol(AF_UNIX, 0), std::move(listener->socket), nullptr);
    return {};
}

void HttpServer::Core::addListener(Protocol protocol, UniqueFd socket, const Tls &tls)
{
    auto accepted = [this, tls](Socket client) { welcome(std::move(client), tls); };
    m_listeners.push_back(std::make_unique<Listener>(*m_loop, protocol, std::move(socket), std::move(accepted)));
}

void HttpServer::Core::start()
{
    for (const auto &listener : m_listeners)
        listener->accept();
    m_thread = startThread("http", [loop = m_loop.get()] { loop->run(); });
}

void HttpServer::Core::handle(ports::HttpRequest request, ports::HttpResponder responder)
{
    auto call = [handler = m_handler, request = std::move(request), responder = std::move(responder)]() mutable {
        (*handler)(std::move(request), std::move(responder));
    };
    QMetaObject::invokeMethod(&m_mainThread, std::move(call), Qt::QueuedConnection);
}

void HttpServer::Core::startBody(ports::HttpBodyStarter starter, Connection::MakeWriter makeWriter)
{
    auto call = [starter = std::move(starter), makeWriter = std::move(makeWriter)] {
        if (auto writer = makeWriter())
            starter(std::move(writer));
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

void HttpServer::Core::welcome(Socket socket, const Tls &tls)
{
    auto peer = peerOf(socket.native_handle());
    if (!peer)
        return;
    peer->isEncrypted = tls != nullptr;
    error_code ignored;
    if (!peer->userId)
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);

    const auto connection = std::make_shared<Connection>(m_loop, *this, std::move(socket), *peer, tls);
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

const std::vector<Endpoint> &HttpServer::encryptedEndpoints() const
{
    return m_core->encryptedEndpoints();
}

} // namespace balancer::adapters::http

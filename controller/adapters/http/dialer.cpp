#include "adapters/http/dialer.h"

#include "adapters/http/sockets.h"
#include "adapters/http/threads.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

namespace balancer::adapters::http {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kUnixRetryPause = 10ms;

struct LookedUp
{
    std::vector<Protocol::endpoint> addresses;
    int error = 0; // getaddrinfo's
};

LookedUp lookUpHost(const std::string &host, std::uint16_t port, int flags)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo *found = nullptr;
    LookedUp result;
    result.error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
    const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owner(found, [](addrinfo *list) {
        if (list)
            freeaddrinfo(list);
    });
    for (const auto *entry = found; entry; entry = entry->ai_next)
        result.addresses.emplace_back(entry->ai_addr, entry->ai_addrlen, IPPROTO_TCP);
    return result;
}

} // namespace

Dialer::Dialer(std::shared_ptr<asio::io_context> loop, Destination destination, Connected connected)
    : m_loop(loop), m_destination(std::move(destination)), m_connected(std::move(connected)), m_socket(*loop),
      m_pause(*loop)
{
}

void Dialer::start()
{
    if (!m_destination.path.empty())
        connectUnix();
    else
        lookUp();
}

void Dialer::cancel()
{
    m_connected = nullptr;
    error_code ignored;
    m_socket.close(ignored);
    m_pause.cancel();
}

void Dialer::connectUnix()
{
    if (!m_connected)
        return;
    const auto address = unixAddress(m_destination.path);
    if (!address)
        return giveUp(address.error());
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.get() < 0)
        return giveUp(systemError("cannot reach " + m_destination.name, errno));
    if (::connect(socket.get(), reinterpret_cast<const sockaddr *>(&*address), sizeof *address) == 0) {
        m_socket.assign(Protocol(AF_UNIX, 0), socket.get());
        socket.release();
        return succeed();
    }
    if (errno != EAGAIN && errno != EINTR)
        return giveUp(systemError("cannot reach " + m_destination.name, errno));
    // EAGAIN means that the other side's queue is full, which cannot be waited for.
    m_pause.expires_after(kUnixRetryPause);
    m_pause.async_wait([self = shared_from_this()](const error_code &) { self->connectUnix(); });
}

void Dialer::lookUp()
{
    auto numeric = lookUpHost(m_destination.host, m_destination.port, AI_NUMERICHOST);
    if (numeric.error == 0)
        return onAddresses(std::move(numeric.addresses), {});
    // The system's look-up cannot be called off, so it gets a thread that nobody waits for, and that holds on to
    // nothing of ours.
    auto task = [weakLoop = m_loop, weak = weak_from_this(), host = m_destination.host, port = m_destination.port,
                 name = m_destination.name] {
        auto found = lookUpHost(host, port, 0);
        Error failure{ErrorCode::Unavailable, "cannot reach " + name + ": " + gai_strerror(found.error)};
        const auto loop = weakLoop.lock();
        if (!loop)
            return;
        asio::post(*loop, [weak, found = std::move(found), failure = std::move(failure)]() mutable {
            if (const auto self = weak.lock())
                self->onAddresses(std::move(found.addresses), std::move(failure));
        });
    };
    try {
        startThread("look-up", std::move(task)).detach();
    } catch (const std::system_error &error) {
        giveUp(systemError("cannot reach " + m_destination.name, error.code().value()));
    }
}

void Dialer::onAddresses(std::vector<Address> addresses, Error failure)
{
    if (!m_connected)
        return;
    m_addresses = std::move(addresses);
    m_lastFailure = std::move(failure);
    connectNext();
}

void Dialer::connectNext()
{
    if (m_next == m_addresses.size())
        return giveUp(m_lastFailure);
    error_code ignored;
    m_socket.close(ignored);
    m_socket.async_connect(m_addresses.at(m_next++), [self = shared_from_this()](const error_code &error) {
        if (!self->m_connected)
            return;
        if (!error)
            return self->succeed();
        self->m_lastFailure = systemError("cannot reach " + self->m_destination.name, error.value());
        self->connectNext();
    });
}

void Dialer::succeed()
{
    error_code ignored;
    if (m_destination.path.empty())
        m_socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    std::exchange(m_connected, nullptr)(std::move(m_socket));
}

void Dialer::giveUp(Error error)
{
    std::exchange(m_connected, nullptr)(fail(std::move(error)));
}

} // namespace balancer::adapters::http

#include "adapters/http/listener.h"

#include <boost/asio/error.hpp>

#include <QtCore/QtGlobal>

#include <chrono>
#include <utility>

namespace balancer::adapters::http {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kAcceptPause = 100ms;

} // namespace

Listener::Listener(asio::io_context &loop, Protocol protocol, UniqueFd socket, Accepted accepted)
    : m_accepted(std::move(accepted)), m_acceptor(loop), m_pause(loop)
{
    m_acceptor.assign(protocol, socket.get());
    socket.release();
}

void Listener::accept()
{
    m_acceptor.async_accept([this](error_code error, Socket socket) {
        if (error == asio::error::operation_aborted || !m_acceptor.is_open())
            return;
        onAccepted(error, std::move(socket));
    });
}

void Listener::close()
{
    error_code ignored;
    m_acceptor.close(ignored);
    m_pause.cancel();
}

void Listener::onAccepted(const error_code &error, Socket socket)
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

void Listener::pause(const error_code &error)
{
    if (!std::exchange(m_isTroubled, true))
        qWarning("HTTP: cannot accept connections for now: %s", error.message().c_str());
    m_pause.expires_after(kAcceptPause);
    m_pause.async_wait([this](error_code aborted) {
        if (!aborted && m_acceptor.is_open())
            accept();
    });
}

} // namespace balancer::adapters::http

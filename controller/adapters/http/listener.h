#pragma once

#include "adapters/http/asio_types.h"
#include "adapters/http/sockets.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>

namespace balancer::adapters::http {

/// Accepts for ever: when the system has no descriptors left it waits a little and tries again. Private to this folder.
class Listener
{
public:
    using Accepted = std::function<void(Socket)>;

    /// `socket` listens already.
    Listener(asio::io_context &loop, Protocol protocol, UniqueFd socket, Accepted accepted);

    void accept();
    void close();

private:
    void onAccepted(const error_code &error, Socket socket);
    void pause(const error_code &error);

    Accepted m_accepted;
    bool m_isTroubled = false;
    asio::basic_socket_acceptor<Protocol> m_acceptor;
    asio::steady_timer m_pause;
};

} // namespace balancer::adapters::http

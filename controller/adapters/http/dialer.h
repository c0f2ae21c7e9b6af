#pragma once

#include "adapters/http/asio_types.h"
#include "adapters/http/destination.h"
#include "base/result.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace balancer::adapters::http {

/// Connects to a destination, trying the addresses of a host one after another; has no deadline of its own. Private to
/// this folder.
class Dialer : public std::enable_shared_from_this<Dialer>
{
public:
    /// Unavailable: "cannot reach 127.0.0.1:9999: Connection refused", as the last address tried said.
    using Connected = std::function<void(Result<Socket>)>;

    Dialer(std::shared_ptr<asio::io_context> loop, Destination destination, Connected connected);

    void start();
    /// `connected` is not called from now on.
    void cancel();

private:
    using Address = Protocol::endpoint;

    void connectUnix();
    void lookUp();
    void onAddresses(std::vector<Address> addresses, Error failure);
    void connectNext();
    void succeed();
    void giveUp(Error error);

    std::weak_ptr<asio::io_context> m_loop;
    Destination m_destination;
    Connected m_connected;
    std::vector<Address> m_addresses;
    std::size_t m_next = 0;
    Error m_lastFailure;
    Socket m_socket;
    asio::steady_timer m_pause;
};

} // namespace balancer::adapters::http

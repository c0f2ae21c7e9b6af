#pragma once

#include "adapters/http/asio_types.h"
#include "ports/http.h"

#include <boost/asio/io_context.hpp>

#include <QtCore/QObject>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

namespace balancer::adapters::http {

class Connection;

/// What a writer and its connection know of each other; used on both threads.
struct Backlog
{
    std::atomic<bool> isOpen = true;      ///< the client is there, as far as is known
    std::atomic<std::size_t> waiting = 0; ///< bytes that were handed over and not yet sent
};

/// The handler's end of a body that goes on: lives on the main loop's thread. What is written in one turn of that loop
/// is sent as one piece. Private to this folder.
class BodyWriter final : public ports::HttpBodyWriter
{
public:
    BodyWriter(std::weak_ptr<asio::io_context> loop, std::weak_ptr<Connection> connection,
               std::shared_ptr<Backlog> backlog, std::size_t maxBacklogBytes);
    ~BodyWriter() override;

    bool write(std::string piece) override;

private:
    void flush();
    template <typename Action>
    void onItsThread(Action action);

    std::weak_ptr<asio::io_context> m_loop;
    std::weak_ptr<Connection> m_connection;
    std::shared_ptr<Backlog> m_backlog;
    std::size_t m_maxBacklogBytes;
    std::string m_joined;
    QObject m_turn; // receives the call at the end of the loop's turn
};

} // namespace balancer::adapters::http

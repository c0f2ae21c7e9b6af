#pragma once

#include "adapters/haproxy/runtime_socket.h"

#include <QDeadlineTimer>
#include <QTimer>

namespace balancer::adapters::haproxy {

/// The runtime API of a generation that has been told to leave. HAProxy takes no new connections to its socket then,
/// and one that is open keeps it alive: so it is asked over the one it was asked by before, which is given up as soon
/// as there is nothing else in that generation.
class LeavingConnection
{
public:
    /// `connection` is open.
    explicit LeavingConnection(std::shared_ptr<RuntimeConnection> connection) : m_connection(std::move(connection)) {}

    bool isOpen() const { return m_connection != nullptr; }
    void close();

    /// As haproxy::exchange, one call after another. Unavailable: it is closed. It is, too, after any failure.
    static QCoro::Task<Result<std::vector<std::string>>> exchange(std::shared_ptr<LeavingConnection> self,
                                                                  std::vector<std::string> commands,
                                                                  std::chrono::milliseconds deadline);

    /// Keeps it open until nothing is left in that generation, or it is closed otherwise.
    static void guard(std::shared_ptr<LeavingConnection> self);

private:
    static QCoro::Task<Result<std::vector<std::string>>>
    converse(std::shared_ptr<LeavingConnection> self, std::vector<std::string> commands, QDeadlineTimer deadline);

    static QCoro::Task<void> askWhetherDone(std::shared_ptr<LeavingConnection> self);

    std::shared_ptr<RuntimeConnection> m_connection;
    bool m_busy = false;
    QTimer m_next;
};

} // namespace balancer::adapters::haproxy

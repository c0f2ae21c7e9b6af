#pragma once

#include "base/result.h"

#include <QCoro/QCoroTask>
#include <QLocalSocket>
#include <QString>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace balancer::adapters::haproxy {

/// Sends commands to a stats socket over one connection of their own and returns one reply for each, without the
/// final line end. Unavailable: nobody listens there, nothing was carried out. Timeout: not all replies came in time.
/// Corrupt: the connection ended early. A command with a line break or ';' is Internal and nothing is sent.
QCoro::Task<Result<std::vector<std::string>>> exchange(QString socketPath, std::vector<std::string> commands,
                                                       std::chrono::milliseconds deadline);

/// The same over one connection that stays open between calls, which saves HAProxy and us a third of the work. An open
/// connection keeps the process behind it alive when that is told to leave: see LeavingConnection.
class RuntimeConnection
{
public:
    explicit RuntimeConnection(QString socketPath) : m_path(std::move(socketPath)) {}

    /// Calls that come while one is under way take a connection of their own. `self` is this object: it lives until
    /// the call is answered.
    static QCoro::Task<Result<std::vector<std::string>>> exchange(std::shared_ptr<RuntimeConnection> self,
                                                                  std::vector<std::string> commands,
                                                                  std::chrono::milliseconds deadline);

private:
    QString m_path;
    QLocalSocket m_socket;
    bool m_busy = false;
};

} // namespace balancer::adapters::haproxy

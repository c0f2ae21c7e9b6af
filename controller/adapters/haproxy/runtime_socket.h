#pragma once

#include "base/result.h"

#include <QCoro/QCoroTask>
#include <QString>

#include <chrono>
#include <string>
#include <vector>

namespace balancer::adapters::haproxy {

/// Sends commands to a stats socket over one connection of their own and returns one reply for each, without the
/// final line end. Unavailable: nobody listens there, nothing was carried out. Timeout: not all replies came in time.
/// Corrupt: the connection ended early. A command with a line break or ';' is Internal and nothing is sent.
QCoro::Task<Result<std::vector<std::string>>> exchange(QString socketPath, std::vector<std::string> commands,
                                                       std::chrono::milliseconds deadline);

} // namespace balancer::adapters::haproxy

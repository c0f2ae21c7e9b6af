#pragma once

#include "base/result.h"
#include "ports/haproxy.h"

#include <QSocketNotifier>

#include <memory>
#include <string>

namespace balancer::adapters::haproxy {

/// The datagram socket HAProxy logs to. HAProxy never waits for it: while nobody listens, records are lost.
class LogSocket : public ports::HealthLog
{
    Q_OBJECT

public:
    /// Binds `path`, replacing what an earlier life left there. Unavailable when that is not possible.
    static Result<std::unique_ptr<LogSocket>> open(const std::string &path);
    ~LogSocket() override;

private:
    explicit LogSocket(int descriptor);
    void readAll();

    int m_descriptor;
    QSocketNotifier m_notifier;
};

} // namespace balancer::adapters::haproxy

#pragma once

#include "ports/haproxy.h"

namespace balancer::adapters::network {

/// Health checks over Qt's sockets, each on a connection of its own. Certificates are not verified, as ELB doesn't.
class InstanceProbe : public QObject, public ports::HealthProbe
{
    Q_OBJECT

public:
    /// Checks under way end now, as failed ones.
    void stop() { Q_EMIT stopped(); }

    QCoro::Task<Result<void>> check(model::HealthCheckTarget target, Endpoint endpoint,
                                    std::chrono::milliseconds timeout) override;

Q_SIGNALS:
    void stopped();
};

} // namespace balancer::adapters::network

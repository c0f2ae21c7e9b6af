#pragma once

#include "ports/haproxy.h"

#include <QNetworkAccessManager>

namespace balancer::adapters::network {

/// Health checks over Qt's sockets, each on a connection of its own. Certificates are not verified, as ELB doesn't.
class InstanceProbe : public ports::HealthProbe
{
public:
    InstanceProbe();

    QCoro::Task<Result<void>> check(model::HealthCheckTarget target, Endpoint endpoint,
                                    std::chrono::milliseconds timeout) override;

private:
    QNetworkAccessManager m_http;
};

} // namespace balancer::adapters::network

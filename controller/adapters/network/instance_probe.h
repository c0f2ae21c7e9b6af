#pragma once

#include "ports/haproxy.h"
#include "ports/instance_certificates.h"

class QSslSocket;

namespace balancer::adapters::network {

/// Health checks over Qt's sockets, each on a connection of its own. Certificates are not verified, as ELB doesn't.
class InstanceProbe : public QObject, public ports::HealthProbe, public ports::CertificateProbe
{
    Q_OBJECT

public:
    /// Checks under way end now, as failed ones.
    void stop() { Q_EMIT stopped(); }

    QCoro::Task<Result<void>> check(model::HealthCheckTarget target, Endpoint endpoint,
                                    std::chrono::milliseconds timeout) override;
    QCoro::Task<Result<std::vector<std::string>>> certificatesOf(Endpoint endpoint, bool proxyLine,
                                                                 std::chrono::milliseconds timeout) override;

Q_SIGNALS:
    void stopped();

private:
    void endWhenStopped(QSslSocket &socket);
};

} // namespace balancer::adapters::network

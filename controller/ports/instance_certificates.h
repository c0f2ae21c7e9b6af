#pragma once

#include "base/endpoint.h"
#include "base/result.h"
#include "model/shown_chain.h"

#include <QCoro/QCoroTask>

#include <chrono>
#include <string>
#include <vector>

namespace balancer::ports {

/// Asks an instance for the certificates that it shows.
class CertificateProbe
{
public:
    virtual ~CertificateProbe() = default;

    /// Shakes hands by TLS, as HAProxy does, and returns what was shown, in DER, the instance's own certificate first.
    /// None is judged. With `proxyLine` a line of the PROXY protocol goes before, for instances that expect one.
    /// Refused or Timeout: there was no handshake.
    virtual QCoro::Task<Result<std::vector<std::string>>> certificatesOf(Endpoint endpoint, bool proxyLine,
                                                                         std::chrono::milliseconds timeout) = 0;
};

/// Finds out what such certificates are.
class ChainReader
{
public:
    virtual ~ChainReader() = default;

    /// MalformedCertificate when the first one cannot be read; what cannot be read behind it ends the chain.
    virtual Result<model::ShownChain> readShownChain(const std::vector<std::string> &certificates) const = 0;
};

} // namespace balancer::ports

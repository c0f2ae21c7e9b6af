#pragma once

#include "base/result.h"
#include "model/certificate.h"

namespace balancer::ports {

/// Looks into PEM texts.
class CertificateExaminer
{
public:
    virtual ~CertificateExaminer() = default;

    /// Whether a listener can serve this certificate at `now`, and what it is. MalformedCertificate with the reason:
    /// not PEM, not a certificate, expired or not valid yet, a chain that does not lead upwards, a key that is
    /// encrypted, or of a kind or size that TLS servers should not have. KeyPairMismatch: the key of another one.
    virtual Result<model::ExaminedCertificate> examine(const model::CertificateText &text,
                                                       model::Timestamp now) const = 0;
};

} // namespace balancer::ports

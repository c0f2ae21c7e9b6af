#pragma once

#include "ports/certificates.h"
#include "ports/instance_certificates.h"

namespace balancer::adapters::openssl {

/// What OpenSSL makes of a certificate, by the rules that HAProxy loads it with later. Takes any bytes; asks nobody.
///
/// Accepted are RSA keys of 2,048 to 8,192 bits and ECDSA with P-256, P-384 or P-521. The chain goes from the one that
/// issued the certificate upwards; its root may be left out.
class CertificateExaminer final : public ports::CertificateExaminer, public ports::ChainReader
{
public:
    Result<model::ExaminedCertificate> examine(const model::CertificateText &text, model::Timestamp now) const override;
    Result<model::ShownChain> readShownChain(const std::vector<std::string> &certificates) const override;
};

} // namespace balancer::adapters::openssl

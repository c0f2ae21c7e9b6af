#pragma once

#include "base/endpoint.h"
#include "base/result.h"
#include "model/access.h"

#include <string>
#include <vector>

namespace balancer::daemon {

/// What a certificate is for.
struct CertificateNames
{
    std::string host;               ///< its subject; one that does not fit is replaced
    std::vector<std::string> names; ///< further DNS names
    std::vector<IpAddress> addresses;
};

/// A new private key for ECDSA with P-256, as PEM text (PKCS #8). Unavailable: the system has no random numbers.
Result<std::string> makePrivateKey();

/// A certificate that this key signs for itself, good for TLS servers from the day before `now` on for ten years, as
/// PEM text. InvalidInput: that is no private key.
Result<std::string> makeSelfSignedCertificate(const std::string &privateKey, const CertificateNames &names,
                                              model::Timestamp now);

} // namespace balancer::daemon

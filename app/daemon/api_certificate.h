#pragma once

#include "adapters/http/tls_identity.h"
#include "base/endpoint.h"
#include "base/result.h"
#include "daemon/config.h"
#include "model/access.h"

#include <string>
#include <vector>

namespace balancer::daemon {

/// Where the API listens, by how it is spoken to.
struct ApiEndpoints
{
    std::vector<Endpoint> plain;
    std::vector<Endpoint> encrypted;

    bool operator==(const ApiEndpoints &) const = default;
};

/// In the clear on loopback addresses only, and there only unless the settings want TLS always.
ApiEndpoints apiEndpoints(const ApiSettings &settings);

/// What the API shows to those who come by TLS.
struct ApiCertificate
{
    adapters::http::TlsIdentity identity;
    std::string fingerprint; ///< SHA-256 as 64 lower-case digits
};

/// The certificate in FOLDER/api-certificate.pem and its key in FOLDER/api-key.pem. When they are not there they are
/// made: signed by itself, for this host's name, "localhost" and the addresses of `endpoints`. A key without a
/// certificate, as a crash leaves it, gets one; anything else is left as it is.
///
/// InvalidInput: they cannot be used, or others may read the key. Unavailable: they cannot be read or written.
Result<ApiCertificate> ensureApiCertificate(const std::string &folder, const std::string &hostName,
                                            const std::vector<Endpoint> &endpoints, model::Timestamp now);

} // namespace balancer::daemon

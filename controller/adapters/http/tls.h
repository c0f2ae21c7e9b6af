#pragma once

#include "adapters/http/tls_identity.h"
#include "base/result.h"

#include <memory>
#include <string>

#include <openssl/types.h>

/// TLS 1.2 and later, and nothing weak. Private to this folder.
namespace balancer::adapters::http {

class TlsContext;

/// For the side that is called. InvalidInput: that is no certificate, no key, or they do not belong together.
Result<std::shared_ptr<const TlsContext>> serverContext(const TlsIdentity &identity);

/// For the side that calls: it takes any certificate.
std::shared_ptr<const TlsContext> clientContext();

/// As in ports::HttpTarget.
std::string fingerprintOf(const X509 &certificate);

} // namespace balancer::adapters::http

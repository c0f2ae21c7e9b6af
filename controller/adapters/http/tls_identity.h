#pragma once

#include "base/result.h"

#include <string>

namespace balancer::adapters::http {

/// What a server shows to its clients, as PEM text.
struct TlsIdentity
{
    std::string certificateChain; ///< its own certificate first
    std::string privateKey;       ///< not encrypted

    bool operator==(const TlsIdentity &) const = default;
};

/// By which clients know its certificate, as in ports::HttpTarget. InvalidInput: no server could show that.
Result<std::string> fingerprintOf(const TlsIdentity &identity);

} // namespace balancer::adapters::http

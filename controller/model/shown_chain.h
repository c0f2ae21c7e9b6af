#pragma once

#include <string>
#include <vector>

namespace balancer::model {

/// What a server of TLS has shown and, by its handshake, has the private key of.
struct ShownChain
{
    std::string leaf; ///< SHA-256 of its own certificate (DER) in capital hexadecimal digits
    /// The public keys, as PublicKey has them, of its own certificate and of those that signed it, one after another.
    /// Certificates that it showed besides, and that did not sign the one before, are not among them: anybody can show
    /// those.
    std::vector<std::string> keys;

    bool operator==(const ShownChain &) const = default;
};

} // namespace balancer::model

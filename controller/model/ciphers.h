#pragma once

#include "model/policy.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

/// The attribute names of SSLNegotiationPolicyType, for those that fill in and read such policies.
namespace balancer::model {

constexpr std::string_view kReferenceAttribute = "Reference-Security-Policy";
constexpr std::string_view kServerOrderAttribute = "Server-Defined-Cipher-Order";

/// Ascending.
inline constexpr std::array kProtocolAttributes = {
    std::pair{TlsVersion::Ssl2, std::string_view("Protocol-SSLv2")},
    std::pair{TlsVersion::Ssl3, std::string_view("Protocol-SSLv3")},
    std::pair{TlsVersion::Tls10, std::string_view("Protocol-TLSv1")},
    std::pair{TlsVersion::Tls11, std::string_view("Protocol-TLSv1.1")},
    std::pair{TlsVersion::Tls12, std::string_view("Protocol-TLSv1.2")},
};

/// Nothing for an attribute that is not a protocol.
std::optional<TlsVersion> protocolOf(std::string_view attribute);

/// The place in allCipherNames(); nothing for an attribute that is not a cipher.
std::optional<std::size_t> cipherRank(std::string_view attribute);

} // namespace balancer::model

#pragma once

#include <string>
#include <string_view>

/// The hashes of AWS signatures.
namespace balancer::client {

std::string lowerHex(std::string_view bytes);

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256Hex(std::string_view data);

/// HMAC-SHA256 as 32 bytes.
std::string hmacSha256(std::string_view key, std::string_view data);

} // namespace balancer::client

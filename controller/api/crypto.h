#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

/// The hashes of AWS signatures, and secrets.
namespace balancer::api {

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256Hex(std::string_view data);

/// HMAC-SHA256 as 32 bytes.
std::string hmacSha256(std::string_view key, std::string_view data);

std::string lowerHex(std::string_view bytes);

/// "Zm9v", padded, in one line.
std::string base64(std::string_view bytes);

/// Takes the same time wherever the texts differ; texts of different length are told apart at once.
bool isSameSecret(std::string_view left, std::string_view right);

/// 256 bits nobody can guess, as 64 lower-case hexadecimal digits. Internal when the machine has none to give.
Result<std::string> randomToken();

} // namespace balancer::api

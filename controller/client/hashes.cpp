#include "client/hashes.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <array>

namespace balancer::client {

namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

const unsigned char *bytesOf(std::string_view text)
{
    return reinterpret_cast<const unsigned char *>(text.data());
}

std::string textOf(const Digest &digest)
{
    return {digest.begin(), digest.end()};
}

} // namespace

std::string lowerHex(std::string_view bytes)
{
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        (hex += kDigits[byte >> 4]) += kDigits[byte & 0xf];
    }
    return hex;
}

std::string sha256Hex(std::string_view data)
{
    Digest digest{};
    SHA256(bytesOf(data), data.size(), digest.data());
    return lowerHex(textOf(digest));
}

std::string hmacSha256(std::string_view key, std::string_view data)
{
    Digest digest{};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytesOf(data), data.size(), digest.data(), nullptr);
    return textOf(digest);
}

} // namespace balancer::client

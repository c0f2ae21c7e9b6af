#include "daemon/key_maker.h"

#include "base/text.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace balancer::daemon {

namespace {

constexpr std::string_view kIdPrefix = "AKIA";
constexpr std::string_view kIdLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // 32: five bits each
constexpr std::size_t kIdLength = 16;
constexpr std::size_t kSecretBytes = 30;
constexpr std::size_t kSecretLength = 40; // 30 bytes in base64

template <std::size_t Size>
Result<std::array<unsigned char, Size>> randomBytes()
{
    std::array<unsigned char, Size> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(Size)) != 1)
        return fail(ErrorCode::Unavailable, "the system has no random numbers");
    return bytes;
}

} // namespace

Result<model::AccessKey> makeAccessKey(model::Role role, model::Timestamp now)
{
    const auto idBytes = randomBytes<kIdLength>();
    const auto secretBytes = randomBytes<kSecretBytes>();
    if (!idBytes || !secretBytes)
        return fail(idBytes ? secretBytes.error() : idBytes.error());
    model::AccessKey key{.id = std::string(kIdPrefix), .secret = {}, .role = role, .enabled = true, .createdAt = now};
    for (const auto byte : *idBytes)
        key.id += kIdLetters[byte % kIdLetters.size()];
    key.secret.resize(kSecretLength + 1); // OpenSSL writes a terminator
    EVP_EncodeBlock(reinterpret_cast<unsigned char *>(key.secret.data()), secretBytes->data(), kSecretBytes);
    key.secret.resize(kSecretLength);
    return key;
}

bool looksMade(const model::AccessKey &key)
{
    const auto isBase64 = [](char c) { return isAlphanumeric(c) || c == '+' || c == '/'; };
    return key.id.starts_with(kIdPrefix) && key.id.size() == kIdPrefix.size() + kIdLength &&
           std::ranges::all_of(key.id, isAlphanumeric) && key.secret.size() == kSecretLength &&
           std::ranges::all_of(key.secret, isBase64);
}

} // namespace balancer::daemon

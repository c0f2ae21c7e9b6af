#include "daemon/first_key.h"

#include "base/text.h"
#include "daemon/data_directory.h"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

namespace balancer::daemon {

namespace {

using nlohmann::json;

constexpr std::string_view kIdPrefix = "AKIA";
constexpr std::string_view kIdLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; // 32: five bits each
constexpr std::size_t kIdLength = 16;
constexpr std::size_t kSecretBytes = 30;
constexpr std::size_t kSecretLength = 40; // 30 bytes in base64
constexpr std::size_t kMaxFile = 4096;
constexpr mode_t kOwnerOnly = 0600;

template <std::size_t Size>
Result<std::array<unsigned char, Size>> randomBytes()
{
    std::array<unsigned char, Size> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(Size)) != 1)
        return fail(ErrorCode::Unavailable, "the system has no random numbers");
    return bytes;
}

Result<model::AccessKey> makeKey(model::Timestamp now)
{
    const auto idBytes = randomBytes<kIdLength>();
    const auto secretBytes = randomBytes<kSecretBytes>();
    if (!idBytes || !secretBytes)
        return fail(idBytes ? secretBytes.error() : idBytes.error());
    model::AccessKey key{
        .id = std::string(kIdPrefix), .secret = {}, .role = model::Role::Admin, .enabled = true, .createdAt = now};
    for (const auto byte : *idBytes)
        key.id += kIdLetters[byte % kIdLetters.size()];
    key.secret.resize(kSecretLength + 1); // OpenSSL writes a terminator
    EVP_EncodeBlock(reinterpret_cast<unsigned char *>(key.secret.data()), secretBytes->data(), kSecretBytes);
    key.secret.resize(kSecretLength);
    return key;
}

bool isOurs(const model::AccessKey &key)
{
    const auto isBase64 = [](char c) { return isAlphanumeric(c) || c == '+' || c == '/'; };
    return key.id.starts_with(kIdPrefix) && key.id.size() == kIdPrefix.size() + kIdLength &&
           std::ranges::all_of(key.id, isAlphanumeric) && key.secret.size() == kSecretLength &&
           std::ranges::all_of(key.secret, isBase64) && key.role == model::Role::Admin;
}

std::string renderKeyFile(const model::AccessKey &key)
{
    const json file = {{"AccessKeyId", key.id}, {"SecretAccessKey", key.secret}, {"Role", model::renderRole(key.role)}};
    return file.dump(2) + '\n';
}

std::string renderCredentials(const model::AccessKey &key)
{
    return "[default]\naws_access_key_id = " + key.id + "\naws_secret_access_key = " + key.secret + '\n';
}

/// Where the library's exceptions end. Nothing when it is not our file.
std::optional<model::AccessKey> parseKeyFile(const std::string &text, model::Timestamp now)
{
    try {
        const auto file = json::parse(text);
        const auto role = model::parseRole(file.at("Role").get<std::string>());
        if (!role)
            return std::nullopt;
        model::AccessKey key{.id = file.at("AccessKeyId").get<std::string>(),
                             .secret = file.at("SecretAccessKey").get<std::string>(),
                             .role = *role,
                             .enabled = true,
                             .createdAt = now};
        return isOurs(key) ? std::optional(std::move(key)) : std::nullopt;
    } catch (const json::exception &) {
        return std::nullopt;
    }
}

/// The one in the file, or a new one when there is no file.
Result<model::AccessKey> readOrMakeKey(const std::string &path, model::Timestamp now)
{
    const auto text = readFile(path, kMaxFile);
    if (!text && text.error().code == ErrorCode::NotFound)
        return makeKey(now);
    if (!text)
        return fail(text.error());
    auto key = parseKeyFile(*text, now);
    if (!key)
        return fail(ErrorCode::InvalidInput,
                    path + " does not hold an admin key: remove it, and a new one will be made");
    return std::move(*key);
}

Result<model::AccessKey> prepareFiles(const std::string &folder, model::Timestamp now)
{
    auto key = readOrMakeKey(folder + "/first-key.json", now);
    if (!key)
        return key;
    if (auto written = writeFileAtomically(folder + "/first-key.json", renderKeyFile(*key), kOwnerOnly); !written)
        return fail(written.error());
    if (auto written = writeFileAtomically(folder + "/aws-credentials", renderCredentials(*key), kOwnerOnly); !written)
        return fail(written.error());
    return key;
}

} // namespace

QCoro::Task<Result<std::optional<std::string>>> ensureFirstKey(ports::KeyStore &keys, std::string folder,
                                                               const ports::Clock &clock)
{
    const auto stored = co_await keys.loadKeys();
    if (!stored)
        co_return fail(inContext("looking for the first access key", stored.error()));
    if (!stored->empty())
        co_return std::optional<std::string>();

    const auto key = prepareFiles(folder, clock.now());
    if (!key)
        co_return fail(inContext("making the first access key", key.error()));
    const auto saved = co_await keys.saveKey(*key);
    if (!saved)
        co_return fail(inContext("storing the first access key", saved.error()));
    co_return std::optional(key->id);
}

} // namespace balancer::daemon

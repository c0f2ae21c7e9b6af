#include "daemon/first_key.h"

#include "daemon/data_directory.h"
#include "daemon/key_maker.h"

#include <nlohmann/json.hpp>

namespace balancer::daemon {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxFile = 4096;
constexpr mode_t kOwnerOnly = 0600;

bool isOurs(const model::AccessKey &key)
{
    return looksMade(key) && key.role == model::Role::Admin;
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
        return makeAccessKey(model::Role::Admin, now);
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

#include "adapters/sqlite/access_keys.h"

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/secret_box.h"

#include <utility>

namespace balancer::adapters::sqlite {

namespace {

Result<model::AccessKey> parseRow(const Database &database, const SecretBox &box, const Row &row)
{
    const auto id = row.text(0);
    auto secret = box.unseal(row.text(1), id);
    if (!secret)
        return fail(ErrorCode::Corrupt, "access key " + id + " in " + database.path() + " cannot be decrypted: " +
                                            secret.error().message + "; put the secret.key that belongs to it back");
    const auto role = model::parseRole(row.text(2));
    if (!role)
        return fail(database.corrupt("access key " + id + ": " + role.error().message));
    return model::AccessKey{.id = id,
                            .secret = std::move(*secret),
                            .role = *role,
                            .enabled = row.number(3) != 0,
                            .createdAt = model::Timestamp(std::chrono::milliseconds(row.number(4)))};
}

} // namespace

Result<bool> hasAccessKeys(Database &database)
{
    const auto found = database.number("SELECT EXISTS (SELECT 1 FROM access_keys)");
    if (!found)
        return fail(found.error());
    return *found != 0;
}

Result<std::vector<model::AccessKey>> loadAccessKeys(Database &database, const SecretBox &box)
{
    std::vector<model::AccessKey> keys;
    const auto read = database.each("SELECT id, secret, role, enabled, created_at FROM access_keys ORDER BY id", {},
                                    [&](const Row &row) {
                                        auto key = parseRow(database, box, row);
                                        if (!key)
                                            return Result<void>(fail(std::move(key.error())));
                                        keys.push_back(std::move(*key));
                                        return Result<void>();
                                    });
    if (!read)
        return fail(read.error());
    return keys;
}

Result<void> saveAccessKey(Database &database, const SecretBox &box, const model::AccessKey &key)
{
    const auto sealed = box.seal(key.secret, key.id);
    if (!sealed)
        return fail(sealed.error());
    const std::int64_t enabled = key.enabled ? 1 : 0;
    const std::int64_t createdAt = key.createdAt.time_since_epoch().count();
    return database.run("INSERT INTO access_keys (id, secret, role, enabled, created_at) VALUES (?, ?, ?, ?, ?) "
                        "ON CONFLICT (id) DO UPDATE SET secret = excluded.secret, role = excluded.role, "
                        "enabled = excluded.enabled, created_at = excluded.created_at",
                        {key.id, Bytes{*sealed}, model::renderRole(key.role), enabled, createdAt});
}

Result<void> deleteAccessKey(Database &database, std::string_view id)
{
    return database.run("DELETE FROM access_keys WHERE id = ?", {id});
}

} // namespace balancer::adapters::sqlite

#include "adapters/sqlite/schema.h"

#include "adapters/sqlite/database.h"

#include <cstdint>
#include <string>

namespace balancer::adapters::sqlite {

namespace {

/// "EHAP", so that file(1) and we know our databases.
constexpr std::int64_t kApplicationId = 0x45484150;

Result<void> checkOwner(Database &database)
{
    const auto application = database.number("PRAGMA application_id");
    if (!application)
        return fail(application.error());
    if (*application == kApplicationId)
        return {};
    const auto tables = database.number("SELECT count(*) FROM sqlite_schema");
    if (!tables)
        return fail(tables.error());
    if (*application != 0 || *tables != 0)
        return fail(database.corrupt("it belongs to another program"));
    return {};
}

Result<void> checkIntegrity(Database &database)
{
    const auto found = database.text("PRAGMA quick_check(1)");
    if (!found)
        return fail(found.error());
    if (*found == "ok")
        return {};
    std::string sentence; // SQLite's own has line breaks
    for (const char c : *found)
        sentence += c == '\n' ? std::string("; ") : std::string(1, c);
    return fail(database.corrupt("it is damaged (" + sentence + ")"));
}

Result<void> makeDurable(Database &database)
{
    const auto mode = database.text("PRAGMA journal_mode = WAL");
    if (!mode)
        return fail(mode.error());
    if (*mode != "wal")
        return fail(ErrorCode::Unavailable, database.path() + ": this file system cannot hold a write-ahead log");
    return database.script("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216;");
}

Result<void> migrate(Database &database, const Migration &migration)
{
    const auto applied = database.inTransaction([&] {
        if (auto done = database.script(std::string(migration.sql)); !done)
            return done;
        return database.script("PRAGMA application_id = " + std::to_string(kApplicationId) +
                               "; PRAGMA user_version = " + std::to_string(migration.version));
    });
    if (!applied)
        return fail(inContext(std::string(migration.name), applied.error()));
    return {};
}

} // namespace

Result<void> prepareSchema(Database &database, std::span<const Migration> migrations)
{
    if (auto checked = checkOwner(database); !checked)
        return checked;
    const auto version = database.number("PRAGMA user_version");
    if (!version)
        return fail(version.error());
    const auto newest = static_cast<std::int64_t>(migrations.size());
    if (*version > newest)
        return fail(ErrorCode::InvalidInput, database.path() + " was written by a newer elastic-haproxy (its form is " +
                                                 std::to_string(*version) + ", this version knows " +
                                                 std::to_string(newest) +
                                                 "): install that version, or put a backup in its place");
    if (auto checked = checkIntegrity(database); !checked)
        return checked;
    if (auto done = makeDurable(database); !done)
        return done;
    for (const auto &migration : migrations.subspan(static_cast<std::size_t>(*version))) {
        if (auto done = migrate(database, migration); !done)
            return done;
    }
    return {};
}

} // namespace balancer::adapters::sqlite

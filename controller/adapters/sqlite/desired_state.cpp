#include "adapters/sqlite/desired_state.h"

#include "adapters/sqlite/access_keys.h"
#include "adapters/sqlite/certificates.h"
#include "adapters/sqlite/database.h"
#include "adapters/sqlite/secret_box.h"
#include "adapters/sqlite/undo.h"
#include "wire/stored_form.h"

#include <utility>

namespace balancer::adapters::sqlite {

namespace {

/// A save makes one revision, so a few at a time keep up, and a lowered limit is worked off over several saves.
constexpr std::int64_t kPrunedAtOnce = 16;

/// A load balancer's row; revision 0 and no value when there is none.
struct StoredText
{
    Revision revision;
    std::optional<std::string> value;
};

model::Timestamp timestamp(std::int64_t milliseconds)
{
    return model::Timestamp(std::chrono::milliseconds(milliseconds));
}

Result<Revision> currentRevision(Database &database)
{
    const auto number = database.number("SELECT coalesce(max(number), 0) FROM revisions");
    if (!number)
        return fail(number.error());
    return Revision{*number};
}

Result<ports::StoredBalancer> parseRow(const Database &database, const Row &row)
{
    const auto name = row.text(0);
    auto value = wire::parseStored(row.text(2));
    if (!value)
        return fail(database.corrupt("load balancer " + name + ": " + value.error().message));
    if (value->name.folded() != name)
        return fail(database.corrupt("load balancer " + name + " is stored as " + value->name.text()));
    return ports::StoredBalancer{.value = std::move(*value), .revision = Revision{row.number(1)}};
}

Result<void> loadBalancers(Database &database, ports::DesiredState &state)
{
    return database.each("SELECT name, revision, value FROM balancers ORDER BY name", {}, [&](const Row &row) {
        auto stored = parseRow(database, row);
        if (!stored)
            return Result<void>(fail(std::move(stored.error())));
        auto name = stored->value.name;
        state.balancers.emplace_hint(state.balancers.end(), std::move(name), std::move(*stored));
        return Result<void>();
    });
}

Result<void> loadAddresses(Database &database, ports::DesiredState &state)
{
    return database.each("SELECT instance, address, zone FROM addresses", {}, [&](const Row &row) {
        auto id = InstanceId::parse(row.text(0));
        if (!id)
            return Result<void>(fail(database.corrupt("instance '" + row.text(0) + "': " + id.error().message)));
        if (auto zone = row.text(2); !zone.empty())
            state.zones.emplace(*id, std::move(zone));
        state.addresses.emplace(std::move(*id), row.text(1));
        return Result<void>();
    });
}

Result<StoredText> loadText(Database &database, const LoadBalancerName &name)
{
    StoredText stored;
    const auto read =
        database.each("SELECT revision, value FROM balancers WHERE name = ?", {name.folded()}, [&](const Row &row) {
            stored = {.revision = Revision{row.number(0)}, .value = row.text(1)};
            return Result<void>();
        });
    if (!read)
        return fail(read.error());
    return stored;
}

Error conflict(const ports::BalancerChange &change, Revision stored)
{
    const auto &name = change.name.text();
    if (stored.number == 0)
        return {ErrorCode::Conflict, "load balancer " + name + " does not exist any more"};
    if (change.expected.number == 0)
        return {ErrorCode::Conflict, "load balancer " + name + " exists already"};
    return {ErrorCode::Conflict, "load balancer " + name + " was changed by someone else: expected revision " +
                                     std::to_string(change.expected.number) + ", found " +
                                     std::to_string(stored.number)};
}

Result<void> recordUndo(Database &database, const LoadBalancerName &name, Revision revision, const StoredText &before,
                        const std::optional<std::string> &after)
{
    const auto undo = makeUndo(before.value, after);
    if (!undo)
        return fail(database.corrupt("load balancer " + name.text() + ": " + undo.error().message));
    return database.run(
        "INSERT INTO balancer_changes (revision, name, revision_before, before, undo) "
        "VALUES (?, ?, ?, ?, ?)",
        {revision.number, name.folded(), before.revision.number, renderBefore(undo->before), undo->text});
}

Result<void> saveBalancer(Database &database, const ports::BalancerChange &change, Revision revision)
{
    const auto before = loadText(database, change.name);
    if (!before)
        return fail(before.error());
    if (before->revision != change.expected)
        return fail(conflict(change, before->revision));
    std::optional<std::string> after;
    if (change.value)
        after = wire::renderStored(*change.value);
    if (auto recorded = recordUndo(database, change.name, revision, *before, after); !recorded)
        return recorded;
    if (!after)
        return database.run("DELETE FROM balancers WHERE name = ?", {change.name.folded()});
    return database.run("INSERT INTO balancers (name, revision, value) VALUES (?, ?, ?) "
                        "ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, value = excluded.value",
                        {change.name.folded(), revision.number, *after});
}

Result<void> saveAddress(Database &database, const ports::AddressChange &change, Revision revision)
{
    const auto &id = change.instance.text();
    if (auto recorded = database.run("INSERT INTO address_changes (revision, instance, before, zone_before) "
                                     "VALUES (?1, ?2, (SELECT address FROM addresses WHERE instance = ?2), "
                                     "(SELECT zone FROM addresses WHERE instance = ?2))",
                                     {revision.number, id});
        !recorded)
        return recorded;
    if (!change.address)
        return database.run("DELETE FROM addresses WHERE instance = ?", {id});
    return database.run("INSERT INTO addresses (instance, address, zone) VALUES (?, ?, ?) "
                        "ON CONFLICT (instance) DO UPDATE SET address = excluded.address, zone = excluded.zone",
                        {id, *change.address, change.zone});
}

Result<void> saveAudit(Database &database, const std::vector<ports::AuditEntry> &audit, Revision revision)
{
    std::int64_t position = 0;
    for (const auto &entry : audit) {
        const std::int64_t at = entry.at.time_since_epoch().count();
        auto saved = database.run("INSERT INTO audit (revision, position, at, actor, verb, target) "
                                  "VALUES (?, ?, ?, ?, ?, ?)",
                                  {revision.number, position++, at, entry.actor, entry.verb, entry.target});
        if (!saved)
            return saved;
    }
    return {};
}

Result<void> prune(Database &database, Revision newest)
{
    return database.run("DELETE FROM revisions WHERE number <= ? "
                        "AND number < (SELECT min(number) FROM revisions) + ?",
                        {newest.number - kKeptRevisions, kPrunedAtOnce});
}

Result<void> saveKey(Database &database, const SecretBox &box, const ports::KeyChange &change)
{
    return change.value ? saveAccessKey(database, box, *change.value) : deleteAccessKey(database, change.id);
}

Result<void> writeRevision(Database &database, const SecretBox &box, const ports::Transaction &transaction,
                           Revision revision)
{
    if (auto added = database.run("INSERT INTO revisions (number) VALUES (?)", {revision.number}); !added)
        return added;
    for (const auto &change : transaction.balancers) {
        if (auto saved = saveBalancer(database, change, revision); !saved)
            return saved;
    }
    for (const auto &change : transaction.addresses) {
        if (auto saved = saveAddress(database, change, revision); !saved)
            return saved;
    }
    for (const auto &change : transaction.keys) {
        if (auto saved = saveKey(database, box, change); !saved)
            return saved;
    }
    for (const auto &change : transaction.certificates) {
        if (auto saved = saveCertificate(database, box, change, revision); !saved)
            return saved;
    }
    if (auto saved = saveAudit(database, transaction.audit, revision); !saved)
        return saved;
    return prune(database, revision);
}

/// Adds what one row of the joined history says: a revision's first entry, one more, or that it has none.
void addRow(std::vector<ports::RevisionRecord> &history, const Row &row)
{
    const Revision revision{row.number(0)};
    if (history.empty() || history.back().revision != revision)
        history.push_back({.revision = revision, .audit = {}});
    if (row.isNull(1))
        return;
    history.back().audit.push_back(
        {.at = timestamp(row.number(1)), .actor = row.text(2), .verb = row.text(3), .target = row.text(4)});
}

} // namespace

Result<ports::DesiredState> loadDesiredState(Database &database, const SecretBox &box)
{
    ports::DesiredState state;
    const auto loaded = database.inTransaction([&]() -> Result<void> {
        const auto revision = currentRevision(database);
        if (!revision)
            return fail(revision.error());
        state.revision = *revision;
        if (auto read = loadBalancers(database, state); !read)
            return read;
        if (auto read = loadAddresses(database, state); !read)
            return read;
        return loadCertificates(database, box, state.certificates);
    });
    if (!loaded)
        return fail(loaded.error());
    return state;
}

Result<Revision> saveTransaction(Database &database, const SecretBox &box, const ports::Transaction &transaction)
{
    Revision revision;
    const auto saved = database.inTransaction([&]() -> Result<void> {
        const auto current = currentRevision(database);
        if (!current)
            return fail(current.error());
        revision.number = current->number + 1;
        return writeRevision(database, box, transaction, revision);
    });
    if (!saved)
        return fail(saved.error());
    return revision;
}

Result<std::vector<ports::RevisionRecord>> loadHistory(Database &database, int count)
{
    std::vector<ports::RevisionRecord> history;
    const std::int64_t limit = std::max(count, 0);
    const auto read = database.each("SELECT r.number, a.at, a.actor, a.verb, a.target "
                                    "FROM (SELECT number FROM revisions ORDER BY number DESC LIMIT ?) AS r "
                                    "LEFT JOIN audit AS a ON a.revision = r.number "
                                    "ORDER BY r.number DESC, a.position",
                                    {limit}, [&](const Row &row) {
                                        addRow(history, row);
                                        return Result<void>();
                                    });
    if (!read)
        return fail(read.error());
    return history;
}

} // namespace balancer::adapters::sqlite

#include "adapters/sqlite/certificates.h"

#include "adapters/sqlite/database.h"
#include "adapters/sqlite/secret_box.h"
#include "adapters/sqlite/undo.h"
#include "wire/stored_form.h"

#include <utility>

namespace balancer::adapters::sqlite {

namespace {

/// A certificate's row without its key; revision 0 and no value when there is none.
struct StoredText
{
    Revision revision;
    std::optional<std::string> value;
};

/// Another one than an access key's: nothing of the one is ever taken for the other.
std::string contextOf(const model::ServerCertificate &certificate)
{
    return "server-certificate " + certificate.id;
}

Result<ports::StoredCertificate> parseRow(const Database &database, const SecretBox &box, const Row &row)
{
    const auto name = row.text(0);
    auto value = wire::parseStoredCertificate(row.text(2));
    if (!value)
        return fail(database.corrupt("certificate " + name + ": " + value.error().message));
    if (value->name != name)
        return fail(database.corrupt("certificate " + name + " is stored as " + value->name));
    auto key = box.unseal(row.text(3), contextOf(*value));
    if (!key)
        return fail(ErrorCode::Corrupt, "the private key of certificate " + name + " in " + database.path() +
                                            " cannot be decrypted: " + key.error().message +
                                            "; put the secret.key that belongs to it back");
    value->privateKey = std::move(*key);
    return ports::StoredCertificate{.value = std::move(*value), .revision = Revision{row.number(1)}};
}

Result<StoredText> loadText(Database &database, const std::string &name)
{
    StoredText stored;
    const auto read =
        database.each("SELECT revision, value FROM certificates WHERE name = ?", {name}, [&](const Row &row) {
            stored = {.revision = Revision{row.number(0)}, .value = row.text(1)};
            return Result<void>();
        });
    if (!read)
        return fail(read.error());
    return stored;
}

Error conflict(const ports::CertificateChange &change, Revision stored)
{
    if (stored.number == 0)
        return {ErrorCode::Conflict, "certificate " + change.name + " does not exist any more"};
    if (change.expected.number == 0)
        return {ErrorCode::Conflict, "certificate " + change.name + " exists already"};
    return {ErrorCode::Conflict, "certificate " + change.name + " was changed by someone else: expected revision " +
                                     std::to_string(change.expected.number) + ", found " +
                                     std::to_string(stored.number)};
}

Result<void> recordUndo(Database &database, const std::string &name, Revision revision, const StoredText &before,
                        const std::optional<std::string> &after)
{
    const auto undo = makeUndo(before.value, after);
    if (!undo)
        return fail(database.corrupt("certificate " + name + ": " + undo.error().message));
    return database.run("INSERT INTO certificate_changes (revision, name, revision_before, before, undo) "
                        "VALUES (?, ?, ?, ?, ?)",
                        {revision.number, name, before.revision.number, renderBefore(undo->before), undo->text});
}

} // namespace

Result<bool> hasCertificates(Database &database)
{
    const auto found = database.number("SELECT EXISTS (SELECT 1 FROM certificates)");
    if (!found)
        return fail(found.error());
    return *found != 0;
}

Result<void> loadCertificates(Database &database, const SecretBox &box, StoredCertificates &certificates)
{
    return database.each("SELECT name, revision, value, private_key FROM certificates ORDER BY name", {},
                         [&](const Row &row) {
                             auto stored = parseRow(database, box, row);
                             if (!stored)
                                 return Result<void>(fail(std::move(stored.error())));
                             auto name = stored->value.name;
                             certificates.emplace(std::move(name), std::move(*stored));
                             return Result<void>();
                         });
}

Result<void> saveCertificate(Database &database, const SecretBox &box, const ports::CertificateChange &change,
                             Revision revision)
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
        return database.run("DELETE FROM certificates WHERE name = ?", {change.name});
    const auto sealed = box.seal(change.value->privateKey, contextOf(*change.value));
    if (!sealed)
        return fail(sealed.error());
    return database.run("INSERT INTO certificates (name, revision, value, private_key) VALUES (?, ?, ?, ?) "
                        "ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, value = excluded.value, "
                        "private_key = excluded.private_key",
                        {change.name, revision.number, *after, Bytes{*sealed}});
}

} // namespace balancer::adapters::sqlite

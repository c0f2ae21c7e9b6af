#include "adapters/sqlite/database.h"

#include "adapters/sqlite/file.h"

#include <sqlite3.h>

#include <optional>
#include <utility>

namespace balancer::adapters::sqlite {

namespace {

constexpr int kBusyTimeoutMilliseconds = 5000;

/// Makes a kept statement ready for its next use, whatever happened in this one.
class ResetAfterUse
{
public:
    explicit ResetAfterUse(sqlite3_stmt *statement) : m_statement(statement) {}
    ~ResetAfterUse()
    {
        sqlite3_reset(m_statement);
        sqlite3_clear_bindings(m_statement);
    }
    ResetAfterUse(const ResetAfterUse &) = delete;
    ResetAfterUse &operator=(const ResetAfterUse &) = delete;

private:
    sqlite3_stmt *m_statement;
};

/// Binds without copying: what parameters point to lives until the statement is reset.
struct Bind
{
    sqlite3_stmt *statement;
    int index;

    int operator()(std::nullptr_t) const { return sqlite3_bind_null(statement, index); }
    int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
    int operator()(std::string_view text) const
    {
        return sqlite3_bind_text64(statement, index, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
    }
    int operator()(const Bytes &bytes) const
    {
        return sqlite3_bind_blob64(statement, index, bytes.data.data() ? bytes.data.data() : "", bytes.data.size(),
                                   SQLITE_STATIC);
    }
};

int bindAll(sqlite3_stmt *statement, Parameters parameters)
{
    int index = 0;
    for (const auto &parameter : parameters) {
        const int code = std::visit(Bind{statement, ++index}, parameter);
        if (code != SQLITE_OK)
            return code;
    }
    return SQLITE_OK;
}

ErrorCode errorCodeFor(int sqliteCode)
{
    switch (sqliteCode & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ErrorCode::Corrupt;
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
        return ErrorCode::Unavailable;
    default:
        return ErrorCode::Internal;
    }
}

/// SQLite would create the file readable by others.
Result<void> createIfMissing(const std::string &path)
{
    if (fileSize(path))
        return {};
    if (auto created = createPrivateFile(path, {}); !created)
        return fail(ErrorCode::Unavailable, created.error().message);
    return {};
}

} // namespace

bool Row::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

std::int64_t Row::number(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

std::string Row::text(int column) const
{
    const auto *data = static_cast<const char *>(sqlite3_column_blob(m_statement, column));
    const auto size = sqlite3_column_bytes(m_statement, column);
    return data ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

void Database::Close::operator()(sqlite3 *connection) const
{
    sqlite3_close_v2(connection);
}

void Database::Finalize::operator()(sqlite3_stmt *statement) const
{
    sqlite3_finalize(statement);
}

Result<Database> Database::open(const std::string &path)
{
    Database database(path);
    if (const auto created = createIfMissing(path); !created)
        return fail(created.error());
    // SQLite takes an empty file for a new database and removes the log beside it.
    if (fileSize(path) == 0 && fileSize(path + "-wal").value_or(0) > 0)
        return fail(database.corrupt("it is empty, but " + path + "-wal is not"));

    sqlite3 *connection = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &connection,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    database.m_connection.reset(connection);
    if (code != SQLITE_OK)
        return fail(database.error(code));
    if (sqlite3_db_readonly(connection, "main") == 1)
        return fail(ErrorCode::Unavailable, path + " cannot be written");
    if (const auto configured = database.configure(); !configured)
        return fail(configured.error());
    return database;
}

Result<void> Database::configure()
{
    sqlite3_busy_timeout(m_connection.get(), kBusyTimeoutMilliseconds);
    sqlite3_db_config(m_connection.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    return script("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON;");
}

Result<sqlite3_stmt *> Database::prepared(std::string_view sql)
{
    if (const auto known = m_statements.find(sql); known != m_statements.end())
        return known->second.get();
    sqlite3_stmt *statement = nullptr;
    const int code = sqlite3_prepare_v3(m_connection.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    if (code != SQLITE_OK)
        return fail(error(code));
    m_statements.emplace(sql, StatementHandle(statement));
    return statement;
}

Result<void> Database::run(std::string_view sql, Parameters parameters)
{
    return each(sql, parameters, [](const Row &) { return Result<void>(); });
}

Result<void> Database::each(std::string_view sql, Parameters parameters, const OnRow &onRow)
{
    const auto statement = prepared(sql);
    if (!statement)
        return fail(statement.error());
    const ResetAfterUse reset(*statement);
    int code = bindAll(*statement, parameters);
    if (code != SQLITE_OK)
        return fail(error(code));
    while ((code = sqlite3_step(*statement)) == SQLITE_ROW) {
        if (auto taken = onRow(Row(*statement)); !taken)
            return fail(std::move(taken.error()));
    }
    if (code != SQLITE_DONE)
        return fail(error(code));
    return {};
}

Result<std::int64_t> Database::number(std::string_view sql, Parameters parameters)
{
    std::optional<std::int64_t> answer;
    const auto asked = each(sql, parameters, [&](const Row &row) {
        answer = answer.value_or(row.number(0));
        return Result<void>();
    });
    if (!asked)
        return fail(asked.error());
    if (!answer)
        return fail(ErrorCode::Internal, m_path + ": no answer to " + std::string(sql));
    return *answer;
}

Result<std::string> Database::text(std::string_view sql, Parameters parameters)
{
    std::optional<std::string> answer;
    const auto asked = each(sql, parameters, [&](const Row &row) {
        answer = answer.value_or(row.text(0));
        return Result<void>();
    });
    if (!asked)
        return fail(asked.error());
    if (!answer)
        return fail(ErrorCode::Internal, m_path + ": no answer to " + std::string(sql));
    return *answer;
}

Result<void> Database::script(const std::string &sql)
{
    const int code = sqlite3_exec(m_connection.get(), sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return fail(error(code));
    return {};
}

Result<void> Database::inTransaction(const std::function<Result<void>()> &work)
{
    if (auto begun = run("BEGIN IMMEDIATE"); !begun)
        return begun;
    auto done = work();
    if (done)
        done = run("COMMIT");
    // A failed COMMIT may leave the transaction open, some errors end it by themselves.
    if (!done && sqlite3_get_autocommit(m_connection.get()) == 0)
        static_cast<void>(run("ROLLBACK"));
    return done;
}

Error Database::corrupt(std::string_view what) const
{
    return {ErrorCode::Corrupt, m_path + " cannot be used: " + std::string(what) +
                                    "; nothing was changed, so move it away together with its -wal and -shm files and "
                                    "put a backup in its place, or start without one to begin empty"};
}

Error Database::error(int code) const
{
    const std::string reason = m_connection ? sqlite3_errmsg(m_connection.get()) : sqlite3_errstr(code);
    const auto kind = errorCodeFor(code);
    return kind == ErrorCode::Corrupt ? corrupt(reason) : Error{kind, m_path + ": " + reason};
}

} // namespace balancer::adapters::sqlite

#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

struct sqlite3;
struct sqlite3_stmt;

namespace balancer::adapters::sqlite {

/// Bytes that are not text.
struct Bytes
{
    std::string_view data;
};

/// What a `?` of a statement stands for.
using Parameter = std::variant<std::nullptr_t, std::int64_t, std::string_view, Bytes>;
using Parameters = std::initializer_list<Parameter>;

/// One row of an answer, valid while it is handed over. Columns count from 0.
class Row
{
public:
    explicit Row(sqlite3_stmt *statement) : m_statement(statement) {}

    bool isNull(int column) const;
    std::int64_t number(int column) const;
    std::string text(int column) const; ///< also bytes

private:
    sqlite3_stmt *m_statement;
};

/// One connection to one file, used by one thread at a time. Statements are compiled once and kept, so their text must
/// be one of few. Errors name the file: Corrupt (with what to do), Unavailable (disk full, read-only, busy), Internal.
class Database
{
public:
    using OnRow = std::function<Result<void>(const Row &)>;

    /// Opens the file, or creates an empty one that only its owner may read. Looks at its content no further than to
    /// see that it did not get lost (Corrupt); what is not an SQLite database fails when it is first used.
    static Result<Database> open(const std::string &path);

    const std::string &path() const { return m_path; }

    /// Carries out one statement that answers nothing of interest.
    Result<void> run(std::string_view sql, Parameters parameters = {});
    /// Calls `onRow` for each row until it fails, and fails then with its error.
    Result<void> each(std::string_view sql, Parameters parameters, const OnRow &onRow);
    /// The first column of the first row; Internal when there is no row.
    Result<std::int64_t> number(std::string_view sql, Parameters parameters = {});
    Result<std::string> text(std::string_view sql, Parameters parameters = {});
    /// Carries out several statements that are not kept.
    Result<void> script(const std::string &sql);

    /// Carries out `work` wholly or not at all: what it did is durable on success and undone on failure.
    Result<void> inTransaction(const std::function<Result<void>()> &work);

    /// The error for data that cannot be what we stored: names the file and says what to do.
    Error corrupt(std::string_view what) const;

private:
    struct Close
    {
        void operator()(sqlite3 *connection) const;
    };
    struct Finalize
    {
        void operator()(sqlite3_stmt *statement) const;
    };
    using StatementHandle = std::unique_ptr<sqlite3_stmt, Finalize>;

    explicit Database(std::string path) : m_path(std::move(path)) {}

    Result<sqlite3_stmt *> prepared(std::string_view sql);
    Result<void> configure();
    Error error(int code) const;

    std::string m_path;
    std::unique_ptr<sqlite3, Close> m_connection;
    std::map<std::string, StatementHandle, std::less<>> m_statements; ///< go before the connection
};

} // namespace balancer::adapters::sqlite

#pragma once

#include "base/result.h"

#include <span>
#include <string_view>

namespace balancer::adapters::sqlite {

class Database;

/// One step of the stored form's history: a file of resources/sql.
struct Migration
{
    int version;           ///< 1, 2, 3, … without gaps
    std::string_view name; ///< of the file
    std::string_view sql;
};

/// The files of resources/sql, built into the program.
std::span<const Migration> embeddedMigrations();

/// Brings an opened database to the newest of `migrations`, each step wholly or not at all, and sets it up for durable
/// writing. Looks before it touches: Corrupt (damaged, or another program's) and InvalidInput (from a newer version)
/// leave the file as it is.
Result<void> prepareSchema(Database &database, std::span<const Migration> migrations);

} // namespace balancer::adapters::sqlite

#pragma once

#include "ports/store.h"

namespace balancer::adapters::sqlite {

class Database;
class SecretBox;

/// How many revisions can be looked at and gone back to.
constexpr std::int64_t kKeptRevisions = 10000;

/// ports::Store on the tables of resources/sql, each call a transaction; see there for the errors. `box` seals
/// private keys and the secrets of access keys. Blocking.
Result<ports::DesiredState> loadDesiredState(Database &database, const SecretBox &box);
Result<Revision> saveTransaction(Database &database, const SecretBox &box, const ports::Transaction &transaction);
Result<std::vector<ports::RevisionRecord>> loadHistory(Database &database, int count);

} // namespace balancer::adapters::sqlite

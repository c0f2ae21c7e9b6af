#pragma once

#include "model/access.h"

#include <string_view>
#include <vector>

namespace balancer::adapters::sqlite {

class Database;
class SecretBox;

/// ports::KeyStore on the tables of resources/sql; the key id is the context each secret is sealed for. Blocking.
Result<bool> hasAccessKeys(Database &database);
/// By id. Corrupt when a secret was not sealed by `box` for its key.
Result<std::vector<model::AccessKey>> loadAccessKeys(Database &database, const SecretBox &box);
Result<void> saveAccessKey(Database &database, const SecretBox &box, const model::AccessKey &key);
/// Deleting one that is not there is no mistake.
Result<void> deleteAccessKey(Database &database, std::string_view id);

} // namespace balancer::adapters::sqlite

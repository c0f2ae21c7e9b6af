#pragma once

#include "ports/clock.h"
#include "ports/store.h"

#include <optional>
#include <string>

namespace balancer::daemon {

/// Makes the first admin key when the store has none, and tells its id. It can be read by the node's owner alone from
/// FOLDER/first-key.json (AccessKeyId, SecretAccessKey, Role) and FOLDER/aws-credentials (profile [default]).
///
/// The files are written before the key counts, and files without a stored key are taken up again, so that a crash at
/// any instant leaves no key whose secret nobody has. InvalidInput: first-key.json is there and is not ours.
QCoro::Task<Result<std::optional<std::string>>> ensureFirstKey(ports::KeyStore &keys, std::string folder,
                                                               const ports::Clock &clock);

} // namespace balancer::daemon

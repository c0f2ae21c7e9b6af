#pragma once

#include "model/access.h"

namespace balancer::daemon {

/// An enabled key that nobody has: "AKIA" with 16 letters and digits, and a secret of 40 characters, as AWS makes them.
/// Unavailable when the system has no random numbers.
Result<model::AccessKey> makeAccessKey(model::Role role, model::Timestamp now);

/// Whether id and secret look as makeAccessKey makes them.
bool looksMade(const model::AccessKey &key);

} // namespace balancer::daemon

#pragma once

#include "base/result.h"

#include <cstddef>

namespace balancer::daemon {

/// Raises the soft limit of open files to the hard one, for us and the HAProxy we start, and returns it. Unavailable
/// when even that is too few to run.
Result<std::size_t> raiseDescriptorLimit();

} // namespace balancer::daemon

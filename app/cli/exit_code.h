#pragma once

#include "base/result.h"

namespace balancer::cli {

/// Exit codes scripts rely on.
enum ExitCode { Done = 0, Failed = 1, WrongUsage = 2, NodeUnreachable = 3, RefusedByNode = 4 };

/// What a program ends with that could not do what it was told.
ExitCode exitCode(const Error &error);

/// Says it, and returns its exit code.
int report(const Error &error);

} // namespace balancer::cli

#pragma once

#include "daemon/config.h"
#include "daemon/node_paths.h"

namespace balancer::cli {

/// `elastic-haproxy stop [--traffic]`: asks the daemon to end and waits until it has. With `traffic` HAProxy ends as
/// well, also when no daemon runs. Returns the exit code; what happened is printed.
int runStop(const daemon::Settings &settings, const daemon::NodePaths &paths, bool traffic);

} // namespace balancer::cli

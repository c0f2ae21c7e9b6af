#pragma once

#include "base/result.h"
#include "daemon/paths.h"

#include <string>

namespace balancer::daemon {

/// Where one node keeps what it needs.
struct NodePaths
{
    std::string configFile;
    bool configRequired = false; ///< named on the command line: must exist
    std::string dataDirectory;
    std::string runtimeDirectory;

    std::string controlSocket() const { return runtimeDirectory + "/control.sock"; }
    std::string logSocket() const { return runtimeDirectory + "/log.sock"; }
    std::string accessLogSockets() const { return runtimeDirectory + "/access"; }
    std::string haproxyDirectory() const { return dataDirectory + "/haproxy"; }

    bool operator==(const NodePaths &) const = default;
};

/// The defaults with what the command line said; empty arguments say nothing. A data directory of one's own brings its
/// sockets along (DIR/run), so that several nodes can live on one machine, unless the service manager gave a place.
/// InvalidInput when a socket's path would become too long for the system.
Result<NodePaths> nodePaths(const std::string &configFile, const std::string &dataDirectory);

} // namespace balancer::daemon

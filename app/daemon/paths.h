#pragma once

#include <functional>
#include <optional>
#include <string>

namespace balancer::daemon {

/// Where a node's files are unless the command line says otherwise.
struct DefaultPaths
{
    std::string configFile;       ///< elastic.toml; need not exist
    std::string dataDirectory;    ///< state.db, keys, generated files
    std::string runtimeDirectory; ///< sockets

    bool operator==(const DefaultPaths &) const = default;
};

/// An environment variable; nothing when it is unset.
using Environment = std::function<std::optional<std::string>(const char *name)>;

/// What systemd gave a service (CONFIGURATION_DIRECTORY, STATE_DIRECTORY, RUNTIME_DIRECTORY) comes first; then root has
/// /etc, /var/lib and /run, and others have their XDG directories.
DefaultPaths defaultPaths(bool isRoot, const Environment &environment);
DefaultPaths defaultPaths();

} // namespace balancer::daemon

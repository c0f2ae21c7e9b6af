#include "daemon/node_paths.h"

#include <cstdlib>
#include <filesystem>

namespace balancer::daemon {

namespace {

// A unix socket's path may have 107 bytes, and HAProxy binds "gen-123456.sock.1234567.tmp" first.
constexpr std::size_t kLongestRuntimeDirectory = 107 - 30;

std::string absolute(const std::string &path)
{
    return std::filesystem::absolute(path).lexically_normal().string();
}

} // namespace

Result<NodePaths> nodePaths(const std::string &configFile, const std::string &dataDirectory)
{
    const auto defaults = defaultPaths();
    NodePaths paths{defaults.configFile, false, defaults.dataDirectory, defaults.runtimeDirectory};
    if (!configFile.empty()) {
        paths.configFile = absolute(configFile);
        paths.configRequired = true;
    }
    if (!dataDirectory.empty()) {
        paths.dataDirectory = absolute(dataDirectory);
        if (!std::getenv("RUNTIME_DIRECTORY"))
            paths.runtimeDirectory = paths.dataDirectory + "/run";
    }
    if (paths.runtimeDirectory.size() > kLongestRuntimeDirectory)
        return fail(ErrorCode::InvalidInput,
                    "the path " + paths.runtimeDirectory + " is too long for sockets: at most " +
                        std::to_string(kLongestRuntimeDirectory) + " bytes; choose a shorter data directory");
    return paths;
}

} // namespace balancer::daemon

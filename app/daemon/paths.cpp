#include "daemon/paths.h"

#include <unistd.h>

#include <cstdlib>

namespace balancer::daemon {

namespace {

constexpr auto kProgram = "/elastic-haproxy";

/// XDG says to ignore values that are not absolute; systemd may give several, separated by colons.
std::optional<std::string> directory(const Environment &environment, const char *variable)
{
    auto value = environment(variable);
    if (!value || !value->starts_with('/'))
        return std::nullopt;
    return value->substr(0, value->find(':'));
}

DefaultPaths systemPaths()
{
    return {.configFile = "/etc/elastic-haproxy/elastic.toml",
            .dataDirectory = "/var/lib/elastic-haproxy",
            .runtimeDirectory = "/run/elastic-haproxy"};
}

DefaultPaths userPaths(const Environment &environment)
{
    const auto home = directory(environment, "HOME").value_or("");
    const auto config = directory(environment, "XDG_CONFIG_HOME").value_or(home + "/.config");
    const auto data = directory(environment, "XDG_STATE_HOME").value_or(home + "/.local/state") + kProgram;
    const auto runtime = directory(environment, "XDG_RUNTIME_DIR");
    return {.configFile = config + kProgram + "/elastic.toml",
            .dataDirectory = data,
            .runtimeDirectory = runtime ? *runtime + kProgram : data + "/run"};
}

} // namespace

DefaultPaths defaultPaths(bool isRoot, const Environment &environment)
{
    auto paths = isRoot ? systemPaths() : userPaths(environment);
    if (const auto given = directory(environment, "CONFIGURATION_DIRECTORY"))
        paths.configFile = *given + "/elastic.toml";
    paths.dataDirectory = directory(environment, "STATE_DIRECTORY").value_or(paths.dataDirectory);
    paths.runtimeDirectory = directory(environment, "RUNTIME_DIRECTORY").value_or(paths.runtimeDirectory);
    return paths;
}

DefaultPaths defaultPaths()
{
    return defaultPaths(::geteuid() == 0, [](const char *name) -> std::optional<std::string> {
        const char *value = std::getenv(name);
        return value ? std::optional<std::string>(value) : std::nullopt;
    });
}

} // namespace balancer::daemon

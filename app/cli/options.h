#pragma once

#include "cli/command.h"
#include "cli/exit_code.h"

#include <memory>
#include <string>

namespace balancer::cli {

/// What the command line asks for.
struct Options
{
    enum class Task { Desktop, Daemon, CheckConfig, Stop, Command };

    Task task = Task::Desktop;
    std::string configFile;           ///< empty: the default place
    std::string dataDirectory;        ///< empty: the default place
    bool traffic = false;             ///< of Stop
    std::string theme;                ///< of Desktop: "light", "dark", or empty to follow the system
    std::shared_ptr<Command> command; ///< of Command
};

/// Reads the command line. When that answers the call already (--help, --version, wrong usage) the text has been
/// printed and the exit code is returned in `exitCode`, which is negative otherwise.
Options parseCommandLine(int argc, char **argv, int &exitCode);

} // namespace balancer::cli

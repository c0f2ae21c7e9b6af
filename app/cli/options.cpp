#include "cli/options.h"

#include "cli/keys_command.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <vector>

namespace balancer::cli {

Options parseCommandLine(int argc, char **argv, int &exitCode)
{
    Options options;
    bool daemon = false;
    bool checkConfig = false;
    CLI::App app("ELB's ease on your own HAProxy: an ELB-compatible API, zero-downtime changes, beside stock HAProxy.",
                 "elastic-haproxy");
    app.set_version_flag("--version", "elastic-haproxy " BALANCER_VERSION);
    app.add_flag("--daemon", daemon, "Run a node: serve the API and keep HAProxy as it says");
    app.add_flag("--check-config", checkConfig, "Check the configuration and HAProxy, then exit");
    app.add_option("--config", options.configFile, "Configuration file (default: /etc/elastic-haproxy/elastic.toml)")
        ->type_name("FILE");
    app.add_option("--data-dir", options.dataDirectory,
                   "Where the node keeps its data (default: /var/lib/elastic-haproxy)")
        ->type_name("DIR");
    app.add_option("--theme", options.theme, "Colours of the window (default: as the system)")
        ->type_name("light|dark")
        ->check(CLI::IsMember({"light", "dark"}));
    app.footer("Without --daemon, --check-config or a subcommand the desktop window opens.\n"
               "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 node unreachable, 4 refused by the node.");

    auto *stop = app.add_subcommand("stop", "End the node's daemon; HAProxy goes on serving");
    stop->add_flag("--traffic", options.traffic, "End HAProxy too, also when the daemon is down");
    stop->fallthrough();
    const std::vector<std::shared_ptr<Command>> commands = {std::make_shared<KeysCommand>()};
    for (const auto &command : commands)
        command->addTo(app);
    app.require_subcommand(0, 1);

    exitCode = -1;
    try {
        app.parse(argc, argv);
        const int tasks = int(daemon) + int(checkConfig) + int(stop->parsed()) +
                          static_cast<int>(std::ranges::count_if(commands, &Command::isChosen));
        if (tasks > 1)
            throw CLI::ValidationError("elastic-haproxy", "say only one of --daemon, --check-config and a subcommand");
    } catch (const CLI::Success &answered) {
        exitCode = app.exit(answered);
        return options;
    } catch (const CLI::ParseError &error) {
        app.exit(error);
        exitCode = WrongUsage;
        return options;
    }
    const auto chosen = std::ranges::find_if(commands, &Command::isChosen);
    if (chosen != commands.end()) {
        options.task = Options::Task::Command;
        options.command = *chosen;
        return options;
    }
    options.task = checkConfig      ? Options::Task::CheckConfig
                   : stop->parsed() ? Options::Task::Stop
                   : daemon         ? Options::Task::Daemon
                                    : Options::Task::Desktop;
    return options;
}

} // namespace balancer::cli

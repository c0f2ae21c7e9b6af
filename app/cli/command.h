#pragma once

#include "daemon/node_paths.h"

namespace CLI {
class App;
}

namespace balancer::cli {

/// One subcommand of the program.
class Command
{
public:
    virtual ~Command() = default;

    /// Adds the subcommand, its options and its help to the command line. What is read goes into this object, which
    /// must live longer than the parsing; of `app` it keeps nothing, because that ends with it.
    virtual void addTo(CLI::App &app) = 0;
    /// Whether the command line that was read asks for it.
    virtual bool isChosen() const = 0;
    /// Does it, prints what came of it, and returns the exit code.
    virtual int run(const daemon::NodePaths &paths) = 0;
};

} // namespace balancer::cli

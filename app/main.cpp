#include "adapters/haproxy/haproxy_binary.h"
#include "cli/options.h"
#include "cli/stop_command.h"
#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/logging.h"
#include "daemon/node_paths.h"
#include "daemon/signals.h"
#include "desktop_launcher.h"

#include <QCoreApplication>
#include <QCoro/QCoroTask>

#include <iostream>

namespace {

using namespace balancer;

int refuse(const Error &error)
{
    std::cerr << "elastic-haproxy: " << error.message << '\n';
    return cli::Failed;
}

Result<daemon::Settings> loadSettings(const daemon::NodePaths &paths)
{
    auto settings = daemon::loadSettings(paths.configFile);
    if (!settings && settings.error().code == ErrorCode::NotFound && !paths.configRequired)
        return daemon::Settings();
    return settings;
}

int checkConfig(const daemon::Settings &settings, const daemon::NodePaths &paths)
{
    const auto binary = adapters::haproxy::HaproxyBinary::find(QString::fromStdString(settings.haproxy.binary));
    if (!binary)
        return refuse(binary.error());
    const auto version = QCoro::waitFor(binary->version());
    if (!version)
        return refuse(version.error());
    std::cout << paths.configFile << ": the configuration is valid. HAProxy " << *version << " at "
              << binary->path().toStdString() << ".\n";
    return cli::Done;
}

int runDaemon(daemon::Settings settings, daemon::NodePaths paths)
{
    daemon::installLogging(settings.log.level);
    daemon::TerminationSignals signals;
    daemon::Daemon node(std::move(settings), std::move(paths));
    QObject::connect(&node, &daemon::Daemon::stopped, qApp, &QCoreApplication::quit, Qt::QueuedConnection);
    QObject::connect(&signals, &daemon::TerminationSignals::terminationRequested, &node, [&node] { node.stop(false); });
    const auto started = QCoro::waitFor(node.start());
    if (node.isStopping())
        return cli::Done; // told to end while it was starting
    if (!started)
        return refuse(started.error());
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char **argv)
{
    int exitCode = -1;
    const auto options = cli::parseCommandLine(argc, argv, exitCode);
    if (exitCode >= 0)
        return exitCode;

    const auto paths = daemon::nodePaths(options.configFile, options.dataDirectory);
    if (!paths)
        return refuse(paths.error());
    if (options.task == cli::Options::Task::Desktop)
        return runDesktop(argc, argv, paths->controlSocket(), options.theme);

    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("elastic-haproxy"));
    if (options.command)
        return options.command->run(*paths);
    const auto settings = loadSettings(*paths);
    if (!settings)
        return refuse(settings.error());
    switch (options.task) {
    case cli::Options::Task::CheckConfig:
        return checkConfig(*settings, *paths);
    case cli::Options::Task::Stop:
        return cli::runStop(*settings, *paths, options.traffic);
    case cli::Options::Task::Daemon:
    case cli::Options::Task::Desktop:
    case cli::Options::Task::Command:
        break;
    }
    return runDaemon(*settings, *paths);
}

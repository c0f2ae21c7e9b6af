#include "cli/stop_command.h"

#include "adapters/haproxy/generation_keeper.h"
#include "adapters/http/http_client.h"
#include "cli/options.h"
#include "daemon/data_directory.h"

#include <QCoro/QCoroTask>
#include <QDeadlineTimer>
#include <QThread>

#include <filesystem>
#include <iostream>

namespace balancer::cli {

namespace {

using namespace std::chrono_literals;

int report(int exitCode, const std::string &message)
{
    (exitCode == Done ? std::cout : std::cerr) << message << '\n';
    return exitCode;
}

Result<ports::HttpResponse> askDaemon(const daemon::NodePaths &paths, bool traffic)
{
    ports::HttpRequest request;
    request.method = "POST";
    request.target = "/v1/actions/StopNode";
    request.headers = {{"Content-Type", "application/json"}};
    request.body = traffic ? R"({"Traffic": true})" : "{}";
    adapters::http::HttpClient client;
    return QCoro::waitFor(client.exchange({"unix:" + paths.controlSocket(), {}}, request, 10s));
}

/// The daemon holds its data directory until its very end.
bool waitUntilGone(const daemon::NodePaths &paths)
{
    const QDeadlineTimer deadline(20s);
    while (!deadline.hasExpired()) {
        if (daemon::DataDirectory::open(paths.dataDirectory))
            return true;
        QThread::msleep(20);
    }
    return false;
}

QCoro::Task<Result<void>> stopHaproxy(adapters::haproxy::GenerationKeeper &keeper)
{
    const auto adopted = co_await keeper.adopt();
    if (!adopted)
        co_return fail(adopted.error());
    const auto stopped = co_await keeper.stopAll();
    co_return stopped;
}

int stopWithoutDaemon(const daemon::Settings &settings, const daemon::NodePaths &paths)
{
    auto binary = adapters::haproxy::HaproxyBinary::find(QString::fromStdString(settings.haproxy.binary));
    if (!binary)
        return report(Failed, binary.error().message);
    adapters::haproxy::KeeperOptions options;
    options.dataDirectory = paths.haproxyDirectory();
    options.runDirectory = paths.runtimeDirectory;
    adapters::haproxy::GenerationKeeper keeper(std::move(*binary), options);
    const auto stopped = QCoro::waitFor(stopHaproxy(keeper));
    return stopped ? report(Done, "No daemon runs here. HAProxy is stopped.") : report(Failed, stopped.error().message);
}

} // namespace

int runStop(const daemon::Settings &settings, const daemon::NodePaths &paths, bool traffic)
{
    if (!std::filesystem::exists(paths.dataDirectory))
        return report(Done, "There is no node in " + paths.dataDirectory + ".");
    const auto answer = askDaemon(paths, traffic);
    if (answer && answer->status != 200)
        return report(RefusedByNode, "The node refused: " + answer->body);
    if (answer)
        return waitUntilGone(paths) ? report(Done, traffic ? "The daemon and HAProxy are stopped."
                                                           : "The daemon is stopped. HAProxy goes on serving.")
                                    : report(Failed, "The daemon did not end within 20 seconds.");

    const auto directory = daemon::DataDirectory::open(paths.dataDirectory);
    if (!directory)
        return report(NodeUnreachable, answer.error().message + "; " + directory.error().message);
    if (traffic)
        return stopWithoutDaemon(settings, paths);
    return report(Done, "No daemon runs here.");
}

} // namespace balancer::cli

#include "adapters/haproxy/haproxy_binary.h"

#include "base/text.h"

#include <QCoro/QCoroProcess>
#include <QProcess>
#include <QStandardPaths>

#include <linux/close_range.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>

namespace balancer::adapters::haproxy {

namespace {

/// HAProxy outlives us, so it must not inherit what belongs to us, above all not the API's listening sockets.
void leaveNothingOpen()
{
    syscall(SYS_close_range, 3U, ~0U, static_cast<unsigned>(CLOSE_RANGE_CLOEXEC));
}

QProcessEnvironment plainEnvironment()
{
    auto environment = QProcessEnvironment::systemEnvironment();
    for (const auto *ours : {"NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PID", "WATCHDOG_USEC", "WATCHDOG_PID"})
        environment.remove(QString::fromLatin1(ours));
    return environment;
}

std::string withoutDecoration(std::string_view line)
{
    // "[ALERT]    (1234) : config : …"
    const auto start = line.find(") : ");
    return std::string(trimmed(start == std::string_view::npos ? line : line.substr(start + 4)));
}

} // namespace

std::string parseVersion(std::string_view output)
{
    constexpr std::string_view kBefore = "version ";
    const auto start = output.find(kBefore);
    if (!output.starts_with("HA") || start == std::string_view::npos)
        return {};
    const auto rest = output.substr(start + kBefore.size());
    return std::string(rest.substr(0, rest.find_first_of(" -+\n")));
}

bool isSupportedVersion(std::string_view version)
{
    const auto parts = split(version, '.');
    int major = 0;
    int minor = 0;
    if (parts.size() < 2)
        return false;
    std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), major);
    std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), minor);
    return major > 2 || (major == 2 && minor >= 4);
}

std::string parseAlerts(std::string_view output)
{
    constexpr int kMost = 3;
    std::string alerts;
    std::string last;
    int count = 0;
    for (const auto line : split(output, '\n')) {
        if (trimmed(line).empty())
            continue;
        last = withoutDecoration(line);
        if (line.starts_with("[ALERT]") && count++ < kMost)
            alerts += (alerts.empty() ? "" : "; ") + last;
    }
    return alerts.empty() ? last : alerts;
}

Result<HaproxyBinary> HaproxyBinary::find(const QString &name)
{
    auto path = QStandardPaths::findExecutable(name);
    if (path.isEmpty())
        path = QStandardPaths::findExecutable(name, {QStringLiteral("/usr/sbin"), QStringLiteral("/usr/local/sbin")});
    if (path.isEmpty())
        return fail(ErrorCode::Unavailable, "HAProxy was not found: there is no program '" + name.toStdString() +
                                                "'. Install HAProxy 2.4 or later, or name it in [haproxy] binary");
    return HaproxyBinary(path);
}

QCoro::Task<Result<std::string>> HaproxyBinary::run(QStringList arguments, std::chrono::milliseconds deadline) const
{
    QProcess process;
    process.setProgram(m_path);
    process.setArguments(arguments);
    process.setProcessEnvironment(plainEnvironment());
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.setStandardInputFile(QProcess::nullDevice());
    process.setChildProcessModifier(leaveNothingOpen);

    auto coProcess = qCoro(process);
    process.start();
    const bool finished = co_await coProcess.waitForFinished(deadline);
    if (process.error() == QProcess::FailedToStart)
        co_return fail(ErrorCode::Unavailable,
                       "cannot run " + m_path.toStdString() + ": " + process.errorString().toStdString());
    if (!finished) {
        process.kill();
        co_await coProcess.waitForFinished(std::chrono::seconds(1));
        co_return fail(ErrorCode::Timeout, m_path.toStdString() + " did not come up within " +
                                               std::to_string(deadline.count()) + " ms and was killed");
    }
    const auto output = process.readAll().toStdString();
    if (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        co_return fail(ErrorCode::Refused, "HAProxy refused: " + parseAlerts(output));
    co_return output;
}

QCoro::Task<Result<std::string>> HaproxyBinary::version() const
{
    const QStringList arguments(QStringLiteral("-v"));
    const auto output = co_await run(arguments, std::chrono::seconds(10));
    if (!output)
        co_return fail(ErrorCode::Unavailable, output.error().message);
    const auto version = parseVersion(*output);
    if (version.empty())
        co_return fail(ErrorCode::Unavailable, m_path.toStdString() + " is not HAProxy: it does not tell its version");
    if (!isSupportedVersion(version))
        co_return fail(ErrorCode::Unavailable,
                       "HAProxy " + version + " (" + m_path.toStdString() + ") is too old: 2.4 or later is needed");
    co_return version;
}

} // namespace balancer::adapters::haproxy

#include "adapters/access_log/access_log_writer.h"

#include "plan/access_log_line.h"

#include <QCoro/QCoroFuture>
#include <QLoggingCategory>
#include <QPromise>

#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

namespace balancer::adapters::access_log {

namespace {

Q_LOGGING_CATEGORY(lcAccessLog, "access-log")

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::size_t kMostWaiting = 32 << 20; // bytes: half a minute of 2,000 requests a second
constexpr auto kTick = 1000ms;
constexpr auto kPause = 20ms; // lets records gather, so that a write is worth its while
constexpr auto kTellPause = 60s;
constexpr auto kNotePause = 10s;

/// Says by its age when records were last taken care of.
constexpr std::string_view kLifeFile = ".access-log-alive";
/// A line of JSON for each time in which nobody took records.
constexpr std::string_view kGapsFile = ".access-log-gaps.jsonl";

std::string timeText(model::Timestamp time)
{
    return plan::renderLogTime(time);
}

/// The time in the file of an earlier life.
std::optional<std::string> lastLife(const std::string &path)
{
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line) || line.size() != std::string_view("2015-05-13T23:39:43.945958Z").size())
        return std::nullopt;
    return line;
}

} // namespace

Result<std::unique_ptr<AccessLogWriter>> AccessLogWriter::open(const std::string &sockets, AccessLogOptions options,
                                                               const ports::Clock &clock)
{
    auto inbox = AccessLogInbox::open(sockets, kMostWaiting);
    if (!inbox)
        return fail(inbox.error());
    return std::unique_ptr<AccessLogWriter>( // the constructor is private
        new AccessLogWriter(std::move(*inbox), std::move(options), clock));
}

AccessLogWriter::AccessLogWriter(std::unique_ptr<AccessLogInbox> inbox, AccessLogOptions options,
                                 const ports::Clock &clock)
    : m_options(options), m_clock(clock), m_inbox(std::move(inbox)), m_files(std::move(options), clock),
      m_thread([this] { run(); })
{
}

AccessLogWriter::~AccessLogWriter()
{
    m_stopping = true;
    m_inbox->wake();
    m_thread.join();
}

void AccessLogWriter::setTargets(plan::AccessLogTargets targets)
{
    post([this, targets = std::move(targets)] {
        // What was logged before belongs to those who wanted it then.
        m_inbox->drain();
        takeRecords();
        m_files.setTargets(targets);
        m_hasTargets = true;
        noteLife(!targets.empty());
    });
}

QCoro::Task<Result<void>> AccessLogWriter::prepare(std::string balancer, model::AccessLog log)
{
    const auto promise = std::make_shared<QPromise<Result<void>>>();
    promise->start();
    const auto future = promise->future();
    post([this, promise, balancer = std::move(balancer), log = std::move(log)] {
        promise->addResult(m_files.open(balancer, log));
        promise->finish();
    });
    const auto result = co_await future;
    co_return result;
}

void AccessLogWriter::post(Job job)
{
    {
        const std::lock_guard lock(m_mutex);
        m_jobs.push_back(std::move(job));
    }
    m_inbox->wake();
}

void AccessLogWriter::run()
{
    while (!m_stopping) {
        m_inbox->wait(kTick);
        work();
        if (!m_stopping)
            std::this_thread::sleep_for(kPause);
    }
    work();
    m_inbox->drain();
    takeRecords();
    noteLife(m_isWanted);
}

void AccessLogWriter::work()
{
    std::vector<Job> jobs;
    {
        const std::lock_guard lock(m_mutex);
        jobs = std::exchange(m_jobs, {});
    }
    takeRecords();
    for (const auto &job : jobs)
        job();
    m_files.rotate();
    if (m_clock.now() >= m_noteAt)
        noteLife(m_isWanted);
    if (m_clock.now() >= m_tellAt)
        tellLosses();
}

void AccessLogWriter::takeRecords()
{
    if (!m_hasTargets)
        return;
    const auto batch = m_inbox->take();
    m_dropped += batch.dropped;
    std::string_view rest = batch.records;
    while (!rest.empty()) {
        const auto size = rest.find('\n') + 1;
        m_files.append(rest.substr(0, size));
        rest.remove_prefix(size);
    }
    m_files.write();
}

/// Keeps track of when records were taken care of. The first time after a start it tells of the time before.
void AccessLogWriter::noteLife(bool isWanted)
{
    const auto now = m_clock.now();
    const auto path = m_options.root + "/" + std::string(kLifeFile);
    const bool isFirst = m_noteAt == model::Timestamp();
    m_noteAt = now + kNotePause;
    if (isFirst && isWanted) {
        if (const auto last = lastLife(path)) {
            const auto until = timeText(now);
            qCWarning(lcAccessLog).noquote() << "access logs lack requests between" << QString::fromStdString(*last)
                                             << "and" << QString::fromStdString(until);
            std::ofstream gaps(m_options.root + "/" + std::string(kGapsFile), std::ios::app);
            gaps << R"({"from":")" << *last << R"(","until":")" << until << "\"}\n";
        }
    }
    m_isWanted = isWanted;
    if (isWanted) {
        auto written = makeFolders(m_options.root);
        if (written)
            written = writeWhole(path, timeText(now) + "\n");
        if (!written)
            qCDebug(lcAccessLog).noquote() << QString::fromStdString(written.error().message);
        return;
    }
    std::error_code error;
    fs::remove(path, error); // a time in which nobody wants logs is no gap
}

void AccessLogWriter::tellLosses()
{
    m_tellAt = m_clock.now() + kTellPause;
    const auto losses = m_files.takeLosses();
    const auto dropped = std::exchange(m_dropped, 0);
    if (dropped > 0)
        qCWarning(lcAccessLog) << "access logs lack" << dropped << "requests: they came faster than they were written";
    if (losses.unwritten > 0)
        qCWarning(lcAccessLog).noquote() << "access logs lack" << losses.unwritten
                                         << "requests:" << QString::fromStdString(losses.reason);
    if (losses.unreadable > 0)
        qCWarning(lcAccessLog) << "access logs lack" << losses.unreadable
                               << "requests: HAProxy's records are unreadable";
}

} // namespace balancer::adapters::access_log

#include "service/health_watcher.h"

#include "plan/plan.h"
#include "ports/pause.h"
#include "service/log.h"
#include "service/runtime_commands.h"
#include "service/spawn.h"

#include <QTimer>

#include <algorithm>
#include <set>

namespace balancer::service {

namespace {

using plan::ServerKey;
using plan::SlotHealth;

constexpr int kMostChecksAtOnce = 256;

QString nameOf(const ServerKey &server)
{
    return QString::fromStdString(server.first + "/" + server.second);
}

const char *wordFor(SlotHealth health)
{
    switch (health) {
    case SlotHealth::Registering:
        return "registering";
    case SlotHealth::Down:
        return "down";
    case SlotHealth::Up:
        return "up";
    }
    return "";
}

} // namespace

HealthWatcher::HealthWatcher(ports::RuntimeApi &runtime, ports::HealthProbe &probe, ports::HealthLog &log,
                             Turnstile &turn)
    : m_runtime(runtime), m_probe(probe), m_turn(turn)
{
    connect(&log, &ports::HealthLog::eventLogged, this, &HealthWatcher::onEvent);
}

void HealthWatcher::beginRegistrations(const std::vector<Registration> &registrations)
{
    for (const auto &registration : registrations) {
        const auto known = m_waiting.find(registration.server);
        if (known != m_waiting.end() && known->second.registration == registration)
            continue;
        const auto serial = ++m_lastSerial;
        Waiting waiting;
        waiting.registration = registration;
        waiting.serial = serial;
        m_waiting.insert_or_assign(registration.server, std::move(waiting));
        setHealth(registration.server, SlotHealth::Registering);
        schedule(registration.server, serial);
    }
}

void HealthWatcher::forget(const ServerKey &server)
{
    m_waiting.erase(server);
    m_healths.erase(server);
}

void HealthWatcher::keepOnly(const plan::HaproxyConfig &config)
{
    std::set<ServerKey> kept;
    for (const auto &[name, balancer] : config.balancers) {
        for (const auto &server : balancer->check.servers) {
            if (server.address)
                kept.emplace(balancer->check.name, server.name);
        }
    }
    std::erase_if(m_waiting, [&](const auto &entry) { return !kept.contains(entry.first); });
    std::erase_if(m_healths, [&](const auto &entry) { return !kept.contains(entry.first); });
}

void HealthWatcher::remember(const plan::SlotHealths &healths)
{
    for (const auto &[server, health] : healths) {
        if (!m_waiting.contains(server))
            setHealth(server, health);
    }
}

bool HealthWatcher::isWaiting(const ServerKey &server, std::uint64_t serial) const
{
    const auto found = m_waiting.find(server);
    return found != m_waiting.end() && found->second.serial == serial;
}

void HealthWatcher::setHealth(const ServerKey &server, SlotHealth health)
{
    const auto [known, added] = m_healths.emplace(server, health);
    if (!added && known->second == health)
        return;
    known->second = health;
    // What is merely found, thousands at a start, is not news.
    if (added)
        qCDebug(lcService).noquote() << nameOf(server) << "is" << wordFor(health);
    else
        qCInfo(lcService).noquote() << nameOf(server) << "is" << wordFor(health);
    Q_EMIT instanceHealthChanged(server, health);
}

void HealthWatcher::schedule(const ServerKey &server, std::uint64_t serial)
{
    m_queue.emplace_back(server, serial);
    startChecks();
}

void HealthWatcher::startChecks()
{
    while (m_running < kMostChecksAtOnce && !m_queue.empty()) {
        const auto [server, serial] = m_queue.front();
        m_queue.pop_front();
        if (isWaiting(server, serial))
            spawn(check(m_waiting.at(server).registration, serial), "first check of " + server.first);
    }
}

QCoro::Task<Result<void>> HealthWatcher::check(Registration registration, std::uint64_t serial)
{
    ++m_running;
    const auto started = std::chrono::steady_clock::now();
    const auto passed =
        co_await m_probe.check(registration.check.target, registration.endpoint, registration.check.timeout);
    --m_running;
    startChecks();
    const auto &server = registration.server;
    if (!isWaiting(server, serial))
        co_return Result<void>();
    if (passed) {
        decide(server, SlotHealth::Up);
        co_return Result<void>();
    }
    qCDebug(lcService).noquote() << nameOf(server)
                                 << "failed a first check:" << QString::fromStdString(passed.error().message);
    if (++m_waiting.at(server).failures >= registration.check.unhealthyThreshold) {
        decide(server, SlotHealth::Down);
        co_return Result<void>();
    }
    // A check can take longer than the interval, on a machine that stood still; a negative time never ends.
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
    const auto rest = std::max(registration.check.interval - took, std::chrono::milliseconds(0));
    QTimer::singleShot(rest, this, [this, server, serial] { schedule(server, serial); });
    co_return Result<void>();
}

void HealthWatcher::stop()
{
    m_waiting.clear();
    m_decided.clear();
    m_queue.clear();
}

void HealthWatcher::decide(const ServerKey &server, SlotHealth health)
{
    const auto waiting = m_waiting.find(server);
    if (waiting == m_waiting.end())
        return;
    m_decided.insert_or_assign(server, std::pair(waiting->second.serial, health));
    if (!m_settling)
        spawn(settle(), "telling HAProxy the result of first checks");
}

QCoro::Task<Result<void>> HealthWatcher::settle()
{
    m_settling = true;
    while (!m_decided.empty()) {
        const auto told = co_await tellDecisions();
        if (told)
            continue;
        // HAProxy is gone or changing over. What was decided is still true of the instances: say it again.
        qCWarning(lcService).noquote() << "cannot tell HAProxy the result of first checks:"
                                       << QString::fromStdString(told.error().message);
        co_await ports::pause(std::chrono::milliseconds(200));
    }
    m_settling = false;
    co_return Result<void>();
}

QCoro::Task<Result<void>> HealthWatcher::tellDecisions()
{
    const auto turn = co_await m_turn.take();
    // Those decided while we waited for our turn go together.
    std::erase_if(m_decided, [this](const auto &entry) { return !isWaiting(entry.first, entry.second.first); });
    const auto decided = m_decided;
    std::vector<plan::Command> commands;
    for (const auto &[server, decision] : decided) {
        const auto more = decision.second == SlotHealth::Up ? plan::readyCommands(server.first, server.second)
                                                            : plan::unhealthyCommands(server.first, server.second);
        commands.insert(commands.end(), more.begin(), more.end());
    }
    const auto sent = co_await sendCommands(m_runtime, std::move(commands));
    if (!sent)
        co_return sent;
    for (const auto &[server, decision] : decided) {
        m_decided.erase(server);
        m_waiting.erase(server);
        setHealth(server, decision.second);
    }
    co_return Result<void>();
}

void HealthWatcher::onEvent(const plan::HealthEvent &event)
{
    using Kind = plan::HealthEvent::Kind;
    const ServerKey server(event.backend, event.server);
    if (m_waiting.contains(server)) {
        if (event.kind == Kind::CheckPassed)
            decide(server, SlotHealth::Up);
        return;
    }
    if (event.kind == Kind::WentUp && m_healths.contains(server))
        setHealth(server, SlotHealth::Up);
    if (event.kind == Kind::WentDown && m_healths.contains(server))
        setHealth(server, SlotHealth::Down);
}

} // namespace balancer::service

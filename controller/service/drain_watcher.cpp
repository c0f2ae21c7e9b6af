#include "service/drain_watcher.h"

#include "plan/project.h"
#include "plan/stats.h"
#include "service/log.h"
#include "service/spawn.h"

#include <QString>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <set>

namespace balancer::service {

namespace {

using plan::ServerKey;
using Sessions = std::map<ServerKey, long>;

long numberIn(std::string_view text)
{
    long number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Result<void> addSessions(std::string_view reply, Sessions &sessions)
{
    const auto table = plan::StatsTable::parse(reply);
    if (!table)
        return fail(table.error());
    for (std::size_t row = 0; row < table->rowCount(); ++row) {
        ServerKey key(table->value(row, "pxname"), table->value(row, "svname"));
        sessions.insert_or_assign(std::move(key), numberIn(table->value(row, "scur")));
    }
    return {};
}

/// A server that HAProxy says nothing of may have sessions.
bool isEmpty(const std::vector<ServerKey> &servers, const Sessions &sessions)
{
    return std::ranges::all_of(servers, [&](const ServerKey &server) {
        const auto known = sessions.find(server);
        return known != sessions.end() && known->second == 0;
    });
}

LeavingGenerations::Occupant occupantOf(const DrainingSlot &slot)
{
    return {slot.balancer.folded(), slot.instance.text()};
}

std::vector<LeavingGenerations::Occupant> occupantsOf(const std::vector<DrainingSlot> &slots)
{
    std::vector<LeavingGenerations::Occupant> occupants;
    std::ranges::transform(slots, std::back_inserter(occupants), occupantOf);
    return occupants;
}

} // namespace

DrainWatcher::DrainWatcher(Reconciler &reconciler, ports::RuntimeApi &runtime, LeavingGenerations &leaving,
                           const ports::Clock &clock, std::chrono::milliseconds interval)
    : m_reconciler(reconciler), m_runtime(runtime), m_leaving(leaving), m_clock(clock), m_interval(interval)
{
    m_next.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, &DrainWatcher::begin);
    connect(&reconciler, &Reconciler::revisionApplied, this, &DrainWatcher::begin);
}

void DrainWatcher::stop()
{
    m_stopped = true;
    m_next.stop();
}

void DrainWatcher::begin()
{
    if (!m_looking && !m_stopped)
        spawn(look(), "looking at draining instances");
}

std::vector<ServerKey> DrainWatcher::serversOf(const DrainingSlot &slot) const
{
    std::vector<ServerKey> servers;
    const auto balancer = m_reconciler.running().balancers.find(slot.balancer.folded());
    if (balancer == m_reconciler.running().balancers.end())
        return servers;
    for (const auto &backend : balancer->second->backends)
        servers.emplace_back(backend.name, plan::serverName(slot.slot));
    return servers;
}

QCoro::Task<Result<Sessions>> DrainWatcher::countSessions(std::vector<std::string> backends)
{
    Sessions sessions;
    if (backends.empty())
        co_return sessions;
    std::vector<std::string> commands;
    for (const auto &backend : backends)
        commands.push_back("show stat " + backend + " 4 -1");
    const auto replies = co_await m_runtime.send(std::move(commands));
    if (!replies)
        co_return fail(replies.error());
    for (const auto &reply : *replies) {
        if (const auto added = addSessions(reply, sessions); !added)
            co_return fail(added.error());
    }
    co_return sessions;
}

QCoro::Task<Result<void>> DrainWatcher::look()
{
    const auto slots = m_reconciler.draining();
    if (slots.empty()) {
        m_next.stop();
        co_return Result<void>();
    }
    m_looking = true;
    std::vector<std::vector<ServerKey>> servers;
    std::set<std::string> backends;
    for (const auto &slot : slots) {
        servers.push_back(serversOf(slot));
        for (const auto &server : servers.back())
            backends.insert(server.first);
    }
    std::vector<std::string> asked(backends.begin(), backends.end());
    const auto sessions = co_await countSessions(std::move(asked));
    auto occupants = occupantsOf(slots);
    const auto busy = co_await m_leaving.busyAmong(std::move(occupants));
    m_looking = false;
    if (m_stopped)
        co_return Result<void>();
    const auto now = m_clock.now();
    std::vector<DrainingSlot> finished;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const bool empty = sessions && isEmpty(servers[i], *sessions) && !busy.contains(occupantOf(slots[i]));
        if (slots[i].until <= now || empty)
            finished.push_back(slots[i]);
    }
    for (const auto &slot : finished)
        qCInfo(lcService).noquote() << QString::fromStdString(slot.instance.text()) << "has drained from"
                                    << QString::fromStdString(slot.balancer.text());
    m_reconciler.release(finished);
    lookAgain(m_reconciler.draining());
    if (!sessions)
        co_return fail(sessions.error());
    co_return Result<void>();
}

/// At the next interval, or when the first one's time has passed.
void DrainWatcher::lookAgain(const std::vector<DrainingSlot> &slots)
{
    if (slots.empty())
        return;
    const auto first = std::ranges::min(slots, {}, &DrainingSlot::until).until;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(first - m_clock.now());
    m_next.start(std::clamp(left, std::chrono::milliseconds(1), m_interval));
}

} // namespace balancer::service

#include "service/outage_watcher.h"

#include "plan/plan.h"
#include "service/runtime_commands.h"
#include "service/spawn.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace balancer::service {

OutageWatcher::OutageWatcher(const DesiredStateCache &desired, const Reconciler &reconciler,
                             const HealthWatcher &watcher, ports::RuntimeApi &runtime, LeavingGenerations &leaving,
                             Turnstile &turn)
    : m_desired(desired), m_reconciler(reconciler), m_watcher(watcher), m_runtime(runtime), m_leaving(leaving),
      m_turn(turn)
{
    connect(&watcher, &HealthWatcher::instanceHealthChanged, this, &OutageWatcher::onHealth);
}

void OutageWatcher::onHealth(const plan::ServerKey &server, plan::SlotHealth health)
{
    if (health != plan::SlotHealth::Down)
        return;
    const bool begins = m_failed.empty();
    m_failed.insert(server);
    if (begins)
        spawn(endSessions(), "ending the sessions of unhealthy instances");
}

QCoro::Task<Result<void>> OutageWatcher::endSessions()
{
    const auto turn = co_await m_turn.take();
    // Those that failed while we waited for our turn go together.
    std::vector<plan::Command> commands;
    std::vector<LeavingGenerations::Occupant> occupants;
    for (const auto &server : std::exchange(m_failed, {})) {
        const auto occupant = losing(server);
        if (!occupant)
            continue;
        occupants.push_back(*occupant);
        auto more = plan::sessionEndCommands(*m_reconciler.running().balancers.at(occupant->first), server.second);
        std::ranges::move(more, std::back_inserter(commands));
    }
    const auto sent = co_await sendCommands(m_runtime, std::move(commands));
    const auto ended = co_await m_leaving.endSessions(std::move(occupants));
    co_return sent ? ended : sent;
}

std::optional<LeavingGenerations::Occupant> OutageWatcher::losing(const plan::ServerKey &server) const
{
    const auto occupant = m_reconciler.occupantOf(server);
    const auto *balancer = occupant ? m_desired.find(occupant->first) : nullptr;
    const auto health = m_watcher.healths().find(server);
    const bool failed = health != m_watcher.healths().end() && health->second == plan::SlotHealth::Down;
    if (!balancer || !failed || balancer->attributes.draining.enabled)
        return std::nullopt;
    return LeavingGenerations::Occupant(occupant->first.folded(), occupant->second.text());
}

} // namespace balancer::service

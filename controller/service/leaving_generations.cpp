#include "service/leaving_generations.h"

#include "service/spawn.h"

#include <algorithm>
#include <iterator>

namespace balancer::service {

LeavingGenerations::LeavingGenerations(Reconciler &reconciler, ports::HaproxyProcess &process,
                                       std::chrono::milliseconds interval)
    : m_reconciler(reconciler), m_process(process)
{
    m_next.setSingleShot(true);
    m_next.setInterval(interval);
    connect(&m_next, &QTimer::timeout, this, &LeavingGenerations::endLater);
    connect(&reconciler, &Reconciler::generationReplaced, this, &LeavingGenerations::add);
    connect(&reconciler, &Reconciler::revisionApplied, this, &LeavingGenerations::follow);
}

void LeavingGenerations::stop()
{
    m_stopped = true;
    m_next.stop();
}

void LeavingGenerations::add(int generation, const plan::HaproxyConfig &had)
{
    m_leaving.push_back(Leaving{generation, had, {}});
}

void LeavingGenerations::forgetThoseThatHaveLeft()
{
    const auto present = m_process.leavingGenerations();
    std::erase_if(m_leaving, [&](const Leaving &leaving) {
        return std::ranges::find(present, leaving.generation) == present.end();
    });
}

void LeavingGenerations::follow()
{
    forgetThoseThatHaveLeft();
    for (auto &leaving : m_leaving)
        leaving.gone = plan::serversGone(leaving.config, m_reconciler.running());
    endLater();
}

/// Again and again while there is anything to end: a client may send one more request over a connection it kept.
void LeavingGenerations::endLater()
{
    forgetThoseThatHaveLeft();
    const bool any = std::ranges::any_of(m_leaving, [](const Leaving &leaving) { return !leaving.gone.empty(); });
    if (any && !m_ending && !m_stopped)
        spawn(endGone(), "ending what a leaving HAProxy has of removed instances");
}

QCoro::Task<Result<void>> LeavingGenerations::endGone()
{
    m_ending = true;
    Result<void> result;
    for (const int generation : generations()) {
        const auto *leaving = find(generation);
        if (!leaving || leaving->gone.empty())
            continue;
        auto servers = leaving->gone;
        const auto ended = co_await end(generation, std::move(servers));
        // It may have left meanwhile.
        if (!ended && ended.error().code != ErrorCode::Unavailable)
            result = ended;
    }
    m_ending = false;
    if (!m_stopped)
        m_next.start();
    co_return result;
}

std::vector<int> LeavingGenerations::generations() const
{
    std::vector<int> numbers;
    std::ranges::transform(m_leaving, std::back_inserter(numbers), &Leaving::generation);
    return numbers;
}

const LeavingGenerations::Leaving *LeavingGenerations::find(int generation) const
{
    const auto found = std::ranges::find(m_leaving, generation, &Leaving::generation);
    return found == m_leaving.end() ? nullptr : &*found;
}

QCoro::Task<Result<std::vector<plan::Session>>> LeavingGenerations::sessionsIn(int generation)
{
    std::vector<std::string> question(1, "show sess");
    const auto reply = co_await m_process.sendToLeaving(generation, std::move(question));
    if (!reply)
        co_return fail(reply.error());
    co_return plan::parseSessions(reply->front());
}

QCoro::Task<Result<void>> LeavingGenerations::end(int generation, std::set<plan::ServerKey> servers)
{
    const auto sessions = co_await sessionsIn(generation);
    if (!sessions)
        co_return fail(sessions.error());
    auto commands = plan::sessionShutdowns(*sessions, servers);
    if (commands.empty())
        co_return Result<void>();
    // A session that has ended by itself is as good.
    const auto replies = co_await m_process.sendToLeaving(generation, std::move(commands));
    if (!replies)
        co_return fail(replies.error());
    co_return Result<void>();
}

QCoro::Task<Result<void>> LeavingGenerations::endSessions(std::vector<Occupant> occupants)
{
    forgetThoseThatHaveLeft();
    Result<void> result;
    for (const int generation : generations()) {
        const auto *leaving = find(generation);
        std::set<plan::ServerKey> servers;
        for (const auto &[name, instance] : occupants) {
            if (leaving)
                servers.merge(plan::serversOf(leaving->config, name, instance));
        }
        if (servers.empty())
            continue;
        const auto ended = co_await end(generation, std::move(servers));
        if (!ended && ended.error().code != ErrorCode::Unavailable)
            result = ended;
    }
    co_return result;
}

QCoro::Task<std::set<LeavingGenerations::Occupant>> LeavingGenerations::busyAmong(std::vector<Occupant> occupants)
{
    forgetThoseThatHaveLeft();
    std::set<Occupant> busy;
    for (const int generation : generations()) {
        const auto sessions = co_await sessionsIn(generation);
        const auto *leaving = find(generation);
        if (!sessions || !leaving)
            continue;
        std::set<plan::ServerKey> used;
        for (const auto &session : *sessions)
            used.insert(session.server);
        for (const auto &occupant : occupants) {
            const auto servers = plan::serversOf(leaving->config, occupant.first, occupant.second);
            if (std::ranges::any_of(servers, [&](const auto &server) { return used.contains(server); }))
                busy.insert(occupant);
        }
    }
    co_return busy;
}

} // namespace balancer::service

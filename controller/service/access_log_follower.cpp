#include "service/access_log_follower.h"

#include "plan/stats.h"
#include "service/log.h"
#include "service/node_plan.h"
#include "service/spawn.h"

#include <charconv>
#include <utility>

namespace balancer::service {

namespace {

bool parseCount(const std::string &text, std::uint64_t &count)
{
    const auto *end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    return error == std::errc() && stop == end;
}

} // namespace

AccessLogFollower::AccessLogFollower(const DesiredStateCache &desired, const Reconciler &reconciler,
                                     ports::RuntimeApi &runtime, ports::AccessLog &accessLog)
    : m_desired(desired), m_reconciler(reconciler), m_runtime(runtime), m_accessLog(accessLog)
{
    m_ask.setInterval(std::chrono::minutes(1));
    connect(&m_ask, &QTimer::timeout, this, [this] { spawn(askForLosses(), "asking for lost access log records"); });
    // Many changes at once are looked at once. HAProxy needs longer for a reload than this.
    m_begin.setSingleShot(true);
    m_begin.setInterval(0);
    connect(&m_begin, &QTimer::timeout, this, &AccessLogFollower::begin);
    connect(&desired, &DesiredStateCache::changed, &m_begin, qOverload<>(&QTimer::start));
    connect(&reconciler, &Reconciler::revisionApplied, this, &AccessLogFollower::settle);
}

void AccessLogFollower::begin()
{
    auto targets = plan::accessLogTargets(m_desired.balancers(), m_reconciler.node().view());
    targets.insert(m_told.begin(), m_told.end());
    follow(std::move(targets));
}

void AccessLogFollower::settle()
{
    // There may be a newer change already, which HAProxy does not have yet.
    if (m_reconciler.appliedRevision() < m_desired.state().revision)
        return begin();
    m_begin.stop();
    follow(plan::accessLogTargets(m_desired.balancers(), m_reconciler.node().view()));
}

void AccessLogFollower::follow(plan::AccessLogTargets targets)
{
    if (m_hasTold && targets == m_told)
        return;
    m_hasTold = true;
    m_told = std::move(targets);
    m_accessLog.setTargets(m_told);
    if (m_told.empty())
        m_ask.stop();
    else if (!m_ask.isActive())
        m_ask.start();
}

QCoro::Task<Result<void>> AccessLogFollower::askForLosses()
{
    std::vector<std::string> commands{"show info"};
    const auto replies = co_await m_runtime.send(std::move(commands));
    if (!replies)
        co_return fail(replies.error());
    const auto info = plan::parseInfo(replies->front());
    const auto counted = info.find("DroppedLogs");
    std::uint64_t now = 0;
    if (counted == info.end() || !parseCount(counted->second, now))
        co_return Result<void>();
    // Each generation counts anew; what one lost before the first look was lost while nobody took records.
    const auto before = m_counted && *m_counted <= now ? *m_counted : 0;
    const auto more = m_counted ? now - before : 0;
    m_counted = now;
    m_lost += more;
    if (more > 0)
        qCWarning(lcService) << "access logs lack up to" << more
                             << "requests: they came faster than they were taken from HAProxy";
    co_return Result<void>();
}

} // namespace balancer::service

#include "service/traffic_meter.h"

#include "plan/project.h"
#include "ports/pause.h"
#include "service/spawn.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace balancer::service {

namespace {

/// Frontends (1) and backends (2), no servers: a few lines for each load balancer, however many instances it has.
constexpr std::string_view kQuestion = "show stat -1 3 -1";

using Rows = std::map<std::string, std::size_t, std::less<>>;

/// A row by its proxy's name; frontends and backends have different ones.
Rows rowsOf(const plan::StatsTable &stats)
{
    Rows rows;
    for (std::size_t row = 0; row < stats.rowCount(); ++row)
        rows.emplace(stats.value(row, "pxname"), row);
    return rows;
}

std::int64_t number(const plan::StatsTable &stats, std::size_t row, std::string_view column)
{
    const auto text = stats.value(row, column);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? value : 0;
}

/// How many load balancers listen on each port.
std::map<std::uint16_t, int> claimsOf(const ports::DesiredState &state)
{
    std::map<std::uint16_t, int> claims;
    for (const auto &[name, stored] : state.balancers) {
        for (const auto &listener : stored.value.listeners)
            ++claims[listener.loadBalancerPort];
    }
    return claims;
}

/// The frontend whose connections are all this load balancer's; nothing when there is none.
std::optional<std::size_t> ownFrontend(const Rows &rows, const LoadBalancerName &name, std::uint16_t port, int claims)
{
    if (const auto own = rows.find(plan::frontendName(name, port)); own != rows.end())
        return own->second;
    const auto shared = rows.find(plan::sharedFrontendName(port));
    return claims == 1 && shared != rows.end() ? std::optional(shared->second) : std::nullopt;
}

} // namespace

std::map<LoadBalancerName, TrafficCount> countTraffic(const plan::StatsTable &stats, const ports::DesiredState &state)
{
    const auto rows = rowsOf(stats);
    const auto claims = claimsOf(state);
    std::map<LoadBalancerName, TrafficCount> counts;
    for (const auto &[name, stored] : state.balancers) {
        auto &count = counts[name];
        for (const auto &listener : stored.value.listeners) {
            const auto port = listener.loadBalancerPort;
            const auto backend = rows.find(plan::backendName(name, port));
            if (backend == rows.end())
                continue;
            const auto row = backend->second;
            const bool http = model::isHttpLayer(listener.protocol);
            count.requests += http ? number(stats, row, "req_tot") : 0;
            count.bytesIn += number(stats, row, "bin");
            count.bytesOut += number(stats, row, "bout");
            count.sessions += number(stats, row, "scur");
            const auto frontend = http ? ownFrontend(rows, name, port, claims.at(port)) : std::nullopt;
            count.connections += frontend ? number(stats, *frontend, "conn_tot") : number(stats, row, "stot");
        }
    }
    return counts;
}

TrafficMeter::TrafficMeter(const DesiredStateCache &desired, ports::RuntimeApi &runtime,
                           const ports::HaproxyProcess &haproxy, const ports::Clock &clock,
                           std::chrono::milliseconds interval)
    : m_desired(desired), m_runtime(runtime), m_haproxy(haproxy), m_clock(clock)
{
    m_timer.setInterval(interval);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        if (!m_busy)
            spawn(measure(), "measuring traffic");
    });
}

void TrafficMeter::setWanted(bool wanted)
{
    if (wanted == isWanted())
        return;
    m_last.reset(); // else the first figures would be those of the whole time in between
    if (!wanted) {
        m_timer.stop();
        return;
    }
    m_timer.start();
    spawn(measure(), "measuring traffic");
}

QCoro::Task<void> TrafficMeter::finish()
{
    setWanted(false);
    while (m_busy)
        co_await ports::pause(std::chrono::milliseconds(1));
}

QCoro::Task<Result<void>> TrafficMeter::measure()
{
    m_busy = true;
    std::vector<std::string> question(1, std::string(kQuestion));
    const auto replies = co_await m_runtime.send(std::move(question));
    m_busy = false;
    if (!replies)
        co_return fail(replies.error());
    const auto stats = plan::StatsTable::parse(replies->front());
    if (!stats)
        co_return fail(stats.error());
    Sweep now;
    now.generation = m_haproxy.currentGeneration();
    now.at = m_clock.now();
    now.counts = countTraffic(*stats, m_desired.state());
    const auto before = std::exchange(m_last, now);
    if (before && now.at > before->at)
        Q_EMIT measured(ratesBetween(*before, now));
    co_return Result<void>();
}

model::RatesMeasured TrafficMeter::ratesBetween(const Sweep &before, const Sweep &now)
{
    const auto elapsed = (now.at - before.at).count();
    model::RatesMeasured measured;
    for (const auto &[name, count] : now.counts) {
        // A new generation counts from zero, and so does a load balancer that was created again.
        const auto known = before.counts.find(name);
        const bool goesOn = before.generation == now.generation && known != before.counts.end();
        const auto base = goesOn ? known->second : TrafficCount();
        const auto rate = [&](std::int64_t TrafficCount::*counter) {
            const auto more = count.*counter - base.*counter;
            return (more < 0 ? count.*counter : more) * 1000 / elapsed;
        };
        model::TrafficRate shown;
        shown.loadBalancer = name;
        shown.requestsPerSecond = rate(&TrafficCount::requests);
        shown.connectionsPerSecond = rate(&TrafficCount::connections);
        shown.bytesInPerSecond = rate(&TrafficCount::bytesIn);
        shown.bytesOutPerSecond = rate(&TrafficCount::bytesOut);
        shown.sessions = count.sessions;
        measured.rates.push_back(std::move(shown));
    }
    return measured;
}

} // namespace balancer::service

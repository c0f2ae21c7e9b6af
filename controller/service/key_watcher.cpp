#include "service/key_watcher.h"

#include "plan/project.h"
#include "plan/stats.h"
#include "service/log.h"
#include "service/spawn.h"

#include <algorithm>

namespace balancer::service {

namespace {

constexpr int kMostLooksAtOnce = 64;
constexpr std::chrono::milliseconds kLongestPreparation{2000};
/// After this what was looked at ahead belongs to a load balancer, or its change has not come.
constexpr std::chrono::seconds kPreparedFor{30};

QString nameOf(const Endpoint &endpoint)
{
    return QString::fromStdString(endpoint.text());
}

} // namespace

KeyWatcher::KeyWatcher(const DesiredStateCache &desired, Reconciler &reconciler, HealthWatcher &watcher,
                       ports::CertificateProbe &probe, const ports::ChainReader &reader, ports::RuntimeApi &runtime,
                       std::chrono::milliseconds interval)
    : m_desired(desired), m_reconciler(reconciler), m_probe(probe), m_reader(reader), m_runtime(runtime)
{
    m_poll.setInterval(interval);
    connect(&m_poll, &QTimer::timeout, this, [this] {
        if (!m_counting)
            spawn(countRefusals(), "counting refused answers");
    });
    connect(&desired, &DesiredStateCache::changed, this, &KeyWatcher::onChanged);
    connect(&watcher, &HealthWatcher::instanceHealthChanged, this, &KeyWatcher::onHealth);
}

void KeyWatcher::start()
{
    m_stopped = false;
    std::set<LoadBalancerName> names;
    for (const auto *balancer : m_desired.balancers())
        names.insert(balancer->name);
    onChanged(names);
}

void KeyWatcher::stop()
{
    m_stopped = true;
    m_poll.stop();
    m_queue.clear();
    m_watched.clear();
    m_endpoints.clear();
}

// ------------------------------------------------------------------------------------------- ahead of a change

QCoro::Task<Result<void>> KeyWatcher::prepareAll()
{
    std::vector<plan::KeyTarget> targets;
    for (const auto *balancer : m_desired.balancers())
        std::ranges::move(plan::keyTargets(*balancer), std::back_inserter(targets));
    auto prepared = prepare(std::move(targets));
    const auto done = co_await prepared;
    co_return done;
}

QCoro::Task<Result<void>> KeyWatcher::prepare(model::LoadBalancer candidate)
{
    auto prepared = prepare(plan::keyTargets(candidate));
    const auto done = co_await prepared;
    co_return done;
}

/// Each look has its own end, so all of them together have one.
QCoro::Task<Result<void>> KeyWatcher::prepare(std::vector<plan::KeyTarget> targets)
{
    std::vector<QCoro::Task<Result<void>>> looks;
    for (const auto &target : targets)
        looks.push_back(lookAhead(target));
    for (auto &look : looks)
        co_await look;
    if (!targets.empty())
        QTimer::singleShot(kPreparedFor, this, [this, targets] { forgetUnwanted(targets); });
    co_return Result<void>();
}

/// Chains that nobody wants are forgotten later; a preview's too.
QCoro::Task<Result<void>> KeyWatcher::lookAhead(plan::KeyTarget target)
{
    if (target.drains)
        co_return Result<void>();
    target.timeout = std::min(target.timeout, std::chrono::duration_cast<std::chrono::seconds>(kLongestPreparation));
    const auto endpoint = target.endpoint;
    auto chain = co_await chainOf(std::move(target));
    const auto watched = m_watched.find(endpoint);
    const auto names = watched == m_watched.end() ? std::set<LoadBalancerName>() : watched->second.names();
    if (chain)
        m_reconciler.learnChain(endpoint, std::move(*chain), names);
    co_return Result<void>();
}

void KeyWatcher::forgetUnwanted(const std::vector<plan::KeyTarget> &targets)
{
    for (const auto &target : targets) {
        if (!m_stopped && !m_watched.contains(target.endpoint))
            m_reconciler.forgetChains(target.endpoint);
    }
}

// ------------------------------------------------------------------------------------------- what is watched

const plan::KeyTarget *KeyWatcher::Watched::target() const
{
    const auto asked = std::ranges::find_if(wanted, [](const auto &entry) { return !entry.second.drains; });
    return asked == wanted.end() ? nullptr : &asked->second;
}

std::set<LoadBalancerName> KeyWatcher::Watched::names() const
{
    std::set<LoadBalancerName> all;
    for (const auto &[name, target] : wanted)
        all.insert(name);
    return all;
}

void KeyWatcher::onChanged(const std::set<LoadBalancerName> &names)
{
    if (m_stopped)
        return;
    for (const auto &name : names) {
        const auto *balancer = m_desired.find(name);
        const auto targets = balancer ? plan::keyTargets(*balancer) : std::vector<plan::KeyTarget>();
        std::set<Endpoint> endpoints;
        for (const auto &target : targets)
            endpoints.insert(target.endpoint);
        leave(name, endpoints);
        for (const auto &target : targets) {
            auto &known = m_watched[target.endpoint].wanted;
            const auto [wanted, isNew] = known.emplace(name, target);
            if (isNew || std::exchange(wanted->second, target) != target)
                lookSoon(target.endpoint);
        }
        if (!endpoints.empty())
            m_endpoints.insert_or_assign(name, std::move(endpoints));
    }
    if (m_endpoints.empty()) {
        m_poll.stop();
        m_refusals.clear();
    } else if (!m_poll.isActive()) {
        m_poll.start();
    }
}

void KeyWatcher::leave(const LoadBalancerName &name, const std::set<Endpoint> &kept)
{
    const auto left = m_endpoints.extract(name);
    if (!left)
        return;
    for (const auto &endpoint : left.mapped()) {
        const auto watched = m_watched.find(endpoint);
        if (kept.contains(endpoint) || watched == m_watched.end())
            continue;
        watched->second.wanted.erase(name);
        if (!watched->second.wanted.empty())
            continue;
        m_watched.erase(watched);
        m_reconciler.forgetChains(endpoint);
    }
}

/// What comes into service has been started lately, perhaps with another certificate.
void KeyWatcher::onHealth(const plan::ServerKey &server, plan::SlotHealth health)
{
    if (m_stopped || m_endpoints.empty() || health != plan::SlotHealth::Up)
        return;
    const auto name = LoadBalancerName::parse(plan::balancerOfCheckBackend(server.first));
    const auto occupant = m_reconciler.occupantOf(server);
    const auto *balancer = name ? m_desired.find(*name) : nullptr;
    const auto *instance = balancer && occupant ? model::findInstance(*balancer, occupant->second) : nullptr;
    if (!instance)
        return;
    for (const auto &listener : balancer->listeners)
        lookSoon(plan::trafficEndpoint(listener, *instance));
}

void KeyWatcher::lookAtAllOf(const LoadBalancerName &name)
{
    const auto endpoints = m_endpoints.find(name);
    if (endpoints == m_endpoints.end())
        return;
    for (const auto &endpoint : endpoints->second)
        lookSoon(endpoint);
}

// -------------------------------------------------------------------------------------------------- looking

void KeyWatcher::lookSoon(const Endpoint &endpoint)
{
    const auto watched = m_watched.find(endpoint);
    if (watched == m_watched.end() || !watched->second.target())
        return;
    if (watched->second.looking) {
        watched->second.again = true;
        return;
    }
    watched->second.looking = true;
    m_queue.push_back(endpoint);
    startLooks();
}

void KeyWatcher::startLooks()
{
    while (m_running < kMostLooksAtOnce && !m_queue.empty()) {
        const auto endpoint = m_queue.front();
        m_queue.pop_front();
        const auto watched = m_watched.find(endpoint);
        const auto *target = watched == m_watched.end() ? nullptr : watched->second.target();
        if (target)
            spawn(look(*target), "looking at the certificate of " + endpoint.text());
        else if (watched != m_watched.end())
            watched->second.looking = false;
    }
}

QCoro::Task<Result<model::ShownChain>> KeyWatcher::chainOf(plan::KeyTarget target)
{
    const auto shown = co_await m_probe.certificatesOf(target.endpoint, target.proxyLine, target.timeout);
    if (!shown)
        co_return fail(shown.error());
    auto chain = m_reader.readShownChain(*shown);
    co_return chain;
}

QCoro::Task<Result<void>> KeyWatcher::look(plan::KeyTarget target)
{
    ++m_running;
    const auto endpoint = target.endpoint;
    const auto chain = co_await chainOf(std::move(target));
    --m_running;
    finishLook(endpoint, chain);
    startLooks();
    co_return Result<void>();
}

bool KeyWatcher::hasShown(const Endpoint &endpoint) const
{
    const auto &seen = m_reconciler.node().view().seen;
    const auto known = seen.find(endpoint);
    return known != seen.end() && !known->second.empty() && !known->second.back().leaf.empty();
}

void KeyWatcher::finishLook(const Endpoint &endpoint, const Result<model::ShownChain> &chain)
{
    const auto found = m_watched.find(endpoint);
    if (found == m_watched.end())
        return;
    auto &watched = found->second;
    watched.looking = false;
    const auto serial = ++m_lastSerial;
    watched.serial = serial;
    const auto *target = watched.target();
    // Who has shown nothing yet gets no traffic, so it is asked again soon.
    std::chrono::milliseconds pause = target ? target->interval : kPreparedFor;
    if (!chain && !hasShown(endpoint))
        pause = m_poll.intervalAsDuration();
    QTimer::singleShot(pause, this, [this, endpoint, serial] {
        const auto next = m_watched.find(endpoint);
        if (next != m_watched.end() && next->second.serial == serial)
            lookSoon(endpoint);
    });
    if (std::exchange(watched.again, false))
        lookSoon(endpoint);
    // Whoever cannot be asked keeps what was found before: health is not judged here. Who never could has nothing.
    if (!chain)
        qCDebug(lcService).noquote() << "no certificate of" << nameOf(endpoint)
                                     << "is known:" << QString::fromStdString(chain.error().message);
    const bool isNews = chain || !m_reconciler.node().view().seen.contains(endpoint);
    const auto names = watched.names();
    if (isNews)
        m_reconciler.learnChain(endpoint, chain ? *chain : model::ShownChain(), names);
}

// -------------------------------------------------------------------------------------------------- refusals

/// A renewed certificate is first known by the answers that HAProxy refuses.
QCoro::Task<Result<void>> KeyWatcher::countRefusals()
{
    std::vector<std::pair<LoadBalancerName, std::string>> asked;
    std::vector<std::string> commands;
    for (const auto &[name, endpoints] : m_endpoints) {
        const auto running = m_reconciler.running().balancers.find(name.folded());
        if (running == m_reconciler.running().balancers.end())
            continue;
        for (const auto &backend : running->second->backends) {
            if (!backend.pinned)
                continue;
            asked.emplace_back(name, backend.name);
            commands.push_back("show stat " + backend.name + " 2 -1");
        }
    }
    if (commands.empty())
        co_return Result<void>();
    m_counting = true;
    const auto replies = co_await m_runtime.send(std::move(commands));
    m_counting = false;
    if (!replies || m_stopped)
        co_return Result<void>(); // HAProxy is changing over: the next time
    for (std::size_t i = 0; i < asked.size(); ++i)
        noteRefusals(asked[i].first, asked[i].second, replies->at(i));
    co_return Result<void>();
}

void KeyWatcher::noteRefusals(const LoadBalancerName &name, const std::string &backend, std::string_view reply)
{
    const auto table = plan::StatsTable::parse(reply);
    if (!table || table->rowCount() == 0)
        return;
    const std::string count(table->value(0, "dresp"));
    const auto known = m_refusals.find(backend);
    const bool changed = known == m_refusals.end() ? count != "0" : known->second != count;
    m_refusals.insert_or_assign(backend, count);
    if (changed && count != "0") // after a reload it begins anew
        lookAtAllOf(name);
}

} // namespace balancer::service

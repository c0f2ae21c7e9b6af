#include "service/reconciler.h"

#include "plan/adoption.h"
#include "plan/render.h"
#include "service/log.h"
#include "service/runtime_commands.h"
#include "service/spawn.h"

#include <algorithm>

namespace balancer::service {

namespace {

constexpr std::chrono::milliseconds kLongestRetryDelay{60000};

QString text(const std::string &string)
{
    return QString::fromStdString(string);
}

} // namespace

Reconciler::Reconciler(const DesiredStateCache &desired, NodePlan node, ports::AddressBook &addressBook,
                       ports::HaproxyProcess &process, ports::RuntimeApi &runtime, HealthWatcher &watcher,
                       Turnstile &turn, ReconcilerOptions options)
    : m_desired(desired), m_node(std::move(node)), m_addressBook(addressBook), m_process(process), m_runtime(runtime),
      m_watcher(watcher), m_turn(turn), m_options(options), m_executor(process, runtime, watcher),
      m_retryDelay(options.retryDelay)
{
    m_retry.setSingleShot(true);
    m_save.setSingleShot(true);
    m_save.setInterval(m_options.saveDelay);
    connect(&m_retry, &QTimer::timeout, this, [this] { spawn(run(), "bringing HAProxy to the desired state"); });
    connect(&m_save, &QTimer::timeout, this, &Reconciler::saveConfig);
    connect(&desired, &DesiredStateCache::changed, this, &Reconciler::onChanged);
    connect(&process, &ports::HaproxyProcess::died, this, &Reconciler::onDied);
}

QCoro::Task<Result<void>> Reconciler::start()
{
    auto addresses = m_addressBook.load();
    if (!addresses)
        co_return fail(addresses.error());
    // Of load balancers deleted in the moment our process ended.
    std::erase_if(*addresses, [this](const auto &entry) {
        const auto name = LoadBalancerName::parse(entry.first);
        return !name || !m_desired.find(*name);
    });
    m_hadAddresses = !addresses->empty();
    const auto found = co_await m_process.adopt();
    if (!found)
        co_return fail(found.error());
    m_alive = found->has_value();

    plan::ServerStates states;
    auto slots = m_alive ? plan::parseSlots((*found)->config) : plan::SlotTable();
    if (m_alive) {
        if (auto reported = co_await fetchServerStates(m_runtime, std::vector<std::string>()))
            states = std::move(*reported);
        for (const auto *balancer : m_desired.balancers()) {
            auto &written = slots[balancer->name.folded()];
            written = plan::slotsInUse(*balancer, written, states);
        }
    }
    m_node.restore(std::move(*addresses), std::move(slots));
    for (const auto *balancer : m_desired.balancers())
        m_pending.insert(balancer->name);
    if (const auto updated = updateNode(); !updated)
        qCWarning(lcService).noquote() << text(updated.error().message);
    if (const auto enough = m_node.checkDescriptors(); !enough)
        co_return enough;
    if (m_alive) {
        const auto adopted = co_await adopt(**found, states);
        if (!adopted)
            qCWarning(lcService).noquote() << "the running HAProxy is replaced:" << text(adopted.error().message);
    }
    m_again = true;
    const auto done = co_await run();
    co_return done;
}

/// Without a file of the same structure nothing is known of what runs, and m_runningKnown stays false.
QCoro::Task<Result<void>> Reconciler::adopt(ports::RunningGeneration generation, plan::ServerStates states)
{
    if (const auto read = co_await readCapabilities(); !read)
        co_return read;
    if (plan::parseFingerprint(generation.config) != plan::structureFingerprint(m_node.config()))
        co_return fail(ErrorCode::Conflict, "its configuration is another one");
    std::vector<plan::CertificateFile> files;
    plan::forEachCertificate(m_node.config(), [&](const plan::CertificateFile &file) { files.push_back(file); });
    const auto shown = co_await fetchFingerprints(m_runtime, std::move(files));
    if (!shown)
        co_return fail(shown.error());
    std::vector<std::string> lists;
    plan::forEachPinned(m_node.config(), [&](const plan::PinnedCertificates &list) { lists.push_back(list.file); });
    const auto pinned = co_await fetchPins(m_runtime, std::move(lists));
    if (!pinned)
        co_return fail(pinned.error());
    m_running = m_node.config();
    for (auto &[name, balancer] : m_running.balancers)
        balancer = plan::asReported(*balancer, states, *shown, *pinned);
    m_runningKnown = true;
    const auto healths = plan::healthsOf(m_running, states);
    m_watcher.remember(healths);
    begin(registeringIn(m_running, healths));
    qCInfo(lcService).noquote() << "adopted HAProxy generation" << generation.number;
    co_return Result<void>();
}

QCoro::Task<Result<void>> Reconciler::readCapabilities()
{
    std::vector<std::string> commands;
    commands.emplace_back("help");
    commands.emplace_back("show version");
    const auto replies = co_await m_runtime.send(std::move(commands));
    if (!replies)
        co_return fail(replies.error());
    m_capabilities = plan::parseCommandList(replies->front(), replies->back());
    co_return Result<void>();
}

void Reconciler::onChanged(const std::set<LoadBalancerName> &names)
{
    m_pending.insert(names.begin(), names.end());
    m_again = true;
    if (!m_busy && !m_retry.isActive())
        spawn(run(), "bringing HAProxy to the desired state");
    else if (m_retry.isActive())
        m_retry.start(0); // a change is a reason to try at once
}

void Reconciler::onDied()
{
    if (m_stopped)
        return;
    qCWarning(lcService) << "HAProxy has ended unexpectedly; starting it again";
    m_alive = false;
    m_again = true;
    if (!m_busy)
        spawn(run(), "starting HAProxy again");
}

QCoro::Task<Result<void>> Reconciler::run()
{
    if (m_busy)
        co_return Result<void>();
    m_busy = true;
    Result<void> result;
    while (m_again && !m_stopped) {
        result = co_await applyPending();
        if (!result)
            break;
    }
    m_busy = false;
    if (!result)
        retryLater(result.error());
    co_return result;
}

QCoro::Task<Result<void>> Reconciler::applyPending()
{
    const auto turn = co_await m_turn.take();
    m_again = false;
    const auto revision = m_desired.state().revision;
    // A load balancer that finds no address is reported to its own caller before; here the others go on.
    const auto updated = updateNode();
    auto result = co_await applyNodePlan();
    if (result && !updated)
        result = updated;
    if (result) {
        m_retryDelay = m_options.retryDelay;
        m_applied = revision;
        Q_EMIT revisionApplied(revision);
    }
    tell(revision, result);
    co_return result;
}

plan::Plan Reconciler::planTo(const plan::HaproxyConfig &desired) const
{
    if (!m_alive)
        return plan::Reload{"HAProxy is not running", {}};
    if (!m_runningKnown)
        return plan::Reload{"HAProxy runs another configuration", {}};
    return plan::makePlan(m_running, desired, m_capabilities);
}

Result<Forecast> Reconciler::forecast(const std::set<LoadBalancerName> &changed, const plan::BalancerRefs &all,
                                      const std::vector<const model::ServerCertificate *> &certificates) const
{
    auto node = m_node;
    node.setCertificates(certificates);
    auto names = m_pending;
    names.insert(changed.begin(), changed.end());
    if (const auto updated = node.update(names, all); !updated)
        return fail(updated.error());
    return Forecast{planTo(node.config()), node.config()};
}

std::optional<std::pair<LoadBalancerName, InstanceId>> Reconciler::occupantOf(const plan::ServerKey &server) const
{
    const auto folded = plan::balancerOfCheckBackend(server.first);
    const auto balancer = m_running.balancers.find(folded);
    const auto name = LoadBalancerName::parse(folded);
    if (balancer == m_running.balancers.end() || !name)
        return std::nullopt;
    const auto &servers = balancer->second->check.servers;
    const auto slot = plan::slotOf(server.second);
    const auto id = slot < servers.size() ? InstanceId::parse(servers[slot].instance) : InstanceId();
    if (slot >= servers.size() || !id)
        return std::nullopt;
    return std::pair(*name, *id);
}

bool Reconciler::takesTraffic(const LoadBalancerName &balancer, const InstanceId &instance) const
{
    const auto known = m_running.balancers.find(balancer.folded());
    if (known == m_running.balancers.end())
        return false;
    return std::ranges::any_of(known->second->backends, [&](const plan::Backend &backend) {
        const auto server = std::ranges::find(backend.servers, instance.text(), &plan::Server::instance);
        return server != backend.servers.end() && !server->draining;
    });
}

bool Reconciler::isDraining(const DrainingSlot &slot) const
{
    const auto balancer = m_running.balancers.find(slot.balancer.folded());
    if (!m_runningKnown || balancer == m_running.balancers.end())
        return false;
    const auto &checked = balancer->second->check.servers;
    if (slot.slot >= checked.size() || checked[slot.slot].instance != slot.instance.text())
        return false;
    return std::ranges::all_of(balancer->second->backends,
                               [&](const plan::Backend &backend) { return backend.servers[slot.slot].draining; });
}

/// Whether the instance drains in the desired state as it is now, which HAProxy may not have yet.
bool Reconciler::isWanted(const DrainingSlot &slot) const
{
    const auto *balancer = m_desired.find(slot.balancer);
    return balancer && std::ranges::any_of(balancer->formerInstances, [&](const model::FormerInstance &former) {
               return former.id == slot.instance && former.drainingUntil == slot.until;
           });
}

std::vector<DrainingSlot> Reconciler::draining() const
{
    auto slots = m_node.draining();
    std::erase_if(slots, [this](const DrainingSlot &slot) { return !isDraining(slot); });
    return slots;
}

void Reconciler::release(const std::vector<DrainingSlot> &slots)
{
    std::set<LoadBalancerName> changed;
    for (const auto &slot : slots) {
        if (isWanted(slot) && m_node.release(slot))
            changed.insert(slot.balancer);
    }
    if (!changed.empty())
        onChanged(changed);
}

void Reconciler::learnChain(const Endpoint &endpoint, model::ShownChain chain, const std::set<LoadBalancerName> &names)
{
    if (m_node.learnChain(endpoint, std::move(chain)) && !names.empty())
        onChanged(names);
}

std::optional<plan::KeyVerdict> Reconciler::heldFor(const model::LoadBalancer &balancer,
                                                    const model::Instance &instance) const
{
    const auto server = m_node.serverOf(balancer.name, instance.id);
    const auto running = m_running.balancers.find(balancer.name.folded());
    if (!server || running == m_running.balancers.end())
        return std::nullopt;
    const auto slot = plan::slotOf(*server);
    const bool held = std::ranges::any_of(running->second->backends, [&](const plan::Backend &backend) {
        return backend.pinned && slot < backend.servers.size() && backend.servers[slot].draining;
    });
    if (!held)
        return std::nullopt;
    return plan::judgeInstance(balancer, instance, m_node.view().seen);
}

QCoro::Task<Result<void>> Reconciler::applyNodePlan()
{
    if (!m_alive && m_runningKnown) {
        // What ran until HAProxy died is known to work: first back to that.
        const auto revived = co_await reload("HAProxy is not running", m_running);
        if (!revived)
            co_return revived;
    }
    const auto plan = planTo(m_node.config());
    if (!m_runningKnown) {
        const auto reloaded = co_await reload(std::get<plan::Reload>(plan).reason, m_node.config());
        co_return reloaded;
    }

    const int generation = m_process.currentGeneration();
    const auto registering = co_await m_executor.apply(plan, m_node.config());
    if (!registering) {
        // Part of the commands may have been carried out: the next generation sets that right.
        m_runningKnown = m_runningKnown && !std::holds_alternative<plan::RuntimeChange>(plan);
        co_return fail(registering.error());
    }
    forgetFreed(plan);
    tellOfReplaced(generation, m_running);
    m_running = m_node.config();
    begin(*registering);
    if (std::holds_alternative<plan::RuntimeChange>(plan) && !m_save.isActive())
        m_save.start();
    co_return Result<void>();
}

void Reconciler::tellOfReplaced(int generation, const plan::HaproxyConfig &had)
{
    if (generation != 0 && m_process.currentGeneration() != generation)
        Q_EMIT generationReplaced(generation, had);
}

QCoro::Task<Result<void>> Reconciler::reload(std::string reason, plan::HaproxyConfig desired)
{
    const auto registering = co_await m_executor.reload(std::move(reason), desired);
    if (!registering)
        co_return fail(registering.error());
    m_alive = true;
    m_runningKnown = true;
    m_running = std::move(desired);
    m_watcher.keepOnly(m_running);
    begin(*registering);
    const auto read = co_await readCapabilities();
    co_return read;
}

void Reconciler::forgetFreed(const plan::Plan &plan)
{
    if (std::holds_alternative<plan::Reload>(plan))
        m_watcher.keepOnly(m_node.config());
    const auto *change = std::get_if<plan::RuntimeChange>(&plan);
    if (!change)
        return;
    for (const auto &name : change->balancers) {
        const auto &check = m_node.config().balancers.at(name)->check;
        for (const auto &server : check.servers) {
            if (!server.address)
                m_watcher.forget(plan::ServerKey(check.name, server.name));
        }
    }
}

void Reconciler::updateCertificates()
{
    if (m_certificateChanges == m_desired.certificateChanges())
        return;
    std::vector<const model::ServerCertificate *> certificates;
    for (const auto &[name, stored] : m_desired.state().certificates)
        certificates.push_back(&stored.value);
    m_node.setCertificates(certificates);
    m_certificateChanges = m_desired.certificateChanges();
}

Result<void> Reconciler::updateNode()
{
    updateCertificates();
    const auto membership = m_node.membership();
    const auto updated = m_node.update(m_pending, m_desired.balancers());
    m_pending.clear();
    if (m_node.membership() == membership)
        return updated;
    if (!m_node.addresses().empty() || m_hadAddresses) {
        m_hadAddresses = true;
        if (const auto saved = m_addressBook.save(m_node.addresses()); !saved)
            return saved;
    }
    Q_EMIT balancersChanged();
    return updated;
}

void Reconciler::begin(const std::vector<plan::ServerKey> &registering)
{
    std::vector<Registration> registrations;
    for (const auto &key : registering) {
        // Gone again already, if the operator was quick.
        const auto name = LoadBalancerName::parse(plan::balancerOfCheckBackend(key.first));
        const auto *balancer = name ? m_desired.find(*name) : nullptr;
        if (!balancer)
            continue;
        const auto &servers = m_running.balancers.at(name->folded())->check.servers;
        const auto slot = plan::slotOf(key.second);
        if (slot < servers.size() && servers[slot].address)
            registrations.push_back(Registration{key, balancer->healthCheck, *servers[slot].address});
    }
    m_watcher.beginRegistrations(registrations);
}

QFuture<Result<void>> Reconciler::applied(Revision revision)
{
    auto waiter = std::make_unique<Waiter>();
    waiter->revision = revision;
    waiter->promise.start();
    auto future = waiter->promise.future();
    if (m_applied >= revision && !m_again) {
        waiter->promise.addResult(Result<void>());
        waiter->promise.finish();
        return future;
    }
    auto *raw = waiter.get();
    raw->deadline.setSingleShot(true);
    connect(&raw->deadline, &QTimer::timeout, this, [this, raw] {
        qCWarning(lcService) << "HAProxy does not run revision" << raw->revision.number << "yet; answering anyway";
        raw->promise.addResult(Result<void>());
        raw->promise.finish();
        std::erase_if(m_waiters, [raw](const auto &known) { return known.get() == raw; });
    });
    raw->deadline.start(m_options.applyDeadline);
    m_waiters.push_back(std::move(waiter));
    return future;
}

void Reconciler::tell(Revision upTo, const Result<void> &result)
{
    auto waiters = std::exchange(m_waiters, {});
    for (auto &waiter : waiters) {
        if (waiter->revision > upTo) {
            m_waiters.push_back(std::move(waiter));
            continue;
        }
        waiter->promise.addResult(result);
        waiter->promise.finish();
    }
}

Result<void> Reconciler::checkFits(const model::LoadBalancer &candidate, const plan::BalancerRefs &others) const
{
    if (const auto fits = m_node.checkFits(candidate, others); !fits)
        return fits;
    auto binds = m_node.bindsOf(candidate, others);
    const auto ours = plan::allBinds(m_node.config());
    std::erase_if(binds, [&](const plan::Bind &bind) { return std::ranges::binary_search(ours, bind); });
    return m_process.checkBindable(binds);
}

void Reconciler::saveConfig()
{
    if (!m_runningKnown)
        return;
    if (const auto saved = m_process.saveConfig(m_running); !saved)
        qCWarning(lcService).noquote() << "cannot save HAProxy's configuration:" << text(saved.error().message);
}

void Reconciler::retryLater(Error error)
{
    qCWarning(lcService).noquote() << "HAProxy is not as desired:" << text(error.message) << "— next try in"
                                   << m_retryDelay.count() << "ms";
    m_again = true;
    m_retry.start(m_retryDelay);
    m_retryDelay = std::min(m_retryDelay * 2, kLongestRetryDelay);
}

} // namespace balancer::service

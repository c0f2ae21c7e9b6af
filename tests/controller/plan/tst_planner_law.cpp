#include "controller/base/readable.h"
#include "plan/adoption.h"
#include "plan/certificate_swap.h"
#include "plan/plan.h"
#include "plan/render.h"
#include "support/builders.h"
#include "support/simulated_haproxy.h"

#include <QRandomGenerator>

#include <algorithm>
#include <map>

using namespace balancer;
using namespace balancer::tests;
using plan::HaproxyConfig;
using plan::ServerKey;
using plan::SlotHealth;

namespace {

const plan::Capabilities kHaproxy26{"2.6.12", true, true};
constexpr std::uint16_t kJudgedPort = 8443;

/// Random states of a node, and random steps from one to the next.
class Generator
{
public:
    explicit Generator(quint32 seed) : m_random(seed) {}

    struct State
    {
        std::vector<model::LoadBalancer> balancers; // sorted by name
        plan::SlotTable slots;
        plan::NodeView node;
    };

    State state()
    {
        State made;
        made.node = withCertificates(made.node, {"c-0", "c-1", "c-2"});
        made.node.hasPool = chance(50);
        for (int count = below(4); count > 0; --count)
            addBalancer(made);
        assignSlots(made);
        return made;
    }

    State next(State state)
    {
        for (int steps = below(5); steps > 0; --steps)
            step(state);
        assignSlots(state);
        return state;
    }

    SlotHealth health() { return pick(std::vector{SlotHealth::Registering, SlotHealth::Down, SlotHealth::Up}); }
    bool chance(int percent) { return below(100) < percent; }

private:
    int below(int bound) { return m_random.bounded(bound); }

    template <typename T>
    T pick(const std::vector<T> &items)
    {
        return items[std::size_t(below(int(items.size())))];
    }

    std::uint16_t port() { return pick(std::vector<std::uint16_t>{80, 81, 8080, 9000}); }

    model::Instance anyInstance()
    {
        const auto own = chance(25) ? port() : std::uint16_t(0);
        const auto host = pick(std::vector<std::string>{"10.0.0.", "10.0.1.", "fd00::"}) + std::to_string(1 + below(5));
        return instance("i-" + std::to_string(below(8)), host, own);
    }

    std::string certificate() { return "c-" + std::to_string(below(3)); }

    std::string target()
    {
        return pick(std::vector<std::string>{"TCP:8080", "HTTP:8080/ping", "HTTP:81/", "SSL:443", "HTTPS:8080/a"});
    }

    model::LoadBalancer anyBalancer(const std::string &balancerName)
    {
        auto builder = loadBalancer(balancerName).checkedBy(target());
        for (int count = below(3); count > 0; --count)
            builder = builder.with(listener(model::Protocol::Http, std::uint16_t(80 + count), model::Protocol::Http,
                                            pick(std::vector<std::uint16_t>{8080, 9000})));
        if (chance(50))
            builder = builder.with(https(443, 8080, certificate()));
        const bool judged = chance(50);
        if (judged)
            builder = builder.with(listener(model::Protocol::Tcp, 444, model::Protocol::Ssl, kJudgedPort));
        model::LoadBalancer made = builder;
        if (judged)
            made = demanding(made, kJudgedPort, {1, 2});
        made.attributes.draining.enabled = chance(50);
        made.attributes.crossZone = chance(50);
        for (int count = below(6); count > 0; --count)
            made = model::withInstances(made, {anyInstance()}, model::Limits()).value();
        return made;
    }

    void addBalancer(State &state)
    {
        const auto made = anyBalancer(pick(std::vector<std::string>{"a", "b", "c", "web", "x-1"}));
        std::erase_if(state.balancers, [&](const auto &known) { return known.name == made.name; });
        state.balancers.push_back(made);
        std::ranges::sort(state.balancers, {}, &model::LoadBalancer::name);
        state.node.addresses.emplace(made.name.folded(), address("127.0.1." + std::to_string(1 + below(200))));
    }

    /// Somebody shows a certificate that has a good key, or one that has not.
    void show(State &state, const model::LoadBalancer &value)
    {
        if (value.instances.empty() || value.listeners.empty() || value.backendPolicies.empty())
            return;
        const auto at = plan::trafficEndpoint(value.listeners.back(), pick(value.instances));
        const int key = 1 + below(4);
        plan::addChain(state.node.seen, at, {"HASH" + std::to_string(below(9)), {publicKey(key)}});
    }

    void step(State &state)
    {
        if (state.balancers.empty() || chance(5))
            return addBalancer(state);
        auto &value = state.balancers[std::size_t(below(int(state.balancers.size())))];
        const auto kind = below(100);
        if (chance(30))
            return show(state, value);
        if (kind < 40) {
            value = model::withInstances(value, {anyInstance()}, model::Limits()).value();
        } else if (kind < 65 && !value.instances.empty()) {
            const auto leaving = pick(value.instances).id;
            value = model::withoutInstances(value, {leaving}, model::Timestamp()).value();
        } else if (kind < 80 && !value.instances.empty()) {
            const auto moving = pick(value.instances).id;
            value = model::withInstanceAt(value, {moving, anyInstance().address, chance(30) ? "far" : ""});
        } else if (kind < 82) {
            // Instances of the zone "far" get no traffic then.
            value.availabilityZones = chance(50) ? std::vector<std::string>{"near"} : std::vector<std::string>{};
        } else if (kind < 83 && !value.formerInstances.empty()) {
            // Nothing is left to drain.
            auto &slots = state.slots[value.name.folded()];
            std::ranges::replace(slots, std::optional(pick(value.formerInstances).id), std::optional<InstanceId>());
        } else if (kind < 87) {
            value.healthCheck.target = model::parseTarget(target()).value();
        } else if (kind < 90) {
            value.healthCheck.healthyThreshold = 2 + below(3);
        } else if (kind < 92) {
            value.listeners = anyBalancer("x").listeners;
        } else if (kind < 93) {
            value.tags = {model::Tag{"elastic-haproxy:hostnames", pick(std::vector<std::string>{"a.x", "b.x:c.x"})}};
        } else if (kind < 98) {
            for (auto &listener : value.listeners) {
                if (listener.protocol == model::Protocol::Https)
                    listener.certificateId = certificateArn(certificate());
            }
        } else if (kind < 99) {
            state.balancers.erase(state.balancers.begin());
        } else {
            state.node.threads = 1 + std::uint32_t(below(2));
            state.node.zone = chance(50) ? "near" : "";
        }
    }

    void assignSlots(State &state)
    {
        for (const auto &value : state.balancers) {
            auto &slots = state.slots[value.name.folded()];
            slots = plan::assignSlots(slots, value.instances, value.formerInstances);
        }
        std::erase_if(state.slots, [&](const auto &entry) {
            return std::ranges::none_of(state.balancers,
                                        [&](const auto &value) { return value.name.folded() == entry.first; });
        });
    }

    QRandomGenerator m_random;
};

HaproxyConfig projectedState(const Generator::State &state)
{
    return plan::project(refsTo(state.balancers), state.slots, state.node);
}

plan::SlotHealths anyHealths(Generator &generator, const HaproxyConfig &config)
{
    plan::SlotHealths healths;
    for (const auto &[name, value] : config.balancers) {
        for (const auto &server : value->check.servers) {
            if (server.address)
                healths.emplace(ServerKey(value->check.name, server.name), generator.health());
        }
    }
    return healths;
}

/// Where a slot's traffic and checks go, and for whom.
struct Target
{
    std::string instance;
    std::optional<IpAddress> host;
    std::vector<std::optional<Endpoint>> backends;

    bool operator==(const Target &) const = default;
};

Target targetOf(const plan::BalancerConfig &balancer, std::size_t slot)
{
    Target target;
    const auto &check = balancer.check.servers[slot];
    target.instance = check.instance;
    if (check.address)
        target.host = check.address->address;
    for (const auto &backend : balancer.backends)
        target.backends.push_back(backend.servers[slot].address);
    return target;
}

bool takesTraffic(const plan::ServerState &state)
{
    constexpr auto kDrain = plan::admin::kForcedDrain | plan::admin::kInheritedDrain;
    return state.isUp() && (state.admin & kDrain) == 0;
}

/// The check server that a listener's server tracks: "hc:web/s1" for "b:web:80/s1".
ServerKey trackedBy(const ServerKey &server)
{
    return {"hc:" + server.first.substr(2, server.first.rfind(':') - 2), server.second};
}

/// What is wrong with HAProxy while or after `change` turns it from `a` to `b`; empty: nothing.
class LawCheck
{
public:
    LawCheck(const HaproxyConfig &a, const HaproxyConfig &b, SimulatedHaproxy &haproxy)
        : m_a(a), m_b(b), m_before(haproxy.states()), m_haproxy(haproxy)
    {
    }

    std::string apply(const plan::RuntimeChange &change)
    {
        for (const auto &command : change.commands) {
            const auto judged = plan::judgeReply(command, m_haproxy.answer(command.sent()));
            if (!judged)
                return judged.error().message;
            if (auto wrong = misdirected(); !wrong.empty())
                return "after '" + command.text + "': " + wrong;
            if (auto wrong = unpinned(); !wrong.empty())
                return "after '" + command.text + "': " + wrong;
        }
        return {};
    }

    std::string result(const plan::RuntimeChange &change)
    {
        std::vector<std::string> changedBalancers;
        std::vector<ServerKey> registering;
        for (const auto &[name, desired] : m_b.balancers) {
            if (auto wrong = differsFromDesired(*desired); !wrong.empty())
                return wrong;
            if (!(m_a.balancers.at(name) == desired))
                changedBalancers.push_back(name);
            for (std::size_t slot = 0; slot < desired->check.servers.size(); ++slot) {
                if (auto wrong = slotLaw(*m_a.balancers.at(name), *desired, slot, registering); !wrong.empty())
                    return desired->check.name + "/s" + std::to_string(slot + 1) + ": " + wrong;
            }
        }
        if (registering != change.registering)
            return "the list of registering servers is another one";
        if (changedBalancers != change.balancers)
            return "the list of touched balancers is another one";
        if (m_haproxy.maps() != SimulatedHaproxy(m_b).maps())
            return "the maps differ";
        if (m_haproxy.certificates() != SimulatedHaproxy(m_b).certificates())
            return "the certificates differ";
        if (m_haproxy.acls() != SimulatedHaproxy(m_b).acls())
            return "the pinned certificates differ";
        return shownLaw(change);
    }

private:
    /// What the change says it swaps is what reads back otherwise than before.
    std::string shownLaw(const plan::RuntimeChange &change) const
    {
        const auto before = SimulatedHaproxy(m_a).certificates();
        std::size_t swapped = 0;
        for (const auto &[file, pem] : m_haproxy.certificates())
            swapped += before.at(file) != pem ? 1 : 0;
        if (swapped != change.certificates.size())
            return "the list of swapped certificates is another one";
        for (const auto &file : change.certificates) {
            const auto reply = m_haproxy.answer(plan::showCertificate(file.file));
            if (plan::parseFingerprintShown(reply) != file.certificate->fingerprint)
                return file.file + " shows another certificate";
        }
        return {};
    }

    /// No instance may ever get the traffic meant for another: an address changes only while nothing goes there.
    std::string misdirected() const
    {
        for (const auto &[key, now] : m_haproxy.states()) {
            const auto &was = m_before.at(key);
            const bool check = key.first.starts_with("hc:");
            const bool moved = now.address != was.address || (!check && now.port != was.port);
            if (moved && takesTraffic(now))
                return key.first + "/" + key.second + " takes traffic at another address";
        }
        return {};
    }

    /// What serves already, and may go on, is never refused; who is to serve is accepted before.
    std::string unpinned() const
    {
        const auto acls = m_haproxy.acls();
        for (const auto &[name, desired] : m_b.balancers) {
            for (const auto &backend : desired->backends) {
                if (!backend.pinned)
                    continue;
                const auto &has = acls.at(backend.pinned->file);
                for (const auto &server : backend.servers) {
                    const bool serves = takesTraffic(m_haproxy.state(backend.name, server.name));
                    if (serves && !server.draining && !std::ranges::includes(has, backend.pinned->hashes))
                        return backend.name + "/" + server.name + " serves, but its certificate is not accepted";
                }
            }
        }
        return {};
    }

    std::string differsFromDesired(const plan::BalancerConfig &desired) const
    {
        const auto found = plan::differences(desired, m_haproxy.states());
        return found.empty() ? std::string() : found.front();
    }

    std::string slotLaw(const plan::BalancerConfig &before, const plan::BalancerConfig &after, std::size_t slot,
                        std::vector<ServerKey> &registering) const
    {
        const auto &server = after.check.servers[slot];
        const ServerKey key(after.check.name, server.name);
        const auto was = m_before.at(key);
        const auto now = m_haproxy.state(key.first, key.second);
        if (targetOf(before, slot) == targetOf(after, slot)) {
            if (was.state != now.state || was.admin != now.admin || was.checkHealth != now.checkHealth)
                return "its state changed though its instance did not";
            for (const auto &backend : after.backends) {
                if (std::ranges::count(m_haproxy.shutDown(), ServerKey(backend.name, server.name)) != 0)
                    return "its sessions were shut down in " + backend.name;
            }
            return {};
        }
        if (before.check.servers[slot].address) {
            for (const auto &backend : after.backends) {
                if (std::ranges::count(m_haproxy.shutDown(), ServerKey(backend.name, server.name)) != 1)
                    return "its sessions were not shut down in " + backend.name;
            }
        }
        if (!server.address)
            return now.isInMaintenance() ? "" : "it is free and not in maintenance";
        registering.push_back(key);
        if (now.isUp() || !now.isForcedToDrain())
            return "it is not in drain and down";
        return {};
    }

    const HaproxyConfig &m_a;
    const HaproxyConfig &m_b;
    plan::ServerStates m_before;
    SimulatedHaproxy &m_haproxy;
};

/// Before a reload the old HAProxy ends the traffic of what is gone, and of nothing else.
std::string farewellLaw(const HaproxyConfig &a, const HaproxyConfig &b, const plan::Reload &reload)
{
    SimulatedHaproxy haproxy(a);
    const auto before = haproxy.states();
    for (const auto &command : reload.farewell) {
        const auto judged = plan::judgeReply(command, haproxy.answer(command.sent()));
        if (!judged)
            return judged.error().message;
    }
    for (const auto &[name, balancer] : a.balancers) {
        const auto next = b.balancers.find(name);
        for (std::size_t slot = 0; slot < balancer->check.servers.size(); ++slot) {
            const auto &server = balancer->check.servers[slot];
            const auto *wanted = next != b.balancers.end() && slot < next->second->check.servers.size()
                                     ? &next->second->check.servers[slot]
                                     : nullptr;
            const bool stays = wanted && wanted->address && wanted->instance == server.instance &&
                               wanted->address->address == server.address.value_or(Endpoint()).address;
            const bool gone = server.address && !stays;
            const ServerKey key(balancer->check.name, server.name);
            const auto now = haproxy.state(key.first, key.second);
            if (gone ? !now.isInMaintenance() : now != before.at(key))
                return key.first + "/" + key.second + (gone ? " goes on" : " was touched");
            for (const auto &backend : balancer->backends) {
                if (std::ranges::count(haproxy.shutDown(), ServerKey(backend.name, server.name)) != (gone ? 1 : 0))
                    return "sessions of " + backend.name + "/" + server.name;
            }
        }
    }
    return {};
}

/// What the next life of our process takes `haproxy` for, when it wants `desired`.
HaproxyConfig adopted(HaproxyConfig desired, SimulatedHaproxy &haproxy)
{
    plan::ShownFingerprints shown;
    plan::forEachCertificate(desired, [&](const plan::CertificateFile &file) {
        shown[file.file] = plan::parseFingerprintShown(haproxy.answer(plan::showCertificate(file.file)));
    });
    for (auto &[name, balancer] : desired.balancers)
        balancer = plan::asReported(*balancer, haproxy.states(), shown, haproxy.acls());
    return desired;
}

/// What is wrong when only the first `count` commands of `change` were carried out, and then another life of our
/// process goes on towards `b`; empty: nothing.
std::string interruptionLaw(SimulatedHaproxy haproxy, const plan::RuntimeChange &change, std::size_t count,
                            const HaproxyConfig &b)
{
    const auto before = haproxy.states();
    for (std::size_t i = 0; i < count; ++i)
        haproxy.answer(change.commands[i].sent());
    const auto rest = plan::makePlan(adopted(b, haproxy), b, kHaproxy26);
    if (const auto *reload = std::get_if<plan::Reload>(&rest))
        return "reload: " + reload->reason;
    if (const auto *commands = std::get_if<plan::RuntimeChange>(&rest)) {
        for (const auto &command : commands->commands) {
            const auto judged = plan::judgeReply(command, haproxy.answer(command.sent()));
            if (!judged)
                return judged.error().message;
        }
    }
    for (const auto &[name, desired] : b.balancers) {
        const auto found = plan::differences(*desired, haproxy.states());
        if (!found.empty())
            return found.front();
    }
    for (const auto &[key, now] : haproxy.states()) {
        const auto &was = before.at(key);
        // What drained has been checked all the while.
        const bool drained = was.isForcedIntoMaintenance() && key.first.starts_with("b:");
        const auto &judge = drained ? before.at(trackedBy(key)) : was;
        if (takesTraffic(now) && (!takesTraffic(judge) || now.address != was.address))
            return key.first + "/" + key.second + " takes traffic without a check";
    }
    if (haproxy.certificates() != SimulatedHaproxy(b).certificates())
        return "the certificates differ";
    if (haproxy.acls() != SimulatedHaproxy(b).acls())
        return "the pinned certificates differ";
    return haproxy.maps() == SimulatedHaproxy(b).maps() ? "" : "the maps differ";
}

std::string kindOf(const plan::Plan &plan)
{
    return std::vector<std::string>{"no change", "runtime change", "reload"}[plan.index()];
}

} // namespace

/// Applying makePlan(a, b) to a gives b, over many pairs; and nothing on the way is worse than either.
class PlannerLawTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void turnsOneStateIntoTheOther();
    void completesAChangeThatWasCutShort();

private:
    /// Another one each time, or the one that PLAN_SEED names.
    static quint32 seed();
};

quint32 PlannerLawTest::seed()
{
    bool given = false;
    const auto environment = qEnvironmentVariableIntValue("PLAN_SEED", &given);
    const auto seed = given ? quint32(environment) : QRandomGenerator::global()->generate();
    qInfo("PLAN_SEED=%d", int(seed));
    return seed;
}

void PlannerLawTest::turnsOneStateIntoTheOther()
{
    const auto seed = PlannerLawTest::seed();
    Generator generator(seed);
    std::map<std::string, int> kinds;
    for (int pair = 0; pair < 3500; ++pair) {
        const auto from = generator.state();
        const auto a = projectedState(from);
        const auto b = projectedState(generator.next(from));
        const auto capabilities = generator.chance(95) ? kHaproxy26 : plan::Capabilities{"2.6.12", true, false};
        const auto plan = plan::makePlan(a, b, capabilities);
        const bool sameStructure = plan::structureFingerprint(a) == plan::structureFingerprint(b);
        const auto label = "PLAN_SEED=" + std::to_string(int(seed)) + ", pair " + std::to_string(pair) + ": " +
                           plan::describe(plan) + "\n";
        ++kinds[kindOf(plan)];

        QVERIFY2(plan == plan::makePlan(a, b, capabilities), label.c_str());
        QVERIFY2(std::holds_alternative<plan::NoChange>(plan::makePlan(b, b, capabilities)), label.c_str());
        QVERIFY2(std::holds_alternative<plan::NoChange>(plan) == (a == b), label.c_str());
        if (const auto *reload = std::get_if<plan::Reload>(&plan)) {
            QVERIFY2(!sameStructure || capabilities != kHaproxy26, label.c_str());
            const auto wrong = farewellLaw(a, b, *reload);
            QVERIFY2(wrong.empty(), (label + wrong).c_str());
            continue;
        }
        QVERIFY2(sameStructure, label.c_str());
        const auto *change = std::get_if<plan::RuntimeChange>(&plan);
        if (!change)
            continue;
        SimulatedHaproxy haproxy(a, anyHealths(generator, a));
        LawCheck law(a, b, haproxy);
        const auto applied = law.apply(*change);
        QVERIFY2(applied.empty(), (label + applied).c_str());
        const auto wrong = law.result(*change);
        QVERIFY2(wrong.empty(), (label + wrong).c_str());
    }
    // Pairs of every kind, or the law was tried on nothing.
    for (const auto *kind : {"no change", "runtime change", "reload"})
        QVERIFY2(kinds[kind] >= 300, (std::string(kind) + ": " + std::to_string(kinds[kind])).c_str());
}

void PlannerLawTest::completesAChangeThatWasCutShort()
{
    const auto seed = PlannerLawTest::seed();
    Generator generator(seed);
    int interruptions = 0;
    for (int pair = 0; pair < 2000; ++pair) {
        const auto from = generator.state();
        const auto a = projectedState(from);
        const auto b = projectedState(generator.next(from));
        const auto plan = plan::makePlan(a, b, kHaproxy26);
        const auto *change = std::get_if<plan::RuntimeChange>(&plan);
        if (!change)
            continue;
        const SimulatedHaproxy haproxy(a, anyHealths(generator, a));
        for (std::size_t count = 0; count <= change->commands.size(); ++count, ++interruptions) {
            const auto wrong = interruptionLaw(haproxy, *change, count, b);
            const auto label = "PLAN_SEED=" + std::to_string(int(seed)) + ", pair " + std::to_string(pair) +
                               ", after " + std::to_string(count) + " commands of\n" + plan::describe(plan) + "\n" +
                               wrong;
            QVERIFY2(wrong.empty(), label.c_str());
        }
    }
    QVERIFY2(interruptions >= 1000, std::to_string(interruptions).c_str());
}

QTEST_GUILESS_MAIN(PlannerLawTest)
#include "tst_planner_law.moc"

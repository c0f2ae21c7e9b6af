#include "adapters/haproxy/generation_keeper.h"
#include "base/text.h"
#include "controller/base/readable.h"
#include "plan/plan.h"
#include "support/builders.h"
#include "support/haproxy_bench.h"
#include "support/simulated_haproxy.h"

#include <QCoro/QCoroTask>
#include <QRandomGenerator>

using namespace balancer;
using namespace balancer::tests;
using adapters::haproxy::GenerationKeeper;
using plan::HaproxyConfig;

namespace {

const plan::Capabilities kHaproxy26{"2.6.12", true, true};

/// "hc:web/s1 127.0.0.1:80 op 0 admin 8 health 0", a line each.
std::string describe(const plan::ServerStates &states)
{
    std::string text;
    for (const auto &[key, state] : states) {
        text += key.first + "/" + key.second + " " + state.address + ":" + std::to_string(state.port) + " op " +
                std::to_string(int(state.state)) + " admin " + std::to_string(state.admin);
        // Trackers keep counting nothing.
        if (key.first.starts_with("hc:"))
            text += " health " + std::to_string(state.checkHealth);
        text += "\n";
    }
    return text;
}

/// Starts with nothing registered, so that no check is made while the test runs.
std::vector<model::LoadBalancer> balancers()
{
    std::vector<model::LoadBalancer> values{loadBalancer("api").with(tcp(freePort(), 81)).checkedBy("TCP:81"),
                                            loadBalancer("web").checkedBy("HTTP:8080/ping")};
    values[1].listeners.push_back(http(freePort(), 8080));
    const model::LoadBalancer keys =
        loadBalancer("keys").with(listener(model::Protocol::Tcp, freePort(), model::Protocol::Ssl, 8443));
    values.push_back(demanding(keys, 8443, {1}));
    for (auto &value : values) {
        value.healthCheck.interval = std::chrono::seconds(300);
        value.healthCheck.healthyThreshold = 3;
    }
    return values;
}

} // namespace

/// The simulated HAProxy held to the real one.
class SimulatedHaproxyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void hasTheSameServersAfterAStart();
    void answersThePlannersCommandsAsHaproxyDoes();
    void refusesWhatHaproxyRefuses_data();
    void refusesWhatHaproxyRefuses();
    void offersTheCommandsThePlannerNeeds();
    void answersManyCommandsAtOnce();
    void keepsListsAsHaproxyDoes();

private:
    std::string sendToReal(const std::string &command);
    plan::ServerStates realStates();
    void apply(const std::vector<plan::Command> &commands);

    std::unique_ptr<Scratch> m_scratch;
    std::unique_ptr<GenerationKeeper> m_real;
    std::unique_ptr<SimulatedHaproxy> m_simulated;
    std::vector<model::LoadBalancer> m_balancers;
    plan::NodeView m_node;
};

void SimulatedHaproxyTest::init()
{
    m_scratch = std::make_unique<Scratch>();
    adapters::haproxy::KeeperOptions options;
    options.dataDirectory = options.runDirectory = m_scratch->path("");
    options.logSocket = m_scratch->path("log.sock");
    const auto binary = adapters::haproxy::HaproxyBinary::find(QStringLiteral("haproxy")).value();
    m_real = std::make_unique<GenerationKeeper>(binary, options);
    m_balancers = balancers();
    m_node.sharedAddresses = {address("127.0.0.1")};
    const auto config = projected(m_balancers, m_node);
    QCOMPARE(balancer::tests::describe(QCoro::waitFor(m_real->startGeneration(config, {}, {}))), std::string());
    m_simulated = std::make_unique<SimulatedHaproxy>(config);
}

void SimulatedHaproxyTest::cleanup()
{
    QVERIFY(QCoro::waitFor(m_real->stopAll()));
    m_real.reset();
    m_scratch.reset();
}

std::string SimulatedHaproxyTest::sendToReal(const std::string &command)
{
    const auto replies = QCoro::waitFor(m_real->send(std::vector<std::string>{command}));
    return std::string(trimmed(replies.value().front()));
}

plan::ServerStates SimulatedHaproxyTest::realStates()
{
    return plan::parseServersState(sendToReal("show servers state")).value();
}

void SimulatedHaproxyTest::apply(const std::vector<plan::Command> &commands)
{
    for (const auto &command : commands) {
        const auto real = sendToReal(command.text);
        const auto label = command.text + " → '" + real + "'";
        QVERIFY2(plan::judgeReply(command, real), label.c_str());
        QCOMPARE(std::string(trimmed(m_simulated->answer(command.text))), real);
        // The listener backends' order differs from the simulated one's, not what is in them.
        const auto states = plan::parseServersState(m_simulated->answer("show servers state")).value();
        QVERIFY2(describe(states) == describe(realStates()),
                 (label + "\nsimulated:\n" + describe(states) + "real:\n" + describe(realStates())).c_str());
    }
}

void SimulatedHaproxyTest::hasTheSameServersAfterAStart()
{
    QCOMPARE(describe(m_simulated->states()), describe(realStates()));
}

void SimulatedHaproxyTest::answersThePlannersCommandsAsHaproxyDoes()
{
    const auto seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    plan::SlotTable slots;
    auto running = projected(m_balancers, m_node);
    for (const auto &value : m_balancers)
        slots[value.name.folded()] = plan::assignSlots({}, value.instances);
    for (int step = 0; step < 40; ++step) {
        for (auto &value : m_balancers) {
            for (const auto &registered : std::exchange(value.instances, {}))
                value.formerInstances.push_back(model::FormerInstance{
                    registered.id, {}, registered.address, model::Timestamp(std::chrono::hours(random.bounded(2)))});
            for (int i = random.bounded(3); i > 0; --i)
                value.instances.push_back(instance("i-" + std::to_string(random.bounded(3) * 2 + i % 2),
                                                   "10.0.0." + std::to_string(1 + random.bounded(3)),
                                                   std::uint16_t(random.bounded(2) * 7000)));
            std::erase_if(value.formerInstances, [&](const model::FormerInstance &former) {
                return random.bounded(4) == 0 || model::findInstance(value, former.id);
            });
            auto &assigned = slots[value.name.folded()];
            // No more slots than HAProxy was started with.
            if (plan::assignSlots(assigned, value.instances, value.formerInstances).size() > assigned.size())
                value.formerInstances.clear();
            assigned = plan::assignSlots(assigned, value.instances, value.formerInstances);
        }
        const auto desired = plan::project(refsTo(m_balancers), slots, m_node);
        const auto plan = plan::makePlan(running, desired, kHaproxy26);
        running = desired;
        const auto *change = std::get_if<plan::RuntimeChange>(&plan);
        if (!change)
            continue;
        apply(change->commands);
        for (const auto &[backend, server] : change->registering) {
            if (random.bounded(3) > 0)
                apply(random.bounded(2) == 0 ? plan::readyCommands(backend, server)
                                             : plan::unhealthyCommands(backend, server));
        }
        if (QTest::currentTestFailed())
            return;
    }
}

void SimulatedHaproxyTest::refusesWhatHaproxyRefuses_data()
{
    QTest::addColumn<std::string>("command");
    for (const auto *command :
         {"set server hc:web/s9 state drain", "set server hc:nobody/s1 state drain", "set server hc:web/s1 state well",
          "set server hc:web/s1 health well", "set server hc:web/s1 addr nonsense port 1",
          "set map check-hosts-web.map s9 10.0.0.1:80", "set map nobody.map s1 x", "shutdown sessions server hc:web/s9",
          "show servers state nobody"})
        QTest::newRow(command) << std::string(command);
}

void SimulatedHaproxyTest::refusesWhatHaproxyRefuses()
{
    QFETCH(std::string, command);
    QCOMPARE(std::string(trimmed(m_simulated->answer(command))), sendToReal(command));
}

void SimulatedHaproxyTest::offersTheCommandsThePlannerNeeds()
{
    QVERIFY(plan::parseCommandList(sendToReal("help"), "2.6.12") == kHaproxy26);
    QVERIFY(plan::parseCommandList(m_simulated->answer("help"), "2.6.12") == kHaproxy26);
    QVERIFY(sendToReal("show version").starts_with("2."));
}

void SimulatedHaproxyTest::answersManyCommandsAtOnce()
{
    std::vector<std::string> commands;
    for (int i = 0; i < 1000; ++i) {
        commands.push_back("set server b:web:nobody/s1 state drain");
        commands.push_back("show servers state hc:web");
    }
    const auto replies = QCoro::waitFor(m_real->send(commands));
    QCOMPARE(balancer::tests::describe(replies), std::string());
    QCOMPARE(replies->size(), commands.size());
    for (std::size_t i = 0; i < commands.size(); i += 2) {
        QCOMPARE(std::string(trimmed(replies->at(i))), std::string("No such backend."));
        QCOMPARE(plan::parseServersState(replies->at(i + 1)).value().size(), std::size_t(2));
    }
}

void SimulatedHaproxyTest::keepsListsAsHaproxyDoes()
{
    const auto list = plan::pinFile(plan::backendName(name("keys"), m_balancers.back().listeners[0].loadBalancerPort));
    const std::vector<std::string> steps{"add acl LIST B", "add acl LIST A", "add acl LIST A",      "del acl LIST A",
                                         "del acl LIST A", "del acl LIST C", "add acl nobody.acl A"};
    for (auto command : steps) {
        if (const auto at = command.find("LIST"); at != std::string::npos)
            command.replace(at, 4, list);
        const auto real = sendToReal(command);
        QCOMPARE(std::string(trimmed(m_simulated->answer(command))), real);
    }
    const auto shown = plan::parsePinsShown(sendToReal("show acl " + list));
    QCOMPARE(shown, std::vector<std::string>{"B"});
    QCOMPARE(plan::parsePinsShown(m_simulated->answer("show acl " + list)), shown);
}

QTEST_GUILESS_MAIN(SimulatedHaproxyTest)
#include "tst_simulated_haproxy.moc"

#include "controller/base/readable.h"
#include "plan/plan.h"
#include "support/builders.h"
#include "support/simulated_haproxy.h"

#include <QFile>

using namespace balancer;
using namespace balancer::tests;
using plan::Command;
using plan::HaproxyConfig;
using plan::ServerKey;

namespace {

const plan::Capabilities kHaproxy26{"2.6.12", true, true};

model::LoadBalancer web()
{
    return loadBalancer("web")
        .with(http(80, 8080))
        .with(http(81, 8081))
        .checkedBy("HTTP:8080/ping")
        .with(instance("i-1", "10.0.0.1"));
}

/// How `web()` looks after `change`.
template <typename Change>
HaproxyConfig changed(Change change)
{
    auto value = web();
    change(value);
    return projected({value});
}

/// `web()` without its instance, which drains.
model::LoadBalancer drainingWeb()
{
    auto value = web();
    value.attributes.draining.enabled = true;
    return model::withoutInstances(value, {id("i-1")}, model::Timestamp()).value();
}

HaproxyConfig draining(const model::LoadBalancer &value)
{
    return plan::project(refsTo({value}), {{"web", {id("i-1"), std::nullopt}}}, plan::NodeView());
}

/// One instance whose certificate must have the key 1 or 2, and what it has shown.
HaproxyConfig judged(const std::vector<model::ShownChain> &shown)
{
    const model::LoadBalancer value = loadBalancer("web")
                                          .with(listener(model::Protocol::Tcp, 443, model::Protocol::Ssl, 8443))
                                          .with(instance("i-1", "10.0.0.1"));
    plan::NodeView node;
    for (const auto &chain : shown)
        plan::addChain(node.seen, endpoint("10.0.0.1:8443"), chain);
    return projected({demanding(value, 8443, {1, 2})}, node);
}

std::string planned(const HaproxyConfig &running, const HaproxyConfig &desired,
                    const plan::Capabilities &capabilities = kHaproxy26)
{
    return plan::describe(plan::makePlan(running, desired, capabilities));
}

bool takesTraffic(const plan::ServerState &state)
{
    constexpr auto kDrain = plan::admin::kForcedDrain | plan::admin::kInheritedDrain;
    return state.isUp() && (state.admin & kDrain) == 0;
}

} // namespace

class PlanTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void doesNothingWhenNothingChanged();
    void registersInAFreeSlot();
    void deregistersWithAnEndToItsSessions();
    void drains();
    void freesWhatHasDrained();
    void takesBackWhatDrains();
    void tellsTheLeavingGenerationWhatDrains();
    void acceptsACertificateBeforeItsServerServes();
    void acceptsARenewedCertificateByACommand();
    void reloadsForCertificatesWithoutTheCommand();
    void replacesAnInstanceInItsSlot();
    void movesAnInstanceToAnotherAddress();
    void keepsTheStateWhenOnlyTheCheckPortChanges();
    void leavesOtherBalancersAlone();
    void reloadsWithAReason_data();
    void reloadsWithAReason();
    void reloadsWhenHaproxyLacksACommand();
    void readsTheListOfCommands();
    void makesReadyOnlyAfterHealth();
    void judgesReplies_data();
    void judgesReplies();
};

void PlanTest::doesNothingWhenNothingChanged()
{
    QCOMPARE(planned(projected({web()}), projected({web()})), std::string("no change"));
    QCOMPARE(planned(HaproxyConfig(), HaproxyConfig()), std::string("no change"));
}

void PlanTest::registersInAFreeSlot()
{
    const auto desired = changed(
        [](auto &value) { value = model::withInstances(value, {instance("i-2", "fd00::2", 7000)}, {}).value(); });
    QCOMPARE(planned(projected({web()}), desired), std::string("set map check-hosts-web.map s2 [fd00::2]:7000\n"
                                                               "set server hc:web/s2 addr fd00::2 port 7000\n"
                                                               "set server b:web:80/s2 addr fd00::2 port 7000\n"
                                                               "set server b:web:81/s2 addr fd00::2 port 7000\n"
                                                               "set server hc:web/s2 state drain\n"
                                                               "set server hc:web/s2 health down"));
    const auto plan = plan::makePlan(projected({web()}), desired, kHaproxy26);
    const auto &change = std::get<plan::RuntimeChange>(plan);
    QCOMPARE(change.balancers, std::vector<std::string>{"web"});
    QCOMPARE(change.registering, std::vector{ServerKey("hc:web", "s2")});
}

void PlanTest::deregistersWithAnEndToItsSessions()
{
    const auto desired = changed([](auto &value) { value.instances.clear(); });
    QCOMPARE(planned(projected({web()}), desired), std::string("set server hc:web/s1 state maint\n"
                                                               "shutdown sessions server b:web:80/s1\n"
                                                               "shutdown sessions server b:web:81/s1\n"
                                                               "set map check-hosts-web.map s1 localhost\n"
                                                               "set server hc:web/s1 addr 192.0.2.1 port 1\n"
                                                               "set server b:web:80/s1 addr 192.0.2.1 port 1\n"
                                                               "set server b:web:81/s1 addr 192.0.2.1 port 1"));
}

void PlanTest::drains()
{
    const auto plan = plan::makePlan(projected({web()}), draining(drainingWeb()), kHaproxy26);
    QCOMPARE(plan::describe(plan), std::string("set server b:web:80/s1 state maint\n"
                                               "set server b:web:81/s1 state maint"));
    QVERIFY(std::get<plan::RuntimeChange>(plan).registering.empty());
}

void PlanTest::freesWhatHasDrained()
{
    // The listeners' servers are as they were, so that the next instance finds a clean slot.
    QCOMPARE(planned(draining(drainingWeb()), projected({drainingWeb()})),
             std::string("set server hc:web/s1 state maint\n"
                         "shutdown sessions server b:web:80/s1\n"
                         "shutdown sessions server b:web:81/s1\n"
                         "set server b:web:80/s1 state ready\n"
                         "set server b:web:81/s1 state ready\n"
                         "set map check-hosts-web.map s1 localhost\n"
                         "set server hc:web/s1 addr 192.0.2.1 port 1\n"
                         "set server b:web:80/s1 addr 192.0.2.1 port 1\n"
                         "set server b:web:81/s1 addr 192.0.2.1 port 1"));
}

void PlanTest::takesBackWhatDrains()
{
    const auto plan = plan::makePlan(draining(drainingWeb()), projected({web()}), kHaproxy26);
    QCOMPARE(plan::describe(plan), std::string("set server b:web:80/s1 state ready\n"
                                               "set server b:web:81/s1 state ready"));
    // It has been checked all the while.
    QVERIFY(std::get<plan::RuntimeChange>(plan).registering.empty());
}

void PlanTest::tellsTheLeavingGenerationWhatDrains()
{
    auto value = drainingWeb();
    value.listeners.push_back(http(82, 8082));
    const auto plan = plan::makePlan(projected({web()}), draining(value), kHaproxy26);
    const auto &farewell = std::get<plan::Reload>(plan).farewell;
    QCOMPARE(farewell.size(), std::size_t(2));
    QCOMPARE(farewell[0].text, std::string("set server b:web:80/s1 state maint"));
    QCOMPARE(farewell[1].text, std::string("set server b:web:81/s1 state maint"));
}

void PlanTest::acceptsACertificateBeforeItsServerServes()
{
    QCOMPARE(planned(judged({}), judged({{"HASH1", {publicKey(1)}}})),
             std::string("add acl certificates-b-web-443.acl HASH1\nset server b:web:443/s1 state ready"));
    // Whose key is not accepted (any more) gets nothing, and what it showed before is accepted no longer than that.
    QCOMPARE(planned(judged({}), judged({{"HASH1", {publicKey(3)}}})), std::string("no change"));
    QCOMPARE(planned(judged({{"HASH1", {publicKey(1)}}}), judged({{"HASH2", {publicKey(3)}}})),
             std::string("set server b:web:443/s1 state maint\ndel acl certificates-b-web-443.acl HASH1"));
}

void PlanTest::acceptsARenewedCertificateByACommand()
{
    const model::ShownChain old{"HASH1", {publicKey(1)}};
    const model::ShownChain renewed{"HASH2", {publicKey(3), publicKey(2)}};
    // The old one too: connections to which it was shown may go on.
    QCOMPARE(planned(judged({old}), judged({old, renewed})), std::string("add acl certificates-b-web-443.acl HASH2"));
}

void PlanTest::reloadsForCertificatesWithoutTheCommand()
{
    const plan::Capabilities noAcls{"2.6.12", true, true, true, false};
    QCOMPARE(planned(judged({}), judged({{"HASH1", {publicKey(1)}}}), noAcls),
             std::string("reload: HAProxy 2.6.12 cannot change lists of certificates at run time"));
    QCOMPARE(planned(judged({}), judged({{"HASH1", {publicKey(3)}}}), noAcls), std::string("no change"));
}

void PlanTest::replacesAnInstanceInItsSlot()
{
    const auto desired = changed([](auto &value) { value.instances = {instance("i-9", "10.0.0.1")}; });
    const auto plan = plan::makePlan(projected({web()}), desired, kHaproxy26);
    // Even at the same address it is another instance: it has to pass a check of its own.
    QCOMPARE(std::get<plan::RuntimeChange>(plan).registering, std::vector{ServerKey("hc:web", "s1")});
    QVERIFY(plan::describe(plan).starts_with("set server hc:web/s1 state maint\n"));
}

void PlanTest::movesAnInstanceToAnotherAddress()
{
    const auto desired = changed([](auto &value) { value.instances.front().address.address = address("10.0.0.9"); });
    const auto plan = plan::makePlan(projected({web()}), desired, kHaproxy26);
    QCOMPARE(std::get<plan::RuntimeChange>(plan).registering, std::vector{ServerKey("hc:web", "s1")});
}

void PlanTest::keepsTheStateWhenOnlyTheCheckPortChanges()
{
    const auto desired = changed([](auto &value) { value.healthCheck.target.port = 9999; });
    QCOMPARE(planned(projected({web()}), desired),
             std::string("set map check-hosts-web.map s1 10.0.0.1:9999\nset server hc:web/s1 addr 10.0.0.1 port 9999"));
}

void PlanTest::leavesOtherBalancersAlone()
{
    const model::LoadBalancer other = loadBalancer("api").with(http(90, 90)).with(instance("i-1", "10.0.0.1"));
    const model::LoadBalancer more = model::withInstances(other, {instance("i-2", "10.0.0.2")}, {}).value();
    const auto text = planned(projected({other, web()}), projected({more, web()}));
    QVERIFY(text.find("hc:api/s2") != std::string::npos);
    QVERIFY(text.find("web") == std::string::npos);
}

void PlanTest::reloadsWithAReason_data()
{
    QTest::addColumn<HaproxyConfig>("running");
    QTest::addColumn<HaproxyConfig>("desired");
    QTest::addColumn<std::string>("reason");
    const auto base = projected({web()});
    const auto row = [](const char *label, const HaproxyConfig &running, const HaproxyConfig &desired,
                        const char *reason) { QTest::newRow(label) << running << desired << std::string(reason); };
    const auto withListener = changed([](auto &value) { value.listeners.push_back(http(82, 82)); });
    row("a balancer is new", projected({}), projected({loadBalancer("web")}), "load balancer web is new");
    row("a balancer is gone", projected({loadBalancer("web")}), projected({}), "load balancer web is gone");
    row("a listener is new", base, withListener, "frontend f:82 is new");
    row("a listener is gone", withListener, base, "frontend f:82 is gone");
    row("slots grow", base, changed([](auto &value) {
            for (int i = 2; i < 4; ++i)
                value.instances.push_back(instance("i-" + std::to_string(i), "10.0.0.2"));
        }),
        "backend hc:web gets 4 slots instead of 2");
    row("the check's path", base, changed([](auto &value) { value.healthCheck.target.path = "/other"; }),
        "the health check of load balancer web changed");
    row("a threshold", base, changed([](auto &value) { value.healthCheck.healthyThreshold = 3; }),
        "the health check of load balancer web changed");
    row("the instances are asked over TLS", base,
        changed([](auto &value) { value.listeners[0].instanceProtocol = model::Protocol::Https; }),
        "backend b:web:80 changed beyond its servers");
    plan::NodeView threads;
    threads.threads = 2;
    row("the global section", base, projected({web()}, threads), "the global section changed");
    row("another address", projected({web()}, nodeWithPool({web()})),
        projected({web()}, nodeWithPool({loadBalancer("a"), web()})), "frontend f:web:80 changed");
}

void PlanTest::reloadsWithAReason()
{
    QFETCH(HaproxyConfig, running);
    QFETCH(HaproxyConfig, desired);
    QFETCH(std::string, reason);
    QCOMPARE(planned(running, desired), "reload: " + reason);
}

void PlanTest::reloadsWhenHaproxyLacksACommand()
{
    const auto free = changed([](auto &value) { value.instances.clear(); });
    const plan::Capabilities noServers{"2.6.12", false, true};
    const plan::Capabilities noMaps{"2.6.12", true, false};
    QCOMPARE(planned(projected({web()}), free, noServers),
             std::string("reload: HAProxy 2.6.12 cannot change servers at run time"));
    QCOMPARE(planned(projected({web()}), free, noMaps),
             std::string("reload: HAProxy 2.6.12 cannot change maps at run time"));
    QCOMPARE(planned(free, free, noServers), std::string("no change"));

    const model::LoadBalancer plain = loadBalancer("plain").with(tcp(25, 25));
    const auto registered = model::withInstances(plain, {instance("i-1", "10.0.0.1")}, {}).value();
    QCOMPARE(plan::makePlan(projected({plain}), projected({registered}), noMaps).index(), std::size_t(1));
}

void PlanTest::readsTheListOfCommands()
{
    QFile file(QStringLiteral(BALANCER_TEST_DATA "/plan/help.txt"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const auto help = file.readAll().toStdString();
    QVERIFY(plan::parseCommandList(help, "2.6.12") == kHaproxy26);
    const plan::Capabilities none{"1.5", false, false, false, false};
    QVERIFY(plan::parseCommandList("", "1.5") == none);
}

void PlanTest::makesReadyOnlyAfterHealth()
{
    SimulatedHaproxy haproxy(projected({web()}));
    const auto send = [&](const std::vector<Command> &commands) {
        for (const auto &command : commands)
            QVERIFY(plan::judgeReply(command, haproxy.answer(command.text)));
    };
    send(plan::unhealthyCommands("hc:web", "s1"));
    QVERIFY(!haproxy.state("b:web:80", "s1").isUp());
    QCOMPARE(haproxy.state("hc:web", "s1").admin, 0U);
    send(plan::readyCommands("hc:web", "s1"));
    QVERIFY(takesTraffic(haproxy.state("b:web:80", "s1")));
    QVERIFY(takesTraffic(haproxy.state("hc:web", "s1")));
}

void PlanTest::judgesReplies_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<std::string>("reply");
    QTest::addColumn<bool>("succeeded");
    const auto row = [](const char *label, Command::Kind kind, const char *reply, bool succeeded) {
        QTest::newRow(label) << int(kind) << std::string(reply) << succeeded;
    };
    using Kind = Command::Kind;
    row("both changed", Kind::SetAddress,
        "IP changed from '192.0.2.4' to '127.0.0.1', port changed from '1' to '18080' by 'stats socket command'\n",
        true);
    row("the port alone", Kind::SetAddress,
        "no need to change the addr, port changed from '1' to '2' by 'stats socket command'\n", true);
    row("neither", Kind::SetAddress, "no need to change the addr, no need to change the port by 'stats socket command'",
        true);
    row("an address without an answer", Kind::SetAddress, "\n", false);
    row("no such server", Kind::SetAddress, "No such server.\n", false);
    row("an address it can't read", Kind::SetAddress, "Invalid addr family, must be IPv4 or IPv6", false);
    row("a state", Kind::SetState, "\n", true);
    row("a state of no server", Kind::SetState, "No such server.", false);
    row("health", Kind::SetHealth, "", true);
    row("health of a tracking server", Kind::SetHealth, "cannot change health on a tracking server.", false);
    row("sessions", Kind::ShutdownSessions, "", true);
    row("sessions of no server", Kind::ShutdownSessions, "No such server.", false);
    row("a map", Kind::SetMap, "\n", true);
    row("a map without the entry", Kind::SetMap, "entry not found.", false);
    row("no permission", Kind::SetMap, "Permission denied\n", false);
    row("a certificate accepted", Kind::AddToAcl, "\n", true);
    row("a list that is not there", Kind::AddToAcl, "Unknown ACL identifier. Please use #<id> or <file>.", false);
    row("a certificate not accepted any more", Kind::DeleteFromAcl, "\n", true);
    row("one that was not accepted", Kind::DeleteFromAcl, "Key not found.\n", true);
    row("none of a list that is not there", Kind::DeleteFromAcl, "Unknown ACL identifier. Please use #<id> or <file>.",
        false);
    row("a state that answers as an address would", Kind::SetState, "IP changed from 'a' to 'b'", false);
}

void PlanTest::judgesReplies()
{
    QFETCH(int, kind);
    QFETCH(std::string, reply);
    QFETCH(bool, succeeded);
    const Command command{static_cast<Command::Kind>(kind), "the command"};
    const auto judged = plan::judgeReply(command, reply);
    QCOMPARE(judged.has_value(), succeeded);
    if (!judged) {
        QCOMPARE(judged.error().code, ErrorCode::Refused);
        QVERIFY(judged.error().message.find("the command") != std::string::npos);
    }
}

QTEST_GUILESS_MAIN(PlanTest)
#include "tst_plan.moc"

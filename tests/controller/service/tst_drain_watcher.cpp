#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/service_node.h"

using namespace balancer;
using namespace balancer::tests;

namespace {

NodeSettings quickSettings()
{
    NodeSettings settings;
    settings.options.saveDelay = std::chrono::milliseconds(1);
    settings.options.retryDelay = std::chrono::milliseconds(1);
    return settings;
}

constexpr auto kInstance = "10.0.0.1";
constexpr auto kDraining = "InService: Instance deregistration currently in progress.";
constexpr auto kGone = "OutOfService: Instance is not currently registered with the LoadBalancer.";

} // namespace

/// The way out of service of an instance that drains.
class DrainWatcherTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void freesAtOnceWhatHasNoSessions();
    void waitsForTheLastSession();
    void endsSessionsWhenTheTimeHasPassed();
    void leavesAloneWhatIsRegisteredAgain();
    void endsSessionsAtOnceWithoutDraining();
    void goesOnAfterAFailedQuestion();
    void freesWhatDrainedBeforeHaproxyDied();
    void asksNothingWhileNothingDrains();
    void waitsForWhatALeavingGenerationHas();
    void endsWhatALeavingGenerationHasWhenTheTimeHasPassed();
    void endsItAtOnceWithoutDraining();
    void endsWhatComesLater();

private:
    void reload();
    SimulatedHaproxy &leaving() { return m_node->haproxy.leaving(1); }
    void deregister();
    void reregister();
    std::string health();
    bool isDraining() { return m_node->haproxy.running().state("b:web:80", "s1").isForcedIntoMaintenance(); }
    bool isFree() { return m_node->haproxy.running().state("b:web:80", "s1").address == "192.0.2.1"; }

    ServiceNode *m_node = nullptr;
};

void DrainWatcherTest::init()
{
    m_node = &ServiceNode::make(quickSettings());
    model::LoadBalancer web = loadBalancer("web").with(http(80, 8080)).with(instance(kInstance, kInstance));
    web.attributes.draining = {true, std::chrono::seconds(60)};
    ports::Transaction transaction;
    ports::BalancerChange change;
    change.name = web.name;
    change.value = web;
    transaction.balancers.push_back(change);
    QVERIFY(QCoro::waitFor(m_node->store.save(transaction)));
    QVERIFY(m_node->start());
    QTRY_VERIFY(m_node->isSettled());
    m_node->haproxy.running().setSessions("b:web:80", "s1", 1);
}

void DrainWatcherTest::cleanup()
{
    m_node->drains().stop();
    m_node->leaving().stop();
    m_node->reconciler().stop();
}

void DrainWatcherTest::deregister()
{
    QVERIFY(m_node->perform(model::DeregisterInstances{name("web"), {id(kInstance)}}));
}

void DrainWatcherTest::reregister()
{
    QVERIFY(m_node->perform(model::RegisterInstances{name("web"), {id(kInstance)}}));
}

std::string DrainWatcherTest::health()
{
    const auto answer = m_node->perform(model::DescribeInstanceHealth{name("web"), {id(kInstance)}});
    return answer ? answer->states.at(0).state + ": " + answer->states.at(0).description : answer.error().message;
}

void DrainWatcherTest::freesAtOnceWhatHasNoSessions()
{
    m_node->haproxy.running().setSessions("b:web:80", "s1", 0);
    deregister();
    QTRY_VERIFY(isFree());
    QVERIFY(!isDraining());
    QCOMPARE(health(), std::string(kGone));
}

void DrainWatcherTest::waitsForTheLastSession()
{
    deregister();
    QVERIFY(isDraining());
    QCOMPARE(health(), std::string(kDraining));
    const auto asked = m_node->haproxy.running().commands().size();
    QTRY_VERIFY(m_node->haproxy.running().commands().size() > asked + 3);
    QVERIFY(isDraining() && !isFree());
    QVERIFY(m_node->haproxy.running().shutDown().empty());
    m_node->haproxy.running().setSessions("b:web:80", "s1", 0);
    QTRY_VERIFY(isFree());
    QTRY_COMPARE(health(), std::string(kGone));
}

void DrainWatcherTest::endsSessionsWhenTheTimeHasPassed()
{
    deregister();
    m_node->clock.advance(std::chrono::seconds(59));
    const auto asked = m_node->haproxy.running().commands().size();
    QTRY_VERIFY(m_node->haproxy.running().commands().size() > asked + 3);
    QVERIFY(isDraining() && !isFree());
    m_node->clock.advance(std::chrono::seconds(1));
    QTRY_VERIFY(isFree());
    QCOMPARE(m_node->haproxy.running().shutDown(), std::vector{plan::ServerKey("b:web:80", "s1")});
}

void DrainWatcherTest::leavesAloneWhatIsRegisteredAgain()
{
    deregister();
    QVERIFY(isDraining());
    reregister();
    QVERIFY(!isDraining());
    QCOMPARE(health(), std::string("InService: N/A"));
    m_node->clock.advance(std::chrono::hours(1));
    QTRY_VERIFY(m_node->drains().isIdle());
    QVERIFY(!isFree());
    QVERIFY(m_node->haproxy.running().shutDown().empty());
}

void DrainWatcherTest::endsSessionsAtOnceWithoutDraining()
{
    model::AttributesChange change;
    change.draining = model::ConnectionDrainingChange{false, std::nullopt};
    QVERIFY(m_node->perform(model::ModifyAttributes{name("web"), change}));
    deregister();
    QVERIFY(isFree());
    QCOMPARE(m_node->haproxy.running().shutDown(), std::vector{plan::ServerKey("b:web:80", "s1")});
    QCOMPARE(health(), std::string(kGone));
}

void DrainWatcherTest::goesOnAfterAFailedQuestion()
{
    m_node->haproxy.running().setSessions("b:web:80", "s1", 0);
    m_node->haproxy.answerInstead("show stat", "nonsense\n", 2);
    deregister();
    QTRY_VERIFY(isFree());
}

void DrainWatcherTest::freesWhatDrainedBeforeHaproxyDied()
{
    deregister();
    QVERIFY(isDraining());
    m_node->haproxy.die();
    QTRY_VERIFY(m_node->haproxy.isRunning());
    // It starts as draining, for that is what ran; and with it all sessions are gone.
    QVERIFY(m_node->haproxy.started().back().balancers.at("web")->backends.at(0).servers.at(0).draining);
    QTRY_VERIFY(isFree());
}

void DrainWatcherTest::asksNothingWhileNothingDrains()
{
    QVERIFY(m_node->drains().isIdle());
    const auto &commands = m_node->haproxy.running().commands();
    const auto isQuestion = [](const std::string &command) { return command.starts_with("show stat "); };
    QVERIFY(std::ranges::none_of(commands, isQuestion));
}

/// The session goes on in the generation that leaves; the new one has none.
void DrainWatcherTest::reload()
{
    const model::LoadBalancer other = loadBalancer("web").checkedBy("HTTP:8080/");
    const auto &check = other.healthCheck;
    QVERIFY(m_node->perform(model::ConfigureHealthCheck{name("web"), check}));
    QCOMPARE(m_node->haproxy.leavingGenerations(), std::vector{1});
}

void DrainWatcherTest::waitsForWhatALeavingGenerationHas()
{
    reload();
    deregister();
    const auto asked = leaving().commands().size();
    QTRY_VERIFY(leaving().commands().size() > asked + 3);
    QVERIFY(isDraining() && !isFree());
    QCOMPARE(health(), std::string(kDraining));
    QVERIFY(leaving().shutDown().empty());
    m_node->haproxy.hasLeft(1);
    QTRY_VERIFY(isFree());
    QTRY_COMPARE(health(), std::string(kGone));
}

void DrainWatcherTest::endsWhatALeavingGenerationHasWhenTheTimeHasPassed()
{
    deregister();
    reload();
    QVERIFY(isDraining());
    m_node->clock.advance(std::chrono::seconds(60));
    QTRY_COMPARE(leaving().shutDown(), std::vector{plan::ServerKey("b:web:80", "s1")});
    QTRY_VERIFY(isFree());
}

void DrainWatcherTest::endsItAtOnceWithoutDraining()
{
    model::AttributesChange change;
    change.draining = model::ConnectionDrainingChange{false, std::nullopt};
    QVERIFY(m_node->perform(model::ModifyAttributes{name("web"), change}));
    reload();
    deregister();
    QTRY_COMPARE(leaving().shutDown(), std::vector{plan::ServerKey("b:web:80", "s1")});
}

void DrainWatcherTest::endsWhatComesLater()
{
    endsItAtOnceWithoutDraining();
    leaving().setSessions("b:web:80", "s1", 1); // over a connection that a client kept
    QTRY_COMPARE(leaving().shutDown().size(), std::size_t(2));
}

QTEST_GUILESS_MAIN(DrainWatcherTest)
#include "tst_drain_watcher.moc"

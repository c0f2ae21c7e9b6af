#include "controller/base/readable.h"
#include "service/health_watcher.h"
#include "support/builders.h"
#include "support/fake_haproxy.h"

#include <QCoro/QCoroTask>

#include <QElapsedTimer>

using namespace balancer;
using namespace balancer::tests;
using plan::ServerKey;
using plan::SlotHealth;
using service::HealthWatcher;
using service::Registration;
using service::Turnstile;
using Kind = plan::HealthEvent::Kind;

namespace {

const ServerKey kFirst("hc:web", "s1");

model::LoadBalancer web(int instances)
{
    model::LoadBalancer value = loadBalancer("web").with(http(80, 8080));
    for (int i = 1; i <= instances; ++i)
        value.instances.push_back(instance("i-" + std::to_string(i), "10.0.0." + std::to_string(i)));
    return value;
}

Registration registration(int server, const std::string &where, int unhealthyThreshold = 2)
{
    Registration made;
    made.server = ServerKey("hc:web", "s" + std::to_string(server));
    made.check = model::defaultHealthCheck(8080);
    made.check.interval = std::chrono::seconds(0); // the next check follows at once
    made.check.unhealthyThreshold = unhealthyThreshold;
    made.endpoint = endpoint(where);
    return made;
}

QCoro::Task<void> holdTurn(Turnstile &turnstile, Gate &gate)
{
    const auto turn = co_await turnstile.take();
    co_await gate.pass();
}

/// What lives while a coroutine may refer to it: to the end of the program.
struct Bench
{
    FakeHaproxy haproxy;
    FakeHealthProbe probe;
    FakeHealthLog log;
    Turnstile turn;
    HealthWatcher watcher{haproxy, probe, log, turn};
    std::vector<std::string> seen; ///< "s1 up"
};

} // namespace

class HealthWatcherTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void makesReadyAfterTheFirstPassedCheck();
    void makesReadyExactlyOnce();
    void takesHaproxysOwnFirstCheckToo();
    void countsAsUnhealthyAfterTheThreshold();
    void forgivesFailuresBelowTheThreshold();
    void checksAgainAfterACheckThatTookLongerThanTheInterval();
    void startsAgainAtAnotherAddress();
    void goesOnWithTheSameRegistration();
    void saysNothingOfADeregisteredInstance();
    void saysNothingOfWhatAnotherConfigurationLacks();
    void repeatsUntilHaproxyHeardIt();
    void saysTheRestWhenOneServerIsRefused();
    void tellsManyTogether();
    void waitsForItsTurn();
    void followsHaproxysLog();
    void remembersWithoutTouchingWhatRegisters();

private:
    bool isReady(int server) const
    {
        const auto state = m_bench->haproxy.running().state("hc:web", "s" + std::to_string(server));
        return state.isUp() && !state.isForcedToDrain();
    }
    bool isUnhealthy(int server) const
    {
        const auto state = m_bench->haproxy.running().state("hc:web", "s" + std::to_string(server));
        return !state.isUp() && !state.isForcedToDrain();
    }

    Bench *m_bench = nullptr;
};

void HealthWatcherTest::init()
{
    static auto &all = *new std::vector<std::unique_ptr<Bench>>;
    all.push_back(std::make_unique<Bench>());
    m_bench = all.back().get();
    m_bench->haproxy.runAlready(projected({web(3)}), {});
    auto *seen = &m_bench->seen;
    connect(&m_bench->watcher, &HealthWatcher::instanceHealthChanged, this,
            [seen](const ServerKey &server, SlotHealth health) {
                const std::vector<std::string> words{"registering", "down", "up"};
                seen->push_back(server.second + " " + words[std::size_t(health)]);
            });
}

void HealthWatcherTest::makesReadyAfterTheFirstPassedCheck()
{
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080")});
    QVERIFY(m_bench->watcher.healths().at(kFirst) == SlotHealth::Registering);
    QVERIFY(!isReady(1));
    QTRY_VERIFY(isReady(1));
    QTRY_COMPARE(m_bench->seen, (std::vector<std::string>{"s1 registering", "s1 up"}));
    QCOMPARE(m_bench->probe.checks(), std::vector<std::string>{"TCP:8080 10.0.0.1:8080"});
    QVERIFY(m_bench->watcher.healths().at(kFirst) == SlotHealth::Up);
}

void HealthWatcherTest::makesReadyExactlyOnce()
{
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080")});
    m_bench->log.log(Kind::CheckPassed, "hc:web", "s1");
    m_bench->log.log(Kind::CheckPassed, "hc:web", "s1");
    QTRY_VERIFY(isReady(1));
    m_bench->log.log(Kind::CheckPassed, "hc:web", "s1");
    QTRY_COMPARE(m_bench->seen.size(), std::size_t(2));
    const std::vector<std::string> expected{"set server hc:web/s1 health up", "set server hc:web/s1 state ready"};
    QCOMPARE(m_bench->haproxy.changes(), expected);
}

void HealthWatcherTest::takesHaproxysOwnFirstCheckToo()
{
    m_bench->probe.gate().close();
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080")});
    QTRY_COMPARE(m_bench->probe.gate().waiting(), 1);
    m_bench->log.log(Kind::CheckFailed, "hc:web", "s1"); // says nothing: ours counts
    m_bench->log.log(Kind::CheckPassed, "hc:web", "s1");
    QTRY_VERIFY(isReady(1));
    m_bench->probe.setFailing("10.0.0.1:8080", true);
    m_bench->probe.gate().open(); // ours comes too late to say otherwise
    QTRY_COMPARE(m_bench->probe.gate().waiting(), 0);
    QVERIFY(isReady(1));
    QVERIFY(m_bench->watcher.healths().at(kFirst) == SlotHealth::Up);
}

void HealthWatcherTest::countsAsUnhealthyAfterTheThreshold()
{
    m_bench->probe.setFailing("10.0.0.1:8080", true);
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080", 3)});
    QTRY_VERIFY(isUnhealthy(1));
    QTRY_COMPARE(m_bench->seen, (std::vector<std::string>{"s1 registering", "s1 down"}));
    QCOMPARE(m_bench->probe.checks().size(), std::size_t(3));
}

void HealthWatcherTest::forgivesFailuresBelowTheThreshold()
{
    m_bench->probe.setFailing("10.0.0.1:8080", true);
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080", 1000000)});
    QTRY_VERIFY(m_bench->probe.checks().size() > 5);
    QVERIFY(!isReady(1) && !isUnhealthy(1));
    m_bench->probe.setFailing("10.0.0.1:8080", false);
    QTRY_VERIFY(isReady(1));
}

void HealthWatcherTest::checksAgainAfterACheckThatTookLongerThanTheInterval()
{
    m_bench->probe.setFailing("10.0.0.1:8080", true);
    m_bench->probe.gate().close();
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080", 1000000)});
    QTRY_COMPARE(m_bench->probe.gate().waiting(), 1);
    QElapsedTimer sinceTheCheckBegan;
    sinceTheCheckBegan.start();
    QTRY_VERIFY(sinceTheCheckBegan.elapsed() > 5); // the interval is none at all
    m_bench->probe.setFailing("10.0.0.1:8080", false);
    m_bench->probe.gate().open();
    QTRY_VERIFY(isReady(1));
}

void HealthWatcherTest::startsAgainAtAnotherAddress()
{
    m_bench->probe.gate().close();
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080")});
    QTRY_COMPARE(m_bench->probe.gate().waiting(), 1);
    m_bench->probe.setFailing("10.0.0.9:8080", true);
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.9:8080", 1000000)});
    QTRY_COMPARE(m_bench->probe.gate().waiting(), 2);
    m_bench->probe.gate().open();
    // The check of the old address passes, and means nothing.
    QTRY_VERIFY(m_bench->probe.checks().size() > 5);
    QVERIFY(!isReady(1));
    QVERIFY(m_bench->haproxy.changes().empty());
    m_bench->probe.setFailing("10.0.0.9:8080", false);
    QTRY_VERIFY(isReady(1));
}

void HealthWatcherTest::goesOnWithTheSameRegistration()
{
    m_bench->probe.gate().close();
    for (int i = 0; i < 3; ++i)
        m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080")});
    QTRY_COMPARE(m_bench->probe.gate().waiting(), 1);
    m_bench->probe.gate().open();
    QTRY_VERIFY(isReady(1));
    QCOMPARE(m_bench->probe.checks().size(), std::size_t(1));
}

void HealthWatcherTest::saysNothingOfADeregisteredInstance()
{
    m_bench->probe.gate().close();
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080"), registration(2, "10.0.0.2:8080")});
    QTRY_COMPARE(m_bench->probe.gate().waiting(), 2);
    m_bench->watcher.forget(kFirst);
    m_bench->probe.gate().open();
    QTRY_VERIFY(isReady(2));
    QVERIFY(!isReady(1));
    QVERIFY(!m_bench->watcher.healths().contains(kFirst));
    for (const auto &command : m_bench->haproxy.changes())
        QVERIFY2(command.find("hc:web/s1") == std::string::npos, command.c_str());
}

void HealthWatcherTest::saysNothingOfWhatAnotherConfigurationLacks()
{
    m_bench->probe.gate().close();
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080"), registration(3, "10.0.0.3:8080")});
    m_bench->watcher.keepOnly(projected({web(1)}));
    m_bench->probe.gate().open();
    QTRY_VERIFY(isReady(1));
    QVERIFY(!isReady(3));
    QCOMPARE(m_bench->watcher.healths().size(), std::size_t(1));
}

void HealthWatcherTest::repeatsUntilHaproxyHeardIt()
{
    m_bench->haproxy.failNextSend(Error{ErrorCode::Unavailable, "gone"});
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080")});
    QTRY_VERIFY(isReady(1));
    QTRY_VERIFY(m_bench->watcher.healths().at(kFirst) == SlotHealth::Up);
    QCOMPARE(m_bench->probe.checks().size(), std::size_t(1)); // it is still true
}

void HealthWatcherTest::saysTheRestWhenOneServerIsRefused()
{
    m_bench->haproxy.answerInstead("set server hc:web/s1", "No such server.\n", 2);
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080"), registration(2, "10.0.0.2:8080")});
    QTRY_VERIFY(isReady(2));
    QTRY_VERIFY(isReady(1)); // asked again
}

void HealthWatcherTest::tellsManyTogether()
{
    std::vector<Registration> many;
    for (int i = 1; i <= 3; ++i)
        many.push_back(registration(i, "10.0.0." + std::to_string(i) + ":8080"));
    m_bench->watcher.beginRegistrations(many);
    for (int i = 1; i <= 3; ++i)
        QTRY_VERIFY(isReady(i));
    QCOMPARE(m_bench->haproxy.changes().size(), std::size_t(6));
}

void HealthWatcherTest::waitsForItsTurn()
{
    Gate gate;
    gate.close();
    auto holding = holdTurn(m_bench->turn, gate);
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080")});
    QTRY_COMPARE(m_bench->probe.checks().size(), std::size_t(1));
    for (int i = 0; i < 20; ++i)
        QCoreApplication::processEvents();
    QVERIFY(m_bench->haproxy.changes().empty());
    gate.open();
    QCoro::waitFor(holding);
    QTRY_VERIFY(isReady(1));
}

void HealthWatcherTest::followsHaproxysLog()
{
    m_bench->watcher.remember({{kFirst, SlotHealth::Up}});
    m_bench->log.log(Kind::CheckFailed, "hc:web", "s1");
    m_bench->log.log(Kind::WentDown, "hc:web", "s1");
    m_bench->log.log(Kind::WentDown, "hc:web", "s1");
    m_bench->log.log(Kind::CheckPassed, "hc:web", "s1");
    m_bench->log.log(Kind::WentUp, "hc:web", "s1");
    m_bench->log.log(Kind::WentUp, "hc:other", "s1"); // of nobody we know
    QCOMPARE(m_bench->seen, (std::vector<std::string>{"s1 up", "s1 down", "s1 up"}));
    QCOMPARE(m_bench->watcher.healths().size(), std::size_t(1));
    QVERIFY(m_bench->haproxy.changes().empty());
}

void HealthWatcherTest::remembersWithoutTouchingWhatRegisters()
{
    m_bench->probe.gate().close();
    m_bench->watcher.beginRegistrations({registration(1, "10.0.0.1:8080")});
    m_bench->watcher.remember({{kFirst, SlotHealth::Up}, {ServerKey("hc:web", "s2"), SlotHealth::Down}});
    QVERIFY(m_bench->watcher.healths().at(kFirst) == SlotHealth::Registering);
    QVERIFY(m_bench->watcher.healths().at(ServerKey("hc:web", "s2")) == SlotHealth::Down);
    m_bench->probe.gate().open();
    QTRY_VERIFY(isReady(1));
}

QTEST_GUILESS_MAIN(HealthWatcherTest)
#include "tst_health_watcher.moc"

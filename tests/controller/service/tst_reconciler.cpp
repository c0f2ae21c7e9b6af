#include "controller/base/readable.h"
#include "plan/render.h"
#include "support/builders.h"
#include "support/service_node.h"

#include <QCoro/QCoroFuture>
#include <QSignalSpy>

using namespace balancer;
using namespace balancer::tests;
using plan::ServerKey;
using plan::SlotHealth;

namespace {

model::LoadBalancer web(int instances = 1)
{
    model::LoadBalancer value = loadBalancer("web").with(http(80, 8080));
    for (int i = 1; i <= instances; ++i)
        value.instances.push_back(instance("i-" + std::to_string(i), "10.0.0." + std::to_string(i)));
    return value;
}

NodeSettings quickSettings()
{
    NodeSettings settings;
    settings.options.saveDelay = std::chrono::milliseconds(1);
    settings.options.retryDelay = std::chrono::milliseconds(1);
    return settings;
}

QCoro::Task<Result<void>> waiting(QFuture<Result<void>> future)
{
    const auto result = co_await future;
    co_return result;
}

} // namespace

class ReconcilerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_node = &ServiceNode::make(quickSettings()); }
    void cleanup();

    void startsHaproxyWhereNoneRuns();
    void takesASmallChangeByCommands();
    void reloadsForABigChange();
    void takesChangesThatArriveMeanwhileTogether();
    void sendsARefusedCommandAgain();
    void reloadsWhenACommandStaysRefused();
    void reloadsWhenHaproxyReadsBackDifferently();
    void reloadsWhenHaproxyDoesNotAnswer();
    void keepsHealthsOverAReload();
    void endsTheTrafficOfWhatAReloadRemoves();
    void tellsThatAReloadWasRefused();
    void triesAgainAfterAFailure();
    void startsHaproxyAgainWithItsHealths();
    void startsWhatRanBeforeItWentOn();
    void answersWhenTheDeadlineHasPassed();
    void answersAtOnceForWhatRuns();
    void sendsNothingToAnAdoptedHaproxyOfTheSameStructure();
    void bringsAnAdoptedHaproxyUpToDate();
    void replacesAnAdoptedHaproxyOfAnotherStructure();
    void goesOnWithRegistrationsItFinds();
    void savesTheFileAfterCommands();
    void savesAddresses();
    void changesNothingAfterStop();

private:
    /// As another node would, or a verb: stored, and known here.
    Revision store(const model::LoadBalancer &value);
    Revision remove(const std::string &balancerName);
    Result<void> applied(Revision revision) { return QCoro::waitFor(waiting(m_node->reconciler().applied(revision))); }
    /// What HAProxy runs now is what the node's plan says.
    bool agrees();
    bool isReady(const char *server)
    {
        const auto state = m_node->haproxy.running().state("hc:web", server);
        return state.isUp() && !state.isForcedToDrain();
    }

    ServiceNode *m_node = nullptr;
};

/// Lets what still waits come to its end.
void ReconcilerTest::cleanup()
{
    QTRY_VERIFY(m_node->isSettled());
    for (int i = 0; i < 20; ++i)
        QCoreApplication::processEvents();
}

Revision ReconcilerTest::store(const model::LoadBalancer &value)
{
    ports::Transaction transaction;
    ports::BalancerChange change;
    change.name = value.name;
    change.value = value;
    const auto stored = m_node->store.state().balancers.find(value.name);
    if (stored != m_node->store.state().balancers.end())
        change.expected = stored->second.revision;
    transaction.balancers.push_back(change);
    const auto revision = QCoro::waitFor(m_node->store.save(transaction)).value();
    m_node->cache.apply(transaction, revision);
    return revision;
}

Revision ReconcilerTest::remove(const std::string &balancerName)
{
    ports::Transaction transaction;
    ports::BalancerChange change;
    change.name = name(balancerName);
    change.expected = m_node->store.state().balancers.at(change.name).revision;
    transaction.balancers.push_back(change);
    const auto revision = QCoro::waitFor(m_node->store.save(transaction)).value();
    m_node->cache.apply(transaction, revision);
    return revision;
}

bool ReconcilerTest::agrees()
{
    const auto &desired = m_node->reconciler().node().config();
    if (!m_node->haproxy.isRunning() ||
        plan::structureFingerprint(m_node->haproxy.running().config()) != plan::structureFingerprint(desired))
        return false;
    for (const auto &[key, value] : desired.balancers) {
        if (!plan::differences(*value, m_node->haproxy.running().states()).empty())
            return false;
    }
    return true;
}

void ReconcilerTest::startsHaproxyWhereNoneRuns()
{
    store(web());
    QCOMPARE(describe(m_node->start()), std::string());
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(1));
    QVERIFY(agrees());
    QVERIFY(applied(Revision{1}));
    QTRY_VERIFY(isReady("s1")); // by its first check
}

void ReconcilerTest::takesASmallChangeByCommands()
{
    store(web());
    QVERIFY(m_node->start());
    QSignalSpy runs(&m_node->reconciler(), &service::Reconciler::revisionApplied);
    QVERIFY(applied(store(web(2))));
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(1));
    QVERIFY(agrees());
    QCOMPARE(runs.count(), 1);
    QCOMPARE(m_node->reconciler().appliedRevision().number, std::int64_t(2));
    QTRY_VERIFY(isReady("s2"));
    QVERIFY(applied(store(web(1))));
    QVERIFY(agrees());
    QVERIFY(!m_node->watcher.healths().contains(ServerKey("hc:web", "s2")));
}

void ReconcilerTest::reloadsForABigChange()
{
    QVERIFY(m_node->start());
    QVERIFY(applied(store(web())));
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(2));
    QVERIFY(agrees());
    QVERIFY(applied(remove("web")));
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(3));
    QVERIFY(agrees());
    QVERIFY(m_node->watcher.healths().empty());
}

void ReconcilerTest::takesChangesThatArriveMeanwhileTogether()
{
    store(web());
    QVERIFY(m_node->start());
    QTRY_VERIFY(isReady("s1"));
    m_node->haproxy.gate().close();
    store(web(3)); // needs more slots
    QTRY_VERIFY(m_node->haproxy.gate().waiting() > 0);
    Revision last;
    for (int instances = 4; instances <= 30; ++instances)
        last = store(web(instances));
    m_node->haproxy.gate().open();
    QVERIFY(applied(last));
    QVERIFY(agrees());
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(3)); // the start, 3 instances, all the others
}

void ReconcilerTest::sendsARefusedCommandAgain()
{
    store(web());
    QVERIFY(m_node->start());
    m_node->haproxy.answerInstead("set server b:web:80/s2 addr", "No such server.\n", 1);
    QVERIFY(applied(store(web(2))));
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(1));
    QVERIFY(agrees());
}

void ReconcilerTest::reloadsWhenACommandStaysRefused()
{
    store(web());
    QVERIFY(m_node->start());
    m_node->haproxy.answerInstead("set server b:web:80/s2 addr", "No such server.\n", 2);
    QVERIFY(applied(store(web(2))));
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(2));
    QVERIFY(agrees());
    QTRY_VERIFY(isReady("s2"));
}

void ReconcilerTest::reloadsWhenHaproxyReadsBackDifferently()
{
    store(web());
    QVERIFY(m_node->start());
    // It says yes and does nothing.
    m_node->haproxy.answerInstead("set server b:web:80/s2 addr", "IP changed from 'a' to 'b'\n", 2);
    QVERIFY(applied(store(web(2))));
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(2));
    QVERIFY(agrees());
}

void ReconcilerTest::reloadsWhenHaproxyDoesNotAnswer()
{
    store(web());
    QVERIFY(m_node->start());
    QTRY_VERIFY(isReady("s1"));
    m_node->haproxy.answerInstead("set server hc:web/s2 addr", "", 2);
    QVERIFY(applied(store(web(2))));
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(2));
    QVERIFY(agrees());
}

void ReconcilerTest::keepsHealthsOverAReload()
{
    store(web(2));
    QVERIFY(m_node->start());
    QTRY_VERIFY(isReady("s1") && isReady("s2"));
    m_node->haproxy.running().checksFindDown("hc:web", "s2");
    QVERIFY(applied(store(web(3))));
    const auto &healths = m_node->haproxy.startedWith().back();
    QVERIFY(healths.at(ServerKey("hc:web", "s1")) == SlotHealth::Up);
    QVERIFY(healths.at(ServerKey("hc:web", "s2")) == SlotHealth::Down);
    QVERIFY(!healths.contains(ServerKey("hc:web", "s3"))); // registers
    QVERIFY(isReady("s1") && !isReady("s2"));
    QTRY_VERIFY(isReady("s3"));
    QVERIFY(!isReady("s2")); // only HAProxy's own checks bring it back
}

void ReconcilerTest::endsTheTrafficOfWhatAReloadRemoves()
{
    store(web(2));
    QVERIFY(m_node->start());
    QTRY_VERIFY(isReady("s1") && isReady("s2"));
    const auto before = m_node->haproxy.changes();
    auto changed = web(1);
    changed.listeners.push_back(http(81, 81));
    m_node->haproxy.failNextStart(Error{ErrorCode::Refused, "no"});
    const auto revision = store(changed);
    QVERIFY(!applied(revision));
    QVERIFY(m_node->haproxy.changes() == before); // it has to go on with what it has
    QVERIFY(applied(revision));
    const std::vector<std::string> farewell{"set server hc:web/s2 state maint", "shutdown sessions server b:web:80/s2"};
    const auto &said = m_node->haproxy.changes();
    QCOMPARE(std::vector<std::string>(said.begin() + std::ptrdiff_t(before.size()), said.end()), farewell);
    QVERIFY(agrees());
}

void ReconcilerTest::tellsThatAReloadWasRefused()
{
    QVERIFY(m_node->start());
    m_node->haproxy.failNextStart(Error{ErrorCode::Refused, "HAProxy refused: cannot bind"});
    const auto result = applied(store(web()));
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Refused);
    QVERIFY(result.error().message.find("cannot bind") != std::string::npos);
    QVERIFY(m_node->haproxy.isRunning());
}

void ReconcilerTest::triesAgainAfterAFailure()
{
    QVERIFY(m_node->start());
    for (int i = 0; i < 3; ++i)
        m_node->haproxy.failNextStart(Error{ErrorCode::Timeout, "does not answer"});
    QVERIFY(!applied(store(web())));
    QTRY_VERIFY(agrees());
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(5));
    QVERIFY(applied(Revision{1}));
}

void ReconcilerTest::startsHaproxyAgainWithItsHealths()
{
    store(web(2));
    QVERIFY(m_node->start());
    QTRY_VERIFY(isReady("s1") && isReady("s2"));
    m_node->log.log(plan::HealthEvent::Kind::WentDown, "hc:web", "s2");
    m_node->haproxy.die();
    QTRY_VERIFY(m_node->haproxy.isRunning());
    QTRY_VERIFY(agrees());
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(2));
    const auto &healths = m_node->haproxy.startedWith().back();
    QVERIFY(healths.at(ServerKey("hc:web", "s1")) == SlotHealth::Up);
    QVERIFY(healths.at(ServerKey("hc:web", "s2")) == SlotHealth::Down);
    QVERIFY(isReady("s1") && !isReady("s2"));
}

void ReconcilerTest::startsWhatRanBeforeItWentOn()
{
    store(web());
    QVERIFY(m_node->start());
    // A change that HAProxy will not have, and its death in the same moment: what worked is back.
    m_node->haproxy.gate().close();
    const auto revision = store(web(3));
    QTRY_VERIFY(m_node->haproxy.gate().waiting() > 0);
    m_node->haproxy.failNextStart(Error{ErrorCode::Refused, "no"});
    m_node->haproxy.die();
    m_node->haproxy.gate().open();
    QVERIFY(!applied(revision));
    QTRY_VERIFY(agrees());
}

void ReconcilerTest::answersWhenTheDeadlineHasPassed()
{
    auto settings = quickSettings();
    settings.options.applyDeadline = std::chrono::milliseconds(1);
    m_node = &ServiceNode::make(settings);
    QVERIFY(m_node->start());
    m_node->haproxy.gate().close();
    const auto revision = store(web());
    QCOMPARE(describe(applied(revision)), std::string());
    QCOMPARE(m_node->reconciler().appliedRevision().number, std::int64_t(0));
    m_node->haproxy.gate().open();
    QTRY_COMPARE(m_node->reconciler().appliedRevision().number, std::int64_t(1));
}

void ReconcilerTest::answersAtOnceForWhatRuns()
{
    store(web());
    QVERIFY(m_node->start());
    QVERIFY(m_node->reconciler().applied(Revision{1}).isFinished());
    QVERIFY(m_node->reconciler().applied(Revision{0}).isFinished());
}

void ReconcilerTest::sendsNothingToAnAdoptedHaproxyOfTheSameStructure()
{
    m_node->haproxy.runAlready(projected({web(2)}), {{ServerKey("hc:web", "s1"), SlotHealth::Up},
                                                     {ServerKey("hc:web", "s2"), SlotHealth::Down}});
    // Without draining, what the unhealthy one has would be ended.
    auto value = web(2);
    value.attributes.draining.enabled = true;
    store(value);
    QCOMPARE(describe(m_node->start()), std::string());
    QVERIFY(m_node->haproxy.started().empty());
    QVERIFY2(m_node->haproxy.changes().empty(),
             m_node->haproxy.changes().empty() ? "" : m_node->haproxy.changes().front().c_str());
    QVERIFY(applied(Revision{1}));
    QVERIFY(m_node->watcher.healths().at(ServerKey("hc:web", "s1")) == SlotHealth::Up);
    QVERIFY(m_node->watcher.healths().at(ServerKey("hc:web", "s2")) == SlotHealth::Down);
    QVERIFY(m_node->probe.checks().empty());
}

void ReconcilerTest::bringsAnAdoptedHaproxyUpToDate()
{
    // Stored, but our process ended before HAProxy heard of the second instance.
    m_node->haproxy.runAlready(projected({web(1)}), {{ServerKey("hc:web", "s1"), SlotHealth::Up}});
    store(web(2));
    QVERIFY(m_node->start());
    QVERIFY(m_node->haproxy.started().empty());
    QVERIFY(agrees());
    QVERIFY(isReady("s1"));
    QTRY_VERIFY(isReady("s2"));
    for (const auto &command : m_node->haproxy.changes())
        QVERIFY2(command.find("/s1") == std::string::npos, command.c_str());
}

void ReconcilerTest::replacesAnAdoptedHaproxyOfAnotherStructure()
{
    auto other = web(2);
    other.listeners.push_back(http(81, 81));
    m_node->haproxy.runAlready(projected({other}), {{ServerKey("hc:web", "s1"), SlotHealth::Up},
                                                    {ServerKey("hc:web", "s2"), SlotHealth::Down}});
    store(web(2));
    QVERIFY(m_node->start());
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(1));
    QVERIFY(agrees());
    QVERIFY(isReady("s1") && !isReady("s2")); // the healths go on
}

void ReconcilerTest::goesOnWithRegistrationsItFinds()
{
    m_node->haproxy.runAlready(projected({web(2)}), {{ServerKey("hc:web", "s1"), SlotHealth::Up},
                                                     {ServerKey("hc:web", "s2"), SlotHealth::Registering}});
    store(web(2));
    QVERIFY(m_node->start());
    QTRY_VERIFY(isReady("s2"));
    QCOMPARE(m_node->probe.checks(), std::vector<std::string>{"TCP:8080 10.0.0.2:8080"});
}

void ReconcilerTest::savesTheFileAfterCommands()
{
    store(web());
    QVERIFY(m_node->start());
    QVERIFY(m_node->haproxy.saved().empty());
    QVERIFY(applied(store(web(2))));
    QTRY_COMPARE(m_node->haproxy.saved().size(), std::size_t(1));
    QVERIFY(m_node->haproxy.saved().front() == m_node->reconciler().node().config());
}

void ReconcilerTest::savesAddresses()
{
    auto settings = quickSettings();
    settings.pool.internetFacing = {address("127.0.1.1"), address("127.0.1.2")};
    m_node = &ServiceNode::make(settings);
    QVERIFY(m_node->start());
    QVERIFY(applied(store(web())));
    QCOMPARE(m_node->addressBook.addresses().at("web").text(), std::string("127.0.1.1"));
    const int saves = m_node->addressBook.saveCount();
    QVERIFY(applied(store(web(2))));
    QCOMPARE(m_node->addressBook.saveCount(), saves);
    QVERIFY(applied(remove("web")));
    QVERIFY(m_node->addressBook.addresses().empty());
}

void ReconcilerTest::changesNothingAfterStop()
{
    QVERIFY(m_node->start());
    m_node->reconciler().stop();
    store(web());
    m_node->haproxy.die();
    for (int i = 0; i < 50; ++i)
        QCoreApplication::processEvents();
    QCOMPARE(m_node->haproxy.started().size(), std::size_t(1));
    QVERIFY(!m_node->haproxy.isRunning());
}

QTEST_GUILESS_MAIN(ReconcilerTest)
#include "tst_reconciler.moc"

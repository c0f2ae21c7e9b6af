#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/service_node.h"

#include <QtTest>

using namespace balancer;
using namespace balancer::tests;
using Kind = plan::HealthEvent::Kind;

/// What becomes of an instance's sessions when it goes out of service.
class OutageWatcherTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void endsSessionsWhereDrainingIsOff();
    void letsThemFinishWhereDrainingIsOn();
    void leavesAloneWhatIsWellAgain();
    void endsThoseOfSeveralInstancesTogether();
    void endsThoseFoundAtTheStart();

private:
    static model::LoadBalancer web(bool draining);
    void start(bool draining);
    void fail(const std::string &server) { m_node->log.log(Kind::WentDown, "hc:web", server); }
    std::vector<plan::ServerKey> ended() { return m_node->haproxy.running().shutDown(); }

    ServiceNode *m_node = nullptr;
};

void OutageWatcherTest::init()
{
    m_node = &ServiceNode::make();
}

void OutageWatcherTest::cleanup()
{
    m_node->drains().stop();
    m_node->reconciler().stop();
}

model::LoadBalancer OutageWatcherTest::web(bool draining)
{
    model::LoadBalancer value = loadBalancer("web")
                                    .with(http(80, 8080))
                                    .with(http(81, 8081))
                                    .with(instance("10.0.0.1", "10.0.0.1"))
                                    .with(instance("10.0.0.2", "10.0.0.2"));
    value.attributes.draining.enabled = draining;
    return value;
}

void OutageWatcherTest::start(bool draining)
{
    ports::Transaction transaction;
    ports::BalancerChange change;
    change.name = name("web");
    change.value = web(draining);
    transaction.balancers.push_back(change);
    QVERIFY(QCoro::waitFor(m_node->store.save(transaction)));
    QVERIFY(m_node->start());
    QTRY_VERIFY(m_node->isSettled());
}

void OutageWatcherTest::endsSessionsWhereDrainingIsOff()
{
    start(false);
    fail("s2");
    const std::vector<plan::ServerKey> expected{{"b:web:80", "s2"}, {"b:web:81", "s2"}};
    QTRY_COMPARE(ended(), expected);
}

void OutageWatcherTest::letsThemFinishWhereDrainingIsOn()
{
    start(true);
    fail("s2");
    // Something else that goes the same way: when it is there, the other would be too.
    QVERIFY(m_node->perform(model::DeregisterInstances{name("web"), {id("10.0.0.1")}}));
    QTRY_VERIFY(m_node->drains().isIdle());
    QVERIFY(std::ranges::none_of(ended(), [](const auto &server) { return server.second == "s2"; }));
}

void OutageWatcherTest::leavesAloneWhatIsWellAgain()
{
    start(false);
    m_node->haproxy.gate().close();
    fail("s1");
    QTRY_COMPARE(m_node->haproxy.gate().waiting(), 1);
    fail("s2");
    m_node->log.log(Kind::WentUp, "hc:web", "s2");
    m_node->haproxy.gate().open();
    const std::vector<plan::ServerKey> expected{{"b:web:80", "s1"}, {"b:web:81", "s1"}};
    QTRY_COMPARE(ended(), expected);
    // The turn is given back after whatever else there was to say.
    QVERIFY(m_node->perform(model::DeregisterInstances{name("web"), {id("10.0.0.1")}}));
    QVERIFY(std::ranges::none_of(ended(), [](const auto &server) { return server.second == "s2"; }));
}

void OutageWatcherTest::endsThoseOfSeveralInstancesTogether()
{
    start(false);
    fail("s1");
    fail("s2");
    QTRY_COMPARE(ended().size(), std::size_t(4));
}

/// They may have failed while nobody was there to see it.
void OutageWatcherTest::endsThoseFoundAtTheStart()
{
    m_node->haproxy.runAlready(projected({web(false)}),
                               {{{"hc:web", "s1"}, plan::SlotHealth::Up}, {{"hc:web", "s2"}, plan::SlotHealth::Down}});
    start(false);
    const std::vector<plan::ServerKey> expected{{"b:web:80", "s2"}, {"b:web:81", "s2"}};
    QTRY_COMPARE(ended(), expected);
}

QTEST_GUILESS_MAIN(OutageWatcherTest)
#include "tst_outage_watcher.moc"

#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/requests.h"
#include "support/service_node.h"

using namespace balancer;
using namespace balancer::tests;

class NodeReadsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { QTRY_VERIFY(m_node->isSettled()); }

    void listsWhatThereIsAndWhichEventsFollow();
    void tellsTheNodesStatus();
    void tellsTheNewestRevisions();

private:
    ServiceNode *m_node = nullptr;
};

void NodeReadsTest::init()
{
    m_node = &ServiceNode::make();
    m_node->facts.node = "node-1";
    m_node->facts.endpoints = {"http://127.0.0.1:9999"};
    QVERIFY(m_node->start().has_value());
    QVERIFY(m_node->perform(createRequest("web")).has_value());
    QVERIFY(m_node->perform(createRequest("Api", 81)).has_value());
}

void NodeReadsTest::listsWhatThereIsAndWhichEventsFollow()
{
    const auto list = QCoro::waitFor(m_node->reads().loadBalancers()).value();
    QCOMPARE(list.loadBalancers.size(), std::size_t(2));
    QCOMPARE(list.loadBalancers[0].loadBalancer.name.text(), std::string("Api"));
    QCOMPARE(list.eventId, "epoch-" + std::to_string(m_node->events.size()));
    const auto one = QCoro::waitFor(m_node->reads().loadBalancer(name("WEB"))).value();
    QVERIFY(one == list.loadBalancers[1]);
    QCOMPARE(describe(QCoro::waitFor(m_node->reads().loadBalancer(name("x")))),
             std::string("LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'x'"));
}

void NodeReadsTest::tellsTheNodesStatus()
{
    const model::Caller caller{"AKID", model::Role::Viewer};
    const auto status = QCoro::waitFor(m_node->reads().node(caller)).value();
    QCOMPARE(status.node, std::string("node-1"));
    QCOMPARE(status.endpoints, std::vector<std::string>{"http://127.0.0.1:9999"});
    QCOMPARE(status.revision.number, 2);
    QCOMPARE(status.appliedRevision.number, 2);
    QCOMPARE(status.generation, m_node->haproxy.currentGeneration());
    QCOMPARE(status.haproxyVersion, m_node->reconciler().capabilities().version);
    QVERIFY(!status.haproxyVersion.empty());
    QVERIFY(status.caller == caller);
}

void NodeReadsTest::tellsTheNewestRevisions()
{
    const auto page = QCoro::waitFor(m_node->reads().revisions(1)).value();
    QCOMPARE(page.revisions.size(), std::size_t(1));
    QCOMPARE(page.revisions[0].revision.number, 2);
    const model::HistoryEntry expected{m_node->clock.now(), "AKID", "CreateLoadBalancer", "Api"};
    QVERIFY(page.revisions[0].changes == std::vector(1, expected));
    QCOMPARE(QCoro::waitFor(m_node->reads().revisions(100))->revisions.size(), std::size_t(2));
}

QTEST_GUILESS_MAIN(NodeReadsTest)
#include "tst_node_reads.moc"

#include "model_watch.h"
#include "models/node_model.h"
#include "support/fake_http_transport.h"
#include "support/manual_clock.h"
#include "support/read_values.h"
#include "wire/json_text.h"

#include <QSignalSpy>

using namespace balancer;
using namespace balancer::tests;
using namespace std::chrono_literals;
using client::ConnectionState;
using models::NodeEntry;
using models::NodeModel;
using models::NodeSession;

namespace {

NodeEntry entry(const char *nodeId, const std::string &url)
{
    NodeEntry made;
    made.id = QString::fromLatin1(nodeId);
    made.name = made.id.toUpper();
    made.access.target.url = url;
    return made;
}

client::NodeAccess access(const std::string &url)
{
    client::NodeAccess made;
    made.target.url = url;
    return made;
}

std::string eventText(const model::Event &event)
{
    return "event: " + std::string(wire::eventName(event)) + "\ndata: " + wire::renderJson(wire::writeEvent(event)) +
           "\n\n";
}

void settle()
{
    for (int i = 0; i < 30; ++i)
        QCoreApplication::processEvents();
}

} // namespace

class NodeModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void addsANodeAndConnects();
    void refusesAnIdTwice();
    void showsTheStateOfANode();
    void changesOneRowForOneNode();
    void editsANode();
    void forgetsWhatItKnewOfAnotherAddress();
    void keepsWhatItKnowsWithAnotherKey();
    void removesANode();
    void movesANode_data();
    void movesANode();
    void readsWhatTheSnapshotDoesNotTell();
    void followsAllEvents();
    void keepsEverythingButRatesWhileUnreachable();
    void ignoresAnswersOfTheFormerAddress();

private:
    NodeSession &add(const char *nodeId, const std::string &url = "http://127.0.0.1:1")
    {
        return *m_model->add(entry(nodeId, url)).value();
    }
    /// Answers the newest call to that target, if it is JSON of a read.
    template <typename T>
    void answer(const std::string &target, const T &value);
    /// Live with one load balancer.
    std::shared_ptr<FakeStream> goLive();
    QStringList ids() const
    {
        QStringList all;
        for (int row = 0; row < m_model->rowCount(); ++row)
            all.append(m_model->index(row, 0).data(NodeModel::IdRole).toString());
        return all;
    }

    ManualClock m_clock;
    std::unique_ptr<FakeHttpTransport> m_transport;
    std::unique_ptr<NodeModel> m_model;
};

void NodeModelTest::init()
{
    client::NodeClientOptions options;
    options.firstRetry = 1h; // so that tests say when
    m_transport = std::make_unique<FakeHttpTransport>();
    m_model = std::make_unique<NodeModel>(*m_transport, m_clock, options);
}

void NodeModelTest::cleanup()
{
    m_model.reset();
    m_transport.reset();
    settle();
}

template <typename T>
void NodeModelTest::answer(const std::string &target, const T &value)
{
    const auto &all = m_transport->exchanges();
    const auto sent = std::find_if(all.rbegin(), all.rend(), [&](const auto &one) {
        return one.request.target.starts_with(target) && !one.answer.isGiven();
    });
    QVERIFY2(sent != all.rend(), target.c_str());
    ports::HttpResponse response;
    response.body = wire::renderJson(wire::writeRead(value));
    sent->answer.give(response);
    settle();
}

std::shared_ptr<FakeStream> NodeModelTest::goLive()
{
    answer("/v1/load-balancers", list("e-1", {detail("web", {instanceView("i-1")})}));
    auto stream = std::make_shared<FakeStream>();
    m_transport->openings().back().answer.give(stream);
    settle();
    stream->write(": keep-alive\n\n");
    settle();
    return stream;
}

void NodeModelTest::addsANodeAndConnects()
{
    ModelWatch watch(*m_model);
    auto &session = add("a", "unix:/run/control.sock");
    QCOMPARE(watch.take().first(), QStringLiteral("insert 0-0"));
    QCOMPARE(textsOf(*m_model), QStringList{QStringLiteral("A|unix:/run/control.sock|Connecting|")});
    QCOMPARE(m_transport->exchanges().size(), std::size_t(1));
    QCOMPARE(m_model->find(QStringLiteral("a")), &session);
    QCOMPARE(m_model->index(0, 0).data(NodeModel::SessionRole).value<NodeSession *>(), &session);
    QVERIFY(!m_model->find(QStringLiteral("b")));
}

void NodeModelTest::refusesAnIdTwice()
{
    add("a");
    ModelWatch watch(*m_model);
    QCOMPARE(m_model->add(entry("a", "http://127.0.0.1:2")).error().code, ErrorCode::InvalidInput);
    QCOMPARE(m_model->add(entry("", "http://127.0.0.1:2")).error().code, ErrorCode::InvalidInput);
    QCOMPARE(watch.take(), QStringList());
}

void NodeModelTest::showsTheStateOfANode()
{
    auto &session = add("a");
    m_transport->exchanges().back().answer.give(fail(ErrorCode::Unavailable, "connection refused"));
    settle();
    QCOMPARE(textsOf(*m_model).first(), QStringLiteral("A|http://127.0.0.1:1|Unreachable|connection refused"));
    QCOMPARE(m_model->index(0, 0).data(NodeModel::StateRole).toInt(), static_cast<int>(ConnectionState::Unreachable));
    session.client().retryNow();
    goLive();
    QCOMPARE(textsOf(*m_model).first(), QStringLiteral("A|http://127.0.0.1:1|Live|"));
    QVERIFY(m_model->index(0, 0).data(NodeModel::LiveRole).toBool());
}

void NodeModelTest::changesOneRowForOneNode()
{
    add("a");
    auto &session = add("b");
    ModelWatch watch(*m_model);
    session.stop();
    QCOMPARE(watch.take(), QStringList{QStringLiteral("change 1-1 columns 0-3")});
}

void NodeModelTest::editsANode()
{
    add("a");
    ModelWatch watch(*m_model);
    QVERIFY(m_model->edit(QStringLiteral("a"), QStringLiteral("Edge"), access("http://127.0.0.1:1")));
    QCOMPARE(watch.take(), QStringList{QStringLiteral("change 0-0 columns 0-3")});
    QCOMPARE(m_model->index(0, NodeModel::NameColumn).data().toString(), QStringLiteral("Edge"));
    QCOMPARE(m_transport->exchanges().size(), std::size_t(1)); // a name is no reason to connect anew
    QVERIFY(m_model->edit(QStringLiteral("a"), QStringLiteral("Edge"), access("http://127.0.0.1:1")));
    QCOMPARE(watch.take(), QStringList());
    QVERIFY(!m_model->edit(QStringLiteral("z"), QString(), access("http://127.0.0.1:1")));
}

void NodeModelTest::forgetsWhatItKnewOfAnotherAddress()
{
    auto &session = add("a");
    goLive();
    QCOMPARE(session.loadBalancers()->rowCount(), 1);
    m_model->edit(QStringLiteral("a"), QStringLiteral("A"), access("http://127.0.0.1:2"));
    QCOMPARE(session.loadBalancers()->rowCount(), 0);
    QCOMPARE(m_transport->exchanges().back().target.url, std::string("http://127.0.0.1:2"));
    QCOMPARE(session.connectionState(), ConnectionState::Connecting);
}

void NodeModelTest::keepsWhatItKnowsWithAnotherKey()
{
    auto &session = add("a");
    goLive();
    auto other = access("http://127.0.0.1:1");
    other.credentials = client::Credentials{"AKID", "secret"};
    m_model->edit(QStringLiteral("a"), QStringLiteral("A"), other);
    QCOMPARE(session.loadBalancers()->rowCount(), 1);
    QCOMPARE(session.client().access(), other);
    QCOMPARE(session.connectionState(), ConnectionState::Connecting);
}

void NodeModelTest::removesANode()
{
    add("a");
    const auto stream = goLive();
    add("b");
    ModelWatch watch(*m_model);
    QVERIFY(m_model->remove(QStringLiteral("a")));
    QVERIFY(!m_model->remove(QStringLiteral("a")));
    QCOMPARE(watch.take(), QStringList{QStringLiteral("remove 0-0")});
    QCOMPARE(ids(), QStringList{QStringLiteral("b")});
    QVERIFY(!stream->isOpen());
}

void NodeModelTest::movesANode_data()
{
    QTest::addColumn<QString>("node");
    QTest::addColumn<int>("to");
    QTest::addColumn<QString>("order");
    QTest::addColumn<QStringList>("told");
    const auto text = [](const char *latin) { return QString::fromLatin1(latin); };
    QTest::newRow("down") << text("a") << 1 << text("bacd") << QStringList{text("move 0 before 2")};
    QTest::newRow("to the end") << text("b") << 3 << text("acdb") << QStringList{text("move 1 before 4")};
    QTest::newRow("up") << text("d") << 0 << text("dabc") << QStringList{text("move 3 before 0")};
    QTest::newRow("where it is") << text("b") << 1 << text("abcd") << QStringList();
    QTest::newRow("too far") << text("b") << 4 << text("abcd") << QStringList();
    QTest::newRow("too far up") << text("b") << -1 << text("abcd") << QStringList();
    QTest::newRow("nobody") << text("z") << 1 << text("abcd") << QStringList();
}

void NodeModelTest::movesANode()
{
    QFETCH(QString, node);
    QFETCH(int, to);
    for (const auto *nodeId : {"a", "b", "c", "d"})
        add(nodeId);
    ModelWatch watch(*m_model);
    m_model->move(node, to);
    QTEST(ids().join(QString()), "order");
    QTEST(watch.take(), "told");
}

void NodeModelTest::readsWhatTheSnapshotDoesNotTell()
{
    auto &session = add("a");
    goLive();
    QSignalSpy spy(&session, &NodeSession::statusChanged);
    model::NodeStatus status;
    status.node = "edge-1";
    status.appliedRevision.number = 7;
    status.generation = 3;
    answer("/v1/node", status);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(session.status()->node, std::string("edge-1"));
    QCOMPARE(session.state().appliedRevision().number, 7);
    model::HistoryPage page;
    page.revisions.push_back({Revision{7}, {{m_clock.now(), "AKID", "CreateLoadBalancer", "web"}}});
    answer("/v1/revisions", page);
    QCOMPARE(session.history()->rowCount(), 1);
}

void NodeModelTest::followsAllEvents()
{
    auto &session = add("a");
    const auto stream = goLive();
    stream->write(
        eventText(model::InstanceChanged{name("web"), instanceView("i-2", "OutOfService")}) +
        eventText(model::RevisionSaved{{Revision{8}, {{m_clock.now(), "AKID", "RegisterInstances", "web"}}}}) +
        eventText(model::RevisionApplied{Revision{8}, 4}) +
        eventText(model::RatesMeasured{{{name("web"), 5, 5, 5, 5, 5}}}));
    settle();
    const auto cell = session.loadBalancers()->find(QStringLiteral("web"));
    QCOMPARE(cell.data(models::LoadBalancerModel::RegisteredRole).toInt(), 2);
    QCOMPARE(cell.data(models::LoadBalancerModel::RequestRateRole).toInt(), 5);
    QCOMPARE(session.history()->at(0).revision.number, 8);
    QCOMPARE(session.state().generation(), 4);
    QCOMPARE(session.traffic()->latest(QStringLiteral("web"), models::TrafficHistory::Requests), 5.0);
    QCOMPARE(session.traffic()->times().last(), static_cast<double>(m_clock.now().time_since_epoch().count()));
}

void NodeModelTest::keepsEverythingButRatesWhileUnreachable()
{
    auto &session = add("a");
    const auto stream = goLive();
    stream->write(eventText(model::RatesMeasured{{{name("web"), 5, 5, 5, 5, 5}}}));
    settle();
    stream->fail(ErrorCode::Unavailable, "connection reset");
    settle();
    QCOMPARE(session.reason(), QStringLiteral("connection reset"));
    const auto cell = session.loadBalancers()->find(QStringLiteral("web"));
    QCOMPARE(cell.data(models::LoadBalancerModel::RegisteredRole).toInt(), 1);
    QCOMPARE(cell.data(models::LoadBalancerModel::RequestRateRole).toInt(), -1);
    QCOMPARE(session.traffic()->count(), 1);
}

void NodeModelTest::ignoresAnswersOfTheFormerAddress()
{
    auto &session = add("a");
    goLive();
    m_model->edit(QStringLiteral("a"), QStringLiteral("A"), access("http://127.0.0.1:2"));
    model::NodeStatus status;
    status.node = "the former one";
    answer("/v1/node", status);
    QVERIFY(!session.status());
    // Nor does an answer for one that was removed do harm.
    m_model->remove(QStringLiteral("a"));
    answer("/v1/revisions", model::HistoryPage());
}

QTEST_GUILESS_MAIN(NodeModelTest)
#include "tst_node_model.moc"

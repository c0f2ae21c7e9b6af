#include "adapters/http/http_client.h"
#include "client/node_client.h"
#include "controller/base/readable.h"
#include "models/node_session.h"
#include "support/real_node.h"

#include <QSignalSpy>

#include <memory>

using namespace balancer;
using namespace balancer::tests;
using client::ConnectionState;
using client::NodeClient;

namespace {

constexpr int kPatience = 20000;

LoadBalancerName name(const char *text)
{
    return LoadBalancerName::parse(text).value();
}

InstanceId id(const std::string &text)
{
    return InstanceId::parse(text).value();
}

template <typename T>
auto wait(QCoro::Task<T> task)
{
    return QCoro::waitFor(std::move(task));
}

} // namespace

/// The client and what stands on it, with the daemon and HAProxy as they are.
class NodeClientSystemTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { startNode(RealNode::Transport::Plain); }
    void cleanup();

    void followsWhatHappens_data();
    void followsWhatHappens();
    void trustsOnlyThePinnedCertificate();
    void recoversWhenTheDaemonWasKilled();
    void measuresRequests();
    void isRefusedWithAWrongKey();
    void isRefusedWithoutAKey();
    void saysWhenNobodyIsThere();
    void tellsWhyAVerbFailed();
    void previewsWithoutChangingAnything();
    void opensABrowserSession_data();
    void opensABrowserSession();

private:
    void startNode(RealNode::Transport transport);
    client::NodeAccess access(bool overSocket) const;
    models::NodeSession &connectTo(const client::NodeAccess &access);
    Result<model::CreateLoadBalancerAnswer> create(const char *balancer);
    QString shownOf(const char *balancer, int role) const
    {
        return m_session->loadBalancers()->find(QString::fromLatin1(balancer)).data(role).toString();
    }
    NodeClient &client() { return m_session->client(); }

    SystemClock m_clock;
    adapters::http::HttpClient m_http;
    std::unique_ptr<RealNode> m_node;
    std::unique_ptr<models::NodeSession> m_session;
};

void NodeClientSystemTest::initTestCase()
{
    QVERIFY2(qEnvironmentVariableIsSet("ELASTIC_HAPROXY"), "ELASTIC_HAPROXY must name the program");
}

void NodeClientSystemTest::startNode(RealNode::Transport transport)
{
    m_node = std::make_unique<RealNode>(transport);
    m_node->start();
    QTRY_VERIFY_WITH_TIMEOUT(!m_node->firstKey().accessKeyId.empty(), kPatience);
}

void NodeClientSystemTest::cleanup()
{
    m_session.reset();
    m_node.reset();
}

client::NodeAccess NodeClientSystemTest::access(bool overSocket) const
{
    client::NodeAccess made;
    made.target.url = overSocket ? m_node->socketUrl() : m_node->url();
    if (!overSocket)
        made.credentials = m_node->firstKey();
    return made;
}

models::NodeSession &NodeClientSystemTest::connectTo(const client::NodeAccess &access)
{
    models::NodeEntry entry;
    entry.id = entry.name = QStringLiteral("node");
    entry.access = access;
    m_session = std::make_unique<models::NodeSession>(m_http, m_clock, entry);
    m_session->start();
    return *m_session;
}

Result<model::CreateLoadBalancerAnswer> NodeClientSystemTest::create(const char *balancer)
{
    model::CreateLoadBalancer request;
    request.name = name(balancer);
    model::Listener listener;
    listener.loadBalancerPort = freePort();
    listener.instancePort = 8080;
    request.parameters.listeners = {listener};
    request.parameters.availabilityZones = {"local-a"};
    return wait(client().perform(request));
}

void NodeClientSystemTest::followsWhatHappens_data()
{
    QTest::addColumn<bool>("overSocket");
    QTest::newRow("over HTTP with a key") << false;
    QTest::newRow("over the unix socket") << true;
}

void NodeClientSystemTest::followsWhatHappens()
{
    QFETCH(bool, overSocket);
    connectTo(access(overSocket));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isLive(), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(m_session->status().has_value(), kPatience);
    QCOMPARE(m_session->status()->caller.role, model::Role::Admin);

    const auto created = create("web");
    QCOMPARE(describe(created), std::string());
    QTRY_COMPARE_WITH_TIMEOUT(shownOf("web", models::LoadBalancerModel::DnsNameRole),
                              QString::fromStdString(created->dnsName), kPatience);

    const WebInstance instance("one");
    const auto instanceId = "127.0.0.1:" + std::to_string(instance.port());
    const model::RegisterInstances registration{name("web"), {id(instanceId)}};
    QCOMPARE(describe(wait(client().perform(registration))), std::string());
    // Its first check is made, and the node tells.
    QTRY_COMPARE_WITH_TIMEOUT(shownOf("web", models::LoadBalancerModel::InServiceRole), QStringLiteral("1"), kPatience);

    const model::DeregisterInstances deregistration{name("web"), {id(instanceId)}};
    QCOMPARE(describe(wait(client().perform(deregistration))), std::string());
    QTRY_COMPARE_WITH_TIMEOUT(shownOf("web", models::LoadBalancerModel::RegisteredRole), QStringLiteral("0"),
                              kPatience);
    const model::DeleteLoadBalancer deletion{name("web")};
    QCOMPARE(describe(wait(client().perform(deletion))), std::string());
    QTRY_COMPARE_WITH_TIMEOUT(m_session->loadBalancers()->rowCount(), 0, kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(m_session->history()->rowCount(), 4, kPatience);
    QCOMPARE(m_session->history()->index(0, 0).data(models::HistoryModel::VerbRole).toString(),
             QStringLiteral("DeleteLoadBalancer"));
    QTRY_COMPARE_WITH_TIMEOUT(m_session->state().appliedRevision().number, m_session->history()->at(0).revision.number,
                              kPatience);
}

void NodeClientSystemTest::trustsOnlyThePinnedCertificate()
{
    startNode(RealNode::Transport::Tls);
    auto pinned = access(false);
    pinned.target.fingerprint = std::string(64, '0');
    connectTo(pinned);
    // Until the daemon listens nobody is there to be trusted or not.
    QTRY_COMPARE_WITH_TIMEOUT(m_session->connectionState(), ConnectionState::Untrusted, kPatience);

    // First contact: what it shows is pinned, once somebody has compared it.
    const auto shown = wait(m_http.fetchFingerprint(pinned.target, std::chrono::seconds(10)));
    QCOMPARE(describe(shown), std::string());
    pinned.target.fingerprint = *shown;
    m_session->edit(m_session->name(), pinned);
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isLive(), kPatience);
    QTRY_VERIFY_WITH_TIMEOUT(m_session->status().has_value(), kPatience);
    QCOMPARE(m_session->status()->fingerprint, *shown);
    QCOMPARE(describe(create("web")), std::string());
    QTRY_COMPARE_WITH_TIMEOUT(m_session->loadBalancers()->rowCount(), 1, kPatience);
}

void NodeClientSystemTest::recoversWhenTheDaemonWasKilled()
{
    connectTo(access(false));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isLive(), kPatience);
    QCOMPARE(describe(create("web")), std::string());
    QTRY_COMPARE_WITH_TIMEOUT(m_session->loadBalancers()->rowCount(), 1, kPatience);
    QSignalSpy snapshots(&client(), &NodeClient::snapshotArrived);
    QSignalSpy removals(m_session->loadBalancers(), &QAbstractItemModel::rowsRemoved);

    m_node->kill();
    QTRY_COMPARE_WITH_TIMEOUT(m_session->connectionState(), ConnectionState::Unreachable, kPatience);
    QVERIFY(!m_session->reason().isEmpty());
    QCOMPARE(m_session->loadBalancers()->rowCount(), 1); // what was known stays readable

    m_node->start();
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isLive(), kPatience);
    QCOMPARE(snapshots.count(), 1); // its events did not outlive it
    QCOMPARE(removals.count(), 0);
    QCOMPARE(describe(create("api")), std::string());
    QTRY_COMPARE_WITH_TIMEOUT(m_session->loadBalancers()->rowCount(), 2, kPatience);
}

void NodeClientSystemTest::measuresRequests()
{
    connectTo(access(true));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isLive(), kPatience);
    QCOMPARE(describe(create("web")), std::string());
    QTRY_VERIFY_WITH_TIMEOUT(m_session->traffic()->count() > 0, kPatience);
    QTRY_COMPARE_WITH_TIMEOUT(shownOf("web", models::LoadBalancerModel::RequestRateRole), QStringLiteral("0"),
                              kPatience);
}

void NodeClientSystemTest::isRefusedWithAWrongKey()
{
    QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(QString::fromStdString(m_node->socketUrl().substr(5))), kPatience);
    auto wrong = access(false);
    wrong.credentials->secretAccessKey = "not-the-secret";
    connectTo(wrong);
    QTRY_COMPARE_WITH_TIMEOUT(m_session->connectionState(), ConnectionState::Refused, kPatience);
    QCOMPARE(client().reason().code, ErrorCode::SignatureDoesNotMatch);
    QVERIFY(!m_session->reason().contains(QStringLiteral("not-the-secret")));

    wrong.credentials->accessKeyId = "AKIDNOBODY";
    m_session->edit(m_session->name(), wrong);
    QTRY_COMPARE_WITH_TIMEOUT(client().reason().code, ErrorCode::InvalidClientTokenId, kPatience);

    m_session->edit(m_session->name(), access(false));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isLive(), kPatience);
}

void NodeClientSystemTest::isRefusedWithoutAKey()
{
    auto keyless = access(false);
    keyless.credentials.reset();
    connectTo(keyless);
    QTRY_COMPARE_WITH_TIMEOUT(m_session->connectionState(), ConnectionState::Refused, kPatience);
    QCOMPARE(client().reason().code, ErrorCode::MissingAuthenticationToken);
}

void NodeClientSystemTest::saysWhenNobodyIsThere()
{
    const auto reached = access(false);
    m_node->kill();
    connectTo(reached);
    QTRY_COMPARE_WITH_TIMEOUT(m_session->connectionState(), ConnectionState::Unreachable, kPatience);
    QCOMPARE(client().reason().code, ErrorCode::Unavailable);
    const auto answer = wait(client().fetchNode());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
}

void NodeClientSystemTest::tellsWhyAVerbFailed()
{
    connectTo(access(true));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isLive(), kPatience);
    const model::DeregisterInstances nobody{name("nobody"), {id("i-1")}};
    const auto answer = wait(client().perform(nobody));
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::LoadBalancerNotFound);
    QCOMPARE(answer.error().message, std::string("There is no ACTIVE Load Balancer named 'nobody'"));
}

void NodeClientSystemTest::previewsWithoutChangingAnything()
{
    connectTo(access(false));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isLive(), kPatience);
    QCOMPARE(describe(create("web")), std::string());
    const model::DeleteLoadBalancer deletion{name("web")};
    const auto preview = wait(client().preview(deletion));
    QCOMPARE(describe(preview), std::string());
    QCOMPARE(preview->kind, model::PlanKind::Reload);
    QVERIFY(!preview->diff.empty());
    QVERIFY(preview->commandLine.starts_with("aws elb delete-load-balancer"));
    const auto history = wait(client().fetchHistory(10));
    QCOMPARE(describe(history), std::string());
    QCOMPARE(history->revisions.size(), std::size_t(1));
}

void NodeClientSystemTest::opensABrowserSession_data()
{
    followsWhatHappens_data();
}

void NodeClientSystemTest::opensABrowserSession()
{
    QFETCH(bool, overSocket);
    connectTo(access(overSocket));
    QTRY_VERIFY_WITH_TIMEOUT(m_session->isLive(), kPatience);
    const auto opened = wait(client().openBrowserSession());
    QCOMPARE(describe(opened), std::string());
    QVERIFY(opened->cookie.starts_with("elastic-haproxy-session="));
    QCOMPARE(opened->session.caller.role, model::Role::Admin);

    // The cookie alone says who asks, as in a browser.
    ports::HttpRequest request;
    request.method = "GET";
    request.target = "/v1/session";
    request.headers = {{"Cookie", opened->cookie}};
    const auto who = wait(m_http.exchange(access(false).target, request, std::chrono::seconds(10)));
    QCOMPARE(describe(who), std::string());
    QCOMPARE(who->status, 200);
}

QTEST_GUILESS_MAIN(NodeClientSystemTest)
#include "tst_node_client_system.moc"

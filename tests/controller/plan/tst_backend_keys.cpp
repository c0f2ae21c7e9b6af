#include "controller/base/readable.h"
#include "plan/backend_keys.h"
#include "plan/render.h"
#include "support/builders.h"

using namespace balancer;
using namespace balancer::tests;
using model::Protocol;
using plan::KeyVerdict;

namespace {

const auto kTarget = endpoint("10.0.0.1:8443");

model::LoadBalancer web(Protocol front = Protocol::Http, Protocol behind = Protocol::Https)
{
    const model::LoadBalancer value =
        loadBalancer("web").with(listener(front, 80, behind, 8443)).with(instance("i-1", "10.0.0.1"));
    return demanding(value, 8443, {1, 2});
}

plan::SeenChains shown(const std::vector<model::ShownChain> &chains)
{
    plan::SeenChains seen;
    for (const auto &chain : chains)
        plan::addChain(seen, kTarget, chain);
    return seen;
}

plan::Backend projectedBackend(const model::LoadBalancer &value, const plan::SeenChains &seen)
{
    plan::NodeView node;
    node.seen = seen;
    return projected({value}, node).balancers.at("web")->backends.front();
}

int verdictOf(const plan::SeenChains &seen)
{
    return int(plan::judgeInstance(web(), web().instances.front(), seen));
}

} // namespace

class BackendKeysTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judgesTheNewestChain();
    void demandsNothingWithoutAPolicyOrTls();
    void keepsTheLastFew();
    void asksTheInstancesOnTheirPorts();
    void letsOnlyAcceptedCertificatesPass_data();
    void letsOnlyAcceptedCertificatesPass();
    void readsWhatHaproxyHas();
};

void BackendKeysTest::judgesTheNewestChain()
{
    QCOMPARE(verdictOf({}), int(KeyVerdict::Unknown));
    QCOMPARE(verdictOf(shown({{"A", {publicKey(1)}}})), int(KeyVerdict::Right));
    QCOMPARE(verdictOf(shown({{"A", {publicKey(3), publicKey(2)}}})), int(KeyVerdict::Right));
    QCOMPARE(verdictOf(shown({{"A", {publicKey(3)}}})), int(KeyVerdict::Wrong));
    QCOMPARE(verdictOf(shown({{"A", {publicKey(1)}}, {"B", {publicKey(3)}}})), int(KeyVerdict::Wrong));
    QCOMPARE(verdictOf(shown({model::ShownChain()})), int(KeyVerdict::Wrong));
    QCOMPARE(plan::acceptedLeaves({publicKey(1)}, shown({{"A", {publicKey(1)}}, {"B", {publicKey(3)}}}), kTarget),
             std::vector<std::string>{"A"});
}

void BackendKeysTest::demandsNothingWithoutAPolicyOrTls()
{
    const auto judged = web();
    QVERIFY(plan::demandedKeys(judged, judged.listeners.front()) == (std::vector{publicKey(1), publicKey(2)}));
    const auto plain = web(Protocol::Http, Protocol::Http);
    QVERIFY(!plan::demandedKeys(plain, plain.listeners.front()));
    auto without = web();
    without.backendPolicies.clear();
    QVERIFY(!plan::demandedKeys(without, without.listeners.front()));
    QVERIFY(plan::keyTargets(without).empty());
    QVERIFY(!projectedBackend(without, {}).pinned);
}

void BackendKeysTest::keepsTheLastFew()
{
    plan::SeenChains seen;
    QVERIFY(plan::addChain(seen, kTarget, {"A", {publicKey(1)}}));
    QVERIFY(!plan::addChain(seen, kTarget, {"A", {publicKey(1)}}));
    for (int i = 0; i < 9; ++i)
        plan::addChain(seen, kTarget, {std::to_string(i), {publicKey(1)}});
    QCOMPARE(seen.at(kTarget).size(), std::size_t(4));
    QCOMPARE(seen.at(kTarget).back().leaf, std::string("8"));
    // One that comes back is the newest, and there once.
    QVERIFY(plan::addChain(seen, kTarget, {"6", {publicKey(1)}}));
    QCOMPARE(seen.at(kTarget).size(), std::size_t(4));
    QCOMPARE(seen.at(kTarget).back().leaf, std::string("6"));
}

void BackendKeysTest::asksTheInstancesOnTheirPorts()
{
    auto value = web();
    value.instances.push_back(instance("i-2", "10.0.0.2", 9443));
    value.policies.push_back(
        model::Policy{"proxy", std::string(model::kProxyProtocolType), {{"ProxyProtocol", "true"}}});
    value.backendPolicies.front().policyNames.push_back("proxy");
    const auto targets = plan::keyTargets(value);
    QCOMPARE(targets.size(), std::size_t(2));
    QCOMPARE(targets[0].endpoint.text(), std::string("10.0.0.1:8443"));
    QCOMPARE(targets[1].endpoint.text(), std::string("10.0.0.2:9443"));
    QVERIFY(targets[0].proxyLine);
}

void BackendKeysTest::letsOnlyAcceptedCertificatesPass_data()
{
    QTest::addColumn<bool>("http");
    QTest::addColumn<std::string>("rule");
    QTest::newRow("answers to requests") << true
                                         << std::string(
                                                "http-response deny deny_status 502 if !{ "
                                                "ssl_s_der,sha2(256),hex -m str -f certificates-b-web-80.acl }");
    QTest::newRow("connections") << false
                                 << std::string("tcp-response content reject if !{ "
                                                "ssl_s_der,sha2(256),hex -m str -f certificates-b-web-80.acl }");
}

void BackendKeysTest::letsOnlyAcceptedCertificatesPass()
{
    QFETCH(bool, http);
    QFETCH(std::string, rule);
    const auto value = http ? web() : web(Protocol::Tcp, Protocol::Ssl);
    const auto unknown = projectedBackend(value, {});
    QCOMPARE(unknown.directives.at(1), rule);
    QVERIFY(unknown.serverOptions.find("no-ssl-reuse") != std::string::npos);
    QVERIFY(unknown.pinned->hashes.empty());
    QVERIFY(unknown.servers.front().draining);
    const auto good = projectedBackend(value, shown({{"A", {publicKey(1)}}, {"B", {publicKey(2)}}}));
    QCOMPARE(good.pinned->hashes, (std::vector<std::string>{"A", "B"}));
    QVERIFY(!good.servers.front().draining);
    QCOMPARE(good.directives, unknown.directives);

    plan::NodeView node;
    node.seen = shown({{"A", {publicKey(1)}}, {"B", {publicKey(2)}}});
    const auto files = plan::renderFiles(projected({value}, node));
    QCOMPARE(files.at("certificates-b-web-80.acl"), std::string("A\nB\n"));
}

void BackendKeysTest::readsWhatHaproxyHas()
{
    QCOMPARE(plan::parsePinsShown("0x56444de59da0 22F\n0x56444de59db0 11A\n0x56444de59dc0 22F\n\n"),
             (std::vector<std::string>{"11A", "22F"}));
    QVERIFY(plan::parsePinsShown("").empty());
    QVERIFY(plan::parsePinsShown("Unknown ACL identifier. Please use #<id> or <file>.\n").empty());
}

QTEST_GUILESS_MAIN(BackendKeysTest)
#include "tst_backend_keys.moc"

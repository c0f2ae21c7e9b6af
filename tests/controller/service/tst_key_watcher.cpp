#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/service_node.h"

using namespace balancer;
using namespace balancer::tests;

namespace {

constexpr auto kInstance = "10.0.0.1";
constexpr auto kTarget = "10.0.0.1:8443";
constexpr auto kPins = "certificates-b-web-80.acl";
constexpr auto kWell = "InService N/A";
constexpr auto kHeld = "OutOfService Instance";

using Hashes = std::vector<std::string>;

model::ShownChain right(const std::string &leaf = "RIGHT")
{
    return {leaf, {publicKey(1)}};
}

model::ShownChain wrong()
{
    return {"WRONG", {publicKey(3)}};
}

NodeSettings quickSettings()
{
    NodeSettings settings;
    settings.options.saveDelay = std::chrono::milliseconds(1);
    settings.options.retryDelay = std::chrono::milliseconds(1);
    return settings;
}

} // namespace

/// Backend server authentication, from what instances show to what HAProxy accepts.
class KeyWatcherTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void looksBeforeAPolicyActs();
    void holdsAnInstanceWithAnotherKey();
    void holdsWhoCannotBeAsked();
    void asksAgainSoonWhoHasShownNothingYet();
    void judgesBeforeAnInstanceServes();
    void keepsWhatItKnowsOfWhoCannotBeAskedAnyMore();
    void looksAgainWhenHaproxyRefusesAnswers();
    void reloadsWhenAListReadsBackDifferently();
    void letsDrainingInstancesFinish();
    void tellsThoseWhoLook();
    void forgetsWhatMattersNoLonger();
    void asksNobodyWithoutAPolicy();
    void goesOnAfterAHaproxyThatDied();

private:
    void putInForce(bool force = true);
    std::string health();
    Hashes pins();
    bool isHeld() { return m_node->haproxy.running().state("b:web:80", "s1").isForcedIntoMaintenance(); }
    std::size_t looks() const { return m_node->certificates.asked().size(); }

    ServiceNode *m_node = nullptr;
};

void KeyWatcherTest::init()
{
    m_node = &ServiceNode::make(quickSettings());
    const model::LoadBalancer web = loadBalancer("web")
                                        .with(listener(model::Protocol::Http, 80, model::Protocol::Https, 8443))
                                        .with(instance(kInstance, kInstance));
    auto value = demanding(web, 8443, {1, 2});
    value.backendPolicies.clear();
    value.attributes.draining = {true, std::chrono::seconds(60)};
    ports::Transaction transaction;
    ports::BalancerChange change;
    change.name = value.name;
    change.value = value;
    transaction.balancers.push_back(change);
    QVERIFY(QCoro::waitFor(m_node->store.save(transaction)));
    QVERIFY(m_node->start());
    QTRY_VERIFY(m_node->isSettled());
    QCOMPARE(health(), std::string(kWell));
}

void KeyWatcherTest::cleanup()
{
    m_node->drains().stop();
    m_node->keys().stop();
    m_node->reconciler().stop();
}

void KeyWatcherTest::putInForce(bool force)
{
    const std::vector<std::string> policies(force ? 1 : 0, "trust");
    QVERIFY(m_node->perform(model::SetBackendPolicies{name("web"), 8443, policies}));
}

std::string KeyWatcherTest::health()
{
    const auto answer = m_node->perform(model::DescribeInstanceHealth{name("web"), {id(kInstance)}});
    return answer ? answer->states.at(0).state + " " + answer->states.at(0).reasonCode : answer.error().message;
}

Hashes KeyWatcherTest::pins()
{
    const auto acls = m_node->haproxy.running().acls();
    const auto found = acls.find(kPins);
    return found == acls.end() ? Hashes{"there is no such file"} : found->second;
}

void KeyWatcherTest::looksBeforeAPolicyActs()
{
    m_node->certificates.show(kTarget, right());
    putInForce();
    // From its first moment on: nothing was refused meanwhile.
    QCOMPARE(m_node->haproxy.started().back().balancers.at("web")->backends.front().pinned->hashes, Hashes{"RIGHT"});
    QVERIFY(!m_node->haproxy.started().back().balancers.at("web")->backends.front().servers.front().draining);
    QCOMPARE(health(), std::string(kWell));
    putInForce(false);
    QCOMPARE(pins(), Hashes{"there is no such file"});
}

void KeyWatcherTest::holdsAnInstanceWithAnotherKey()
{
    m_node->certificates.show(kTarget, wrong());
    putInForce();
    QVERIFY(isHeld());
    QCOMPARE(pins(), Hashes());
    QCOMPARE(health(), std::string(kHeld));
    putInForce(false);
    QVERIFY(!isHeld());
    QCOMPARE(health(), std::string(kWell));
}

void KeyWatcherTest::holdsWhoCannotBeAsked()
{
    putInForce();
    QVERIFY(isHeld());
    // It passes its health check, so it is there and speaks no TLS.
    QTRY_COMPARE(health(), std::string(kHeld));
}

void KeyWatcherTest::asksAgainSoonWhoHasShownNothingYet()
{
    putInForce();
    QTRY_COMPARE(health(), std::string(kHeld));
    m_node->certificates.show(kTarget, right());
    QTRY_VERIFY(!isHeld()); // the Interval is 30 s
    QCOMPARE(health(), std::string(kWell));
}

void KeyWatcherTest::judgesBeforeAnInstanceServes()
{
    m_node->certificates.show(kTarget, right());
    putInForce();
    QVERIFY(m_node->perform(model::RegisterInstances{name("web"), {id("10.0.0.2")}}));
    QVERIFY(m_node->haproxy.running().state("b:web:80", "s2").isForcedIntoMaintenance());
    m_node->certificates.show("10.0.0.2:8443", {"OTHER", {publicKey(3), publicKey(2)}});
    QTRY_VERIFY(!m_node->haproxy.running().state("b:web:80", "s2").isForcedIntoMaintenance());
    QCOMPARE(pins(), (Hashes{"OTHER", "RIGHT"}));
    QVERIFY(m_node->perform(model::DeregisterInstances{name("web"), {id("10.0.0.2")}}));
    QTRY_COMPARE(pins(), Hashes{"RIGHT"}); // when it has drained
}

void KeyWatcherTest::keepsWhatItKnowsOfWhoCannotBeAskedAnyMore()
{
    m_node->certificates.show(kTarget, right());
    putInForce();
    m_node->certificates.hide(kTarget);
    const auto before = looks();
    m_node->haproxy.running().refuseAnswer("b:web:80");
    QTRY_VERIFY(looks() > before);
    QTest::qWait(0);
    QVERIFY(!isHeld());
    QCOMPARE(pins(), Hashes{"RIGHT"});
}

void KeyWatcherTest::looksAgainWhenHaproxyRefusesAnswers()
{
    m_node->certificates.show(kTarget, right());
    putInForce();
    QTRY_VERIFY(looks() >= 2); // before and after the change; the next one would come after 30 s
    m_node->certificates.show(kTarget, right("RENEWED"));
    const auto generations = m_node->haproxy.started().size();
    m_node->haproxy.running().refuseAnswer("b:web:80");
    const Hashes both{"RENEWED", "RIGHT"};
    QTRY_COMPARE(pins(), both);
    QCOMPARE(m_node->haproxy.started().size(), generations);
    QVERIFY(!isHeld());

    m_node->certificates.show(kTarget, wrong());
    m_node->haproxy.running().refuseAnswer("b:web:80");
    QTRY_VERIFY(isHeld());
    QCOMPARE(health(), std::string(kHeld));
}

void KeyWatcherTest::reloadsWhenAListReadsBackDifferently()
{
    m_node->certificates.show(kTarget, right());
    putInForce();
    const auto generations = m_node->haproxy.started().size();
    m_node->certificates.show(kTarget, right("RENEWED"));
    m_node->haproxy.answerInstead("add acl", "\n", 2);
    m_node->haproxy.running().refuseAnswer("b:web:80");
    const Hashes both{"RENEWED", "RIGHT"};
    QTRY_COMPARE(pins(), both);
    QCOMPARE(m_node->haproxy.started().size(), generations + 1);
}

void KeyWatcherTest::letsDrainingInstancesFinish()
{
    constexpr auto kOther = "10.0.0.2:8443";
    m_node->certificates.show(kTarget, right());
    m_node->certificates.show(kOther, right("OTHER"));
    QVERIFY(m_node->perform(model::RegisterInstances{name("web"), {id("10.0.0.2")}}));
    putInForce();
    const Hashes both{"OTHER", "RIGHT"};
    QCOMPARE(pins(), both);
    m_node->haproxy.running().setSessions("b:web:80", "s1", 1);
    QVERIFY(m_node->perform(model::DeregisterInstances{name("web"), {id(kInstance)}}));
    const auto before = std::ptrdiff_t(looks());
    m_node->certificates.show(kOther, right("RENEWED"));
    m_node->haproxy.running().refuseAnswer("b:web:80");
    const Hashes all{"OTHER", "RENEWED", "RIGHT"};
    QTRY_COMPARE(pins(), all);
    const auto &asked = m_node->certificates.asked();
    QCOMPARE(std::count(asked.begin() + before, asked.end(), std::string(kTarget)), 0);
    m_node->haproxy.running().setSessions("b:web:80", "s1", 0);
    const Hashes left{"OTHER", "RENEWED"};
    QTRY_COMPARE(pins(), left);
}

void KeyWatcherTest::tellsThoseWhoLook()
{
    m_node->certificates.show(kTarget, wrong());
    putInForce();
    const auto told = m_node->eventsOf<model::InstanceChanged>();
    QVERIFY(!told.empty());
    QCOMPARE(told.back().instance.health.state, std::string("OutOfService"));
    QCOMPARE(m_node->readModel().loadBalancer(name("web"))->instances.front().health.reasonCode,
             std::string("Instance"));
    putInForce(false);
    QCOMPARE(m_node->eventsOf<model::InstanceChanged>().back().instance.health.state, std::string("InService"));
}

void KeyWatcherTest::forgetsWhatMattersNoLonger()
{
    m_node->certificates.show(kTarget, right());
    putInForce();
    QVERIFY(m_node->reconciler().node().view().seen.contains(endpoint(kTarget)));
    putInForce(false);
    QVERIFY(m_node->reconciler().node().view().seen.empty());
    const auto before = looks();
    putInForce();
    QVERIFY(looks() > before);
}

void KeyWatcherTest::asksNobodyWithoutAPolicy()
{
    const auto commands = m_node->haproxy.running().commands().size();
    QTest::qWait(20);
    QCOMPARE(looks(), std::size_t(0));
    QCOMPARE(m_node->haproxy.running().commands().size(), commands);
}

void KeyWatcherTest::goesOnAfterAHaproxyThatDied()
{
    m_node->certificates.show(kTarget, right());
    putInForce();
    const auto started = m_node->haproxy.started().size();
    m_node->haproxy.die();
    QTRY_VERIFY(m_node->haproxy.started().size() > started && m_node->haproxy.isRunning());
    QCOMPARE(pins(), Hashes{"RIGHT"});
    QVERIFY(!isHeld());
}

QTEST_GUILESS_MAIN(KeyWatcherTest)
#include "tst_key_watcher.moc"

#include "plan/server_sessions.h"

#include "controller/base/readable.h"
#include "support/builders.h"

#include <QtTest>

using namespace balancer;
using namespace balancer::tests;
using plan::ServerKey;
using plan::Session;
using Servers = std::set<ServerKey>;

namespace {

// HAProxy 2.6.12.
constexpr auto kSessions =
    "0x562480b12890: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s calls=1 rate=0 "
    "cpu=0 lat=0 rq[f=c48202h,i=0,an=00h,rx=,wx=,ax=] rp[f=80048202h,i=0,an=00h,rx=,wx=,ax=] scf=[8,0h,fd=11] "
    "scb=[8,1h,fd=-1] exp= rc=0 c_exp=\n"
    "0x562480c2f380: proto=tcpv4 src=127.0.0.1:47494 fe=f:80 be=b:web:80 srv=s1 ts=00 epoch=0 age=0s calls=2 rate=0 "
    "cpu=0 lat=0 rq[f=49c40080h,i=0,an=8000h,rx=,wx=,ax=] rp[f=80400000h,i=0,an=1400000h,rx=29s,wx=,ax=] "
    "scf=[8,80h,fd=12] scb=[8,11h,fd=13] exp=4s rc=0 c_exp=\n"
    "0x562480c2f999: proto=tcpv6 src=::1:47494 fe=f:81 be=b:web:81 srv=s12 ts=00 age=0s\n"
    "0x562480c2faaa: proto=tcpv4 src=127.0.0.1:1 fe=f:80 be=b:web:80 srv=<none> ts=00 age=0s\n\n";

model::LoadBalancer web()
{
    return loadBalancer("web").with(http(80, 8080)).with(http(81, 8081)).with(instance("i-1", "10.0.0.1"));
}

} // namespace

class ServerSessionsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsThoseThatAServerHas();
    void readsNothingFromRubbish();
    void shutsDownThoseOfTheServersNamed();
    void findsTheServersOfAnInstance();
    void findsWhatIsGone();
};

void ServerSessionsTest::readsThoseThatAServerHas()
{
    const std::vector<Session> expected{{"0x562480c2f380", {"b:web:80", "s1"}},
                                        {"0x562480c2f999", {"b:web:81", "s12"}}};
    QVERIFY(plan::parseSessions(kSessions) == expected);
}

void ServerSessionsTest::readsNothingFromRubbish()
{
    for (const auto *text :
         {"", "\n", "Unknown command", "0x1", "0x1:", "0x1: be=b", "0x1: be=b srv=", "x: be=b srv=s1"})
        QVERIFY2(plan::parseSessions(text).empty(), text);
}

void ServerSessionsTest::shutsDownThoseOfTheServersNamed()
{
    const auto sessions = plan::parseSessions(kSessions);
    QCOMPARE(plan::sessionShutdowns(sessions, {{"b:web:80", "s1"}}),
             std::vector<std::string>{"shutdown session 0x562480c2f380"});
    QVERIFY(plan::sessionShutdowns(sessions, {{"b:web:80", "s12"}}).empty());
}

void ServerSessionsTest::findsTheServersOfAnInstance()
{
    const auto config = projected({web()});
    QVERIFY(plan::serversOf(config, "web", "i-1") == (Servers{{"b:web:80", "s1"}, {"b:web:81", "s1"}}));
    QVERIFY(plan::serversOf(config, "web", "i-2").empty());
    QVERIFY(plan::serversOf(config, "web", "").empty());
    QVERIFY(plan::serversOf(config, "other", "i-1").empty());
}

void ServerSessionsTest::findsWhatIsGone()
{
    const Servers both{{"b:web:80", "s1"}, {"b:web:81", "s1"}};
    const auto left = projected({web()});
    auto with = web();
    QVERIFY(plan::serversGone(left, projected({with})).empty());

    with.instances.push_back(instance("i-2", "10.0.0.2"));
    QVERIFY(plan::serversGone(left, projected({with})).empty());

    with.instances.front().address.address = address("10.0.0.9");
    QVERIFY(plan::serversGone(left, projected({with})) == both);

    with.instances.clear();
    QVERIFY(plan::serversGone(left, projected({with})) == both);
    QVERIFY(plan::serversGone(left, projected({})) == both);

    // While it drains, it is there.
    model::FormerInstance former;
    former.id = id("i-1");
    former.address = instance("i-1", "10.0.0.1").address;
    former.drainingUntil = model::Timestamp(std::chrono::hours(1));
    with.formerInstances.push_back(former);
    const plan::SlotTable slots{{"web", {id("i-1"), std::nullopt}}};
    QVERIFY(plan::serversGone(left, plan::project({&with}, slots, plan::NodeView())).empty());
}

QTEST_GUILESS_MAIN(ServerSessionsTest)
#include "tst_server_sessions.moc"

#include "service/traffic_meter.h"

#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/fake_haproxy.h"
#include "support/manual_clock.h"

#include <QSignalSpy>

#include <memory>

using namespace balancer;
using namespace balancer::tests;
using service::TrafficCount;

namespace {

constexpr const char *kHeader = "# pxname,svname,scur,stot,bin,bout,conn_tot,req_tot,\n";

/// The columns as HAProxy 2.6 fills them: frontends count connections, backends sessions and, for HTTP, requests.
std::string frontend(const std::string &name, int connections)
{
    return name + ",FRONTEND,9,9,99,99," + std::to_string(connections) + ",7,\n";
}

std::string backend(const std::string &name, int open, int sessions, int in, int out, const std::string &requests)
{
    return name + ",BACKEND," + std::to_string(open) + "," + std::to_string(sessions) + "," + std::to_string(in) + "," +
           std::to_string(out) + ",," + requests + ",\n";
}

ports::DesiredState stateOf(const std::vector<model::LoadBalancer> &balancers)
{
    ports::DesiredState state;
    for (const auto &balancer : balancers)
        state.balancers.emplace(balancer.name, ports::StoredBalancer{balancer, Revision{1}});
    return state;
}

TrafficCount countOf(const std::string &rows, const std::vector<model::LoadBalancer> &balancers,
                     const std::string &balancer)
{
    const auto stats = plan::StatsTable::parse(kHeader + rows).value();
    return service::countTraffic(stats, stateOf(balancers)).at(name(balancer));
}

} // namespace

class TrafficMeterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { QCoro::waitFor(m_meter->finish()); }

    void countsHttpWithAnAddressOfItsOwn();
    void countsTcp();
    void countsASharedPortOfOne();
    void countsRequestsOnASharedPortOfSeveral();
    void addsUpListeners();
    void countsNothingWithoutRows();

    void asksOnlyWhileSomebodyWantsToKnow();
    void measuresBetweenTwoLooks();
    void beginsAnewWithAnotherGeneration();
    void isNeverNegative();
    void tellsEveryLoadBalancer();
    void survivesWrongAnswers();

private:
    void show(const std::string &rows) { m_haproxy->answerInstead("show stat", kHeader + rows, 1); }
    void measure() { QVERIFY(QCoro::waitFor(m_meter->measure()).has_value()); }
    void keep(const service::TrafficMeter &meter)
    {
        connect(&meter, &service::TrafficMeter::measured, this, [this](const auto &rates) { m_told.push_back(rates); });
    }

    std::unique_ptr<FakeHaproxy> m_haproxy;
    std::unique_ptr<service::DesiredStateCache> m_desired;
    std::unique_ptr<ManualClock> m_clock;
    std::unique_ptr<service::TrafficMeter> m_meter;
    std::vector<model::RatesMeasured> m_told;
};

void TrafficMeterTest::init()
{
    m_told.clear();
    m_meter.reset();
    m_haproxy = std::make_unique<FakeHaproxy>();
    m_haproxy->runAlready(plan::HaproxyConfig(), plan::SlotHealths());
    m_desired = std::make_unique<service::DesiredStateCache>();
    m_desired->reset(stateOf({loadBalancer("Web").with(http(80, 8080)), loadBalancer("mail").with(tcp(25, 2525))}));
    m_clock = std::make_unique<ManualClock>();
    m_meter = std::make_unique<service::TrafficMeter>(*m_desired, *m_haproxy, *m_haproxy, *m_clock,
                                                      std::chrono::milliseconds(1));
    keep(*m_meter);
}

void TrafficMeterTest::countsHttpWithAnAddressOfItsOwn()
{
    const auto rows = frontend("f:web:80", 5) + backend("b:web:80", 2, 100, 7000, 9000, "100");
    const auto count = countOf(rows, {loadBalancer("Web").with(http(80, 8080))}, "web");
    QVERIFY((count == TrafficCount{100, 5, 7000, 9000, 2}));
}

void TrafficMeterTest::countsTcp()
{
    const auto rows = frontend("f:25", 50) + backend("b:mail:25", 3, 40, 1, 2, "");
    const auto count = countOf(rows, {loadBalancer("mail").with(tcp(25, 2525))}, "mail");
    QVERIFY((count == TrafficCount{0, 40, 1, 2, 3}));
}

void TrafficMeterTest::countsASharedPortOfOne()
{
    const auto rows = frontend("f:80", 5) + backend("b:web:80", 0, 100, 0, 0, "100");
    QCOMPARE(countOf(rows, {loadBalancer("web").with(http(80, 8080))}, "web").connections, 5);
}

void TrafficMeterTest::countsRequestsOnASharedPortOfSeveral()
{
    const auto rows =
        frontend("f:80", 5) + backend("b:web:80", 0, 60, 0, 0, "60") + backend("b:api:80", 0, 40, 0, 0, "40");
    const std::vector<model::LoadBalancer> both{loadBalancer("web").with(http(80, 8080)),
                                                loadBalancer("api").with(http(80, 8080))};
    QCOMPARE(countOf(rows, both, "web").connections, 60);
    QCOMPARE(countOf(rows, both, "api").connections, 40);
}

void TrafficMeterTest::addsUpListeners()
{
    const auto rows = frontend("f:web:80", 5) + backend("b:web:80", 1, 100, 10, 20, "100") + frontend("f:web:25", 3) +
                      backend("b:web:25", 2, 3, 30, 40, "") + backend("hc:web", 9, 9, 9, 9, "9");
    const auto count = countOf(rows, {loadBalancer("web").with(http(80, 8080)).with(tcp(25, 2525))}, "web");
    QVERIFY((count == TrafficCount{100, 8, 40, 60, 3}));
}

void TrafficMeterTest::countsNothingWithoutRows()
{
    QVERIFY(countOf("", {loadBalancer("web").with(http(80, 8080))}, "web") == TrafficCount());
    QVERIFY(countOf("b:web:80,BACKEND,x,-,,1e3,,7z,\n", {loadBalancer("web").with(http(80, 8080))}, "web") ==
            TrafficCount());
}

void TrafficMeterTest::asksOnlyWhileSomebodyWantsToKnow()
{
    const auto asked = [this] { return m_haproxy->running().commands().size(); };
    QCoreApplication::processEvents();
    QCOMPARE(asked(), std::size_t(0));
    m_meter->setWanted(true);
    m_meter->setWanted(true);
    QTRY_VERIFY(asked() > 2);
    m_meter->setWanted(false);
    QVERIFY(!m_meter->isWanted());
    QCoreApplication::processEvents();
    const auto before = asked();
    for (int i = 0; i < 20; ++i)
        QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
    QVERIFY(asked() <= before + 1); // one may have been under way
}

void TrafficMeterTest::measuresBetweenTwoLooks()
{
    show(frontend("f:80", 10) + backend("b:web:80", 1, 100, 1000, 2000, "100"));
    measure();
    QVERIFY(m_told.empty());
    m_clock->advance(std::chrono::milliseconds(500));
    show(frontend("f:80", 14) + backend("b:web:80", 3, 150, 1600, 3000, "150"));
    measure();
    QCOMPARE(m_told.size(), std::size_t(1));
    const model::TrafficRate expected{name("web"), 100, 8, 1200, 2000, 3};
    QVERIFY(m_told[0].rates.at(1) == expected);
    QCOMPARE(m_told[0].rates.at(1).loadBalancer.text(), std::string("Web"));
}

void TrafficMeterTest::beginsAnewWithAnotherGeneration()
{
    show(backend("b:web:80", 0, 100, 0, 0, "100"));
    measure();
    m_clock->advance(std::chrono::seconds(1));
    m_haproxy->runAlready(plan::HaproxyConfig(), plan::SlotHealths());
    show(backend("b:web:80", 0, 130, 0, 0, "130"));
    measure();
    QCOMPARE(m_told.at(0).rates.at(1).requestsPerSecond, 130);
}

void TrafficMeterTest::isNeverNegative()
{
    show(backend("b:web:80", 0, 100, 50, 50, "100"));
    measure();
    m_clock->advance(std::chrono::seconds(1));
    show(backend("b:web:80", 0, 30, 60, 10, "30"));
    measure();
    const auto &rate = m_told.at(0).rates.at(1);
    QCOMPARE(rate.requestsPerSecond, 30);
    QCOMPARE(rate.bytesInPerSecond, 10);
    QCOMPARE(rate.bytesOutPerSecond, 10);
    m_clock->advance(std::chrono::seconds(-5));
    show("");
    measure();
    QCOMPARE(m_told.size(), std::size_t(1));
}

void TrafficMeterTest::tellsEveryLoadBalancer()
{
    show("");
    measure();
    m_clock->advance(std::chrono::seconds(1));
    show("");
    measure();
    QCOMPARE(m_told.at(0).rates.size(), std::size_t(2));
    QVERIFY((m_told[0].rates[0] == model::TrafficRate{name("mail"), 0, 0, 0, 0, 0}));
}

void TrafficMeterTest::survivesWrongAnswers()
{
    m_haproxy->answerInstead("show stat", "Unknown command", 1);
    QCOMPARE(describe(QCoro::waitFor(m_meter->measure())),
             std::string("Corrupt: show stat: the first line is not a header"));
    m_haproxy->failNextSend(Error{ErrorCode::Unavailable, "gone"});
    QCOMPARE(describe(QCoro::waitFor(m_meter->measure())), std::string("Unavailable: gone"));
    QVERIFY(m_told.empty());
}

QTEST_GUILESS_MAIN(TrafficMeterTest)
#include "tst_traffic_meter.moc"

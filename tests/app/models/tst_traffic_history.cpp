#include "models/traffic_history.h"
#include "support/read_values.h"

#include <QSignalSpy>
#include <QTest>

using namespace balancer;
using namespace balancer::tests;
using models::TrafficHistory;

namespace {

model::TrafficRate rate(std::string_view balancer, std::int64_t requests)
{
    return {name(balancer), requests, requests * 2, requests * 3, requests * 4, requests * 5};
}

model::Timestamp at(int second)
{
    return model::Timestamp(std::chrono::seconds(second));
}

} // namespace

class TrafficHistoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isEmptyAtFirst();
    void keepsEachMeasure();
    void dropsTheOldest();
    void putsAllOnOneTimeAxis();
    void forgetsWhoIsSilentForTheWholeTime();
    void canBeCleared();
};

void TrafficHistoryTest::isEmptyAtFirst()
{
    const TrafficHistory history;
    QCOMPARE(history.count(), 0);
    QCOMPARE(history.capacity(), 120);
    QCOMPARE(history.series(QStringLiteral("web"), TrafficHistory::Requests), QList<double>());
    QCOMPARE(history.latest(QStringLiteral("web"), TrafficHistory::Requests), 0.0);
}

void TrafficHistoryTest::keepsEachMeasure()
{
    TrafficHistory history;
    QSignalSpy spy(&history, &TrafficHistory::added);
    history.add({{rate("Web", 10)}}, at(1));
    QCOMPARE(spy.count(), 1);
    const auto web = QStringLiteral("wEB");
    QCOMPARE(history.latest(web, TrafficHistory::Requests), 10.0);
    QCOMPARE(history.latest(web, TrafficHistory::Connections), 20.0);
    QCOMPARE(history.latest(web, TrafficHistory::BytesIn), 30.0);
    QCOMPARE(history.latest(web, TrafficHistory::BytesOut), 40.0);
    QCOMPARE(history.latest(web, TrafficHistory::Sessions), 50.0);
}

void TrafficHistoryTest::dropsTheOldest()
{
    TrafficHistory history(3);
    for (int second = 1; second <= 5; ++second)
        history.add({{rate("web", second)}}, at(second));
    QCOMPARE(history.count(), 3);
    QCOMPARE(history.times(), (QList<double>{3000, 4000, 5000}));
    QCOMPARE(history.series(QStringLiteral("web"), TrafficHistory::Requests), (QList<double>{3, 4, 5}));
}

void TrafficHistoryTest::putsAllOnOneTimeAxis()
{
    TrafficHistory history(4);
    history.add({{rate("web", 1)}}, at(1));
    history.add({{rate("api", 10), rate("web", 2)}}, at(2));
    history.add({{rate("api", 20)}}, at(3));
    QCOMPARE(history.series(QStringLiteral("web"), TrafficHistory::Requests), (QList<double>{1, 2, 0}));
    QCOMPARE(history.series(QStringLiteral("api"), TrafficHistory::Requests), (QList<double>{0, 10, 20}));
    QCOMPARE(history.series(QStringLiteral("db"), TrafficHistory::Requests), (QList<double>{0, 0, 0}));
    QCOMPARE(history.total(TrafficHistory::Requests), (QList<double>{1, 12, 20}));
}

void TrafficHistoryTest::forgetsWhoIsSilentForTheWholeTime()
{
    TrafficHistory history(2);
    history.add({{rate("web", 7)}}, at(1));
    history.add({}, at(2));
    QCOMPARE(history.series(QStringLiteral("web"), TrafficHistory::Requests), (QList<double>{7, 0}));
    history.add({}, at(3));
    history.add({{rate("web", 8)}}, at(4));
    QCOMPARE(history.series(QStringLiteral("web"), TrafficHistory::Requests), (QList<double>{0, 8}));
}

void TrafficHistoryTest::canBeCleared()
{
    TrafficHistory history(2);
    QSignalSpy spy(&history, &TrafficHistory::cleared);
    history.add({{rate("web", 7)}}, at(1));
    history.clear();
    QCOMPARE(spy.count(), 1);
    QCOMPARE(history.times(), QList<double>());
    history.add({}, at(2));
    QCOMPARE(history.total(TrafficHistory::Requests), QList<double>{0});
}

QTEST_GUILESS_MAIN(TrafficHistoryTest)
#include "tst_traffic_history.moc"

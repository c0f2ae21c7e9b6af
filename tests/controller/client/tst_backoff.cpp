#include "client/backoff.h"
#include "controller/base/readable.h"

using namespace std::chrono_literals;
using balancer::client::Backoff;

class BackoffTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void doublesUpToALimit();
    void spreadsOverTheSecondHalf();
    void beginsAnew();
};

void BackoffTest::doublesUpToALimit()
{
    Backoff backoff(250ms, 1500ms);
    for (const auto expected : {250ms, 500ms, 1000ms, 1500ms, 1500ms})
        QCOMPARE(backoff.next(1).count(), expected.count());
}

void BackoffTest::spreadsOverTheSecondHalf()
{
    QCOMPARE(Backoff(250ms, 1s).next(0).count(), std::int64_t(125));
    QCOMPARE(Backoff(250ms, 1s).next(0.5).count(), std::int64_t(187));
    QCOMPARE(Backoff(1ms, 1s).next(0.999).count(), std::int64_t(0));
    QCOMPARE(Backoff(0ms, 0ms).next(1).count(), std::int64_t(0));
}

void BackoffTest::beginsAnew()
{
    Backoff backoff(250ms, 1s);
    backoff.next(1);
    backoff.next(1);
    backoff.reset();
    QCOMPARE(backoff.next(1).count(), std::int64_t(250));
}

QTEST_GUILESS_MAIN(BackoffTest)
#include "tst_backoff.moc"

#include "controller/base/readable.h"
#include "service/turnstile.h"
#include "support/fake_haproxy.h"

#include <QCoro/QCoroTask>

using namespace balancer;
using namespace balancer::tests;
using service::Turnstile;

namespace {

/// Notes when it has its turn, keeps it until the gate opens.
QCoro::Task<void> visit(Turnstile &turnstile, Gate &gate, std::vector<int> &order, int number)
{
    const auto turn = co_await turnstile.take();
    order.push_back(number);
    co_await gate.pass();
    order.push_back(-number);
}

} // namespace

class TurnstileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void letsOneThroughAtATimeInOrderOfArrival();
    void isFreeAtFirstAndAgain();
};

void TurnstileTest::letsOneThroughAtATimeInOrderOfArrival()
{
    Turnstile turnstile;
    Gate gate;
    gate.close();
    std::vector<int> order;
    std::vector<QCoro::Task<void>> visitors;
    for (int number = 1; number <= 4; ++number)
        visitors.push_back(visit(turnstile, gate, order, number));
    QTRY_COMPARE(gate.waiting(), 1);
    QCOMPARE(order, std::vector<int>{1});
    gate.open();
    visitors.push_back(visit(turnstile, gate, order, 5)); // does not overtake
    for (auto &visitor : visitors)
        QCoro::waitFor(visitor);
    QCOMPARE(order, (std::vector<int>{1, -1, 2, -2, 3, -3, 4, -4, 5, -5}));
}

void TurnstileTest::isFreeAtFirstAndAgain()
{
    Turnstile turnstile;
    Gate open;
    std::vector<int> order;
    const auto first = visit(turnstile, open, order, 1);
    QVERIFY(first.isReady()); // without a turn of the loop
    const auto second = visit(turnstile, open, order, 2);
    QVERIFY(second.isReady());
    QCOMPARE(order, (std::vector<int>{1, -1, 2, -2}));
}

QTEST_GUILESS_MAIN(TurnstileTest)
#include "tst_turnstile.moc"

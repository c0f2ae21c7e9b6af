#include "service/event_log.h"

#include "controller/base/readable.h"

#include <QSignalSpy>

#include <optional>

using namespace balancer;
using service::EventLimits;
using service::EventLog;

namespace {

/// An event whose text has that many bytes.
model::Event eventOf(std::int64_t size)
{
    return model::RevisionApplied{Revision{size}, 0};
}

std::string render(const model::Event &event)
{
    return std::string(static_cast<std::size_t>(std::get<model::RevisionApplied>(event).revision.number), 'x');
}

/// "2:xx 3:xxx", or "lost".
std::string after(const EventLog &log, std::int64_t number)
{
    std::string text;
    const bool complete = log.visitAfter(number, [&](const EventLog::Entry &entry) {
        text += (text.empty() ? "" : " ") + std::to_string(entry.number) + ":" + entry.text;
    });
    return complete ? text : "lost";
}

} // namespace

class EventLogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbersEventsFromOne();
    void knowsItsOwnIdsOnly_data();
    void knowsItsOwnIdsOnly();
    void forgetsTheOldestBeyondItsCount();
    void forgetsTheOldestBeyondItsBytes();
    void keepsOneThatIsTooLargeByItself();
};

void EventLogTest::numbersEventsFromOne()
{
    EventLog log("abc", render);
    QSignalSpy appended(&log, &EventLog::appended);
    QCOMPARE(log.newestId(), std::string("abc-0"));
    QCOMPARE(after(log, 0), std::string());
    log.append(eventOf(1));
    log.append(eventOf(2));
    QCOMPARE(log.newestId(), std::string("abc-2"));
    QCOMPARE(after(log, 0), std::string("1:x 2:xx"));
    QCOMPARE(after(log, 1), std::string("2:xx"));
    QCOMPARE(after(log, 2), std::string());
    QCOMPARE(appended.count(), 2);
}

void EventLogTest::knowsItsOwnIdsOnly_data()
{
    QTest::addColumn<std::string>("id");
    QTest::addColumn<int>("number"); // -1: not known
    const auto row = [](const char *name, const char *id, int number) {
        QTest::newRow(name) << std::string(id) << number;
    };
    row("the newest", "abc-2", 2);
    row("an older one", "abc-1", 1);
    row("before the first", "abc-0", 0);
    row("one that has not been given", "abc-3", -1);
    row("another epoch", "abd-1", -1);
    row("an epoch that begins so", "abcd-1", -1);
    row("a negative number", "abc--1", -1);
    row("no number", "abc-", -1);
    row("something behind the number", "abc-1x", -1);
    row("a number too large to be one", "abc-99999999999999999999", -1);
    row("nothing", "", -1);
}

void EventLogTest::knowsItsOwnIdsOnly()
{
    QFETCH(std::string, id);
    QFETCH(int, number);
    EventLog log("abc", render);
    log.append(eventOf(1));
    log.append(eventOf(1));
    QCOMPARE(static_cast<int>(log.numberOf(id).value_or(-1)), number);
}

void EventLogTest::forgetsTheOldestBeyondItsCount()
{
    EventLog log("abc", render, EventLimits{2, 1000});
    for (int size = 1; size <= 4; ++size)
        log.append(eventOf(size));
    QCOMPARE(after(log, 2), std::string("3:xxx 4:xxxx"));
    QCOMPARE(after(log, 1), std::string("lost"));
    QCOMPARE(log.numberOf("abc-1"), std::optional<std::int64_t>(1));
}

void EventLogTest::forgetsTheOldestBeyondItsBytes()
{
    EventLog log("abc", render, EventLimits{100, 5});
    for (int i = 0; i < 3; ++i)
        log.append(eventOf(2));
    QCOMPARE(after(log, 1), std::string("2:xx 3:xx"));
    QCOMPARE(after(log, 0), std::string("lost"));
}

void EventLogTest::keepsOneThatIsTooLargeByItself()
{
    EventLog log("abc", render, EventLimits{100, 2});
    log.append(eventOf(1));
    log.append(eventOf(3));
    QCOMPARE(after(log, 1), std::string("2:xxx"));
    QCOMPARE(after(log, 0), std::string("lost"));
}

QTEST_GUILESS_MAIN(EventLogTest)
#include "tst_event_log.moc"

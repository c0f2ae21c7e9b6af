#include "api/event_streams.h"
#include "controller/base/readable.h"
#include "wire/envelope.h"

#include "router_bench.h"
#include "signing.h"

#include <memory>

using namespace balancer;
using namespace std::chrono_literals;
using tests::fromUser;
using tests::headerOf;
using tests::unsignedRequest;

namespace {

const std::string kBeginning = ": keep-alive\n\n";

model::Event applied(int revision)
{
    return model::RevisionApplied{Revision{revision}, 1};
}

std::string textOf(int number, int revision)
{
    return "id: e-" + std::to_string(number) + "\nevent: applied\ndata: {\"Revision\":" + std::to_string(revision) +
           ",\"Generation\":1}\n\n";
}

std::string resetAt(int number)
{
    return "id: e-" + std::to_string(number) + "\nevent: reset\ndata: {}\n\n";
}

} // namespace

class EventStreamsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { restart({}); }

    void beginsAtOnceAndGoesOn();
    void resumesAfterAnId_data();
    void resumesAfterAnId();
    void resetsWhatItCannotResume_data();
    void resetsWhatItCannotResume();
    void missesNothingBeforeTheServerIsReady();
    void resetsWhoHasMissedTooMuch();
    void resetsAfterABurst();
    void sendsWhatBelongsTogetherAtOnce();
    void escapesLineEnds();
    void dropsWhoDoesNotRead();
    void keepsConnectionsAlive();
    void endsWithTheKey();
    void endsWithTheSession();
    void isBounded();
    void sendsRatesToThoseWhoWantThem();
    void asksForRatesOnlyWhileSomebodyListens();
    void closesAll();
    void outlivesNobody();

private:
    void restart(api::StreamOptions options)
    {
        api::RouterSettings settings;
        settings.streams = options;
        m_bench = std::make_unique<tests::RouterBench>(settings);
    }
    ports::HttpResponse ask(const std::string &query = {}, const std::string &lastId = {})
    {
        auto request = fromUser(0, unsignedRequest("GET", "/v1/events" + query));
        if (!lastId.empty())
            request.headers.emplace_back("Last-Event-ID", lastId);
        return m_bench->handle(std::move(request));
    }
    std::shared_ptr<tests::StreamReader> listen(const std::string &query = {}, const std::string &lastId = {})
    {
        return tests::follow(ask(query, lastId));
    }

    std::unique_ptr<tests::RouterBench> m_bench;
};

void EventStreamsTest::beginsAtOnceAndGoesOn()
{
    m_bench->events.append(applied(1));
    const auto response = ask();
    QCOMPARE(response.status, 200);
    QCOMPARE(headerOf(response, "Content-Type"), std::string("text/event-stream"));
    QCOMPARE(headerOf(response, "Cache-Control"), std::string("no-store"));
    QCOMPARE(response.body, kBeginning);
    const auto reader = tests::follow(response);
    QCOMPARE(reader->received, kBeginning);
    m_bench->events.append(applied(2));
    QTRY_COMPARE(reader->received, kBeginning + textOf(2, 2));
    m_bench->events.append(applied(3));
    QTRY_COMPARE(reader->received, kBeginning + textOf(2, 2) + textOf(3, 3));
    QVERIFY(!reader->ended);
}

void EventStreamsTest::resumesAfterAnId_data()
{
    QTest::addColumn<std::string>("query");
    QTest::addColumn<std::string>("lastId");
    QTest::newRow("by header") << std::string() << std::string("e-1");
    QTest::newRow("by query") << std::string("?after=e-1") << std::string();
    QTest::newRow("the header counts") << std::string("?after=e-0") << std::string("e-1");
    QTest::newRow("with rates") << std::string("?rates=1&after=e-1") << std::string();
}

void EventStreamsTest::resumesAfterAnId()
{
    QFETCH(std::string, query);
    QFETCH(std::string, lastId);
    for (int i = 1; i <= 3; ++i)
        m_bench->events.append(applied(i * 10));
    const auto reader = listen(query, lastId);
    QCOMPARE(reader->received, kBeginning + textOf(2, 20) + textOf(3, 30));
    m_bench->events.append(applied(40));
    QTRY_VERIFY(reader->received.ends_with(textOf(4, 40)));
}

void EventStreamsTest::resetsWhatItCannotResume_data()
{
    QTest::addColumn<std::string>("id");
    QTest::newRow("another life of the node") << std::string("d-1");
    QTest::newRow("not given yet") << std::string("e-4");
    QTest::newRow("nonsense") << std::string("x\ty");
}

void EventStreamsTest::resetsWhatItCannotResume()
{
    QFETCH(std::string, id);
    for (int i = 1; i <= 3; ++i)
        m_bench->events.append(applied(i));
    const auto reader = listen({}, id);
    QCOMPARE(reader->received, kBeginning + resetAt(3));
    m_bench->events.append(applied(4));
    QTRY_COMPARE(reader->received, kBeginning + resetAt(3) + textOf(4, 4));
}

void EventStreamsTest::missesNothingBeforeTheServerIsReady()
{
    const auto response = ask();
    m_bench->events.append(applied(1));
    QCoreApplication::processEvents();
    const auto reader = tests::follow(response);
    QCOMPARE(reader->received, kBeginning + textOf(1, 1));
}

void EventStreamsTest::resetsWhoHasMissedTooMuch()
{
    for (int i = 1; i <= 150; ++i) // the bench's log keeps 100
        m_bench->events.append(applied(i));
    QCOMPARE(listen({}, "e-49")->received, kBeginning + resetAt(150));
    QVERIFY(listen({}, "e-50")->received.starts_with(kBeginning + textOf(51, 51)));
    api::StreamOptions options;
    options.longestBacklog = 200;
    restart(options);
    for (int i = 1; i <= 9; ++i)
        m_bench->events.append(applied(i));
    QCOMPARE(listen({}, "e-1")->received, kBeginning + resetAt(9));
    QCOMPARE(listen({}, "e-8")->received, kBeginning + textOf(9, 9));
}

void EventStreamsTest::resetsAfterABurst()
{
    const auto reader = listen();
    for (int i = 1; i <= 150; ++i)
        m_bench->events.append(applied(i));
    QTRY_COMPARE(reader->received, kBeginning + resetAt(150));
    m_bench->events.append(applied(151));
    QTRY_COMPARE(reader->received, kBeginning + resetAt(150) + textOf(151, 151));
}

void EventStreamsTest::sendsWhatBelongsTogetherAtOnce()
{
    const auto first = listen();
    m_bench->events.append(applied(1));
    m_bench->events.append(applied(2));
    const auto second = listen();
    QTRY_COMPARE(first->received, kBeginning + textOf(1, 1) + textOf(2, 2));
    QCOMPARE(second->received, kBeginning);
}

void EventStreamsTest::escapesLineEnds()
{
    model::RevisionSaved saved;
    saved.revision.changes = {model::HistoryEntry{{}, "a\nevent: x\r\n\n", "v", "t"}};
    const auto text = api::renderServerSentEvent(saved);
    QVERIFY2(text.ends_with("}\n\n"), text.c_str());
    QCOMPARE(std::count(text.begin(), text.end(), '\n'), 3);
    QCOMPARE(std::count(text.begin(), text.end(), '\r'), 0);
}

void EventStreamsTest::dropsWhoDoesNotRead()
{
    const auto slow = listen();
    const auto quick = listen();
    slow->reads = false;
    m_bench->events.append(applied(1));
    QTRY_VERIFY(slow->ended);
    QVERIFY(!quick->ended);
    QCOMPARE(quick->received, kBeginning + textOf(1, 1));
}

void EventStreamsTest::keepsConnectionsAlive()
{
    api::StreamOptions options;
    options.keepAlive = 1ms;
    restart(options);
    const auto reader = listen();
    QTRY_VERIFY(reader->received.starts_with(kBeginning + kBeginning + kBeginning));
    reader->reads = false;
    QTRY_VERIFY(reader->ended);
}

void EventStreamsTest::endsWithTheKey()
{
    api::StreamOptions options;
    options.keepAlive = 1ms;
    restart(options);
    const auto reader =
        tests::follow(m_bench->handle(tests::signedRequest("GET", "/v1/events", "", tests::signingBy("AKIDVIEWER"))));
    QTRY_VERIFY(reader->received.size() > kBeginning.size());
    QVERIFY(!reader->ended);
    m_bench->changedKey = "AKIDVIEWER";
    m_bench->change = [](model::AccessKey &key) { key.enabled = false; };
    QTRY_VERIFY(reader->ended);
}

void EventStreamsTest::endsWithTheSession()
{
    api::StreamOptions options;
    options.keepAlive = 1ms;
    restart(options);
    const auto session = m_bench->handle(fromUser(0, unsignedRequest("POST", "/v1/session")));
    auto request = unsignedRequest("GET", "/v1/events");
    request.headers.emplace_back("Cookie", headerOf(session, "Set-Cookie"));
    const auto reader = tests::follow(m_bench->handle(request));
    QTRY_VERIFY(reader->received.size() > 3 * kBeginning.size());
    QVERIFY(!reader->ended);
    m_bench->clock.advance(30min); // listening alone is no use of the session
    QTRY_VERIFY(reader->ended);
}

void EventStreamsTest::isBounded()
{
    api::StreamOptions options;
    options.most = 2;
    restart(options);
    const auto waiting = ask();
    const auto first = listen();
    const auto second = listen();
    const auto refused = ask();
    QCOMPARE(refused.status, 503);
    QCOMPARE(wire::parseJsonProblem(refused.body)->code, std::string("ServiceUnavailable"));
    QVERIFY(tests::follow(waiting)->ended);
    first->reads = false;
    m_bench->events.append(applied(1));
    QTRY_VERIFY(first->ended);
    QVERIFY(!listen()->ended);
    QVERIFY(!second->ended);
}

void EventStreamsTest::sendsRatesToThoseWhoWantThem()
{
    const auto wants = listen("?rates=1");
    const auto doesNot = listen("?rates=0");
    model::RatesMeasured rates;
    rates.rates = {model::TrafficRate{tests::name("web"), 1, 2, 3, 4, 5}};
    Q_EMIT m_bench->traffic.measured(rates);
    QCOMPARE(wants->received,
             kBeginning + "event: rates\ndata: {\"Rates\":[{\"LoadBalancerName\":\"web\",\"RequestsPerSecond\":1,"
                          "\"ConnectionsPerSecond\":2,\"BytesInPerSecond\":3,\"BytesOutPerSecond\":4,\"Sessions\":5}]}"
                          "\n\n");
    QCOMPARE(doesNot->received, kBeginning);
}

void EventStreamsTest::asksForRatesOnlyWhileSomebodyListens()
{
    const auto plain = listen();
    QVERIFY(!m_bench->traffic.isWanted());
    const auto first = listen("?rates=1");
    const auto second = listen("?rates=1");
    QVERIFY(m_bench->traffic.isWanted());
    first->reads = false;
    Q_EMIT m_bench->traffic.measured(model::RatesMeasured());
    QVERIFY(first->ended && m_bench->traffic.isWanted());
    second->reads = false;
    Q_EMIT m_bench->traffic.measured(model::RatesMeasured());
    QVERIFY(second->ended && !m_bench->traffic.isWanted());
    QVERIFY(!plain->ended);
}

void EventStreamsTest::closesAll()
{
    const auto first = listen();
    const auto second = listen("?rates=1");
    m_bench->router().closeStreams();
    QVERIFY(first->ended && second->ended && !m_bench->traffic.isWanted());
}

void EventStreamsTest::outlivesNobody()
{
    const auto response = ask();
    m_bench.reset();
    QVERIFY(tests::follow(response)->ended);
}

QTEST_GUILESS_MAIN(EventStreamsTest)
#include "tst_event_streams.moc"

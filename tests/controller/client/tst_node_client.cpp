#include "client/node_client.h"
#include "controller/base/readable.h"
#include "support/fake_http_transport.h"
#include "support/manual_clock.h"
#include "support/read_values.h"
#include "wire/envelope.h"
#include "wire/json_text.h"

#include <QSignalSpy>

#include <memory>

using namespace balancer;
using namespace balancer::tests;
using namespace std::chrono_literals;
using client::ConnectionState;
using client::NodeClient;

namespace QTest {

template <>
inline char *toString(const ConnectionState &state)
{
    constexpr std::array kNames{"Disconnected", "Connecting", "Live", "Unreachable", "Refused", "Untrusted"};
    return qstrdup(kNames.at(static_cast<std::size_t>(state)));
}

} // namespace QTest

namespace {

const client::NodeAccess kAccess{{"https://10.0.0.5:9999", "aa"}, client::Credentials{"AKID", "very-secret"}};

ports::HttpResponse json(const wire::Node &node, int status = 200)
{
    ports::HttpResponse response;
    response.status = status;
    response.body = wire::renderJson(node);
    return response;
}

template <typename T>
ports::HttpResponse answerOf(const T &value)
{
    return json(wire::writeRead(value));
}

ports::HttpResponse problem(const std::string &code, int status, const std::string &message)
{
    ports::HttpResponse response;
    response.status = status;
    response.body = wire::renderJsonProblem({code, status, message, "r-1"});
    return response;
}

std::string eventText(const std::string &id, const model::Event &event)
{
    return (id.empty() ? std::string() : "id: " + id + "\n") + "event: " + std::string(wire::eventName(event)) +
           "\ndata: " + wire::renderJson(wire::writeEvent(event)) + "\n\n";
}

model::Event healthOf(const std::string &id, const std::string &state)
{
    return model::InstanceChanged{name("web"), instanceView(id, state)};
}

/// What a client told, in order, as text.
class Told : public QObject
{
public:
    explicit Told(NodeClient &client)
    {
        connect(&client, &NodeClient::snapshotArrived, this, [this](const auto &list) {
            all.append(QStringLiteral("snapshot ") + QString::fromStdString(list.eventId));
        });
        connect(&client, &NodeClient::eventArrived, this, [this](const auto &event) {
            const auto data = wire::renderJson(wire::writeEvent(event));
            const auto *health = std::get_if<model::InstanceChanged>(&event);
            const auto what = health ? health->instance.health.id.text() : data;
            all.append(QString::fromStdString(std::string(wire::eventName(event)) + " " + what));
        });
    }

    QStringList all;
};

void settle()
{
    for (int i = 0; i < 30; ++i)
        QCoreApplication::processEvents();
}

} // namespace

class NodeClientTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    // Following
    void sendsNothingBeforeItIsStarted();
    void readsEverythingThenFollows();
    void isLiveOnceTheStreamSpeaks();
    void resumesWhereItWas();
    void appliesAnEventThatWasCutOnce();
    void takesAnotherSnapshotWhenEventsWereLost();
    void waitsWhenEventsAreLostAgainAndAgain();
    void ignoresEventsItDoesNotKnow();
    void keepsItsPlaceOverEventsWithoutAnId();
    void beginsAnewAfterWhatItCannotRead_data();
    void beginsAnewAfterWhatItCannotRead();
    void refusesASnapshotThatLeadsNowhere();
    void goesOnWhereItWasStopped();
    void followsWithoutRates();

    // States
    void triesAgainLaterAndLater();
    void beginsWithShortPausesAfterALongTime();
    void doesNotTakeAnInstantForASuccess();
    void triesAgainByItself();
    void triesAgainWhenAsked();
    void givesUpASilentStream();
    void isRefused_data();
    void isRefused();
    void isRefusedByTheStream();
    void takesNoOtherAnswerForAStream();
    void trustsNoOtherCertificate();
    void takesAnotherAccess();

    // Calls
    void performsAVerb();
    void tellsWhyAVerbFailed_data();
    void tellsWhyAVerbFailed();
    void previewsAVerb();
    void readsTheNodeAndItsHistory();
    void opensABrowserSession();
    void refusesASessionWithoutItsCookie();
    void signsOnlyWithAKey();
    void neverTellsTheSecret();

    // Its end
    void canBeDestroyedWhileItWaits_data();
    void canBeDestroyedWhileItWaits();
    void canBeDestroyedByWhoHearsIt_data();
    void canBeDestroyedByWhoHearsIt();
    void canBeStoppedByWhoHearsIt();
    void answersCallsAfterItsEnd();

private:
    void answerSnapshot(const std::string &eventId = "e-5");
    std::shared_ptr<FakeStream> answerStream();
    /// Started, with a stream that has spoken.
    std::shared_ptr<FakeStream> goLive();
    void write(const std::shared_ptr<FakeStream> &stream, const std::string &text);
    void fail(ErrorCode code, const std::string &message);
    const ports::HttpRequest &lastCall() const { return m_transport->exchanges().back().request; }
    std::string lastEventId() const
    {
        return std::string(
            ports::findHeader(m_transport->openings().back().request.headers, "Last-Event-ID").value_or(""));
    }
    std::int64_t pause() const
    {
        return m_client->nextAttempt() ? (*m_client->nextAttempt() - m_clock.now()).count() : -1;
    }

    ManualClock m_clock;
    client::NodeClientOptions m_options;
    std::unique_ptr<FakeHttpTransport> m_transport;
    std::unique_ptr<NodeClient> m_client;
    std::unique_ptr<Told> m_told;
};

void NodeClientTest::init()
{
    m_clock = ManualClock();
    m_options = client::NodeClientOptions();
    m_options.firstRetry = 1h; // so that tests say when
    m_options.lastRetry = 8h;
    m_options.refusedRetry = 20h;
    m_options.chance = [] { return 1.0; };
    m_transport = std::make_unique<FakeHttpTransport>();
    m_client = std::make_unique<NodeClient>(*m_transport, m_clock, kAccess, m_options);
    m_told = std::make_unique<Told>(*m_client);
}

void NodeClientTest::cleanup()
{
    m_client.reset();
    m_transport.reset();
    settle();
}

void NodeClientTest::answerSnapshot(const std::string &eventId)
{
    m_transport->exchanges().back().answer.give(answerOf(list(eventId, {detail("web", {instanceView("i-1")})})));
    settle();
}

std::shared_ptr<FakeStream> NodeClientTest::answerStream()
{
    auto stream = std::make_shared<FakeStream>();
    m_transport->openings().back().answer.give(stream);
    settle();
    return stream;
}

std::shared_ptr<FakeStream> NodeClientTest::goLive()
{
    m_client->start();
    answerSnapshot();
    auto stream = answerStream();
    write(stream, ": keep-alive\n\n");
    return stream;
}

void NodeClientTest::write(const std::shared_ptr<FakeStream> &stream, const std::string &text)
{
    stream->write(text);
    settle();
}

/// The newest snapshot call fails.
void NodeClientTest::fail(ErrorCode code, const std::string &message)
{
    m_transport->exchanges().back().answer.give(balancer::fail(code, message));
    settle();
}

// ------------------------------------------------------------------------------------------- following

void NodeClientTest::sendsNothingBeforeItIsStarted()
{
    settle();
    m_client->retryNow();
    m_client->setAccess(client::NodeAccess());
    QCOMPARE(m_transport->exchanges().size(), std::size_t(0));
    QCOMPARE(m_client->state(), ConnectionState::Disconnected);
}

void NodeClientTest::readsEverythingThenFollows()
{
    m_client->start();
    m_client->start();
    QCOMPARE(m_transport->exchanges().size(), std::size_t(1));
    QCOMPARE(lastCall().method + " " + lastCall().target, std::string("GET /v1/load-balancers"));
    QCOMPARE(m_transport->exchanges().back().target.url, kAccess.target.url);
    answerSnapshot("e-5");

    const auto &opening = m_transport->openings().back();
    QCOMPARE(opening.request.method + " " + opening.request.target, std::string("GET /v1/events?rates=1"));
    QCOMPARE(lastEventId(), std::string("e-5"));
    const auto stream = answerStream();
    write(stream, eventText("e-6", healthOf("i-1", "OutOfService")) + eventText("e-7", healthOf("i-2", "InService")));
    QCOMPARE(m_told->all, (QStringList{QStringLiteral("snapshot e-5"), QStringLiteral("instance i-1"),
                                       QStringLiteral("instance i-2")}));
    QCOMPARE(stream->patience().count(), m_options.eventPatience.count());
}

void NodeClientTest::isLiveOnceTheStreamSpeaks()
{
    QSignalSpy states(m_client.get(), &NodeClient::stateChanged);
    m_client->start();
    QCOMPARE(m_client->state(), ConnectionState::Connecting);
    answerSnapshot();
    const auto stream = answerStream();
    QCOMPARE(m_client->state(), ConnectionState::Connecting);
    write(stream, ": keep-alive\n\n");
    QCOMPARE(m_client->state(), ConnectionState::Live);
    QCOMPARE(m_client->reason(), Error());
    QCOMPARE(states.count(), 2);
}

void NodeClientTest::resumesWhereItWas()
{
    const auto first = goLive();
    write(first, eventText("e-6", healthOf("i-1", "InService")));
    first->fail(ErrorCode::Unavailable, "connection reset");
    settle();
    QCOMPARE(m_client->state(), ConnectionState::Unreachable);
    QCOMPARE(m_client->reason().message, std::string("connection reset"));
    QVERIFY(!first->isOpen());

    m_client->retryNow();
    QCOMPARE(m_transport->exchanges().size(), std::size_t(1)); // no other snapshot
    QCOMPARE(lastEventId(), std::string("e-6"));
    const auto second = answerStream();
    QCOMPARE(m_client->state(), ConnectionState::Unreachable);
    write(second, ": keep-alive\n\n" + eventText("e-7", healthOf("i-2", "InService")));
    QCOMPARE(m_client->state(), ConnectionState::Live);
    QCOMPARE(m_told->all.last(), QStringLiteral("instance i-2"));
}

void NodeClientTest::appliesAnEventThatWasCutOnce()
{
    const auto text = eventText("e-6", healthOf("i-6", "InService"));
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        cleanup();
        init();
        const auto first = goLive();
        write(first, text.substr(0, cut));
        first->fail(ErrorCode::Unavailable, "connection reset");
        settle();
        QCOMPARE(m_told->all.size(), 1);

        m_client->retryNow();
        QCOMPARE(lastEventId(), std::string("e-5"));
        write(answerStream(), text);
        QCOMPARE(m_told->all.mid(1), QStringList{QStringLiteral("instance i-6")});
    }
}

void NodeClientTest::takesAnotherSnapshotWhenEventsWereLost()
{
    const auto first = goLive();
    write(first, eventText("e-6", healthOf("i-1", "InService")));
    first->end();
    settle();
    m_client->retryNow();
    write(answerStream(), ": keep-alive\n\n" + eventText("f-1", model::EventsLost()));
    QCOMPARE(m_client->state(), ConnectionState::Unreachable); // what is shown may be old
    QCOMPARE(m_transport->exchanges().size(), std::size_t(2));
    answerSnapshot("f-1");
    QCOMPARE(lastEventId(), std::string("f-1"));
    write(answerStream(), ": keep-alive\n\n");
    QCOMPARE(m_client->state(), ConnectionState::Live);
    QCOMPARE(m_told->all, (QStringList{QStringLiteral("snapshot e-5"), QStringLiteral("instance i-1"),
                                       QStringLiteral("snapshot f-1")}));
}

void NodeClientTest::waitsWhenEventsAreLostAgainAndAgain()
{
    const auto stream = goLive();
    write(stream, eventText("f-1", model::EventsLost()));
    QCOMPARE(m_client->state(), ConnectionState::Unreachable);
    QCOMPARE(m_transport->exchanges().size(), std::size_t(1));
    QCOMPARE(pause(), std::int64_t(3600000));
    m_client->retryNow();
    QCOMPARE(m_transport->exchanges().size(), std::size_t(2));
}

void NodeClientTest::ignoresEventsItDoesNotKnow()
{
    const auto stream = goLive();
    write(stream, "id: e-6\nevent: moon-phase\ndata: {\"Phase\":\"full\"}\n\n" + eventText("", model::RatesMeasured()));
    QCOMPARE(m_client->state(), ConnectionState::Live);
    QCOMPARE(m_told->all.mid(1), QStringList{QStringLiteral("rates {\"Rates\":[]}")});
    stream->end();
    settle();
    m_client->retryNow();
    QCOMPARE(lastEventId(), std::string("e-6"));
}

void NodeClientTest::keepsItsPlaceOverEventsWithoutAnId()
{
    const auto stream = goLive();
    write(stream, eventText("", model::RatesMeasured()));
    stream->end();
    settle();
    m_client->retryNow();
    QCOMPARE(lastEventId(), std::string("e-5"));
}

void NodeClientTest::beginsAnewAfterWhatItCannotRead_data()
{
    QTest::addColumn<std::string>("text");
    QTest::newRow("no JSON") << std::string("id: e-6\nevent: instance\ndata: {\n\n");
    QTest::newRow("JSON that does not fit") << std::string("id: e-6\nevent: instance\ndata: {\"InstanceId\":7}\n\n");
    QTest::newRow("too long") << std::string(client::EventStreamParser::kLongestEvent + 1, 'x');
}

void NodeClientTest::beginsAnewAfterWhatItCannotRead()
{
    QFETCH(std::string, text);
    const auto stream = goLive();
    write(stream, text);
    QCOMPARE(m_client->state(), ConnectionState::Unreachable);
    QCOMPARE(m_client->reason().code, ErrorCode::Corrupt);
    QVERIFY(!stream->isOpen());
    m_client->retryNow();
    QCOMPARE(m_transport->exchanges().size(), std::size_t(2));
}

void NodeClientTest::refusesASnapshotThatLeadsNowhere()
{
    m_client->start();
    answerSnapshot("");
    QCOMPARE(m_client->state(), ConnectionState::Unreachable);
    QCOMPARE(m_client->reason().code, ErrorCode::Corrupt);
    QCOMPARE(m_told->all, QStringList());
}

void NodeClientTest::goesOnWhereItWasStopped()
{
    const auto stream = goLive();
    m_client->stop();
    QCOMPARE(m_client->state(), ConnectionState::Disconnected);
    QVERIFY(!stream->isOpen());
    settle();
    QVERIFY(!m_client->nextAttempt());
    m_client->start();
    QCOMPARE(m_client->state(), ConnectionState::Connecting);
    QCOMPARE(lastEventId(), std::string("e-5"));
    QCOMPARE(m_transport->exchanges().size(), std::size_t(1));
}

void NodeClientTest::followsWithoutRates()
{
    m_options.rates = false;
    m_client = std::make_unique<NodeClient>(*m_transport, m_clock, kAccess, m_options);
    m_client->start();
    answerSnapshot();
    QCOMPARE(m_transport->openings().back().request.target, std::string("/v1/events"));
}

// ---------------------------------------------------------------------------------------------- states

void NodeClientTest::triesAgainLaterAndLater()
{
    m_client->start();
    for (const int hours : {1, 2, 4, 8, 8}) {
        fail(ErrorCode::Unavailable, "connection refused");
        QCOMPARE(m_client->state(), ConnectionState::Unreachable);
        QCOMPARE(m_client->reason().message, std::string("connection refused"));
        QCOMPARE(pause(), std::int64_t(hours) * 3600000);
        m_client->retryNow();
        QVERIFY(!m_client->nextAttempt());
    }
    QCOMPARE(m_transport->exchanges().size(), std::size_t(6));
}

void NodeClientTest::beginsWithShortPausesAfterALongTime()
{
    m_client->start();
    fail(ErrorCode::Unavailable, "connection refused");
    m_client->retryNow();
    answerSnapshot();
    const auto stream = answerStream();
    write(stream, ": keep-alive\n\n");
    m_clock.advance(9h);
    stream->end();
    settle();
    QCOMPARE(pause(), std::int64_t(3600000));
}

void NodeClientTest::doesNotTakeAnInstantForASuccess()
{
    m_client->start();
    fail(ErrorCode::Unavailable, "connection refused");
    m_client->retryNow();
    answerSnapshot();
    const auto stream = answerStream();
    write(stream, ": keep-alive\n\n");
    stream->end();
    settle();
    QCOMPARE(m_client->reason().message, std::string("the node ended the connection"));
    QCOMPARE(pause(), std::int64_t(7200000));
}

void NodeClientTest::triesAgainByItself()
{
    m_options.firstRetry = 1ms;
    m_client = std::make_unique<NodeClient>(*m_transport, m_clock, kAccess, m_options);
    m_client->start();
    fail(ErrorCode::Timeout, "no answer");
    QTRY_COMPARE(m_transport->exchanges().size(), std::size_t(2));
}

void NodeClientTest::triesAgainWhenAsked()
{
    const auto stream = goLive();
    m_client->retryNow(); // nothing to try
    QVERIFY(stream->isOpen());
    stream->end();
    settle();
    m_client->retryNow();
    m_client->retryNow(); // under way already
    QCOMPARE(m_transport->openings().size(), std::size_t(2));
}

void NodeClientTest::givesUpASilentStream()
{
    const auto stream = goLive();
    stream->fail(ErrorCode::Timeout, "nothing came for 35 s");
    settle();
    QCOMPARE(m_client->state(), ConnectionState::Unreachable);
    QCOMPARE(m_client->reason().message, std::string("nothing came for 35 s"));
    QVERIFY(!stream->isOpen());
}

void NodeClientTest::isRefused_data()
{
    QTest::addColumn<std::string>("code");
    for (const auto *code : {"InvalidClientTokenId", "SignatureDoesNotMatch", "AccessDenied",
                             "MissingAuthenticationToken", "IncompleteSignature", "RequestExpired"})
        QTest::newRow(code) << std::string(code);
}

void NodeClientTest::isRefused()
{
    QFETCH(std::string, code);
    m_client->start();
    m_transport->exchanges().back().answer.give(problem(code, 403, "The key may not."));
    settle();
    QCOMPARE(m_client->state(), ConnectionState::Refused);
    QCOMPARE(m_client->reason(), (Error{apiCodeNamed(code).value(), "The key may not"}));
    QCOMPARE(pause(), std::int64_t(20) * 3600000);
}

void NodeClientTest::isRefusedByTheStream()
{
    m_client->start();
    answerSnapshot();
    const auto stream =
        std::make_shared<FakeStream>(403, ports::HttpHeaders{{"Content-Type", "application/problem+json"}});
    m_transport->openings().back().answer.give(stream);
    settle();
    const auto body = problem("AccessDenied", 403, "The access key AKID is disabled").body;
    write(stream, body.substr(0, 10));
    write(stream, body.substr(10));
    stream->end();
    settle();
    QCOMPARE(m_client->state(), ConnectionState::Refused);
    QCOMPARE(m_client->reason().message, std::string("The access key AKID is disabled"));
}

void NodeClientTest::takesNoOtherAnswerForAStream()
{
    m_client->start();
    answerSnapshot();
    m_transport->openings().back().answer.give(
        std::make_shared<FakeStream>(200, ports::HttpHeaders{{"Content-Type", "text/html"}}));
    settle();
    QCOMPARE(m_client->state(), ConnectionState::Unreachable);
    QCOMPARE(m_client->reason().code, ErrorCode::Corrupt);
}

void NodeClientTest::trustsNoOtherCertificate()
{
    m_client->start();
    fail(ErrorCode::Untrusted, "the certificate is another one");
    QCOMPARE(m_client->state(), ConnectionState::Untrusted);
    QVERIFY(!m_client->nextAttempt());

    auto access = kAccess;
    access.target.fingerprint = "bb";
    m_client->setAccess(access);
    QCOMPARE(m_client->state(), ConnectionState::Connecting);
    QCOMPARE(m_transport->exchanges().back().target.fingerprint, std::string("bb"));
}

void NodeClientTest::takesAnotherAccess()
{
    const auto stream = goLive();
    client::NodeAccess other;
    other.target.url = "unix:/run/control.sock";
    m_client->setAccess(other);
    QVERIFY(!stream->isOpen());
    QCOMPARE(m_client->access(), other);
    QCOMPARE(m_client->state(), ConnectionState::Connecting);
    QCOMPARE(m_transport->exchanges().back().target.url, other.target.url);
    answerSnapshot("x-1");
    QCOMPARE(m_told->all.last(), QStringLiteral("snapshot x-1"));
    // The old node's late words are nobody's business.
    stream->write(eventText("e-6", healthOf("i-1", "InService")));
    settle();
    QCOMPARE(m_told->all.last(), QStringLiteral("snapshot x-1"));
}

// ----------------------------------------------------------------------------------------------- calls

void NodeClientTest::performsAVerb()
{
    auto task = m_client->perform(model::RegisterInstances{name("web"), {id("i-1")}});
    QCOMPARE(lastCall().method + " " + lastCall().target,
             std::string("POST /v1/actions/RegisterInstancesWithLoadBalancer"));
    QCOMPARE(lastCall().body, std::string(R"({"LoadBalancerName":"web","Instances":[{"InstanceId":"i-1"}]})"));
    QCOMPARE(ports::findHeader(lastCall().headers, "content-type").value(), std::string_view("application/json"));
    QCOMPARE(m_transport->exchanges().back().deadline.count(), m_options.answerDeadline.count());
    m_transport->exchanges().back().answer.give(json(wire::writeForm(model::InstancesAnswer{{id("i-0"), id("i-1")}})));
    const auto answer = QCoro::waitFor(std::move(task));
    QCOMPARE(describe(answer), std::string());
    QCOMPARE(answer->instances, (std::vector{id("i-0"), id("i-1")}));
}

void NodeClientTest::tellsWhyAVerbFailed_data()
{
    QTest::addColumn<Result<ports::HttpResponse>>("answer");
    QTest::addColumn<std::string>("error");
    using Answer = Result<ports::HttpResponse>;

    QTest::newRow("the node refuses") << Answer(problem("DuplicateListener", 400, "A listener already exists"))
                                      << std::string("DuplicateListener: A listener already exists");
    QTest::newRow("nobody answers") << Answer(balancer::fail(ErrorCode::Unavailable, "connection refused"))
                                    << std::string("Unavailable: connection refused");
    QTest::newRow("it takes too long") << Answer(balancer::fail(ErrorCode::Timeout, "no answer within 15 s"))
                                       << std::string("Timeout: no answer within 15 s");
    ports::HttpResponse cut;
    cut.body = "{\"DNSName\":";
    QTest::newRow("no JSON") << Answer(cut) << std::string("Corrupt: ");
    cut.body = "[]";
    QTest::newRow("other JSON") << Answer(cut) << std::string("Corrupt: ");
}

void NodeClientTest::tellsWhyAVerbFailed()
{
    QFETCH(Result<ports::HttpResponse>, answer);
    QFETCH(std::string, error);
    auto task = m_client->perform(model::CreateLoadBalancer{name("web"), {}});
    m_transport->exchanges().back().answer.give(answer);
    const auto told = describe(QCoro::waitFor(std::move(task)));
    QVERIFY2(told.starts_with(error), told.c_str());
}

void NodeClientTest::previewsAVerb()
{
    auto task = m_client->preview(model::DeleteLoadBalancer{name("web")});
    QCOMPARE(lastCall().target, std::string("/v1/actions/DeleteLoadBalancer?dryRun=true"));
    model::PlanPreview preview;
    preview.kind = model::PlanKind::Reload;
    preview.reason = "a listener is gone";
    m_transport->exchanges().back().answer.give(answerOf(preview));
    QCOMPARE(QCoro::waitFor(std::move(task)).value(), preview);
}

void NodeClientTest::readsTheNodeAndItsHistory()
{
    auto node = m_client->fetchNode();
    QCOMPARE(lastCall().target, std::string("/v1/node"));
    model::NodeStatus status;
    status.node = "edge-1";
    status.revision.number = 7;
    m_transport->exchanges().back().answer.give(answerOf(status));
    QCOMPARE(QCoro::waitFor(std::move(node)).value(), status);

    auto history = m_client->fetchHistory(20);
    QCOMPARE(lastCall().target, std::string("/v1/revisions?count=20"));
    model::HistoryPage page;
    page.revisions.push_back({Revision{7}, {{m_clock.now(), "AKID", "CreateLoadBalancer", "web"}}});
    m_transport->exchanges().back().answer.give(answerOf(page));
    QCOMPARE(QCoro::waitFor(std::move(history)).value(), page);
}

void NodeClientTest::opensABrowserSession()
{
    auto task = m_client->openBrowserSession();
    QCOMPARE(lastCall().method + " " + lastCall().target, std::string("POST /v1/session"));
    QCOMPARE(lastCall().body, std::string());
    const model::Session session{{"AKID", model::Role::Operator}, m_clock.now() + 30min};
    auto answer = answerOf(session);
    answer.status = 201;
    answer.headers = {{"Set-Cookie", "elastic-haproxy-session=abc; HttpOnly; SameSite=Strict; Path=/; Secure"}};
    m_transport->exchanges().back().answer.give(answer);
    const auto opened = QCoro::waitFor(std::move(task));
    QCOMPARE(describe(opened), std::string());
    QCOMPARE(opened->cookie, std::string("elastic-haproxy-session=abc"));
    QCOMPARE(opened->session, session);
}

void NodeClientTest::refusesASessionWithoutItsCookie()
{
    auto task = m_client->openBrowserSession();
    m_transport->exchanges().back().answer.give(answerOf(model::Session()));
    QCOMPARE(describe(QCoro::waitFor(std::move(task))), std::string("Corrupt: the node's answer is no session"));
}

void NodeClientTest::signsOnlyWithAKey()
{
    m_client->start();
    const auto signedBy = ports::findHeader(lastCall().headers, "Authorization");
    QVERIFY(signedBy && signedBy->starts_with("AWS4-HMAC-SHA256 Credential=AKID/"));
    QCOMPARE(ports::findHeader(lastCall().headers, "Host").value(), std::string_view("10.0.0.5:9999"));
    answerSnapshot();
    QVERIFY(ports::findHeader(m_transport->openings().back().request.headers, "Authorization"));

    m_client->setAccess({kAccess.target, std::nullopt});
    QVERIFY(!ports::findHeader(lastCall().headers, "Authorization"));
}

void NodeClientTest::neverTellsTheSecret()
{
    const auto isTold = [](const std::string &text) { return text.find("very-secret") != std::string::npos; };
    m_client->start();
    answerSnapshot();
    answerStream()->fail(ErrorCode::Unavailable, "connection reset");
    settle();
    QVERIFY(!isTold(m_client->reason().message));
    for (const auto &sent : m_transport->exchanges()) {
        QVERIFY(!isTold(sent.request.target) && !isTold(sent.request.body));
        for (const auto &[header, value] : sent.request.headers)
            QVERIFY(!isTold(value));
    }
}

// --------------------------------------------------------------------------------------------- its end

void NodeClientTest::canBeDestroyedWhileItWaits_data()
{
    QTest::addColumn<int>("step");
    QTest::newRow("for the snapshot") << 0;
    QTest::newRow("for the stream") << 1;
    QTest::newRow("for its first word") << 2;
    QTest::newRow("for events") << 3;
    QTest::newRow("for the next attempt") << 4;
}

void NodeClientTest::canBeDestroyedWhileItWaits()
{
    QFETCH(int, step);
    std::shared_ptr<FakeStream> stream;
    m_client->start();
    if (step >= 1)
        answerSnapshot();
    if (step >= 2)
        stream = answerStream();
    if (step >= 3)
        write(stream, ": keep-alive\n\n");
    if (step >= 4)
        stream->end();
    settle();
    const auto told = m_told->all;
    m_client.reset();
    QVERIFY(!stream || !stream->isOpen());
    // What was waited for comes all the same.
    m_transport->exchanges().back().answer.give(answerOf(list("e-5", {})));
    const auto late = std::make_shared<FakeStream>();
    if (step >= 1)
        m_transport->openings().back().answer.give(late);
    settle();
    QVERIFY(step != 1 || !late->isOpen());
    QCOMPARE(m_told->all, told);
}

void NodeClientTest::canBeDestroyedByWhoHearsIt_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("connecting") << 0;
    QTest::newRow("snapshot") << 1;
    QTest::newRow("live") << 2;
    QTest::newRow("event") << 3;
    QTest::newRow("unreachable") << 4;
}

void NodeClientTest::canBeDestroyedByWhoHearsIt()
{
    QFETCH(int, signal);
    const auto destroyAt = [&](int which) {
        if (which == signal)
            m_client.reset();
    };
    connect(m_client.get(), &NodeClient::snapshotArrived, this, [&] { destroyAt(1); });
    connect(m_client.get(), &NodeClient::eventArrived, this, [&] { destroyAt(3); });
    connect(m_client.get(), &NodeClient::stateChanged, this, [&](ConnectionState state) {
        destroyAt(state == ConnectionState::Connecting ? 0 : state == ConnectionState::Live ? 2 : 4);
    });
    m_client->start();
    if (signal >= 1)
        answerSnapshot();
    if (signal >= 2) {
        const auto stream = answerStream();
        write(stream, ": keep-alive\n\n");
        write(stream, eventText("e-6", healthOf("i-1", "InService")) + eventText("e-7", healthOf("i-2", "InService")));
        stream->end();
    }
    settle();
    QVERIFY(!m_client);
}

void NodeClientTest::canBeStoppedByWhoHearsIt()
{
    const auto stream = goLive();
    connect(m_client.get(), &NodeClient::eventArrived, this, [&] { m_client->stop(); });
    write(stream, eventText("e-6", healthOf("i-1", "InService")) + eventText("e-7", healthOf("i-2", "InService")));
    QCOMPARE(m_client->state(), ConnectionState::Disconnected);
    QCOMPARE(m_told->all.mid(1), QStringList{QStringLiteral("instance i-1")});
    m_client->start();
    QCOMPARE(lastEventId(), std::string("e-6"));
}

void NodeClientTest::answersCallsAfterItsEnd()
{
    auto verb = m_client->perform(model::DeleteLoadBalancer{name("web")});
    auto node = m_client->fetchNode();
    auto session = m_client->openBrowserSession();
    m_client.reset();
    m_transport->exchanges()[0].answer.give(json(wire::writeForm(model::EmptyAnswer())));
    m_transport->exchanges()[1].answer.give(answerOf(model::NodeStatus()));
    m_transport->exchanges()[2].answer.give(balancer::fail(ErrorCode::Unavailable, "cut"));
    QVERIFY(QCoro::waitFor(std::move(verb)));
    QVERIFY(QCoro::waitFor(std::move(node)));
    QCOMPARE(describe(QCoro::waitFor(std::move(session))), std::string("Unavailable: cut"));
}

QTEST_GUILESS_MAIN(NodeClientTest)
#include "tst_node_client.moc"

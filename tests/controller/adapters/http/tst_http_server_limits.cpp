#include "http_server_bench.h"

#include <QtCore/QTimer>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <vector>

using namespace balancer;
using namespace balancer::adapters::http;
using namespace std::chrono_literals;

namespace {

/// Lowers how many descriptors this process may open, and takes all that are left.
class DescriptorsTaken
{
public:
    DescriptorsTaken()
    {
        getrlimit(RLIMIT_NOFILE, &m_before);
        auto few = m_before;
        few.rlim_cur = 64;
        setrlimit(RLIMIT_NOFILE, &few);
        for (int taken = open("/dev/null", O_RDONLY); taken >= 0; taken = open("/dev/null", O_RDONLY))
            m_taken.push_back(taken);
    }
    ~DescriptorsTaken()
    {
        while (!m_taken.empty())
            giveOneBack();
        setrlimit(RLIMIT_NOFILE, &m_before);
    }
    DescriptorsTaken(const DescriptorsTaken &) = delete;
    DescriptorsTaken &operator=(const DescriptorsTaken &) = delete;

    bool hasAny() const { return !m_taken.empty(); }
    void giveOneBack()
    {
        close(m_taken.back());
        m_taken.pop_back();
    }

private:
    rlimit m_before{};
    std::vector<int> m_taken;
};

/// Swallows warnings while it lives, from any thread.
class WarningsCounted
{
public:
    WarningsCounted()
    {
        s_count = 0;
        m_before = qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &) { ++s_count; });
    }
    ~WarningsCounted() { qInstallMessageHandler(m_before); }
    WarningsCounted(const WarningsCounted &) = delete;
    WarningsCounted &operator=(const WarningsCounted &) = delete;

    static int count() { return s_count; }

private:
    static inline std::atomic<int> s_count = 0;
    QtMessageHandler m_before = nullptr;
};

} // namespace

class HttpServerLimitsTest : public QObject, private HttpServerBench
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void refusesALargeBody_data();
    void refusesALargeBody();
    void deliversTheRefusalToAClientThatGoesOnSending();
    void servesOthersWhileItRefusesALargeBody();
    void refusesLargeHeaders_data();
    void refusesLargeHeaders();
    void refusesMalformedRequests_data();
    void refusesMalformedRequests();

    void dropsAClientThatSendsHalfARequest_data();
    void dropsAClientThatSendsHalfARequest();
    void dropsAClientThatDripsItsRequest();
    void dropsAClientThatSaysNothing();
    void dropsAClientThatDoesNotTakeItsAnswer();
    void answersForAHandlerThatIsTooSlow();
    void ignoresAResponseAfterItsDeadline();
    void forgetsAClientThatLeavesInTheMiddleOfARequest();

    void refusesConnectionsOverTheLimit();
    void refusesConnectionsOverTheLimitOfOneAddress();
    void answersManyConnectionsAtOnce();
    void goesOnAcceptingAfterDescriptorsRanOut();
};

// ---- limits of size -------------------------------------------------------------------------------------------------

void HttpServerLimitsTest::refusesALargeBody_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::newRow("announced") << QByteArray("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1001\r\n\r\n");
    QTest::newRow("announced, with permission asked")
        << QByteArray("POST / HTTP/1.1\r\nHost: test\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
    QTest::newRow("announced beyond any number")
        << QByteArray("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 18446744073709551615\r\n\r\n");
    QTest::newRow("in one chunk") << QByteArray(
        "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n");
    QTest::newRow("in several chunks") << "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n" +
                                              QByteArray(500, 'a') + "\r\n1f5\r\n" + QByteArray(501, 'a') + "\r\n";
}

void HttpServerLimitsTest::refusesALargeBody()
{
    QFETCH(QByteArray, request);
    HttpLimits limits;
    limits.maxBodyBytes = 1000;
    serve(collect(), limits);
    const auto client = connectClient(request);
    QTRY_VERIFY(client->wasRefusedWith(413));
    QVERIFY(m_requests.empty());
}

void HttpServerLimitsTest::deliversTheRefusalToAClientThatGoesOnSending()
{
    serve(collect());
    const auto client = connectClient("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 8000000\r\n\r\n");
    client->send(QByteArray(8'000'000, 'a'));
    QTRY_VERIFY(client->wasRefusedWith(413));
}

void HttpServerLimitsTest::servesOthersWhileItRefusesALargeBody()
{
    serve(echo);
    const auto other = connectClient(kGet);
    const auto large =
        connectClient("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 99999999\r\n\r\n" + QByteArray(100'000, 'a'));
    QTRY_VERIFY(large->answeredWith(413));
    QTRY_COMPARE(other->answers(), 1);
    other->send(kGet);
    QTRY_COMPARE(other->answers(), 2);
    const auto largest = connectClient("POST /most HTTP/1.1\r\nHost: test\r\nContent-Length: 1048576\r\n\r\n" +
                                       QByteArray(1'048'576, 'a'));
    QTRY_COMPARE(largest->body().size(), qsizetype(std::string("POST /most ").size() + 1'048'576));
}

void HttpServerLimitsTest::refusesLargeHeaders_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::newRow("a long target") << "GET /" + QByteArray(2000, 'a') + " HTTP/1.1\r\nHost: test\r\n\r\n";
    QTest::newRow("a target without end") << "GET /" + QByteArray(100'000, 'a');
    QTest::newRow("a long header") << "GET / HTTP/1.1\r\nHost: test\r\nX-A: " + QByteArray(2000, 'a') + "\r\n\r\n";
    QTest::newRow("many headers") << "GET / HTTP/1.1\r\nHost: test\r\n" + QByteArray("X-A: b\r\n").repeated(200) +
                                         "\r\n";
    QTest::newRow("each part just within the limit")
        << "GET /" + QByteArray(900, 'a') + " HTTP/1.1\r\nHost: test\r\nX-A: " + QByteArray(900, 'a') + "\r\n\r\n";
}

void HttpServerLimitsTest::refusesLargeHeaders()
{
    QFETCH(QByteArray, request);
    HttpLimits limits;
    limits.maxHeaderBytes = 1024;
    serve(collect(), limits);
    const auto client = connectClient(request);
    QTRY_VERIFY(client->wasRefusedWith(431));
    QVERIFY(m_requests.empty());
}

void HttpServerLimitsTest::refusesMalformedRequests_data()
{
    const auto asPost = [](const QByteArray &headers) {
        return "POST / HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: test\r\n\r\n";
    };
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    QTest::newRow("not HTTP at all") << QByteArray("\x16\x03\x01\x02\x00\x01\xfc", 7) << 400;
    QTest::newRow("a line of text") << QByteArray("hello world\r\n\r\n") << 400;
    QTest::newRow("HTTP/2's preface") << QByteArray("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") << 400;
    QTest::newRow("HTTP/0.9") << QByteArray("GET /\r\n") << 400;
    QTest::newRow("bare line feeds") << QByteArray("GET / HTTP/1.1\nHost: test\n\n") << 400;
    QTest::newRow("a blank before a header's colon") << asPost("X-A : b") << 400;
    QTest::newRow("a zero byte in a header") << asPost(QByteArray("X-A: b\0c", 8)) << 400;
    QTest::newRow("two lengths") << asPost("Content-Length: 1\r\nContent-Length: 2") << 400;
    QTest::newRow("a negative length") << asPost("Content-Length: -1") << 400;
    QTest::newRow("a length in words") << asPost("Content-Length: one") << 400;
    QTest::newRow("length and chunks") << asPost("Content-Length: 5\r\nTransfer-Encoding: chunked") << 400;
    QTest::newRow("chunks and length") << asPost("Transfer-Encoding: chunked\r\nContent-Length: 5") << 400;
    QTest::newRow("chunks twice") << asPost("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked") << 400;
    QTest::newRow("chunks without a number")
        << QByteArray("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n") << 400;
    QTest::newRow("chunks in HTTP/1.0") << QByteArray("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                                        << 400;
    QTest::newRow("an unknown coding") << asPost("Transfer-Encoding: gzip") << 501;
    QTest::newRow("chunks that are not last") << asPost("Transfer-Encoding: chunked, gzip") << 501;
    QTest::newRow("an unknown coding under chunks") << asPost("Transfer-Encoding: gzip, chunked") << 501;
    QTest::newRow("no host") << QByteArray("GET / HTTP/1.1\r\n\r\n") << 400;
    QTest::newRow("two hosts") << asPost("Host: other") << 400;
    QTest::newRow("an unknown expectation") << asPost("Expect: a miracle") << 417;
}

void HttpServerLimitsTest::refusesMalformedRequests()
{
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    serve(collect());
    const auto client = connectClient(request);
    QTRY_VERIFY(client->wasRefusedWith(status));
    QVERIFY(client->received().contains("\r\nContent-Type: text/plain"));
    QVERIFY(client->received().contains("\r\nConnection: close\r\n"));
    QVERIFY(m_requests.empty());
}

// ---- limits of time -------------------------------------------------------------------------------------------------

void HttpServerLimitsTest::dropsAClientThatSendsHalfARequest_data()
{
    QTest::addColumn<QByteArray>("half");
    QTest::newRow("a byte") << QByteArray("G");
    QTest::newRow("half a head") << QByteArray("GET / HTTP/1.1\r\nHost: te");
    QTest::newRow("a head, and no body") << QByteArray("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n");
    QTest::newRow("half a body") << QByteArray("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nab");
    QTest::newRow("half a chunk") << QByteArray(
        "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
}

void HttpServerLimitsTest::dropsAClientThatSendsHalfARequest()
{
    QFETCH(QByteArray, half);
    HttpLimits limits;
    limits.requestTimeout = 50ms;
    serve(collect(), limits);
    const auto client = connectClient(half);
    QTRY_VERIFY(client->wasRefusedWith(408));
    QVERIFY(m_requests.empty());
}

void HttpServerLimitsTest::dropsAClientThatDripsItsRequest()
{
    HttpLimits limits;
    limits.requestTimeout = 100ms;
    serve(collect(), limits);
    const auto client = connectClient("GET / HTTP/1.1\r\nHost: test\r\nX-A: ");
    QTimer drip;
    connect(&drip, &QTimer::timeout, client.get(), [&] { client->send("a"); });
    drip.start(5);
    QTRY_VERIFY(client->isClosed());
    QVERIFY(client->answeredWith(408));
    QVERIFY(m_requests.empty());
}

void HttpServerLimitsTest::dropsAClientThatSaysNothing()
{
    HttpLimits limits;
    limits.requestTimeout = 50ms;
    serve(collect(), limits);
    const auto client = connectClient();
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->received(), QByteArray());
}

void HttpServerLimitsTest::dropsAClientThatDoesNotTakeItsAnswer()
{
    HttpLimits limits;
    limits.writeTimeout = 50ms;
    limits.maxConnections = 1;
    serve([](const ports::HttpRequest &,
             const ports::HttpResponder &respond) { respond(text(std::string(64 * 1024 * 1024, 'a'))); },
          limits);
    const auto client = connectClient();
    client->tcp().setReadBufferSize(1);
    client->send(kGet);
    // There is room for one only, so that the next one is let in says that the first has gone.
    std::unique_ptr<Client> next;
    QTRY_VERIFY((next = connectClient(kGet)) && QTest::qWaitFor([&] { return next->answers() > 0; }) &&
                next->answeredWith(200));
}

void HttpServerLimitsTest::answersForAHandlerThatIsTooSlow()
{
    HttpLimits limits;
    limits.handlerTimeout = 50ms;
    serve(collect(), limits);
    const auto client = connectClient(kGet);
    QTRY_VERIFY(client->wasRefusedWith(503));
    QCOMPARE(m_requests.size(), 1U);
}

void HttpServerLimitsTest::ignoresAResponseAfterItsDeadline()
{
    HttpLimits limits;
    limits.handlerTimeout = 50ms;
    serve(collect(), limits);
    const auto client = connectClient(kGet);
    QTRY_VERIFY(client->answeredWith(503));
    m_responders.front()(text("too late"));
    QTRY_VERIFY(client->isClosed());
    QVERIFY(!client->received().contains("too late"));
}

void HttpServerLimitsTest::forgetsAClientThatLeavesInTheMiddleOfARequest()
{
    HttpLimits limits;
    limits.maxConnections = 1;
    serve(collect(), limits);
    const auto client = connectClient("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nab");
    client->leave();
    std::unique_ptr<Client> next;
    QTRY_VERIFY((next = connectClient(kGet)) &&
                QTest::qWaitFor([&] { return next->isClosed() || !m_requests.empty(); }) && !m_requests.empty());
    QCOMPARE(m_requests.front().method, "GET");
}

// ---- limits of number -----------------------------------------------------------------------------------------------

void HttpServerLimitsTest::refusesConnectionsOverTheLimit()
{
    HttpLimits limits;
    limits.maxConnections = 2;
    serve(echo, limits);
    auto first = connectClient(kGet);
    const auto second = connectClient(kGet);
    QTRY_VERIFY(first->answeredWith(200) && second->answeredWith(200));
    const auto third = connectClient(kGet);
    QTRY_VERIFY(third->wasRefusedWith(503));

    first.reset();
    std::unique_ptr<Client> next;
    QTRY_VERIFY((next = connectClient(kGet)) && QTest::qWaitFor([&] { return next->answers() > 0; }) &&
                next->answeredWith(200));
    second->send(kGet);
    QTRY_COMPARE(second->answers(), 2);
}

void HttpServerLimitsTest::refusesConnectionsOverTheLimitOfOneAddress()
{
    HttpLimits limits;
    limits.maxConnectionsPerPeer = 1;
    serve(echo, limits);
    const auto first = connectClient(kGet);
    QTRY_VERIFY(first->answeredWith(200));
    const auto second = connectClient(kGet);
    QTRY_VERIFY(second->wasRefusedWith(503));
    Client elsewhere(m_server->endpoints().front(), QHostAddress(QStringLiteral("127.0.0.9")));
    elsewhere.send(kGet);
    QTRY_VERIFY(elsewhere.answeredWith(200));
}

void HttpServerLimitsTest::answersManyConnectionsAtOnce()
{
    HttpLimits limits;
    limits.maxConnectionsPerPeer = 400;
    serve(collect(), limits);
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 300; ++i) {
        clients.push_back(connectClient("GET /" + QByteArray::number(i) + " HTTP/1.1\r\nHost: test\r\n\r\n"));
        QVERIFY(clients.back()->isConnected());
    }
    QTRY_COMPARE_WITH_TIMEOUT(m_requests.size(), 300U, 30'000);
    for (std::size_t i = 0; i < 300; ++i)
        m_responders.at(i)(text("for " + m_requests.at(i).target));
    for (int i = 0; i < 300; ++i)
        QTRY_COMPARE(clients.at(std::size_t(i))->body(), "for /" + QByteArray::number(i));
}

void HttpServerLimitsTest::goesOnAcceptingAfterDescriptorsRanOut()
{
    serve(echo);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(m_server->endpoints().front().port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    const WarningsCounted warnings;
    int client = -1;
    {
        DescriptorsTaken descriptors;
        QVERIFY(descriptors.hasAny());
        descriptors.giveOneBack();
        // The last descriptor is the client's, so that the server has none to accept it with.
        client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        QVERIFY(client >= 0);
        QCOMPARE(::connect(client, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        QCOMPARE(::send(client, kLastGet.data(), static_cast<std::size_t>(kLastGet.size()), 0), kLastGet.size());
        QTRY_COMPARE(WarningsCounted::count(), 1);
    }
    pollfd answer{client, POLLIN, 0};
    QTRY_VERIFY(poll(&answer, 1, 10) == 1);
    std::array<char, 12> beginning{};
    QCOMPARE(read(client, beginning.data(), beginning.size()), ssize_t(beginning.size()));
    QCOMPARE(QByteArray(beginning.data(), beginning.size()), QByteArray("HTTP/1.1 200"));
    close(client);
}

QTEST_GUILESS_MAIN(HttpServerLimitsTest)
#include "tst_http_server_limits.moc"

#include "http_server_bench.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QThread>

#include <fcntl.h>

#include <thread>

using namespace balancer;
using namespace balancer::adapters::http;
using namespace std::chrono_literals;

class HttpServerTest : public QObject, private HttpServerBench
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void answersAGet();
    void answersAPost();
    void callsTheHandlerOnTheThreadThatOpenedIt();
    void handsOverTheRequestAsItCame();
    void sendsOnlyTheHeadToAHead();
    void sendsAWholeRefusalAfterAHead();
    void answersWithDateAndLengthAndNoServerName();
    void answersOnIpv6();
    void listensOnSeveralEndpoints();
    void takesResponsesFromAnyThread();
    void takesOnlyTheFirstResponse();

    void keepsAConnectionForSeveralRequests();
    void takesPipelinedRequestsOneAtATime();
    void closesAfterAnswerWhenAskedTo();
    void closesAfterAnAnswerToHttp10();
    void keepsAnHttp10ConnectionWhenAskedTo();
    void closesIdleConnections();

    void takesARequestThatComesByteByByte_data();
    void takesARequestThatComesByteByByte();
    void takesAChunkedBody();
    void dropsTheTrailersOfAChunkedBody();
    void asksForABodyThatWaitsToBeAskedFor();
};

// ---- one request ----------------------------------------------------------------------------------------------------

void HttpServerTest::answersAGet()
{
    serve(echo);
    const auto client = connectClient("GET /a?b=c%20d HTTP/1.1\r\nHost: test\r\n\r\n");
    QTRY_COMPARE(client->body(), QByteArray("GET /a?b=c%20d "));
    QVERIFY(client->answeredWith(200));
}

void HttpServerTest::answersAPost()
{
    serve(echo);
    const auto client = connectClient("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello");
    QTRY_COMPARE(client->body(), QByteArray("POST / hello"));
}

void HttpServerTest::callsTheHandlerOnTheThreadThatOpenedIt()
{
    QThread *seen = nullptr;
    serve([&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        seen = QThread::currentThread();
        respond({});
    });
    const auto client = connectClient(kGet);
    QTRY_VERIFY(client->answeredWith(200));
    QCOMPARE(seen, QThread::currentThread());
}

void HttpServerTest::handsOverTheRequestAsItCame()
{
    serve(collect());
    const auto client = connectClient("BREW /%2e%2E/x?Action=A&a=%00 HTTP/1.1\r\n"
                                      "HOST: test\r\n"
                                      "X-Twice: 1\r\n"
                                      "x-other:  spaced out \r\n"
                                      "X-Twice: 2\r\n"
                                      "Content-Length: 3\r\n\r\n" +
                                      QByteArray("a\0bleft over", 12));
    QTRY_COMPARE(m_requests.size(), 1U);
    const ports::HttpRequest expected{
        .method = "BREW",
        .target = "/%2e%2E/x?Action=A&a=%00",
        .headers =
            {{"HOST", "test"}, {"X-Twice", "1"}, {"X-Twice", "2"}, {"x-other", "spaced out"}, {"Content-Length", "3"}},
        .body = std::string("a\0b", 3),
        .peer = {.address = "127.0.0.1", .userId = std::nullopt},
    };
    QCOMPARE(m_requests.front().method, expected.method);
    QCOMPARE(m_requests.front().target, expected.target);
    QCOMPARE(m_requests.front().body, expected.body);
    QCOMPARE(m_requests.front().peer, expected.peer);
    QCOMPARE(m_requests.front().headers, expected.headers);
}

void HttpServerTest::sendsOnlyTheHeadToAHead()
{
    serve(echo);
    const auto client = connectClient("HEAD /h HTTP/1.1\r\nHost: test\r\n\r\n" + kLastGet);
    QTRY_VERIFY(client->isClosed());
    QVERIFY(client->received().contains("Content-Length: 8\r\n")); // of "HEAD /h "
    QVERIFY(!client->received().contains("HEAD /h "));
    QVERIFY(client->received().endsWith("\r\n\r\nGET / "));
}

void HttpServerTest::sendsAWholeRefusalAfterAHead()
{
    serve(echo);
    const auto client = connectClient("HEAD / HTTP/1.1\r\nHost: test\r\n\r\nnot HTTP\r\n\r\n");
    QTRY_VERIFY(client->isClosed());
    QVERIFY(client->received().endsWith("the request is not well-formed HTTP\n"));
}

void HttpServerTest::answersWithDateAndLengthAndNoServerName()
{
    serve(echo);
    const auto client = connectClient(kGet);
    QTRY_COMPARE(client->body(), QByteArray("GET / "));
    static const QRegularExpression date(QStringLiteral(
        "\r\nDate: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z][a-z] \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\r\n"));
    QVERIFY(date.match(QString::fromLatin1(client->received())).hasMatch());
    QVERIFY(client->received().contains("\r\nContent-Length: 6\r\n"));
    QVERIFY(client->received().contains("\r\nContent-Type: text/plain\r\n"));
    QVERIFY(!client->received().toLower().contains("\r\nserver:"));
}

void HttpServerTest::answersOnIpv6()
{
    HttpServerOptions options;
    options.listen = {Endpoint{IpAddress::parse("::1").value(), 0}};
    auto server = HttpServer::open(options, collect());
    if (!server)
        QSKIP("no IPv6 here");
    m_server = std::move(*server);
    const auto client = connectClient(kGet);
    QTRY_COMPARE(m_requests.size(), 1U);
    QCOMPARE(m_requests.front().peer.address, "::1");
}

void HttpServerTest::listensOnSeveralEndpoints()
{
    auto options = onLoopback();
    options.listen.push_back(Endpoint{IpAddress::parse("127.0.0.2").value(), 0});
    options.unixSocketPath = socketPath().toStdString();
    serve(options, echo);
    QCOMPARE(m_server->endpoints().size(), 2U);
    QCOMPARE(m_server->endpoints().at(0).address.text(), "127.0.0.1");
    QCOMPARE(m_server->endpoints().at(1).address.text(), "127.0.0.2");
    for (const auto &endpoint : m_server->endpoints()) {
        QVERIFY(endpoint.port != 0);
        Client client(endpoint);
        client.send(kGet);
        QTRY_VERIFY(client.answeredWith(200));
    }
    Client client(socketPath());
    client.send(kGet);
    QTRY_VERIFY(client.answeredWith(200));
}

void HttpServerTest::takesResponsesFromAnyThread()
{
    serve(collect());
    const auto client = connectClient(kGet);
    QTRY_COMPARE(m_responders.size(), 1U);
    std::thread elsewhere([respond = m_responders.front()] { respond(text("from elsewhere")); });
    elsewhere.join();
    QTRY_COMPARE(client->body(), QByteArray("from elsewhere"));
}

void HttpServerTest::takesOnlyTheFirstResponse()
{
    serve(collect());
    const auto client = connectClient(kGet);
    QTRY_COMPARE(m_responders.size(), 1U);
    m_responders.front()(text("first"));
    m_responders.front()(text("second"));
    client->send(kLastGet);
    QTRY_COMPARE(m_responders.size(), 2U);
    m_responders.front()(text("third"));
    m_responders.back()(text("fourth"));
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->answers(), 2);
    QVERIFY(client->received().contains("first"));
    QVERIFY(client->received().endsWith("fourth"));
}

// ---- several requests -----------------------------------------------------------------------------------------------

void HttpServerTest::keepsAConnectionForSeveralRequests()
{
    serve(echo);
    const auto client = connectClient();
    for (int i = 1; i <= 5; ++i) {
        client->send("POST /" + QByteArray::number(i) + " HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\nab");
        QTRY_COMPARE(client->answers(), i);
        QTRY_VERIFY(client->received().endsWith("POST /" + QByteArray::number(i) + " ab"));
    }
    QVERIFY(!client->isClosed());
}

void HttpServerTest::takesPipelinedRequestsOneAtATime()
{
    serve(collect());
    const auto client = connectClient("GET /1 HTTP/1.1\r\nHost: test\r\n\r\nGET /2 HTTP/1.1\r\nHost: test\r\n\r\n");
    const auto other = connectClient("GET /3 HTTP/1.1\r\nHost: test\r\n\r\n");
    QTRY_COMPARE(m_requests.size(), 2U);
    QVERIFY(m_requests.at(0).target != "/2" && m_requests.at(1).target != "/2");
    m_responders.at(0)(text("one"));
    m_responders.at(1)(text("one"));
    QTRY_COMPARE(m_requests.size(), 3U);
    QCOMPARE(m_requests.at(2).target, "/2");
    m_responders.at(2)(text("two"));
    QTRY_VERIFY(client->received().endsWith("two"));
}

void HttpServerTest::closesAfterAnswerWhenAskedTo()
{
    serve(echo);
    const auto client = connectClient(kLastGet);
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->body(), QByteArray("GET / "));
    QVERIFY(client->received().contains("\r\nConnection: close\r\n"));
}

void HttpServerTest::closesAfterAnAnswerToHttp10()
{
    serve(echo);
    const auto client = connectClient("GET / HTTP/1.0\r\n\r\n");
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->body(), QByteArray("GET / "));
}

void HttpServerTest::keepsAnHttp10ConnectionWhenAskedTo()
{
    serve(echo);
    const auto client = connectClient("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    QTRY_COMPARE(client->body(), QByteArray("GET /1 "));
    QVERIFY(client->received().contains("\r\nConnection: keep-alive\r\n"));
    client->send("GET /2 HTTP/1.0\r\n\r\n");
    QTRY_VERIFY(client->isClosed());
    QVERIFY(client->received().endsWith("GET /2 "));
}

void HttpServerTest::closesIdleConnections()
{
    HttpLimits limits;
    limits.idleTimeout = 50ms;
    serve(echo, limits);
    const auto client = connectClient(kGet);
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->answers(), 1);
    QVERIFY(client->answeredWith(200));
}

// ---- bodies ---------------------------------------------------------------------------------------------------------

void HttpServerTest::takesARequestThatComesByteByByte_data()
{
    const QByteArray head = "POST /slow HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("with a length") << QByteArray("POST /slow HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc")
                                   << QByteArray("POST /slow abc");
    QTest::newRow("in chunks") << head + "3;name=value\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Trailer: x\r\n\r\n"
                               << QByteArray("POST /slow abcdefg");
    QTest::newRow("in no chunk but the last") << head + "0\r\n\r\n" << QByteArray("POST /slow ");
}

void HttpServerTest::takesARequestThatComesByteByByte()
{
    QFETCH(QByteArray, request);
    QFETCH(QByteArray, body);
    serve(echo);
    const auto client = connectClient();
    client->tcp().setSocketOption(QAbstractSocket::LowDelayOption, 1);
    for (const char byte : request) {
        client->send(QByteArray(1, byte));
        client->tcp().flush();
        QTest::qWait(1); // lets the bytes arrive in pieces; nothing depends on how many
    }
    QTRY_COMPARE(client->body(), body);
}

void HttpServerTest::takesAChunkedBody()
{
    serve(echo);
    const auto client = connectClient("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
                                      "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    QTRY_COMPARE(client->body(), QByteArray("POST / hello world"));
    client->send(kGet);
    QTRY_VERIFY(client->received().endsWith("GET / "));
}

void HttpServerTest::dropsTheTrailersOfAChunkedBody()
{
    serve(collect());
    const auto client = connectClient("POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
                                      "1\r\na\r\n0\r\nAuthorization: somebody\r\nHost: other\r\n\r\n");
    QTRY_COMPARE(m_requests.size(), 1U);
    QCOMPARE(m_requests.front().headers, (ports::HttpHeaders{{"Host", "test"}, {"Transfer-Encoding", "chunked"}}));
}

void HttpServerTest::asksForABodyThatWaitsToBeAskedFor()
{
    serve(echo);
    const auto client =
        connectClient("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n");
    QTRY_COMPARE(client->received(), QByteArray("HTTP/1.1 100 Continue\r\n\r\n"));
    client->send("hello");
    QTRY_VERIFY(client->received().endsWith("POST / hello"));
    QCOMPARE(client->answers(), 2);
}

QTEST_GUILESS_MAIN(HttpServerTest)
#include "tst_http_server.moc"

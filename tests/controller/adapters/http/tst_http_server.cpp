#include "adapters/http/http_server.h"

#include "client.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QTemporaryDir>
#include <QtCore/QThread>
#include <QtCore/QTimer>
#include <QtTest/QTest>

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
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

class HttpServerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

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

    void doesNotSendHeadersThatBreakTheirLine_data();
    void doesNotSendHeadersThatBreakTheirLine();
    void doesNotSendAnImpossibleStatus();

    void ignoresAResponseAfterTheClientLeft();
    void canBeDestroyedWithRequestsPending();
    void canBeDestroyedByItsHandler();
    void deliversAnswersGivenBeforeItIsDestroyed();
    void doesNotCallTheHandlerOnceDestroyed();

    void saysWhichAddressIsInUse();
    void bindsNothingIfAnAddressIsInUse();
    void saysWhichAddressCannotBeBound();

    void tellsTheUserOverTheUnixSocket();
    void givesTheUnixSocketToOwnerAndGroup();
    void removesTheUnixSocketAtTheEnd();
    void leavesAnothersUnixSocketAtTheEnd();
    void replacesAStaleUnixSocket();
    void refusesAUnixSocketSomebodyAnswersOn();
    void refusesAUnixSocketWhereAFileIs();
    void refusesAUnixSocketWithTooLongAPath();

private:
    void serve(ports::HttpHandler handler, HttpLimits limits = {}) { serve(onLoopback(limits), std::move(handler)); }
    void serve(const HttpServerOptions &options, ports::HttpHandler handler);
    std::unique_ptr<Client> connectClient(const QByteArray &bytes = {}) const;
    HttpServerOptions onUnixSocket() const;
    QString socketPath() const { return m_folder->filePath(QStringLiteral("control.sock")); }
    /// Leaves a socket file behind on which nobody answers.
    void leaveStaleSocket() const;
    /// Keeps responders for later.
    ports::HttpHandler collect();

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<HttpServer> m_server;
    std::vector<ports::HttpRequest> m_requests;
    std::vector<ports::HttpResponder> m_responders;
};

void HttpServerTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

void HttpServerTest::cleanup()
{
    m_server.reset();
    m_requests.clear();
    m_responders.clear();
    m_folder.reset();
}

void HttpServerTest::serve(const HttpServerOptions &options, ports::HttpHandler handler)
{
    auto server = HttpServer::open(options, std::move(handler));
    QVERIFY2(server, server ? "" : server.error().message.c_str());
    m_server = std::move(*server);
}

std::unique_ptr<Client> HttpServerTest::connectClient(const QByteArray &bytes) const
{
    auto client = std::make_unique<Client>(m_server->endpoints().front());
    client->send(bytes);
    return client;
}

HttpServerOptions HttpServerTest::onUnixSocket() const
{
    HttpServerOptions options;
    options.unixSocketPath = socketPath().toStdString();
    return options;
}

void HttpServerTest::leaveStaleSocket() const
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socketPath().toStdString().copy(address.sun_path, sizeof address.sun_path - 1);
    const int left = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    QCOMPARE(bind(left, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    close(left);
}

ports::HttpHandler HttpServerTest::collect()
{
    return [this](ports::HttpRequest request, ports::HttpResponder respond) {
        m_requests.push_back(std::move(request));
        m_responders.push_back(std::move(respond));
    };
}

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

// ---- limits of size -------------------------------------------------------------------------------------------------

void HttpServerTest::refusesALargeBody_data()
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

void HttpServerTest::refusesALargeBody()
{
    QFETCH(QByteArray, request);
    HttpLimits limits;
    limits.maxBodyBytes = 1000;
    serve(collect(), limits);
    const auto client = connectClient(request);
    QTRY_VERIFY(client->wasRefusedWith(413));
    QVERIFY(m_requests.empty());
}

void HttpServerTest::deliversTheRefusalToAClientThatGoesOnSending()
{
    serve(collect());
    const auto client = connectClient("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 8000000\r\n\r\n");
    client->send(QByteArray(8'000'000, 'a'));
    QTRY_VERIFY(client->wasRefusedWith(413));
}

void HttpServerTest::servesOthersWhileItRefusesALargeBody()
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

void HttpServerTest::refusesLargeHeaders_data()
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

void HttpServerTest::refusesLargeHeaders()
{
    QFETCH(QByteArray, request);
    HttpLimits limits;
    limits.maxHeaderBytes = 1024;
    serve(collect(), limits);
    const auto client = connectClient(request);
    QTRY_VERIFY(client->wasRefusedWith(431));
    QVERIFY(m_requests.empty());
}

void HttpServerTest::refusesMalformedRequests_data()
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

void HttpServerTest::refusesMalformedRequests()
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

void HttpServerTest::dropsAClientThatSendsHalfARequest_data()
{
    QTest::addColumn<QByteArray>("half");
    QTest::newRow("a byte") << QByteArray("G");
    QTest::newRow("half a head") << QByteArray("GET / HTTP/1.1\r\nHost: te");
    QTest::newRow("a head, and no body") << QByteArray("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\n");
    QTest::newRow("half a body") << QByteArray("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nab");
    QTest::newRow("half a chunk") << QByteArray(
        "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
}

void HttpServerTest::dropsAClientThatSendsHalfARequest()
{
    QFETCH(QByteArray, half);
    HttpLimits limits;
    limits.requestTimeout = 50ms;
    serve(collect(), limits);
    const auto client = connectClient(half);
    QTRY_VERIFY(client->wasRefusedWith(408));
    QVERIFY(m_requests.empty());
}

void HttpServerTest::dropsAClientThatDripsItsRequest()
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

void HttpServerTest::dropsAClientThatSaysNothing()
{
    HttpLimits limits;
    limits.requestTimeout = 50ms;
    serve(collect(), limits);
    const auto client = connectClient();
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->received(), QByteArray());
}

void HttpServerTest::dropsAClientThatDoesNotTakeItsAnswer()
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

void HttpServerTest::answersForAHandlerThatIsTooSlow()
{
    HttpLimits limits;
    limits.handlerTimeout = 50ms;
    serve(collect(), limits);
    const auto client = connectClient(kGet);
    QTRY_VERIFY(client->wasRefusedWith(503));
    QCOMPARE(m_requests.size(), 1U);
}

void HttpServerTest::ignoresAResponseAfterItsDeadline()
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

void HttpServerTest::forgetsAClientThatLeavesInTheMiddleOfARequest()
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

void HttpServerTest::refusesConnectionsOverTheLimit()
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

void HttpServerTest::refusesConnectionsOverTheLimitOfOneAddress()
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

void HttpServerTest::answersManyConnectionsAtOnce()
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

void HttpServerTest::goesOnAcceptingAfterDescriptorsRanOut()
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

// ---- what handlers may not do ---------------------------------------------------------------------------------------

void HttpServerTest::doesNotSendHeadersThatBreakTheirLine_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("a line end") << QByteArray("X-A") << QByteArray("b\r\nSet-Cookie: stolen");
    QTest::newRow("a line feed") << QByteArray("X-A") << QByteArray("b\nSet-Cookie: stolen");
    QTest::newRow("a zero byte") << QByteArray("X-A") << QByteArray("b\0Set-Cookie: stolen", 20);
    QTest::newRow("a line end in the name") << QByteArray("X-A: b\r\nSet-Cookie") << QByteArray("stolen");
}

void HttpServerTest::doesNotSendHeadersThatBreakTheirLine()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    serve([&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        auto response = text("secret");
        response.headers.emplace_back(name.toStdString(), value.toStdString());
        respond(response);
    });
    QTest::ignoreMessage(QtWarningMsg, "HTTP: an answer with status 200 has a status or header that cannot be sent");
    const auto client = connectClient(kGet);
    QTRY_VERIFY(client->answeredWith(500));
    QTRY_VERIFY(client->received().endsWith("the answer could not be sent\n"));
    QVERIFY(!client->received().contains("stolen"));
    QVERIFY(!client->received().contains("secret"));
}

void HttpServerTest::doesNotSendAnImpossibleStatus()
{
    serve([](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        respond({.status = 42, .headers = {}, .body = {}});
    });
    QTest::ignoreMessage(QtWarningMsg, "HTTP: an answer with status 42 has a status or header that cannot be sent");
    const auto client = connectClient(kGet);
    QTRY_VERIFY(client->answeredWith(500));
}

// ---- ends -----------------------------------------------------------------------------------------------------------

void HttpServerTest::ignoresAResponseAfterTheClientLeft()
{
    serve(collect());
    auto client = connectClient(kGet);
    QTRY_COMPARE(m_responders.size(), 1U);
    client.reset();
    m_responders.front()(text(std::string(1'000'000, 'a')));
    m_responders.front()(text("again"));
    const auto next = connectClient(kGet);
    QTRY_COMPARE(m_responders.size(), 2U);
    m_responders.back()(text("next"));
    QTRY_COMPARE(next->body(), QByteArray("next"));
}

void HttpServerTest::canBeDestroyedWithRequestsPending()
{
    serve(collect());
    const auto handled = connectClient(kGet);
    QTRY_COMPARE(m_responders.size(), 1U);
    const auto half = connectClient("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nab");
    const auto silent = connectClient();
    m_server.reset();
    QTRY_VERIFY(handled->isClosed() && half->isClosed() && silent->isClosed());
    QCOMPARE(handled->answers(), 0);
    m_responders.front()(text("nobody hears this"));
    std::thread elsewhere([respond = m_responders.front()] { respond(text("nor this")); });
    elsewhere.join();
}

void HttpServerTest::canBeDestroyedByItsHandler()
{
    bool isCalled = false;
    serve([&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        m_server.reset();
        respond(text("from beyond"));
        isCalled = true;
    });
    const auto client = connectClient(kGet);
    QTRY_VERIFY(isCalled && client->isClosed());
    QCOMPARE(client->received(), QByteArray());
}

void HttpServerTest::deliversAnswersGivenBeforeItIsDestroyed()
{
    serve(collect());
    const auto client = connectClient(kGet);
    QTRY_COMPARE(m_responders.size(), 1U);
    m_responders.front()(text("goodbye"));
    m_server.reset();
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->body(), QByteArray("goodbye"));
}

void HttpServerTest::doesNotCallTheHandlerOnceDestroyed()
{
    serve(collect());
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(connectClient(kGet));
        clients.back()->tcp().flush();
    }
    m_server.reset();
    for (const auto &client : clients)
        QTRY_VERIFY(client->isClosed());
    QVERIFY(m_requests.empty());
}

// ---- addresses ------------------------------------------------------------------------------------------------------

void HttpServerTest::saysWhichAddressIsInUse()
{
    serve(echo);
    HttpServerOptions options;
    options.listen = m_server->endpoints();
    const auto second = HttpServer::open(options, echo);
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::Unavailable);
    QCOMPARE(second.error().message,
             "cannot listen on " + m_server->endpoints().front().text() + ": Address already in use");
}

void HttpServerTest::bindsNothingIfAnAddressIsInUse()
{
    serve(echo);
    HttpServerOptions options = onUnixSocket();
    options.listen = m_server->endpoints();
    QVERIFY(!HttpServer::open(options, echo));
    QVERIFY(!QFile::exists(socketPath()));

    leaveStaleSocket();
    QVERIFY(!HttpServer::open(options, echo));
    QVERIFY(QFile::exists(socketPath()));
}

void HttpServerTest::saysWhichAddressCannotBeBound()
{
    HttpServerOptions options;
    options.listen = {Endpoint{IpAddress::parse("192.0.2.1").value(), 9999}};
    const auto server = HttpServer::open(options, echo);
    QVERIFY(!server);
    QCOMPARE(server.error().message, "cannot listen on 192.0.2.1:9999: Cannot assign requested address");
}

// ---- the unix socket ------------------------------------------------------------------------------------------------

void HttpServerTest::tellsTheUserOverTheUnixSocket()
{
    serve(onUnixSocket(), collect());
    QVERIFY(m_server->endpoints().empty());
    Client client(socketPath());
    client.send(kGet);
    QTRY_COMPARE(m_requests.size(), 1U);
    QCOMPARE(m_requests.front().peer, (ports::HttpPeer{.address = "", .userId = getuid()}));
    m_responders.front()(text("hello"));
    QTRY_COMPARE(client.body(), QByteArray("hello"));
}

void HttpServerTest::givesTheUnixSocketToOwnerAndGroup()
{
    for (const mode_t mask : {0000U, 0022U, 0077U}) {
        const auto before = umask(mask);
        serve(onUnixSocket(), echo);
        umask(before);
        struct stat found
        {
        };
        QCOMPARE(stat(socketPath().toUtf8().constData(), &found), 0);
        QCOMPARE(found.st_mode & 07777U, 0660U);
        m_server.reset();
    }
}

void HttpServerTest::removesTheUnixSocketAtTheEnd()
{
    serve(onUnixSocket(), echo);
    QVERIFY(QFile::exists(socketPath()));
    m_server.reset();
    QVERIFY(!QFile::exists(socketPath()));
}

void HttpServerTest::leavesAnothersUnixSocketAtTheEnd()
{
    serve(onUnixSocket(), echo);
    QVERIFY(QFile::rename(socketPath(), m_folder->filePath(QStringLiteral("moved.sock"))));
    leaveStaleSocket();
    m_server.reset();
    QVERIFY(QFile::exists(socketPath()));
}

void HttpServerTest::replacesAStaleUnixSocket()
{
    leaveStaleSocket();
    serve(onUnixSocket(), echo);
    Client client(socketPath());
    client.send(kGet);
    QTRY_VERIFY(client.answeredWith(200));
}

void HttpServerTest::refusesAUnixSocketSomebodyAnswersOn()
{
    serve(onUnixSocket(), echo);
    const auto second = HttpServer::open(onUnixSocket(), echo);
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::Unavailable);
    QCOMPARE(second.error().message, "cannot listen on " + socketPath().toStdString() + ": Address already in use");
    Client client(socketPath());
    client.send(kGet);
    QTRY_VERIFY(client.answeredWith(200));
}

void HttpServerTest::refusesAUnixSocketWhereAFileIs()
{
    QFile file(socketPath());
    QVERIFY(file.open(QIODevice::WriteOnly));
    const auto server = HttpServer::open(onUnixSocket(), echo);
    QVERIFY(!server);
    QCOMPARE(server.error().message,
             "cannot listen on " + socketPath().toStdString() + ": a file that is not a socket is in the way");
    QVERIFY(file.exists());
}

void HttpServerTest::refusesAUnixSocketWithTooLongAPath()
{
    HttpServerOptions options;
    options.unixSocketPath = m_folder->filePath(QString(200, u'a')).toStdString();
    const auto server = HttpServer::open(options, echo);
    QVERIFY(!server);
    QCOMPARE(server.error().code, ErrorCode::InvalidInput);
    QVERIFY(server.error().message.ends_with("a unix socket's path must be shorter than 108 bytes"));
}

QTEST_GUILESS_MAIN(HttpServerTest)
#include "tst_http_server.moc"

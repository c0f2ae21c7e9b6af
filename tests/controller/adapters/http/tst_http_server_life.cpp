#include "http_server_bench.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <thread>
#include <vector>

using namespace balancer;
using namespace balancer::adapters::http;
using namespace std::chrono_literals;

class HttpServerLifeTest : public QObject, private HttpServerBench
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

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
};

// ---- what handlers may not do ---------------------------------------------------------------------------------------

void HttpServerLifeTest::doesNotSendHeadersThatBreakTheirLine_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("a line end") << QByteArray("X-A") << QByteArray("b\r\nSet-Cookie: stolen");
    QTest::newRow("a line feed") << QByteArray("X-A") << QByteArray("b\nSet-Cookie: stolen");
    QTest::newRow("a zero byte") << QByteArray("X-A") << QByteArray("b\0Set-Cookie: stolen", 20);
    QTest::newRow("a line end in the name") << QByteArray("X-A: b\r\nSet-Cookie") << QByteArray("stolen");
}

void HttpServerLifeTest::doesNotSendHeadersThatBreakTheirLine()
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

void HttpServerLifeTest::doesNotSendAnImpossibleStatus()
{
    serve([](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        respond({.status = 42, .headers = {}, .body = {}});
    });
    QTest::ignoreMessage(QtWarningMsg, "HTTP: an answer with status 42 has a status or header that cannot be sent");
    const auto client = connectClient(kGet);
    QTRY_VERIFY(client->answeredWith(500));
}

// ---- ends -----------------------------------------------------------------------------------------------------------

void HttpServerLifeTest::ignoresAResponseAfterTheClientLeft()
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

void HttpServerLifeTest::canBeDestroyedWithRequestsPending()
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

void HttpServerLifeTest::canBeDestroyedByItsHandler()
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

void HttpServerLifeTest::deliversAnswersGivenBeforeItIsDestroyed()
{
    serve(collect());
    const auto client = connectClient(kGet);
    QTRY_COMPARE(m_responders.size(), 1U);
    m_responders.front()(text("goodbye"));
    m_server.reset();
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->body(), QByteArray("goodbye"));
}

void HttpServerLifeTest::doesNotCallTheHandlerOnceDestroyed()
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

void HttpServerLifeTest::saysWhichAddressIsInUse()
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

void HttpServerLifeTest::bindsNothingIfAnAddressIsInUse()
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

void HttpServerLifeTest::saysWhichAddressCannotBeBound()
{
    HttpServerOptions options;
    options.listen = {Endpoint{IpAddress::parse("192.0.2.1").value(), 9999}};
    const auto server = HttpServer::open(options, echo);
    QVERIFY(!server);
    QCOMPARE(server.error().message, "cannot listen on 192.0.2.1:9999: Cannot assign requested address");
}

// ---- the unix socket ------------------------------------------------------------------------------------------------

void HttpServerLifeTest::tellsTheUserOverTheUnixSocket()
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

void HttpServerLifeTest::givesTheUnixSocketToOwnerAndGroup()
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

void HttpServerLifeTest::removesTheUnixSocketAtTheEnd()
{
    serve(onUnixSocket(), echo);
    QVERIFY(QFile::exists(socketPath()));
    m_server.reset();
    QVERIFY(!QFile::exists(socketPath()));
}

void HttpServerLifeTest::leavesAnothersUnixSocketAtTheEnd()
{
    serve(onUnixSocket(), echo);
    QVERIFY(QFile::rename(socketPath(), m_folder->filePath(QStringLiteral("moved.sock"))));
    leaveStaleSocket();
    m_server.reset();
    QVERIFY(QFile::exists(socketPath()));
}

void HttpServerLifeTest::replacesAStaleUnixSocket()
{
    leaveStaleSocket();
    serve(onUnixSocket(), echo);
    Client client(socketPath());
    client.send(kGet);
    QTRY_VERIFY(client.answeredWith(200));
}

void HttpServerLifeTest::refusesAUnixSocketSomebodyAnswersOn()
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

void HttpServerLifeTest::refusesAUnixSocketWhereAFileIs()
{
    QFile file(socketPath());
    QVERIFY(file.open(QIODevice::WriteOnly));
    const auto server = HttpServer::open(onUnixSocket(), echo);
    QVERIFY(!server);
    QCOMPARE(server.error().message,
             "cannot listen on " + socketPath().toStdString() + ": a file that is not a socket is in the way");
    QVERIFY(file.exists());
}

void HttpServerLifeTest::refusesAUnixSocketWithTooLongAPath()
{
    HttpServerOptions options;
    options.unixSocketPath = m_folder->filePath(QString(200, u'a')).toStdString();
    const auto server = HttpServer::open(options, echo);
    QVERIFY(!server);
    QCOMPARE(server.error().code, ErrorCode::InvalidInput);
    QVERIFY(server.error().message.ends_with("a unix socket's path must be shorter than 108 bytes"));
}

QTEST_GUILESS_MAIN(HttpServerLifeTest)
#include "tst_http_server_life.moc"

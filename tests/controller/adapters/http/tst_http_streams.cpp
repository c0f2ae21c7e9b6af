#include "adapters/http/http_client.h"
#include "adapters/http/http_server.h"

#include "client.h"

#include <QCoro/QCoroTask>

#include <QtCore/QTimer>
#include <QtTest/QTest>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace balancer;
using namespace balancer::adapters::http;
using namespace std::chrono_literals;

namespace {

const QByteArray kOldGet = "GET / HTTP/1.0\r\n\r\n";

} // namespace

/// Answers whose body goes on.
class HttpStreamsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup();

    void sendsABodyThatGoesOn();
    void sendsTheBeginningBeforeTheFirstPiece();
    void endsTheBodyWithItsWriter();
    void endsABodyNothingWasWrittenTo();
    void sendsToHttp10UntilTheEndOfTheConnection();
    void sendsOnlyTheHeadToAHead();
    void closesTheConnectionAfterwards();
    void givesTheWriterOnTheThreadOfTheHandler();
    void joinsWhatIsWrittenInOneTurn();
    void sendsPiecesOfAnySize();
    void ignoresEmptyPieces();

    void livesLongerThanAnyDeadline();
    void noticesThatTheClientLeft();
    void noticesThatTheClientLeftBeforeTheWriterCame();
    void ignoresWhatTheClientSaysMeanwhile();
    void dropsAClientThatLeavesTooMuchWaiting();
    void dropsAClientThatTakesNothing();
    void keepsASlowClientThatTakesSomething();
    void countsAsAConnection();
    void servesOthersMeanwhile();

    void endsBodiesWhenItIsDestroyed();
    void toleratesWritersThatOutliveIt();
    void givesNoWriterOnceDestroyed();
    void isReadByOurOwnClient();

private:
    using Writer = std::unique_ptr<ports::HttpBodyWriter>;

    /// Keeps the writers of all answers, which begin with `beginning`.
    void serve(HttpLimits limits = {}, std::string beginning = {});
    std::unique_ptr<Client> connectClient(const QByteArray &bytes = kGet) const;
    /// A client that has the head, and the writer for it; or none of both.
    std::unique_ptr<Client> connectStream(const QByteArray &bytes = kGet);
    Writer &writer() { return m_writers.back(); }

    std::unique_ptr<HttpServer> m_server;
    std::vector<Writer> m_writers;
    std::vector<QThread *> m_threads;
};

void HttpStreamsTest::cleanup()
{
    m_writers.clear();
    m_threads.clear();
    m_server.reset();
}

void HttpStreamsTest::serve(HttpLimits limits, std::string beginning)
{
    const auto handler = [this, beginning](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        auto response = text(beginning);
        response.continueBody = [this](Writer given) {
            m_threads.push_back(QThread::currentThread());
            m_writers.push_back(std::move(given));
        };
        respond(std::move(response));
    };
    auto server = HttpServer::open(onLoopback(limits), handler);
    QVERIFY2(server, server ? "" : server.error().message.c_str());
    m_server = std::move(*server);
}

std::unique_ptr<Client> HttpStreamsTest::connectClient(const QByteArray &bytes) const
{
    auto client = std::make_unique<Client>(m_server->endpoints().front());
    client->send(bytes);
    return client;
}

std::unique_ptr<Client> HttpStreamsTest::connectStream(const QByteArray &bytes)
{
    const auto before = m_writers.size();
    auto client = connectClient(bytes);
    const auto isOpen = [&] { return m_writers.size() > before && client->received().contains("\r\n\r\n"); };
    const bool isDecided = QTest::qWaitFor([&] { return isOpen() || client->isClosed(); });
    return isDecided && isOpen() ? std::move(client) : nullptr;
}

// ---- on the wire ----------------------------------------------------------------------------------------------------

void HttpStreamsTest::sendsABodyThatGoesOn()
{
    serve();
    const auto client = connectStream();
    QVERIFY(client);
    QVERIFY(client->answeredWith(200));
    QVERIFY(client->received().contains("\r\nTransfer-Encoding: chunked\r\n"));
    QVERIFY(!client->received().contains("Content-Length"));
    QVERIFY(writer()->write("hello"));
    QTRY_COMPARE(client->body(), QByteArray("5\r\nhello\r\n"));
    QVERIFY(writer()->write("again, and longer"));
    QTRY_COMPARE(client->body(), QByteArray("5\r\nhello\r\n11\r\nagain, and longer\r\n"));
    QVERIFY(!client->isClosed());
}

void HttpStreamsTest::sendsTheBeginningBeforeTheFirstPiece()
{
    serve({}, "begin");
    const auto client = connectStream();
    QVERIFY(client);
    QTRY_COMPARE(client->body(), QByteArray("5\r\nbegin\r\n"));
    writer()->write("go on");
    QTRY_COMPARE(client->body(), QByteArray("5\r\nbegin\r\n5\r\ngo on\r\n"));
}

void HttpStreamsTest::endsTheBodyWithItsWriter()
{
    serve();
    const auto client = connectStream();
    QVERIFY(client);
    writer()->write("last words");
    writer().reset();
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->body(), QByteArray("a\r\nlast words\r\n0\r\n\r\n"));
}

void HttpStreamsTest::endsABodyNothingWasWrittenTo()
{
    serve();
    const auto client = connectStream();
    QVERIFY(client);
    writer().reset();
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->body(), QByteArray("0\r\n\r\n"));
}

void HttpStreamsTest::sendsToHttp10UntilTheEndOfTheConnection()
{
    serve({}, "begin ");
    const auto client = connectStream(kOldGet);
    QVERIFY(client);
    QVERIFY(!client->received().contains("Transfer-Encoding"));
    QVERIFY(!client->received().contains("Content-Length"));
    writer()->write("and end");
    writer().reset();
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->body(), QByteArray("begin and end"));
}

void HttpStreamsTest::sendsOnlyTheHeadToAHead()
{
    serve({}, "begin");
    const auto client = connectClient("HEAD / HTTP/1.1\r\nHost: test\r\n\r\nHEAD / HTTP/1.1\r\nHost: test\r\n"
                                      "Connection: close\r\n\r\n");
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->answers(), 2);
    QCOMPARE(client->received().count("Transfer-Encoding: chunked\r\n"), 2);
    QVERIFY(!client->received().contains("begin"));
    QVERIFY(m_writers.empty());
}

void HttpStreamsTest::closesTheConnectionAfterwards()
{
    serve();
    const auto client = connectStream(kGet + kGet);
    QVERIFY(client);
    QVERIFY(client->received().contains("\r\nConnection: close\r\n"));
    writer().reset();
    QTRY_VERIFY(client->isClosed());
    QCOMPARE(client->answers(), 1);
}

void HttpStreamsTest::givesTheWriterOnTheThreadOfTheHandler()
{
    serve();
    const auto client = connectStream();
    QVERIFY(client);
    QCOMPARE(m_threads, std::vector<QThread *>{QThread::currentThread()});
}

void HttpStreamsTest::joinsWhatIsWrittenInOneTurn()
{
    serve();
    const auto client = connectStream();
    QVERIFY(client);
    for (const auto *piece : {"a", "b", "c"})
        QVERIFY(writer()->write(piece));
    QTRY_COMPARE(client->body(), QByteArray("3\r\nabc\r\n"));
}

void HttpStreamsTest::sendsPiecesOfAnySize()
{
    serve();
    const auto client = connectStream(kOldGet);
    QVERIFY(client);
    QByteArray expected;
    for (const int size : {1, 65'535, 65'536, 65'537, 1'000'000}) {
        const QByteArray piece(size, char('a' + size % 26));
        QVERIFY(writer()->write(piece.toStdString()));
        expected += piece;
    }
    writer().reset();
    QTRY_VERIFY(client->isClosed());
    QVERIFY(client->body() == expected);
}

void HttpStreamsTest::ignoresEmptyPieces()
{
    serve();
    const auto client = connectStream();
    QVERIFY(client);
    QVERIFY(writer()->write(""));
    QVERIFY(writer()->write("a"));
    QVERIFY(writer()->write(""));
    QTRY_COMPARE(client->body(), QByteArray("1\r\na\r\n"));
}

// ---- clients --------------------------------------------------------------------------------------------------------

void HttpStreamsTest::livesLongerThanAnyDeadline()
{
    HttpLimits limits;
    limits.requestTimeout = limits.idleTimeout = limits.handlerTimeout = limits.writeTimeout = 50ms;
    serve(limits);
    std::unique_ptr<Client> client;
    QTRY_VERIFY(client = connectStream()); // a busy machine may miss a deadline before
    // Other connections, opened one after another, reach their deadlines meanwhile.
    for (int i = 0; i < 5; ++i) {
        const auto silent = connectClient({});
        QTRY_VERIFY(silent->isClosed());
    }
    QVERIFY(writer()->write("alive"));
    QTRY_COMPARE(client->body(), QByteArray("5\r\nalive\r\n"));
}

void HttpStreamsTest::noticesThatTheClientLeft()
{
    serve();
    const auto client = connectStream();
    QVERIFY(client);
    QVERIFY(writer()->write("hello"));
    client->leave();
    QTRY_VERIFY(!writer()->write("anybody there?"));
    QVERIFY(!writer()->write("no"));
}

void HttpStreamsTest::noticesThatTheClientLeftBeforeTheWriterCame()
{
    ports::HttpResponder responder;
    auto server = HttpServer::open(onLoopback(), [&](const ports::HttpRequest &, ports::HttpResponder respond) {
        responder = std::move(respond);
    });
    QVERIFY(server);
    m_server = std::move(*server);
    auto client = connectClient();
    QTRY_VERIFY(responder);
    client.reset();
    auto response = text("");
    response.continueBody = [this](Writer given) { m_writers.push_back(std::move(given)); };
    responder(std::move(response));
    // Whether the writer comes is a matter of who is quicker; one that comes learns soon.
    QTRY_VERIFY(m_writers.empty() || !writer()->write("hello"));
}

void HttpStreamsTest::ignoresWhatTheClientSaysMeanwhile()
{
    serve();
    const auto client = connectStream();
    QVERIFY(client);
    client->send(QByteArray(1'000'000, 'x'));
    QVERIFY(writer()->write("hello"));
    QTRY_COMPARE(client->body(), QByteArray("5\r\nhello\r\n"));
    QVERIFY(writer()->write("again"));
    QTRY_COMPARE(client->body(), QByteArray("5\r\nhello\r\n5\r\nagain\r\n"));
    QCOMPARE(m_writers.size(), 1U);
}

void HttpStreamsTest::dropsAClientThatLeavesTooMuchWaiting()
{
    HttpLimits limits;
    limits.maxBacklogBytes = 1'000'000;
    serve(limits);
    const auto client = connectStream();
    QVERIFY(client);
    client->tcp().setReadBufferSize(1);
    const std::string piece(100'000, 'a');
    // What the system buffers is more than the limit, so it takes some time until anything waits.
    int pieces = 0;
    QTRY_VERIFY(!writer()->write(piece) || ++pieces > 1000);
    QVERIFY(pieces <= 1000);
    QVERIFY(!writer()->write("a"));
    client->tcp().setReadBufferSize(0);
    QTRY_VERIFY(client->isClosed());
    QVERIFY(!client->received().endsWith("0\r\n\r\n"));
}

void HttpStreamsTest::dropsAClientThatTakesNothing()
{
    HttpLimits limits;
    limits.writeTimeout = 50ms;
    limits.maxBacklogBytes = 100'000'000;
    serve(limits);
    const auto client = connectStream();
    QVERIFY(client);
    client->tcp().setReadBufferSize(1);
    QVERIFY(writer()->write(std::string(50'000'000, 'a')));
    QTRY_VERIFY(!writer()->write(""));
}

void HttpStreamsTest::keepsASlowClientThatTakesSomething()
{
    HttpLimits limits;
    limits.writeTimeout = 5s;
    limits.maxBacklogBytes = 100'000'000;
    serve(limits);
    const auto client = connectStream(kOldGet);
    QVERIFY(client);
    client->tcp().setReadBufferSize(100'000);
    QVERIFY(writer()->write(std::string(20'000'000, 'a')));
    writer().reset();
    QTRY_VERIFY_WITH_TIMEOUT(client->isClosed(), 60'000);
    QCOMPARE(client->body().size(), 20'000'000);
}

void HttpStreamsTest::countsAsAConnection()
{
    HttpLimits limits;
    limits.maxConnections = 1;
    serve(limits);
    auto client = connectStream();
    QVERIFY(client);
    const auto second = connectClient();
    QTRY_VERIFY(second->wasRefusedWith(503));
    client.reset();
    std::unique_ptr<Client> next;
    QTRY_VERIFY((next = connectClient()) && QTest::qWaitFor([&] { return next->answers() > 0; }) &&
                next->answeredWith(200));
}

void HttpStreamsTest::servesOthersMeanwhile()
{
    serve();
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 50; ++i) {
        clients.push_back(connectStream());
        QVERIFY(clients.back());
    }
    QCOMPARE(m_writers.size(), 50U);
    for (std::size_t i = 0; i < 50; ++i)
        QVERIFY(m_writers.at(i)->write("number " + std::to_string(i)));
    for (std::size_t i = 0; i < 50; ++i)
        QTRY_VERIFY(clients.at(i)->body().endsWith("number " + QByteArray::number(int(i)) + "\r\n"));
}

// ---- ends -----------------------------------------------------------------------------------------------------------

void HttpStreamsTest::endsBodiesWhenItIsDestroyed()
{
    serve();
    const auto client = connectStream();
    QVERIFY(client);
    writer()->write("hello");
    QTRY_COMPARE(client->body(), QByteArray("5\r\nhello\r\n"));
    m_server.reset();
    QTRY_VERIFY(client->isClosed());
    QVERIFY(client->received().endsWith("0\r\n\r\n"));
    QVERIFY(!writer()->write("anybody there?"));
}

void HttpStreamsTest::toleratesWritersThatOutliveIt()
{
    serve();
    const auto client = connectStream();
    QVERIFY(client);
    QVERIFY(writer()->write("written, and not sent"));
    m_server.reset();
    QVERIFY(!writer()->write("more"));
    m_writers.clear();
    QTRY_VERIFY(client->isClosed());
}

void HttpStreamsTest::givesNoWriterOnceDestroyed()
{
    auto server = HttpServer::open(onLoopback(), [&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        auto response = text("");
        response.continueBody = [this](Writer given) { m_writers.push_back(std::move(given)); };
        respond(std::move(response));
        m_server.reset();
    });
    QVERIFY(server);
    m_server = std::move(*server);
    const auto client = connectClient();
    QTRY_VERIFY(client->isClosed());
    QVERIFY(m_writers.empty());
}

void HttpStreamsTest::isReadByOurOwnClient()
{
    serve({}, "begin");
    HttpClient transport;
    ports::HttpRequest request;
    request.method = "GET";
    request.target = "/";
    const ports::HttpTarget target{"http://" + m_server->endpoints().front().text(), {}};
    auto reader = QCoro::waitFor(transport.open(target, request, 30s));
    QVERIFY2(reader, reader ? "" : reader.error().message.c_str());
    QCOMPARE(QCoro::waitFor((*reader)->read(30s)).value(), "begin");
    for (int i = 0; i < 100; ++i) {
        const auto event = "id: " + std::to_string(i) + "\ndata: {}\n\n";
        QVERIFY(writer()->write(event));
        QCOMPARE(QCoro::waitFor((*reader)->read(30s)).value(), event);
    }
    writer().reset();
    QCOMPARE(QCoro::waitFor((*reader)->read(30s)).value(), "");
}

QTEST_GUILESS_MAIN(HttpStreamsTest)
#include "tst_http_streams.moc"

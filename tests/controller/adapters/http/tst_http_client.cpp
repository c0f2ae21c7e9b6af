#include "http_client_bench.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

using namespace balancer;
using namespace balancer::adapters::http;
using namespace std::chrono_literals;

class HttpClientTest : public QObject, private HttpClientBench
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void exchangesARequestForItsAnswer_data();
    void exchangesARequestForItsAnswer();
    void namesTheHostUnlessTheRequestDoes();
    void handsOverErrorAnswersAsTheyAre();
    void sendsALargeBody();
    void takesALargeAnswer();
    void takesTheHeadOfAnAnswerWithoutItsBody();
    void doesNotFollowRedirects();
    void looksUpNames();
    void exchangesManyAtATime();
    void answersOnTheCallersThreadWhileItsLoopTurns();

    void saysWhenThereIsNoSocket();
    void saysWhenNobodyListens();
    void saysWhenNobodyListensAtAnAddress();
    void saysWhenThereIsNoSuchHost();
    void refusesTargetsItCannotReach_data();
    void refusesTargetsItCannotReach();
    void refusesToSendWhatIsNotHttp();

    void keepsAConnectionForTheNextRequest();
    void doesNotKeepAConnectionTheAnswerCloses();
    void sendsAGetAgainWhenAKeptConnectionBreaks();
    void sendsAGetAgainOnlyOnce();
    void doesNotSendAPostAgain();
    void doesNotSendAGetAgainThatWasAnsweredInPart();
    void doesNotUseAKeptConnectionThatWasClosed();
    void doesNotMixUpConnectionsOfTwoTargets();

    void saysWhenTheAnswerIsCut();
    void saysWhenTheConnectionIsReset();
    void saysWhenTheAnswerIsNotHttp_data();
    void saysWhenTheAnswerIsNotHttp();
    void refusesAnAnswerThatIsTooLong();
    void givesUpAtTheDeadline_data();
    void givesUpAtTheDeadline();
    void givesUpAtTheDeadlineWhenNothingIsTaken();
    void takesARefusalThatComesBeforeTheRequestIsSent();
};

// ---- requests and answers -------------------------------------------------------------------------------------------

void HttpClientTest::exchangesARequestForItsAnswer_data()
{
    QTest::addColumn<bool>("isUnix");
    QTest::newRow("over the unix socket") << true;
    QTest::newRow("over TCP") << false;
}

void HttpClientTest::exchangesARequestForItsAnswer()
{
    QFETCH(bool, isUnix);
    ports::HttpRequest seen;
    serve([&](ports::HttpRequest request, const ports::HttpResponder &respond) {
        seen = std::move(request);
        respond(text("hello"));
    });
    auto asked = post("body");
    asked.target = "/v1/nodes?a=b%20c";
    asked.headers = {{"X-Extra", "1"}, {"X-Extra", "2"}};
    const auto answer = exchange(isUnix ? overUnixSocket() : overTcp(), asked);

    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QCOMPARE(answer->status, 200);
    QCOMPARE(answer->body, "hello");
    QVERIFY(ports::findHeader(answer->headers, "content-type") == "text/plain");
    QCOMPARE(seen.method, "POST");
    QCOMPARE(seen.target, "/v1/nodes?a=b%20c");
    QCOMPARE(seen.body, "body");
    QCOMPARE(std::ranges::count(seen.headers, std::string("X-Extra"), &std::pair<std::string, std::string>::first), 2);
    QCOMPARE(seen.peer.userId, isUnix ? std::optional(getuid()) : std::nullopt);
}

void HttpClientTest::namesTheHostUnlessTheRequestDoes()
{
    std::vector<std::string> hosts;
    serve([&](const ports::HttpRequest &request, const ports::HttpResponder &respond) {
        hosts.emplace_back(*ports::findHeader(request.headers, "Host"));
        respond(text(""));
    });
    QVERIFY(exchange(overTcp(), get()));
    QVERIFY(exchange(overUnixSocket(), get()));
    auto named = get();
    named.headers = {{"host", "web.example"}};
    QVERIFY(exchange(overTcp(), named));
    QCOMPARE(hosts, (std::vector<std::string>{m_server->endpoints().front().text(), "localhost", "web.example"}));
}

void HttpClientTest::handsOverErrorAnswersAsTheyAre()
{
    serve([](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        auto response = text("no");
        response.status = 403;
        respond(response);
    });
    const auto answer = exchange(overTcp(), get());
    QVERIFY(answer);
    QCOMPARE(answer->status, 403);
    QCOMPARE(answer->body, "no");
}

void HttpClientTest::sendsALargeBody()
{
    std::size_t seen = 0;
    serve([&](const ports::HttpRequest &request, const ports::HttpResponder &respond) {
        seen = request.body.size();
        respond({});
    });
    QVERIFY(exchange(overTcp(), post(std::string(8 * 1024 * 1024, 'x'))));
    QCOMPARE(seen, 8U * 1024 * 1024);
}

void HttpClientTest::takesALargeAnswer()
{
    const std::string large(8 * 1024 * 1024, 'y');
    serve([&](const ports::HttpRequest &, const ports::HttpResponder &respond) { respond(text(large)); });
    const auto answer = exchange(overTcp(), get());
    QVERIFY(answer);
    QVERIFY(answer->body == large);
}

void HttpClientTest::takesTheHeadOfAnAnswerWithoutItsBody()
{
    serve([](const ports::HttpRequest &, const ports::HttpResponder &respond) { respond(text("hello")); });
    auto asked = get();
    asked.method = "HEAD";
    const auto answer = exchange(overTcp(), asked);
    QVERIFY(answer);
    QVERIFY(ports::findHeader(answer->headers, "Content-Length") == "5");
    QCOMPARE(answer->body, "");
}

void HttpClientTest::doesNotFollowRedirects()
{
    serve([](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        auto response = text("there");
        response.status = 301;
        response.headers = {{"Location", "/elsewhere"}};
        respond(response);
    });
    QCOMPARE(exchange(overTcp(), get())->status, 301);
}

void HttpClientTest::looksUpNames()
{
    serve(echo);
    const auto port = std::to_string(m_server->endpoints().front().port);
    const auto answer = exchange({"http://localhost:" + port, {}}, get("/x"));
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QCOMPARE(answer->body, "GET /x ");
}

void HttpClientTest::exchangesManyAtATime()
{
    serve(echo);
    std::vector<Awaited<Response>> answers;
    for (int i = 0; i < 100; ++i)
        answers.emplace_back(m_client->exchange(overTcp(), get("/" + std::to_string(i)), 30s));
    for (std::size_t i = 0; i < answers.size(); ++i) {
        QTRY_VERIFY(answers.at(i).isReady());
        QVERIFY(answers.at(i).value());
        QCOMPARE(answers.at(i).value()->body, "GET /" + std::to_string(i) + " ");
    }
}

void HttpClientTest::answersOnTheCallersThreadWhileItsLoopTurns()
{
    // The handler needs the loop that also waits for the answer.
    QThread *seen = nullptr;
    serve([&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        seen = QThread::currentThread();
        respond(text(""));
    });
    QVERIFY(exchange(overUnixSocket(), get()));
    QCOMPARE(seen, QThread::currentThread());
}

// ---- nobody there ---------------------------------------------------------------------------------------------------

void HttpClientTest::saysWhenThereIsNoSocket()
{
    const auto answer = exchange(overUnixSocket(), get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
    QCOMPARE(answer.error().message, "cannot reach " + path() + ": No such file or directory");
}

void HttpClientTest::saysWhenNobodyListens()
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    const int left = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    QCOMPARE(bind(left, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    close(left);

    const auto answer = exchange(overUnixSocket(), get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
    QCOMPARE(answer.error().message, "cannot reach " + path() + ": Connection refused");
}

void HttpClientTest::saysWhenNobodyListensAtAnAddress()
{
    serve(echo);
    const auto target = overTcp();
    m_server.reset();
    const auto answer = exchange(target, get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
    QCOMPARE(answer.error().message, "cannot reach " + target.url + ": Connection refused");
}

void HttpClientTest::saysWhenThereIsNoSuchHost()
{
    const auto answer = exchange({"http://no-such-host.invalid:80", {}}, get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
    QVERIFY2(answer.error().message.starts_with("cannot reach http://no-such-host.invalid:80: "),
             answer.error().message.c_str());
}

void HttpClientTest::refusesTargetsItCannotReach_data()
{
    QTest::addColumn<QString>("url");
    for (const auto *url : {"",           "unix:",       "127.0.0.1:9999",   "ftp://127.0.0.1",
                            "http://",    "http://:80",  "http://a:0",       "http://a:65536",
                            "http://a:x", "http://a:",   "http://user@a",    "http://a/path",
                            "http://a//", "http://[::1", "http://[::1]80",   "http://[127.0.0.1]:80",
                            "http://::1", "http://a b",  "http://a\r\nX: y", "HTTP://a"})
        QTest::newRow(url) << QString::fromLatin1(url);
    QTest::newRow("a path that is too long") << QStringLiteral("unix:/tmp/") + QString(200, u'a');
}

void HttpClientTest::refusesTargetsItCannotReach()
{
    QFETCH(QString, url);
    const auto answer = exchange({url.toStdString(), {}}, get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::InvalidInput);
}

void HttpClientTest::refusesToSendWhatIsNotHttp()
{
    int calls = 0;
    serve([&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        ++calls;
        respond({});
    });
    const auto answer = exchange(overTcp(), get("/ HTTP/1.1\r\nX-Role: admin"));
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::InvalidInput);
    QCOMPARE(calls, 0);
}

// ---- connections that are kept --------------------------------------------------------------------------------------

namespace {

const QByteArray kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Answers so many requests, and closes when the next has come.
ByteServer::Turn answeringSome(int count, const QByteArray &lastWords = {})
{
    return [=](ByteServer::Connection &connection) {
        for (int i = 0; i < count && connection.readRequest(); ++i)
            connection.send(kOk);
        if (connection.readRequest())
            connection.send(lastWords);
    };
}

} // namespace

void HttpClientTest::keepsAConnectionForTheNextRequest()
{
    serveBytes({answeringSome(100)});
    for (int i = 0; i < 20; ++i)
        QCOMPARE(exchange(toBytes(), i % 2 == 0 ? get() : post("x")).value().body, "ok");
    QCOMPARE(m_bytes->connections(), 1);
}

void HttpClientTest::doesNotKeepAConnectionTheAnswerCloses()
{
    serveBytes({ByteServer::answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", false)});
    for (int i = 0; i < 3; ++i)
        QVERIFY(exchange(toBytes(), get()));
    QCOMPARE(m_bytes->connections(), 3);
}

void HttpClientTest::sendsAGetAgainWhenAKeptConnectionBreaks()
{
    serveBytes({answeringSome(1)});
    QVERIFY(exchange(toBytes(), get()));
    const auto again = exchange(toBytes(), get());
    QVERIFY2(again, again ? "" : again.error().message.c_str());
    QCOMPARE(m_bytes->connections(), 2);
}

void HttpClientTest::sendsAGetAgainOnlyOnce()
{
    serveBytes({answeringSome(1), answeringSome(0)});
    QVERIFY(exchange(toBytes(), get()));
    const auto again = exchange(toBytes(), get());
    QVERIFY(!again);
    QCOMPARE(again.error().code, ErrorCode::Unavailable);
    QCOMPARE(m_bytes->connections(), 2);
}

void HttpClientTest::doesNotSendAPostAgain()
{
    serveBytes({answeringSome(1)});
    QVERIFY(exchange(toBytes(), get()));
    const auto answer = exchange(toBytes(), post(""));
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
    QCOMPARE(m_bytes->connections(), 1);
}

void HttpClientTest::doesNotSendAGetAgainThatWasAnsweredInPart()
{
    serveBytes({answeringSome(1, "H")});
    QVERIFY(exchange(toBytes(), get()));
    const auto answer = exchange(toBytes(), get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
    QCOMPARE(m_bytes->connections(), 1);
}

void HttpClientTest::doesNotUseAKeptConnectionThatWasClosed()
{
    serveBytes({[](ByteServer::Connection &connection) {
        connection.readRequest();
        connection.send(kOk);
    }});
    QVERIFY(exchange(toBytes(), get()));
    QTRY_COMPARE(m_bytes->ended(), 1);
    const auto answer = exchange(toBytes(), post(""));
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QCOMPARE(m_bytes->connections(), 2);
}

void HttpClientTest::doesNotMixUpConnectionsOfTwoTargets()
{
    serve(echo);
    serveBytes({answeringSome(100)});
    for (int i = 0; i < 3; ++i) {
        QCOMPARE(exchange(toBytes(), get()).value().body, "ok");
        QCOMPARE(exchange(overTcp(), get()).value().body, "GET / ");
    }
}

// ---- misbehaviour ---------------------------------------------------------------------------------------------------

void HttpClientTest::saysWhenTheAnswerIsCut()
{
    const QByteArray whole = kChunked + "3\r\nabc\r\n0\r\n\r\n";
    std::vector<ByteServer::Turn> turns;
    for (int length = 0; length < whole.size(); ++length)
        turns.push_back(ByteServer::answering(whole.left(length), true));
    serveBytes(std::move(turns));
    for (int length = 0; length < whole.size(); ++length) {
        const auto answer = exchange(toBytes(), get());
        QVERIFY2(!answer, QByteArray::number(length).constData());
        QCOMPARE(answer.error().code, ErrorCode::Unavailable);
        QCOMPARE(answer.error().message, toBytes().url + " closed the connection before its answer was complete");
    }
}

void HttpClientTest::saysWhenTheConnectionIsReset()
{
    serveBytes({[](ByteServer::Connection &connection) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\n\r\nabc"); // an answer that an end of the connection would complete
        connection.reset();
    }});
    const auto answer = exchange(toBytes(), get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
}

void HttpClientTest::saysWhenTheAnswerIsNotHttp_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("another protocol") << QByteArray("220 mail.example ESMTP\r\n");
    QTest::newRow("zeroes") << QByteArray(1000, '\0');
    QTest::newRow("bad chunks") << kChunked + "xyz\r\n";
    QTest::newRow("an endless head") << "HTTP/1.1 200 OK\r\nX: " + QByteArray(100'000, 'a');
}

void HttpClientTest::saysWhenTheAnswerIsNotHttp()
{
    QFETCH(QByteArray, bytes);
    serveBytes({ByteServer::answering(bytes, false)});
    const auto answer = exchange(toBytes(), get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Corrupt);
    QVERIFY(answer.error().message.starts_with(toBytes().url + " sent no proper HTTP answer: "));
}

void HttpClientTest::refusesAnAnswerThatIsTooLong()
{
    serveBytes({[](ByteServer::Connection &connection) {
        connection.readRequest();
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        const QByteArray piece(1024 * 1024, 'a');
        for (int i = 0; i < 70; ++i)
            connection.send(piece);
    }});
    const auto answer = exchange(toBytes(), get());
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Corrupt);
    QVERIFY(answer.error().message.ends_with("its body is too long"));
}

void HttpClientTest::givesUpAtTheDeadline_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing comes") << QByteArray();
    QTest::newRow("the head stops halfway") << QByteArray("HTTP/1.1 200 O");
    QTest::newRow("the body stops halfway") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
}

void HttpClientTest::givesUpAtTheDeadline()
{
    QFETCH(QByteArray, bytes);
    serveBytes({ByteServer::answering(bytes, false)});
    const auto answer = exchange(toBytes(), get(), 100ms);
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Timeout);
    QCOMPARE(answer.error().message, toBytes().url + " did not answer within 100 ms");
    QTRY_COMPARE(m_bytes->ended(), 1);
}

void HttpClientTest::givesUpAtTheDeadlineWhenNothingIsTaken()
{
    serveBytes({[](ByteServer::Connection &connection) { connection.waitForTheEnd(); }});
    const auto answer = exchange(toBytes(), post(std::string(32 * 1024 * 1024, 'x')), 100ms);
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Timeout);
}

void HttpClientTest::takesARefusalThatComesBeforeTheRequestIsSent()
{
    serve(echo);
    const auto answer = exchange(overTcp(), post(std::string(20 * 1024 * 1024, 'x')));
    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QCOMPARE(answer->status, 413);
}

QTEST_GUILESS_MAIN(HttpClientTest)
#include "tst_http_client.moc"

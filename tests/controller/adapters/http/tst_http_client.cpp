#include "adapters/http/http_client.h"
#include "adapters/http/http_server.h"

#include "byte_server.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <QCoro/QCoroTask>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace balancer;
using namespace balancer::adapters::http;
using namespace std::chrono_literals;

namespace {

const QByteArray kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

ports::HttpRequest get(std::string target = "/")
{
    ports::HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    return request;
}

ports::HttpRequest post(std::string body)
{
    auto request = get();
    request.method = "POST";
    request.body = std::move(body);
    return request;
}

ports::HttpResponse text(std::string body)
{
    ports::HttpResponse response;
    response.headers = {{"Content-Type", "text/plain"}};
    response.body = std::move(body);
    return response;
}

void echo(const ports::HttpRequest &request, const ports::HttpResponder &respond)
{
    respond(text(request.method + " " + request.target + " " + request.body));
}

/// What a task gave once it has ended; the loop turns until then.
template <typename T>
class Awaited
{
public:
    explicit Awaited(QCoro::Task<T> task) { wait(std::move(task), m_value); }

    bool isReady() const { return m_value->has_value(); }
    T &value() const { return **m_value; }

private:
    using Value = std::shared_ptr<std::optional<T>>;
    static QCoro::Task<> wait(QCoro::Task<T> task, Value value)
    {
        auto got = co_await task;
        value->emplace(std::move(got));
    }
    Value m_value = std::make_shared<std::optional<T>>();
};

} // namespace

class HttpClientTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

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

    void readsABodyPieceByPiece();
    void readsWhatCameWithTheHead();
    void tellsAProperEndFromACut_data();
    void tellsAProperEndFromACut();
    void saysWhenAStreamIsCutAtAnyByte();
    void saysWhenAStreamGoesSilentAndReadsOn();
    void closesTheConnectionWhenTheReaderGoes();
    void endsAReadWhenTheReaderGoes();
    void refusesASecondReadAtATime();
    void opensAnswersOfAnyStatus();

    void endsWhatWaitsWhenItIsDestroyed();
    void endsReadsWhenItIsDestroyed();
    void canBeDestroyedWhileItLooksUpAName();

private:
    using Response = Result<ports::HttpResponse>;
    using Reader = std::unique_ptr<ports::HttpBodyReader>;

    void serve(ports::HttpHandler handler);
    void serveBytes(std::vector<ByteServer::Turn> turns);
    ports::HttpTarget overUnixSocket() const { return {"unix:" + path(), {}}; }
    ports::HttpTarget overTcp() const { return {"http://" + m_server->endpoints().front().text(), {}}; }
    ports::HttpTarget toBytes() const { return {"http://" + m_bytes->authority(), {}}; }
    std::string path() const { return m_folder->filePath(QStringLiteral("node.sock")).toStdString(); }

    Response exchange(const ports::HttpTarget &target, const ports::HttpRequest &request,
                      std::chrono::milliseconds deadline = 30s)
    {
        return QCoro::waitFor(m_client->exchange(target, request, deadline));
    }
    Result<Reader> open(const ports::HttpTarget &target) { return QCoro::waitFor(m_client->open(target, get(), 30s)); }
    static Result<std::string> read(ports::HttpBodyReader &reader, std::chrono::milliseconds patience = 30s)
    {
        return QCoro::waitFor(reader.read(patience));
    }
    /// Reads until the end or an error, which is left in `end`.
    static std::string readAll(ports::HttpBodyReader &reader, Result<std::string> &end);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<HttpServer> m_server;
    std::unique_ptr<ByteServer> m_bytes;
    std::atomic<int> m_step = 0; // how far a server of bytes may go
    std::unique_ptr<HttpClient> m_client;
};

void HttpClientTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
    m_client = std::make_unique<HttpClient>();
    m_step = 0;
}

void HttpClientTest::cleanup()
{
    m_client.reset();
    m_server.reset();
    m_bytes.reset();
    m_folder.reset();
}

void HttpClientTest::serve(ports::HttpHandler handler)
{
    HttpServerOptions options;
    options.listen = {Endpoint{IpAddress::parse("127.0.0.1").value(), 0}};
    options.unixSocketPath = path();
    options.limits.maxBodyBytes = 16 * 1024 * 1024;
    auto server = HttpServer::open(options, std::move(handler));
    QVERIFY2(server, server ? "" : server.error().message.c_str());
    m_server = std::move(*server);
}

void HttpClientTest::serveBytes(std::vector<ByteServer::Turn> turns)
{
    m_bytes.reset();
    m_bytes = std::make_unique<ByteServer>(std::move(turns));
}

std::string HttpClientTest::readAll(ports::HttpBodyReader &reader, Result<std::string> &end)
{
    std::string all;
    for (;;) {
        end = read(reader);
        if (!end || end->empty())
            return all;
        all += *end;
    }
}

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

// ---- streams --------------------------------------------------------------------------------------------------------

void HttpClientTest::readsABodyPieceByPiece()
{
    serveBytes({[&](ByteServer::Connection &connection) {
        connection.readRequest();
        connection.send(kChunked);
        const std::array pieces = {"5\r\nfirst\r\n", "6\r\nsec", "ond\r\n", "0\r\n\r\n"};
        for (int i = 0; i < int(pieces.size()); ++i) {
            connection.waitUntil([&] { return m_step > i; });
            connection.send(pieces.at(std::size_t(i)));
        }
        connection.keep();
    }});
    auto reader = open(toBytes());
    QVERIFY2(reader, reader ? "" : reader.error().message.c_str());
    QCOMPARE((*reader)->status(), 200);
    QVERIFY(ports::findHeader((*reader)->headers(), "Transfer-Encoding") == "chunked");
    for (const auto *expected : {"first", "sec", "ond", "", ""}) {
        ++m_step;
        QCOMPARE(read(**reader).value(), expected);
    }
}

void HttpClientTest::readsWhatCameWithTheHead()
{
    serveBytes({ByteServer::answering(kChunked + "3\r\nabc\r\n0\r\n\r\n", true)});
    auto reader = open(toBytes());
    QVERIFY(reader);
    Result<std::string> end;
    QCOMPARE(readAll(**reader, end), "abc");
    QVERIFY(end);
}

void HttpClientTest::tellsAProperEndFromACut_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("isProper");
    QTest::newRow("the last chunk") << kChunked + "3\r\nabc\r\n0\r\n\r\n" << true;
    QTest::newRow("no last chunk") << kChunked + "3\r\nabc\r\n" << false;
    QTest::newRow("half a chunk") << kChunked + "4\r\nabc" << false;
    QTest::newRow("all of a length") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc") << true;
    QTest::newRow("part of a length") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc") << false;
    QTest::newRow("the end of the connection") << QByteArray("HTTP/1.0 200 OK\r\n\r\nabc") << true;
}

void HttpClientTest::tellsAProperEndFromACut()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, isProper);
    serveBytes({ByteServer::answering(bytes, true)});
    auto reader = open(toBytes());
    QVERIFY(reader);
    Result<std::string> end;
    QCOMPARE(readAll(**reader, end), "abc");
    QCOMPARE(end.has_value(), isProper);
    if (!isProper)
        QCOMPARE(end.error().code, ErrorCode::Unavailable);
    const auto again = read(**reader);
    QCOMPARE(again.has_value(), isProper);
}

void HttpClientTest::saysWhenAStreamIsCutAtAnyByte()
{
    const QByteArray body = "8\r\ndata: 1\n\r\n1\r\n\n\r\n0\r\n\r\n";
    std::vector<ByteServer::Turn> turns;
    for (int length = 0; length < body.size(); ++length)
        turns.push_back([=](ByteServer::Connection &connection) {
            connection.readRequest();
            connection.send(kChunked);
            for (const char c : body.left(length))
                connection.send(QByteArray(1, c));
        });
    serveBytes(std::move(turns));
    for (int length = 0; length < body.size(); ++length) {
        auto reader = open(toBytes());
        QVERIFY(reader);
        Result<std::string> end;
        readAll(**reader, end);
        QVERIFY2(!end, QByteArray::number(length).constData());
        QCOMPARE(end.error().code, ErrorCode::Unavailable);
    }
}

void HttpClientTest::saysWhenAStreamGoesSilentAndReadsOn()
{
    serveBytes({[&](ByteServer::Connection &connection) {
        connection.readRequest();
        connection.send(kChunked);
        connection.waitUntil([&] { return m_step > 0; });
        connection.send("3\r\nabc\r\n");
        connection.keep();
    }});
    auto reader = open(toBytes());
    QVERIFY(reader);
    for (int i = 0; i < 2; ++i) {
        const auto nothing = read(**reader, 20ms);
        QVERIFY(!nothing);
        QCOMPARE(nothing.error().code, ErrorCode::Timeout);
    }
    ++m_step;
    QCOMPARE(read(**reader).value(), "abc");
}

void HttpClientTest::closesTheConnectionWhenTheReaderGoes()
{
    serveBytes({ByteServer::answering(kChunked, false)});
    {
        const auto reader = open(toBytes());
        QVERIFY(reader);
        QCOMPARE(m_bytes->ended(), 0);
    }
    QTRY_COMPARE(m_bytes->ended(), 1);
}

void HttpClientTest::endsAReadWhenTheReaderGoes()
{
    serveBytes({ByteServer::answering(kChunked, false)});
    auto reader = open(toBytes());
    QVERIFY(reader);
    const Awaited<Result<std::string>> piece((*reader)->read(30s));
    reader->reset();
    QTRY_VERIFY(piece.isReady());
    QVERIFY(!piece.value());
    QCOMPARE(piece.value().error().code, ErrorCode::Unavailable);
}

void HttpClientTest::refusesASecondReadAtATime()
{
    serveBytes({ByteServer::answering(kChunked, false)});
    auto reader = open(toBytes());
    QVERIFY(reader);
    const Awaited<Result<std::string>> first((*reader)->read(30s));
    const auto second = read(**reader);
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::Internal);
    QVERIFY(!first.isReady());
}

void HttpClientTest::opensAnswersOfAnyStatus()
{
    serveBytes({ByteServer::answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", true)});
    auto reader = open(toBytes());
    QVERIFY(reader);
    QCOMPARE((*reader)->status(), 403);
    QCOMPARE(read(**reader).value(), "no");
    QCOMPARE(read(**reader).value(), "");
}

// ---- ends -----------------------------------------------------------------------------------------------------------

void HttpClientTest::endsWhatWaitsWhenItIsDestroyed()
{
    serveBytes({ByteServer::answering({}, false)});
    const Awaited<Response> waiting(m_client->exchange(toBytes(), get(), 30s));
    const Awaited<Result<Reader>> opening(m_client->open(toBytes(), get(), 30s));
    QTRY_COMPARE(m_bytes->connections(), 1);
    m_client.reset();
    QTRY_VERIFY(waiting.isReady() && opening.isReady());
    QVERIFY(!waiting.value());
    QCOMPARE(waiting.value().error().code, ErrorCode::Unavailable);
    QVERIFY(!opening.value());
    QCOMPARE(opening.value().error().code, ErrorCode::Unavailable);
}

void HttpClientTest::endsReadsWhenItIsDestroyed()
{
    serveBytes({ByteServer::answering(kChunked, false)});
    auto reader = open(toBytes());
    QVERIFY(reader);
    const Awaited<Result<std::string>> piece((*reader)->read(30s));
    m_client.reset();
    QTRY_VERIFY(piece.isReady());
    QVERIFY(!piece.value());
    const auto later = read(**reader);
    QVERIFY(!later);
    QCOMPARE(later.error().code, ErrorCode::Unavailable);
}

void HttpClientTest::canBeDestroyedWhileItLooksUpAName()
{
    const Awaited<Response> waiting(m_client->exchange({"http://no-such-host.invalid:80", {}}, get(), 30s));
    m_client.reset();
    QTRY_VERIFY(waiting.isReady());
    QCOMPARE(waiting.value().error().code, ErrorCode::Unavailable);
}

QTEST_GUILESS_MAIN(HttpClientTest)
#include "tst_http_client.moc"

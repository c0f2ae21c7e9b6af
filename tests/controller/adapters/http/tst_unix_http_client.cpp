#include "adapters/http/http_server.h"
#include "adapters/http/unix_http_client.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <array>
#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace balancer;
using namespace balancer::adapters::http;
using namespace std::chrono_literals;

class UnixHttpClientTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void exchangesARequestForItsAnswer();
    void handsOverErrorAnswersAsTheyAre();
    void sendsALargeBody();
    void takesALargeAnswer();
    void takesTheHeadOfAnAnswerWithoutItsBody();
    void saysWhenThereIsNoSocket();
    void saysWhenNobodyListens();
    void refusesAPathThatFitsNoSocket();
    void givesUpAtTheDeadline();
    void givesUpAtTheDeadlineWhenTheAnswerStopsHalfway();
    void passesOverInterimAnswers();
    void takesAnAnswerInChunks();
    void takesAnAnswerThatEndsWithTheConnection();
    void saysWhenTheOtherSideLeavesWithoutAnAnswer();
    void saysWhenTheAnswerIsNotHttp();
    void refusesToSendWhatIsNotHttp();

private:
    using Answer = Result<ports::HttpResponse>;

    void serve(ports::HttpHandler handler);
    /// Answers the first connection with `bytes`, then closes it or keeps it until cleanup.
    void serveBytes(std::string bytes, bool closes);
    std::string path() const { return m_folder->filePath(QStringLiteral("node.sock")).toStdString(); }
    /// On a thread of its own, as the handler needs ours.
    Answer exchange(ports::HttpRequest request, std::chrono::milliseconds deadline = 30s);
    static ports::HttpRequest get(std::string target);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<HttpServer> m_server;
    std::vector<ports::HttpResponder> m_unanswered;
    std::thread m_byteServer;
    std::vector<int> m_descriptors;
};

void UnixHttpClientTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

void UnixHttpClientTest::cleanup()
{
    m_unanswered.clear();
    m_server.reset();
    if (m_byteServer.joinable())
        m_byteServer.join();
    for (const int descriptor : m_descriptors)
        close(descriptor);
    m_descriptors.clear();
    m_folder.reset();
}

void UnixHttpClientTest::serve(ports::HttpHandler handler)
{
    HttpServerOptions options;
    options.unixSocketPath = path();
    options.limits.maxBodyBytes = 16 * 1024 * 1024;
    auto server = HttpServer::open(options, std::move(handler));
    QVERIFY2(server, server ? "" : server.error().message.c_str());
    m_server = std::move(*server);
}

void UnixHttpClientTest::serveBytes(std::string bytes, bool closes)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    m_descriptors.push_back(listener);
    QCOMPARE(bind(listener, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    QCOMPARE(listen(listener, 8), 0);
    m_byteServer = std::thread([this, listener, bytes = std::move(bytes), closes] {
        const int client = accept(listener, nullptr, nullptr);
        std::array<char, 4096> request;
        [[maybe_unused]] const auto got = read(client, request.data(), request.size());
        [[maybe_unused]] const auto put = write(client, bytes.data(), bytes.size());
        if (closes)
            close(client);
        else
            m_descriptors.push_back(client);
    });
}

UnixHttpClientTest::Answer UnixHttpClientTest::exchange(ports::HttpRequest request, std::chrono::milliseconds deadline)
{
    auto future = std::async(std::launch::async, [path = path(), request = std::move(request), deadline] {
        return UnixHttpClient::exchange(path, request, deadline);
    });
    [[maybe_unused]] const bool done =
        QTest::qWaitFor([&] { return future.wait_for(0s) == std::future_status::ready; }, 60'000);
    return future.get();
}

ports::HttpRequest UnixHttpClientTest::get(std::string target)
{
    ports::HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    return request;
}

void UnixHttpClientTest::exchangesARequestForItsAnswer()
{
    ports::HttpRequest seen;
    serve([&](ports::HttpRequest request, ports::HttpResponder respond) {
        seen = std::move(request);
        respond({.status = 200, .headers = {{"Content-Type", "text/plain"}}, .body = "hello"});
    });
    auto asked = get("/v1/nodes?a=b");
    asked.method = "POST";
    asked.headers = {{"X-Extra", "1"}};
    asked.body = "body";
    const auto answer = exchange(asked);

    QVERIFY2(answer, answer ? "" : answer.error().message.c_str());
    QCOMPARE(answer->status, 200);
    QCOMPARE(answer->body, "hello");
    QVERIFY(ports::findHeader(answer->headers, "content-type") == "text/plain");
    QCOMPARE(seen.method, "POST");
    QCOMPARE(seen.target, "/v1/nodes?a=b");
    QCOMPARE(seen.body, "body");
    QVERIFY(ports::findHeader(seen.headers, "X-Extra") == "1");
    QCOMPARE(seen.peer, (ports::HttpPeer{.address = "", .userId = getuid()}));
}

void UnixHttpClientTest::handsOverErrorAnswersAsTheyAre()
{
    serve([](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        respond({.status = 403, .headers = {}, .body = "no"});
    });
    const auto answer = exchange(get("/"));
    QVERIFY(answer);
    QCOMPARE(answer->status, 403);
    QCOMPARE(answer->body, "no");
}

void UnixHttpClientTest::sendsALargeBody()
{
    std::size_t seen = 0;
    serve([&](const ports::HttpRequest &request, const ports::HttpResponder &respond) {
        seen = request.body.size();
        respond({});
    });
    auto asked = get("/");
    asked.method = "PUT";
    asked.body.assign(8 * 1024 * 1024, 'x');
    const auto answer = exchange(asked);
    QVERIFY(answer);
    QCOMPARE(seen, asked.body.size());
}

void UnixHttpClientTest::takesALargeAnswer()
{
    const std::string large(8 * 1024 * 1024, 'y');
    serve([&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        respond({.status = 200, .headers = {}, .body = large});
    });
    const auto answer = exchange(get("/"));
    QVERIFY(answer);
    QVERIFY(answer->body == large);
}

void UnixHttpClientTest::takesTheHeadOfAnAnswerWithoutItsBody()
{
    serve([](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        respond({.status = 200, .headers = {}, .body = "hello"});
    });
    auto asked = get("/");
    asked.method = "HEAD";
    const auto answer = exchange(asked);
    QVERIFY(answer);
    QVERIFY(ports::findHeader(answer->headers, "Content-Length") == "5");
    QCOMPARE(answer->body, "");
}

void UnixHttpClientTest::saysWhenThereIsNoSocket()
{
    const auto answer = exchange(get("/"));
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
    QCOMPARE(answer.error().message, "cannot reach " + path() + ": No such file or directory");
}

void UnixHttpClientTest::saysWhenNobodyListens()
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof address.sun_path - 1);
    const int left = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    QCOMPARE(bind(left, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    close(left);

    const auto answer = exchange(get("/"));
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
    QCOMPARE(answer.error().message, "cannot reach " + path() + ": Connection refused");
}

void UnixHttpClientTest::refusesAPathThatFitsNoSocket()
{
    const auto answer = UnixHttpClient::exchange("/tmp/" + std::string(200, 'a'), get("/"), 1s);
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::InvalidInput);
}

void UnixHttpClientTest::givesUpAtTheDeadline()
{
    serve(
        [&](const ports::HttpRequest &, ports::HttpResponder respond) { m_unanswered.push_back(std::move(respond)); });
    const auto answer = exchange(get("/"), 100ms);
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Timeout);
    QCOMPARE(answer.error().message, path() + " did not answer within 100 ms");
}

void UnixHttpClientTest::givesUpAtTheDeadlineWhenTheAnswerStopsHalfway()
{
    serveBytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", false);
    const auto answer = exchange(get("/"), 100ms);
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Timeout);
}

void UnixHttpClientTest::passesOverInterimAnswers()
{
    serveBytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", false);
    const auto answer = exchange(get("/"));
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
    QCOMPARE(answer->body, "abc");
}

void UnixHttpClientTest::takesAnAnswerInChunks()
{
    serveBytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", false);
    const auto answer = exchange(get("/"));
    QVERIFY(answer);
    QCOMPARE(answer->body, "abc");
}

void UnixHttpClientTest::takesAnAnswerThatEndsWithTheConnection()
{
    serveBytes("HTTP/1.0 200 OK\r\n\r\nabc", true);
    const auto answer = exchange(get("/"));
    QVERIFY(answer);
    QCOMPARE(answer->body, "abc");
}

void UnixHttpClientTest::saysWhenTheOtherSideLeavesWithoutAnAnswer()
{
    serveBytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", true);
    const auto answer = exchange(get("/"));
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Unavailable);
    QCOMPARE(answer.error().message, path() + " closed the connection before its answer was complete");
}

void UnixHttpClientTest::saysWhenTheAnswerIsNotHttp()
{
    serveBytes("220 mail.example ESMTP\r\n", true);
    const auto answer = exchange(get("/"));
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::Corrupt);
}

void UnixHttpClientTest::refusesToSendWhatIsNotHttp()
{
    int calls = 0;
    serve([&](const ports::HttpRequest &, const ports::HttpResponder &respond) {
        ++calls;
        respond({});
    });
    const auto answer = exchange(get("/ HTTP/1.1\r\nX-Role: admin"));
    QVERIFY(!answer);
    QCOMPARE(answer.error().code, ErrorCode::InvalidInput);
    QCOMPARE(calls, 0);
}

QTEST_GUILESS_MAIN(UnixHttpClientTest)
#include "tst_unix_http_client.moc"

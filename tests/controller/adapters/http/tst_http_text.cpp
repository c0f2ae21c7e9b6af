#include "adapters/http/http_text.h"

#include <QtTest/QTest>

using namespace balancer;
using namespace balancer::adapters::http;

class HttpTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rendersDatesAsTheStandardDoes_data();
    void rendersDatesAsTheStandardDoes();
    void rendersAnAnswersHead();
    void rendersTheHeadOfABodyThatGoesOn();
    void rendersChunks();
    void replacesHeadersThatTheServerManages();
    void leavesTheLengthOutWhereThereIsNoBody();
    void refusesAnswersThatWouldBreakTheirLines_data();
    void refusesAnswersThatWouldBreakTheirLines();
    void rendersARequestsHead();
    void keepsTheHostARequestNames();
    void refusesRequestsThatWouldBreakTheirLines_data();
    void refusesRequestsThatWouldBreakTheirLines();
};

namespace {

const std::chrono::system_clock::time_point kSomeTime = std::chrono::system_clock::from_time_t(784111777);

ports::HttpRequest request(std::string method, std::string target)
{
    ports::HttpRequest made;
    made.method = std::move(method);
    made.target = std::move(target);
    return made;
}

} // namespace

void HttpTextTest::rendersDatesAsTheStandardDoes_data()
{
    QTest::addColumn<qint64>("seconds");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("the standard's example") << qint64(784111777) << QByteArray("Sun, 06 Nov 1994 08:49:37 GMT");
    QTest::newRow("the epoch") << qint64(0) << QByteArray("Thu, 01 Jan 1970 00:00:00 GMT");
    QTest::newRow("a leap day") << qint64(1709210096) << QByteArray("Thu, 29 Feb 2024 12:34:56 GMT");
    QTest::newRow("a year's last second") << qint64(1767225599) << QByteArray("Wed, 31 Dec 2025 23:59:59 GMT");
}

void HttpTextTest::rendersDatesAsTheStandardDoes()
{
    QFETCH(qint64, seconds);
    QFETCH(QByteArray, text);
    QCOMPARE(QByteArray::fromStdString(renderHttpDate(std::chrono::system_clock::from_time_t(seconds))), text);
}

void HttpTextTest::rendersAnAnswersHead()
{
    const ports::HttpResponse response{.status = 200, .headers = {{"Content-Type", "text/xml"}}, .body = "<a/>"};
    QCOMPARE(renderResponseHead(response, "OK", BodyEnd::Length, true, kSomeTime),
             "HTTP/1.1 200 OK\r\n"
             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
             "Connection: keep-alive\r\n"
             "Content-Length: 4\r\n"
             "Content-Type: text/xml\r\n"
             "\r\n");
}

void HttpTextTest::rendersTheHeadOfABodyThatGoesOn()
{
    const ports::HttpResponse response{.status = 200, .headers = {}, .body = "beginning"};
    QCOMPARE(renderResponseHead(response, "OK", BodyEnd::LastChunk, false, kSomeTime),
             "HTTP/1.1 200 OK\r\n"
             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
             "Connection: close\r\n"
             "Transfer-Encoding: chunked\r\n"
             "\r\n");
    QCOMPARE(renderResponseHead(response, "OK", BodyEnd::Close, false, kSomeTime),
             "HTTP/1.1 200 OK\r\n"
             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
             "Connection: close\r\n"
             "\r\n");
}

void HttpTextTest::rendersChunks()
{
    QCOMPARE(renderChunk("a"), "1\r\na\r\n");
    QCOMPARE(renderChunk(std::string(0x1abc, 'x')), "1abc\r\n" + std::string(0x1abc, 'x') + "\r\n");
}

void HttpTextTest::replacesHeadersThatTheServerManages()
{
    ports::HttpResponse response = textResponse(503, "busy");
    response.headers = {{"DATE", "never"},
                        {"content-length", "9999"},
                        {"Connection", "keep-alive"},
                        {"Transfer-Encoding", "chunked"},
                        {"Retry-After", "1"}};
    QCOMPARE(renderResponseHead(response, "Service Unavailable", BodyEnd::Length, false, kSomeTime),
             "HTTP/1.1 503 Service Unavailable\r\n"
             "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
             "Connection: close\r\n"
             "Content-Length: 5\r\n"
             "Retry-After: 1\r\n"
             "\r\n");
}

void HttpTextTest::leavesTheLengthOutWhereThereIsNoBody()
{
    const ports::HttpResponse response{.status = 204, .headers = {}, .body = {}};
    for (const auto end : {BodyEnd::Length, BodyEnd::LastChunk}) {
        const auto head = renderResponseHead(response, "No Content", end, true, kSomeTime);
        QVERIFY(head.find("Content-Length") == std::string::npos);
        QVERIFY(head.find("Transfer-Encoding") == std::string::npos);
    }
}

void HttpTextTest::refusesAnswersThatWouldBreakTheirLines_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<bool>("sendable");
    QTest::newRow("an ordinary header") << 200 << QByteArray("X-A") << QByteArray("b c\td \xc3\xa4") << true;
    QTest::newRow("an empty value") << 200 << QByteArray("X-A") << QByteArray("") << true;
    QTest::newRow("a line end in the value") << 200 << QByteArray("X-A") << QByteArray("b\r\nX-B: c") << false;
    QTest::newRow("a bare line feed in the value") << 200 << QByteArray("X-A") << QByteArray("b\nX-B: c") << false;
    QTest::newRow("a bare carriage return in the value") << 200 << QByteArray("X-A") << QByteArray("b\rc") << false;
    QTest::newRow("a zero byte in the value") << 200 << QByteArray("X-A") << QByteArray("b\0c", 3) << false;
    QTest::newRow("a colon in the name") << 200 << QByteArray("X-A:") << QByteArray("b") << false;
    QTest::newRow("a line end in the name") << 200 << QByteArray("X\r\nY") << QByteArray("b") << false;
    QTest::newRow("no name") << 200 << QByteArray("") << QByteArray("b") << false;
    QTest::newRow("an interim status") << 100 << QByteArray("X-A") << QByteArray("b") << false;
    QTest::newRow("no status") << 0 << QByteArray("X-A") << QByteArray("b") << false;
    QTest::newRow("a status of four digits") << 2000 << QByteArray("X-A") << QByteArray("b") << false;
}

void HttpTextTest::refusesAnswersThatWouldBreakTheirLines()
{
    QFETCH(int, status);
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    QFETCH(bool, sendable);
    const ports::HttpResponse response{
        .status = status, .headers = {{name.toStdString(), value.toStdString()}}, .body = {}};
    QCOMPARE(isSendable(response), sendable);
}

void HttpTextTest::rendersARequestsHead()
{
    auto asked = request("POST", "/v1/actions/Drain?dryRun=true");
    asked.headers = {{"Content-Type", "application/json"}, {"content-length", "77"}};
    asked.body = "{}";
    QCOMPARE(renderRequestHead(asked, "localhost", false).value(), "POST /v1/actions/Drain?dryRun=true HTTP/1.1\r\n"
                                                                   "Host: localhost\r\n"
                                                                   "Connection: close\r\n"
                                                                   "Content-Length: 2\r\n"
                                                                   "Content-Type: application/json\r\n"
                                                                   "\r\n");
}

void HttpTextTest::keepsTheHostARequestNames()
{
    auto asked = request("GET", "/");
    asked.headers = {{"host", "node-1"}};
    const auto head = renderRequestHead(asked, "localhost", false).value();
    QVERIFY(head.find("host: node-1\r\n") != std::string::npos);
    QVERIFY(head.find("localhost") == std::string::npos);
}

void HttpTextTest::refusesRequestsThatWouldBreakTheirLines_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("target");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("a blank in the target") << QByteArray("GET") << QByteArray("/a b") << QByteArray("x");
    QTest::newRow("a line end in the target") << QByteArray("GET") << QByteArray("/\r\nX: y") << QByteArray("x");
    QTest::newRow("no target") << QByteArray("GET") << QByteArray("") << QByteArray("x");
    QTest::newRow("a blank in the method") << QByteArray("GET /") << QByteArray("/") << QByteArray("x");
    QTest::newRow("a line end in a header") << QByteArray("GET") << QByteArray("/") << QByteArray("x\r\ny");
}

void HttpTextTest::refusesRequestsThatWouldBreakTheirLines()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, target);
    QFETCH(QByteArray, value);
    auto asked = request(method.toStdString(), target.toStdString());
    asked.headers = {{"X-A", value.toStdString()}};
    const auto head = renderRequestHead(asked, "localhost", false);
    QVERIFY(!head);
    QCOMPARE(head.error().code, ErrorCode::InvalidInput);
}

QTEST_GUILESS_MAIN(HttpTextTest)
#include "tst_http_text.moc"

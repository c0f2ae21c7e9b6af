#include "http_client_bench.h"

#include <array>
#include <vector>

using namespace balancer;
using namespace balancer::adapters::http;
using namespace std::chrono_literals;

class HttpClientStreamsTest : public QObject, private HttpClientBench
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

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
};

// ---- streams --------------------------------------------------------------------------------------------------------

void HttpClientStreamsTest::readsABodyPieceByPiece()
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

void HttpClientStreamsTest::readsWhatCameWithTheHead()
{
    serveBytes({ByteServer::answering(kChunked + "3\r\nabc\r\n0\r\n\r\n", true)});
    auto reader = open(toBytes());
    QVERIFY(reader);
    Result<std::string> end;
    QCOMPARE(readAll(**reader, end), "abc");
    QVERIFY(end);
}

void HttpClientStreamsTest::tellsAProperEndFromACut_data()
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

void HttpClientStreamsTest::tellsAProperEndFromACut()
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

void HttpClientStreamsTest::saysWhenAStreamIsCutAtAnyByte()
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

void HttpClientStreamsTest::saysWhenAStreamGoesSilentAndReadsOn()
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

void HttpClientStreamsTest::closesTheConnectionWhenTheReaderGoes()
{
    serveBytes({ByteServer::answering(kChunked, false)});
    {
        const auto reader = open(toBytes());
        QVERIFY(reader);
        QCOMPARE(m_bytes->ended(), 0);
    }
    QTRY_COMPARE(m_bytes->ended(), 1);
}

void HttpClientStreamsTest::endsAReadWhenTheReaderGoes()
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

void HttpClientStreamsTest::refusesASecondReadAtATime()
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

void HttpClientStreamsTest::opensAnswersOfAnyStatus()
{
    serveBytes({ByteServer::answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", true)});
    auto reader = open(toBytes());
    QVERIFY(reader);
    QCOMPARE((*reader)->status(), 403);
    QCOMPARE(read(**reader).value(), "no");
    QCOMPARE(read(**reader).value(), "");
}

// ---- ends -----------------------------------------------------------------------------------------------------------

void HttpClientStreamsTest::endsWhatWaitsWhenItIsDestroyed()
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

void HttpClientStreamsTest::endsReadsWhenItIsDestroyed()
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

void HttpClientStreamsTest::canBeDestroyedWhileItLooksUpAName()
{
    const Awaited<Response> waiting(m_client->exchange({"http://no-such-host.invalid:80", {}}, get(), 30s));
    m_client.reset();
    QTRY_VERIFY(waiting.isReady());
    QCOMPARE(waiting.value().error().code, ErrorCode::Unavailable);
}

QTEST_GUILESS_MAIN(HttpClientStreamsTest)
#include "tst_http_client_streams.moc"

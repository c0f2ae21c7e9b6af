#include "controller/base/readable.h"
#include "plan/access_record.h"
#include "plan/log_encoding.h"

#include <QRandomGenerator>
#include <QTest>

using namespace balancer;
using namespace balancer::plan;
using std::chrono::milliseconds;

namespace {

/// As HAProxy 2.6 logged them.
const std::string kAnswered =
    "H1 f:web:80 b:web:80 s1 1795732230175402 1795732230.175 127.0.0.1 54344 127.99.0.1 8089 0 0 0 0 0 53 0 53 53 200 "
    "200 56 - - - 58 5 - - -- - - - YS5iOjgw eCJ5 GET HTTP/1.1 /a#22b\n";
const std::string kUnreadable =
    "H1 f:web:80 f:web:80 <NOSRV> - 1795732230.331 127.0.0.1 54374 - - 0 0 -1 -1 -1 -1 -1 0 0 400 - 0 - - - 0 - - - PR "
    "- - - - - <BADREQ> <BADREQ> <BADREQ>\n";
const std::string kConnection =
    "T1 f:25 b:mail:25 s2 - 1795732251.500 ::1 54212 fd00::1 25 0 - - 1 0 - 151 - 151 - - 21 - - - 51 - - - sD - "
    "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 - - - - -\n";

std::string anyBytes(QRandomGenerator &random, int most)
{
    static const std::string kHostile = "\"\\ #%\r\n\t\0-<>={}\x7f\x80\xff"
                                        "aZ09+/";
    std::string bytes;
    for (int length = random.bounded(most + 1); length > 0; --length)
        bytes += random.bounded(2) == 0 ? kHostile[std::size_t(random.bounded(int(kHostile.size())))]
                                        : static_cast<char>(random.bounded(256));
    return bytes;
}

std::string anyWord(QRandomGenerator &random)
{
    static const std::string kLetters = "abcXYZ019.:_[]-";
    std::string word = "x";
    for (int length = random.bounded(20); length > 0; --length)
        word += kLetters[std::size_t(random.bounded(int(kLetters.size())))];
    return word;
}

milliseconds anyTime(QRandomGenerator &random)
{
    return milliseconds(random.bounded(3) == 0 ? -1 : random.bounded(100000));
}

std::optional<std::uint64_t> anyCount(QRandomGenerator &random)
{
    return random.bounded(2) == 0 ? std::nullopt : std::optional<std::uint64_t>(random.generate64() >> 8U);
}

AccessRecord anyRecord(QRandomGenerator &random)
{
    AccessRecord record;
    record.http = random.bounded(2) == 0;
    record.frontend = anyWord(random);
    record.backend = anyWord(random);
    record.server = random.bounded(3) == 0 ? std::string() : anyWord(random);
    if (random.bounded(2) == 0)
        record.requestAt = LogTime(std::chrono::microseconds(random.generate64() >> 15U));
    record.acceptedAt = LogTime(milliseconds(random.generate64() >> 26U));
    record.clientAddress = anyWord(random);
    record.clientPort = static_cast<std::uint16_t>(random.bounded(65536));
    record.instanceAddress = random.bounded(2) == 0 ? std::string() : anyWord(random);
    record.instancePort = static_cast<std::uint16_t>(random.bounded(65536));
    record.timers = {anyTime(random), anyTime(random), anyTime(random), anyTime(random), anyTime(random),
                     anyTime(random), anyTime(random), anyTime(random), anyTime(random)};
    record.status = random.bounded(600);
    if (random.bounded(2) == 0)
        record.instanceStatus = 1 + random.bounded(999);
    record.received = {random.generate64(), anyCount(random), anyCount(random), anyCount(random)};
    record.sent = {random.generate64(), anyCount(random), anyCount(random), anyCount(random)};
    record.termination = anyWord(random);
    record.spilled = random.bounded(2) == 0;
    record.cipher = random.bounded(2) == 0 ? std::string() : anyWord(random);
    record.protocol = record.cipher.empty() ? std::string() : anyWord(random);
    record.host = anyBytes(random, 300);
    record.userAgent = anyBytes(random, random.bounded(20) == 0 ? 8192 : 300);
    record.method = anyBytes(random, 20);
    record.version = anyBytes(random, 20);
    record.uri = anyBytes(random, random.bounded(20) == 0 ? 15000 : 300);
    return record;
}

} // namespace

class AccessRecordTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsARequest();
    void readsWhatWasNoRequest();
    void readsAConnection();
    void comesBackAsItWas();
    void refusesWhatIsNoRecord_data();
    void refusesWhatIsNoRecord();
    void refusesEachFieldThatIsMissing();
    void survivesAnything();
    void survivesAnythingInsideARecord();
    void encodesBytes();
};

void AccessRecordTest::readsARequest()
{
    const auto record = parseAccessRecord(kAnswered);
    QVERIFY(record);
    QVERIFY(record->http);
    QCOMPARE(record->frontend, std::string("f:web:80"));
    QCOMPARE(record->backend, std::string("b:web:80"));
    QCOMPARE(record->server, std::string("s1"));
    QVERIFY(record->requestAt == LogTime(std::chrono::microseconds(1795732230175402)));
    QVERIFY(record->acceptedAt == LogTime(milliseconds(1795732230175)));
    QCOMPARE(record->clientAddress, std::string("127.0.0.1"));
    QCOMPARE(int(record->clientPort), 54344);
    QCOMPARE(record->instanceAddress, std::string("127.99.0.1"));
    QCOMPARE(int(record->instancePort), 8089);
    QVERIFY(record->timers.response == milliseconds(53));
    QCOMPARE(record->status, 200);
    QVERIFY(record->instanceStatus == 200);
    QVERIFY(record->sent.contentLength == 5U);
    QVERIFY(!record->received.contentLength);
    QCOMPARE(record->termination, std::string("--"));
    QCOMPARE(record->host, std::string("a.b:80"));
    QCOMPARE(record->userAgent, std::string("x\"y"));
    QCOMPARE(record->method, std::string("GET"));
    QCOMPARE(record->uri, std::string("/a\"b"));
    QCOMPARE(record->version, std::string("HTTP/1.1"));
    QCOMPARE(renderAccessRecord(*record), kAnswered);
    QCOMPARE(backendOfRecord(kAnswered), std::string_view("b:web:80"));
    QCOMPARE(backendOfRecord("H1 f\n"), std::string_view());
    QCOMPARE(backendOfRecord(""), std::string_view());
}

void AccessRecordTest::readsWhatWasNoRequest()
{
    const auto record = parseAccessRecord(kUnreadable);
    QVERIFY(record);
    QVERIFY(!record->requestAt);
    QCOMPARE(record->backend, std::string("f:web:80"));
    QCOMPARE(record->server, std::string());
    QCOMPARE(record->status, 400);
    QVERIFY(!record->instanceStatus);
    QCOMPARE(record->method, std::string());
    QCOMPARE(record->uri, std::string());
    QVERIFY(record->timers.request < milliseconds(0));
}

void AccessRecordTest::readsAConnection()
{
    const auto record = parseAccessRecord(kConnection);
    QVERIFY(record);
    QVERIFY(!record->http);
    QCOMPARE(record->clientAddress, std::string("::1"));
    QCOMPARE(record->instanceAddress, std::string("fd00::1"));
    QCOMPARE(record->received.counted, std::uint64_t(21));
    QCOMPARE(record->sent.counted, std::uint64_t(51));
    QCOMPARE(record->termination, std::string("sD"));
    QCOMPARE(record->protocol, std::string("TLSv1.2"));
    QVERIFY(record->timers.queue == milliseconds(1));
    QVERIFY(record->timers.idle < milliseconds(0));
}

void AccessRecordTest::comesBackAsItWas()
{
    const auto seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    for (int i = 0; i < 2000; ++i) {
        const auto record = anyRecord(random);
        const auto text = renderAccessRecord(record);
        const auto again = parseAccessRecord(text);
        const auto label = "seed " + std::to_string(seed) + ": " + text;
        QVERIFY2(again && *again == record, label.c_str());
    }
}

void AccessRecordTest::refusesWhatIsNoRecord_data()
{
    QTest::addColumn<std::string>("text");
    QTest::newRow("nothing") << std::string();
    QTest::newRow("a line end") << std::string("\n");
    QTest::newRow("a mark alone") << std::string("H1\n");
    QTest::newRow("another version") << "H2" + kAnswered.substr(2);
    QTest::newRow("without its line end") << kAnswered.substr(0, kAnswered.size() - 1);
    QTest::newRow("two of them") << kAnswered.substr(0, kAnswered.size() - 1) + kAnswered;
    QTest::newRow("a health record") << std::string("<133>Nov 23 13:07:21 haproxy[1]: Health check succeeded\n");
}

void AccessRecordTest::refusesWhatIsNoRecord()
{
    QFETCH(std::string, text);
    QVERIFY(!parseAccessRecord(text));
}

void AccessRecordTest::refusesEachFieldThatIsMissing()
{
    for (std::size_t end = 0; end + 1 < kAnswered.size(); ++end)
        QVERIFY(!parseAccessRecord(kAnswered.substr(0, end) + "\n") || kAnswered[end - 1] != ' ');
    auto position = kAnswered.find(' ');
    while (position != std::string::npos) {
        const auto next = kAnswered.find_first_of(" \n", position + 1);
        QVERIFY(!parseAccessRecord(kAnswered.substr(0, position) + kAnswered.substr(next)));
        position = kAnswered.find(' ', position + 1);
    }
}

void AccessRecordTest::survivesAnything()
{
    QRandomGenerator random(QRandomGenerator::global()->generate());
    for (int i = 0; i < 2000; ++i)
        parseAccessRecord("H1 " + anyBytes(random, 400) + "\n");
    parseAccessRecord(std::string(70000, ' ') + "\n");
    parseAccessRecord("T1" + std::string(70000, ' ') + "\n");
}

void AccessRecordTest::survivesAnythingInsideARecord()
{
    QRandomGenerator random(QRandomGenerator::global()->generate());
    int readable = 0;
    for (int i = 0; i < 3000; ++i) {
        auto text = kAnswered;
        for (int count = 1 + random.bounded(3); count > 0; --count)
            text[std::size_t(random.bounded(int(text.size())))] = static_cast<char>(random.bounded(256));
        const auto record = parseAccessRecord(text);
        if (!record)
            continue;
        ++readable;
        QVERIFY(parseAccessRecord(renderAccessRecord(*record)) == record);
    }
    QVERIFY(readable > 0);
}

void AccessRecordTest::encodesBytes()
{
    QCOMPARE(encodeBase64("a"), std::string("YQ=="));
    QCOMPARE(encodeBase64("ab"), std::string("YWI="));
    QCOMPARE(encodeBase64("abc"), std::string("YWJj"));
    QCOMPARE(decodeBase64("YWI="), std::optional<std::string>("ab"));
    QVERIFY(!decodeBase64("YWI"));
    QVERIFY(!decodeBase64("YW*="));
    QVERIFY(!decodeBase64("Y==="));
    QCOMPARE(encodeHashed("/a b#\"\x01"), std::string("/a#20b#23#22#01"));
    QCOMPARE(decodeHashed("#zz#2"), std::string("#zz#2"));
    QCOMPARE(escapeQuoted("a\"b\\c\n\xc3"), std::string("a\\x22b\\x5Cc\\x0A\\xC3"));
}

QTEST_APPLESS_MAIN(AccessRecordTest)
#include "tst_access_record.moc"

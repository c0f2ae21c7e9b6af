#include "adapters/http/answer_parser.h"

#include <QtTest/QTest>

#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace balancer;
using namespace balancer::adapters::http;

namespace {

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

struct Outcome
{
    bool isTaken = true;
    bool isComplete = false;
    bool isUsable = false;
    int status = 0;
    ports::HttpHeaders headers;
    std::string body;
    std::string problem;

    bool operator==(const Outcome &) const = default;
};

Outcome outcomeOf(AnswerParser &parser, bool isTaken)
{
    return {isTaken,           parser.isComplete(), parser.leavesConnectionUsable(), parser.status(), parser.headers(),
            parser.takeBody(), parser.problem()};
}

/// Gives the pieces one by one.
Outcome parsed(const std::vector<std::string> &pieces, bool ends = false, bool isToHead = false)
{
    AnswerParser parser(isToHead, kNoLimit);
    bool isTaken = true;
    for (const auto &piece : pieces)
        isTaken = isTaken && parser.take(piece);
    if (ends && isTaken)
        parser.takeEnd();
    return outcomeOf(parser, isTaken);
}

std::vector<std::string> cutAt(const std::string &text, std::size_t place)
{
    return {text.substr(0, place), text.substr(place)};
}

std::vector<std::string> byBytes(const std::string &text)
{
    std::vector<std::string> bytes;
    for (const char c : text)
        bytes.emplace_back(1, c);
    return bytes;
}

} // namespace

class AnswerParserTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesAnAnswer_data();
    void takesAnAnswer();
    void refusesWhatIsNoAnswer_data();
    void refusesWhatIsNoAnswer();
    void isNotCompleteAnywhereBeforeItsEnd_data() { takesAnAnswer_data(); }
    void isNotCompleteAnywhereBeforeItsEnd();
    void holdsNothingBackOfAChunk();
    void tellsWhetherTheConnectionIsGoodForMore_data();
    void tellsWhetherTheConnectionIsGoodForMore();
    void takesNoBodyAfterAHead();
    void limitsTheHead();
    void limitsManyInterimAnswers();
    void limitsTheBody();
    void limitsTrailersAndExtensions();
    void survivesAnyBytes();
};

void AnswerParserTest::takesAnAnswer_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<bool>("ends");
    QTest::addColumn<int>("status");
    QTest::addColumn<std::string>("body");
    using std::string;
    QTest::newRow("a length") << string("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc") << false << 200
                              << string("abc");
    QTest::newRow("an empty body") << string("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") << false << 404
                                   << string();
    QTest::newRow("chunks")
        << string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0001\r\nd\r\n0\r\n\r\n") << false
        << 200 << string("abcd");
    QTest::newRow("chunks with extensions and trailers")
        << string("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\nA;x=\"y\"\r\n0123456789\r\n00 ;z\r\nX: 1\r\nY: "
                  "2\r\n\r\n")
        << false << 200 << string("0123456789");
    QTest::newRow("no chunk but the last")
        << string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") << false << 200 << string();
    QTest::newRow("the end of the connection") << string("HTTP/1.0 200 OK\r\n\r\nabc") << true << 200 << string("abc");
    QTest::newRow("none, for there is no content")
        << string("HTTP/1.1 204 No Content\r\n\r\n") << false << 204 << string();
    QTest::newRow("none, for nothing changed")
        << string("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n") << false << 304 << string();
    QTest::newRow("after interim answers") << string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: "
                                                     "x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na")
                                           << false << 200 << string("a");
}

void AnswerParserTest::takesAnAnswer()
{
    QFETCH(std::string, text);
    QFETCH(bool, ends);
    const auto whole = parsed({text}, ends);
    QVERIFY2(whole.isTaken && whole.isComplete, whole.problem.c_str());
    QTEST(whole.status, "status");
    QTEST(whole.body, "body");
    QVERIFY(parsed(byBytes(text), ends) == whole);
    for (std::size_t place = 0; place <= text.size(); ++place)
        QVERIFY2(parsed(cutAt(text, place), ends) == whole, std::to_string(place).c_str());
}

void AnswerParserTest::refusesWhatIsNoAnswer_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("problem");
    using std::string;
    const string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    QTest::newRow("another protocol") << string("220 mail.example ESMTP\r\n")
                                      << string("it does not begin as HTTP does");
    QTest::newRow("another version") << string("HTTP/2.0 200 OK\r\n\r\n") << string("it does not begin as HTTP does");
    QTest::newRow("a request") << string("GET / HTTP/1.1\r\n\r\n") << string("it does not begin as HTTP does");
    QTest::newRow("no status") << string("HTTP/1.1 OK\r\n\r\n") << string("its head is not well-formed");
    QTest::newRow("a zero byte") << string("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", 28)
                                 << string("its head is not well-formed");
    QTest::newRow("two lengths") << string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")
                                 << string("its head is not well-formed");
    QTest::newRow("a negative length") << string("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")
                                       << string("its head is not well-formed");
    QTest::newRow("a length and chunks")
        << string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")
        << string("its head is not well-formed");
    QTest::newRow("another coding") << string("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")
                                    << string("its transfer coding is not chunked");
    QTest::newRow("another protocol from now on")
        << string("HTTP/1.1 101 Switching Protocols\r\n\r\n") << string("it changes to another protocol");
    QTest::newRow("a chunk without a size") << chunked + "\r\nabc" << string("its chunks are not well-formed");
    QTest::newRow("a chunk of a size in words") << chunked + "three\r\nabc" << string("its chunks are not well-formed");
    QTest::newRow("a chunk of a negative size") << chunked + "-3\r\nabc" << string("its chunks are not well-formed");
    QTest::newRow("a chunk too large to count") << chunked + "1111222233334444\r\n"
                                                << string("its chunks are not well-formed");
    QTest::newRow("a chunk longer than its size") << chunked + "3\r\nabcd\r\n"
                                                  << string("its chunks are not well-formed");
    QTest::newRow("a line feed alone") << chunked + "3\nabc\n" << string("its chunks are not well-formed");
}

void AnswerParserTest::refusesWhatIsNoAnswer()
{
    QFETCH(std::string, text);
    QFETCH(std::string, problem);
    const auto whole = parsed({text});
    QVERIFY(!whole.isTaken);
    QCOMPARE(whole.problem, problem);
    const auto slowly = parsed(byBytes(text));
    QVERIFY(!slowly.isTaken);
    QCOMPARE(slowly.problem, problem);
}

void AnswerParserTest::isNotCompleteAnywhereBeforeItsEnd()
{
    QFETCH(std::string, text);
    QFETCH(bool, ends);
    if (ends)
        return; // where such a body ends only the connection tells
    for (std::size_t length = 0; length < text.size(); ++length) {
        const auto cut = parsed({text.substr(0, length)}, true);
        QVERIFY2(cut.isTaken && !cut.isComplete, std::to_string(length).c_str());
    }
}

void AnswerParserTest::holdsNothingBackOfAChunk()
{
    AnswerParser parser(false, kNoLimit);
    QVERIFY(parser.take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na"));
    QCOMPARE(parser.takeBody(), "a");
    QVERIFY(parser.take("b"));
    QCOMPARE(parser.takeBody(), "b");
    QVERIFY(parser.take("cde\r"));
    QCOMPARE(parser.takeBody(), "cde");
    QVERIFY(!parser.hasBody());
}

void AnswerParserTest::tellsWhetherTheConnectionIsGoodForMore_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<bool>("isUsable");
    using std::string;
    QTest::newRow("complete") << string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na") << true;
    QTest::newRow("incomplete") << string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na") << false;
    QTest::newRow("to be closed") << string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na")
                                  << false;
    QTest::newRow("of HTTP/1.0") << string("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na") << false;
    QTest::newRow("of HTTP/1.0, to be kept")
        << string("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na") << true;
    QTest::newRow("more than was asked for") << string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab") << false;
}

void AnswerParserTest::tellsWhetherTheConnectionIsGoodForMore()
{
    QFETCH(std::string, text);
    QTEST(parsed({text}).isUsable, "isUsable");
}

void AnswerParserTest::takesNoBodyAfterAHead()
{
    const std::string text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n";
    const auto outcome = parsed({text}, false, true);
    QVERIFY(outcome.isComplete && outcome.isUsable);
    QCOMPARE(outcome.body, "");
    QCOMPARE(parsed({text + "abc"}, false, true).isUsable, false);
}

void AnswerParserTest::limitsTheHead()
{
    const auto headOf = [](std::size_t size) {
        const std::string begin = "HTTP/1.1 204 No Content\r\nX: ";
        return begin + std::string(size - begin.size() - 4, 'a') + "\r\n\r\n";
    };
    const auto allowed = headOf(AnswerParser::kMaxHeadBytes);
    QVERIFY(parsed({allowed}).isComplete);
    QVERIFY(parsed(byBytes(allowed)).isComplete);
    const auto tooLong = headOf(AnswerParser::kMaxHeadBytes + 1);
    QCOMPARE(parsed({tooLong}).problem, "its head is too long");
    QCOMPARE(parsed(byBytes(tooLong)).problem, "its head is too long");
}

void AnswerParserTest::limitsManyInterimAnswers()
{
    std::string many;
    while (many.size() <= AnswerParser::kMaxHeadBytes)
        many += "HTTP/1.1 100 Continue\r\n\r\n";
    QCOMPARE(parsed({many}).problem, "its head is too long");
}

void AnswerParserTest::limitsTheBody()
{
    AnswerParser parser(false, 3);
    QVERIFY(parser.take("HTTP/1.1 200 OK\r\n\r\nabc"));
    QVERIFY(!parser.take("d"));
    QCOMPARE(parser.problem(), "its body is too long");

    AnswerParser reader(false, 3);
    QVERIFY(reader.take("HTTP/1.1 200 OK\r\n\r\nabc"));
    QCOMPARE(reader.takeBody(), "abc");
    QVERIFY(reader.take("def"));
}

void AnswerParserTest::limitsTrailersAndExtensions()
{
    const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    QVERIFY(!parsed({chunked + "1;" + std::string(20'000, 'a')}).isTaken);
    std::string trailers;
    while (trailers.size() < 20'000)
        trailers += "X: y\r\n";
    QVERIFY(!parsed({chunked + "0\r\n" + trailers}).isTaken);
}

/// Whatever is changed in an answer, and however it is cut, it is read in the same way as in one piece.
void AnswerParserTest::survivesAnyBytes()
{
    const std::string text =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n"
        "3;a=b\r\nabc\r\n1f\r\n0123456789abcdef0123456789abcde\r\n0\r\nT: r\r\n\r\n";
    std::mt19937 random(20'260'101);
    const auto below = [&](std::size_t end) { return random() % end; };
    for (int round = 0; round < 20'000; ++round) {
        auto changed = text;
        for (std::size_t change = below(4); change > 0; --change) {
            const auto place = below(changed.size());
            if (below(3) == 0)
                changed.erase(place, below(8));
            else if (below(2) == 0)
                changed.insert(place, 1, "\r\n0:;\0 f\xff"[below(9)]);
            else
                changed[place] = static_cast<char>(random());
            if (changed.empty())
                changed = text;
        }
        std::vector<std::string> pieces;
        for (std::size_t from = 0; from < changed.size(); from += pieces.back().size())
            pieces.push_back(changed.substr(from, 1 + below(9)));
        const auto whole = parsed({changed}, true);
        const auto cut = parsed(pieces, true);
        QCOMPARE(cut.isTaken, whole.isTaken);
        if (whole.isTaken)
            QVERIFY(cut == whole);
    }
}

QTEST_APPLESS_MAIN(AnswerParserTest)
#include "tst_answer_parser.moc"

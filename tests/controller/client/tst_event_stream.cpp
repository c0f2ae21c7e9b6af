#include "client/event_stream.h"
#include "controller/base/readable.h"

#include <random>

using namespace balancer;
using client::EventStreamParser;
using client::StreamEvent;

namespace {

/// "id|name|data" for each event, with line feeds as "\n".
QStringList show(const std::vector<StreamEvent> &events)
{
    QStringList shown;
    for (const auto &event : events) {
        auto text = QString::fromStdString(event.id + "|" + event.name + "|" + event.data);
        shown.append(text.replace(QLatin1Char('\n'), QStringLiteral("\\n")));
    }
    return shown;
}

QStringList parsed(const std::vector<std::string> &pieces, std::size_t longest = 1000)
{
    EventStreamParser parser(longest);
    QStringList shown;
    for (const auto &piece : pieces) {
        const auto events = parser.feed(piece);
        if (!events)
            return shown << QString::fromStdString(tests::describe(events));
        shown += show(*events);
    }
    return shown;
}

const std::string kStream = ": keep-alive\n\n"
                            "id: e-1\nevent: instance\ndata: {\"a\":1}\n\n"
                            "event: rates\r\ndata:{}\r\n\r\n"
                            "id: e-2\revent: revision\rdata: one\rdata: two\r\r"
                            "retry: 10\nunknown: x\nnothing\n\n"
                            "data: last\nid: e-3\n\n";
const QStringList kEvents{QStringLiteral("e-1|instance|{\"a\":1}"), QStringLiteral("e-1|rates|{}"),
                          QStringLiteral("e-2|revision|one\\ntwo"), QStringLiteral("e-3|message|last")};

} // namespace

class EventStreamTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAsTheStandardSays_data();
    void readsAsTheStandardSays();
    void readsTheSameWhereverItIsCut();
    void readsTheSameInAnyPieces();
    void dropsWhatIsUnfinished_data();
    void dropsWhatIsUnfinished();
    void refusesWhatIsTooLong_data();
    void refusesWhatIsTooLong();
    void countsEachEventForItself();
    void survivesAnyBytes();
};

void EventStreamTest::readsAsTheStandardSays_data()
{
    QTest::addColumn<std::string>("stream");
    QTest::addColumn<QStringList>("events");

    const auto one = [](const char *text) { return QStringList{QString::fromUtf8(text)}; };
    QTest::newRow("all line ends") << kStream << kEvents;
    QTest::newRow("one blank after the colon belongs to it") << std::string("data:  two\n\n") << one("|message| two");
    QTest::newRow("no blank after the colon") << std::string("data:x\n\n") << one("|message|x");
    QTest::newRow("a field without a colon") << std::string("data\n\n") << one("|message|");
    QTest::newRow("colons in the value") << std::string("data: a:b: c\n\n") << one("|message|a:b: c");
    QTest::newRow("an empty line of data") << std::string("data: a\ndata:\ndata: b\n\n") << one("|message|a\\n\\nb");
    QTest::newRow("the last name counts") << std::string("event: a\nevent: b\ndata: x\n\n") << one("|b|x");
    QTest::newRow("an event without data is none") << std::string("event: a\n\ndata: x\n\n") << one("|message|x");
    QTest::newRow("an id alone is remembered") << std::string("id: 7\n\ndata: x\n\n") << one("7|message|x");
    QTest::newRow("an empty id is one") << std::string("id: 7\ndata: x\n\nid:\ndata: y\n\n")
                                        << QStringList{QStringLiteral("7|message|x"), QStringLiteral("|message|y")};
    QTest::newRow("an id with a null is none") << std::string("id: a\0b\ndata: x\n\n", 18) << one("|message|x");
    QTest::newRow("a byte-order mark") << std::string("\xEF\xBB\xBF"
                                                      "data: x\n\n")
                                       << one("|message|x");
    QTest::newRow("only at the beginning") << std::string("data: x\n\n\xEF\xBB\xBF"
                                                          "data: y\n\n")
                                           << one("|message|x");
    QTest::newRow("names are case-sensitive") << std::string("Data: x\n\ndata: y\n\n") << one("|message|y");
    QTest::newRow("no event") << std::string(": nothing\n\n\n\n") << QStringList();
}

void EventStreamTest::readsAsTheStandardSays()
{
    QFETCH(std::string, stream);
    QTEST(parsed({stream}), "events");
}

void EventStreamTest::readsTheSameWhereverItIsCut()
{
    for (std::size_t cut = 0; cut <= kStream.size(); ++cut)
        QCOMPARE(parsed({kStream.substr(0, cut), kStream.substr(cut)}), kEvents);
}

void EventStreamTest::readsTheSameInAnyPieces()
{
    std::vector<std::string> bytes;
    for (const char c : kStream)
        bytes.emplace_back(1, c);
    QCOMPARE(parsed(bytes), kEvents);

    std::mt19937 random(1);
    for (int round = 0; round < 500; ++round) {
        std::vector<std::string> pieces;
        for (std::size_t at = 0; at < kStream.size(); at += pieces.back().size())
            pieces.push_back(kStream.substr(at, 1 + random() % 20));
        QCOMPARE(parsed(pieces), kEvents);
    }
}

void EventStreamTest::dropsWhatIsUnfinished_data()
{
    QTest::addColumn<std::string>("beginning");
    QTest::newRow("before the blank line") << std::string("id: 2\ndata: y\n");
    QTest::newRow("in a line") << std::string("id: 2\ndata: y");
    QTest::newRow("in a name") << std::string("id: 2\nda");
}

void EventStreamTest::dropsWhatIsUnfinished()
{
    QFETCH(std::string, beginning);
    QCOMPARE(parsed({"id: 1\ndata: x\n\n" + beginning}), QStringList{QStringLiteral("1|message|x")});
}

void EventStreamTest::refusesWhatIsTooLong_data()
{
    QTest::addColumn<std::vector<std::string>>("pieces");

    QTest::newRow("a line in one piece") << std::vector{std::string(101, 'x')};
    QTest::newRow("a line in small pieces") << std::vector<std::string>(101, "x");
    QTest::newRow("many lines") << std::vector<std::string>(30, "data: abc\n");
    QTest::newRow("a comment") << std::vector{":" + std::string(200, 'x') + "\n"};
    QTest::newRow("a name") << std::vector{"event: " + std::string(200, 'x') + "\n"};
}

void EventStreamTest::refusesWhatIsTooLong()
{
    QFETCH(std::vector<std::string>, pieces);
    QCOMPARE(parsed(pieces, 100),
             QStringList{QStringLiteral("Corrupt: the node sent an event of more than 100 bytes")});
}

void EventStreamTest::countsEachEventForItself()
{
    QCOMPARE(parsed(std::vector<std::string>(50, "data: " + std::string(40, 'x') + "\n\n"), 100).size(), 50);
}

void EventStreamTest::survivesAnyBytes()
{
    std::mt19937 random(2);
    constexpr std::string_view alphabet("id:data event\r\n\0\xEF\xBB\xBF:", 20);
    for (int round = 0; round < 2000; ++round) {
        std::string stream;
        for (int i = 0; i < 60; ++i)
            stream += alphabet[random() % alphabet.size()];
        const auto whole = parsed({stream});
        const auto cut = random() % stream.size();
        QCOMPARE(parsed({stream.substr(0, cut), stream.substr(cut)}), whole);
    }
}

QTEST_GUILESS_MAIN(EventStreamTest)
#include "tst_event_stream.moc"

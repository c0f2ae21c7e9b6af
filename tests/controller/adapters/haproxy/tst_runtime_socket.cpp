#include "adapters/haproxy/runtime_socket.h"
#include "base/text.h"
#include "controller/base/readable.h"
#include "support/haproxy_bench.h"

#include <QCoro/QCoroTask>
#include <QLocalServer>
#include <QLocalSocket>

#include <unistd.h>

#include <functional>

using namespace balancer;
using namespace balancer::tests;
using namespace std::chrono_literals;
using adapters::haproxy::RuntimeConnection;

namespace {

using Replies = Result<std::vector<std::string>>;

std::vector<std::string> commands(int count)
{
    std::vector<std::string> made;
    for (int i = 0; i < count; ++i)
        made.push_back("echo " + std::to_string(i));
    return made;
}

/// Answers on a stats socket as HAProxy does in interactive mode, or as a test says.
class StatsServer
{
public:
    using Answer = std::function<void(QLocalSocket &socket, const QByteArray &line)>;

    StatsServer(const std::string &path, Answer answer) : m_answer(std::move(answer))
    {
        if (!m_server.listen(QString::fromStdString(path)))
            qFatal("cannot listen");
        QObject::connect(&m_server, &QLocalServer::newConnection, &m_server, [this] {
            auto *socket = m_server.nextPendingConnection();
            ++m_connections;
            QObject::connect(socket, &QLocalSocket::readyRead, socket, [this, socket] {
                while (socket->canReadLine()) {
                    m_lines.push_back(socket->readLine().trimmed());
                    m_answer(*socket, m_lines.back());
                }
            });
        });
    }

    int connections() const { return m_connections; }
    const std::vector<QByteArray> &lines() const { return m_lines; }

private:
    Answer m_answer;
    int m_connections = 0;
    std::vector<QByteArray> m_lines;
    QLocalServer m_server;
};

void answerLikeHaproxy(QLocalSocket &socket, const QByteArray &line)
{
    if (line == "quit")
        return socket.disconnectFromServer();
    socket.write(line == "prompt" ? QByteArray("\n> ") : "did " + line + "\n\n> ");
}

void answerInPieces(QLocalSocket &socket, const QByteArray &line)
{
    const auto reply = line == "prompt" ? QByteArray("\n> ") : "did " + line + "\n\n> ";
    for (const char c : reply) {
        socket.write(&c, 1);
        socket.flush();
    }
}

void staySilent(QLocalSocket &, const QByteArray &) {}

void closeAfterTheGreeting(QLocalSocket &socket, const QByteArray &line)
{
    if (line == "prompt") {
        socket.write("\n> did");
        socket.disconnectFromServer();
    }
}

void talkGarbage(QLocalSocket &socket, const QByteArray &)
{
    socket.write(QByteArray(5000, '\0') + "\xff\n>\n>> \n");
}

} // namespace

class RuntimeSocketTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_scratch = std::make_unique<Scratch>(); }
    void cleanup() { m_scratch.reset(); }

    void answersEveryCommand_data();
    void answersEveryCommand();
    void readsRepliesInWhateverPieces();
    void keepsRepliesOfSeveralLinesTogether();
    void refusesToSmuggle_data();
    void refusesToSmuggle();
    void tellsThatNobodyListens();
    void failsWhenItGetsNoAnswer_data();
    void failsWhenItGetsNoAnswer();
    void keepsItsConnection();
    void takesAnotherConnectionWhileOneIsBusy();
    void startsAnewAfterAFailure();
    void startsAnewAfterTheOtherSideClosed();
    void refusesToSmuggleOverAnOpenConnection();

private:
    QString path() const { return QString::fromStdString(m_scratch->path("s")); }
    Replies exchange(std::vector<std::string> sent, std::chrono::milliseconds deadline = 5s)
    {
        return QCoro::waitFor(adapters::haproxy::exchange(path(), std::move(sent), deadline));
    }
    static Replies over(const std::shared_ptr<RuntimeConnection> &connection, std::vector<std::string> sent,
                        std::chrono::milliseconds deadline = 5s)
    {
        return QCoro::waitFor(RuntimeConnection::exchange(connection, std::move(sent), deadline));
    }

    std::unique_ptr<Scratch> m_scratch;
};

void RuntimeSocketTest::answersEveryCommand_data()
{
    QTest::addColumn<int>("count");
    for (const int count : {0, 1, 2, 20, 2000})
        QTest::addRow("%d", count) << count;
}

void RuntimeSocketTest::answersEveryCommand()
{
    QFETCH(int, count);
    const StatsServer server(m_scratch->path("s"), answerLikeHaproxy);
    const auto replies = exchange(commands(count), 20s);
    QCOMPARE(describe(replies), std::string());
    QCOMPARE(int(replies->size()), count);
    for (int i = 0; i < count; ++i)
        QCOMPARE(std::string(trimmed(replies->at(std::size_t(i)))), "did echo " + std::to_string(i));
}

void RuntimeSocketTest::readsRepliesInWhateverPieces()
{
    const StatsServer server(m_scratch->path("s"), answerInPieces);
    const auto replies = exchange(commands(30));
    QCOMPARE(describe(replies), std::string());
    QCOMPARE(std::string(trimmed(replies->back())), std::string("did echo 29"));
}

void RuntimeSocketTest::keepsRepliesOfSeveralLinesTogether()
{
    const StatsServer server(m_scratch->path("s"), [](QLocalSocket &socket, const QByteArray &line) {
        socket.write(line == "prompt" ? "\n> " : "one\n\n>two\n > three\n\n> ");
    });
    const auto replies = exchange(commands(2));
    QCOMPARE(describe(replies), std::string());
    QCOMPARE(replies->at(0), std::string("one\n\n>two\n > three\n"));
    QCOMPARE(replies->at(1), replies->at(0));
}

void RuntimeSocketTest::refusesToSmuggle_data()
{
    QTest::addColumn<std::string>("command");
    QTest::newRow("a line end") << std::string("show info\nset server b/s state maint");
    QTest::newRow("a carriage return") << std::string("show info\rx");
    QTest::newRow("a semicolon") << std::string("show info;set server b/s state maint");
    QTest::newRow("a zero byte") << std::string("show\0info", 9);
    QTest::newRow("a command behind a payload")
        << std::string("set ssl cert a <<\nline\n\nset server b/s state maint\n");
    QTest::newRow("a payload without its last line end") << std::string("set ssl cert a <<\nline");
    QTest::newRow("an empty payload") << std::string("set ssl cert a <<\n");
    QTest::newRow("a carriage return in a payload") << std::string("set ssl cert a <<\nline\r\n");
    QTest::newRow("a semicolon before a payload") << std::string("x;set ssl cert a <<\nline\n");
}

void RuntimeSocketTest::refusesToSmuggle()
{
    QFETCH(std::string, command);
    const StatsServer server(m_scratch->path("s"), answerLikeHaproxy);
    const auto replies = exchange({"show info", command});
    QVERIFY(!replies);
    QCOMPARE(replies.error().code, ErrorCode::Internal);
    QCOMPARE(server.connections(), 0);
}

void RuntimeSocketTest::tellsThatNobodyListens()
{
    // At once: with this deadline the test program would be killed.
    const auto never = std::chrono::hours(1);
    const auto missing = exchange(commands(1), never);
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::Unavailable);

    { // The file that a process leaves behind.
        QLocalServer server;
        QVERIFY(server.listen(path()));
        QVERIFY(::link(m_scratch->path("s").c_str(), m_scratch->path("left").c_str()) == 0);
    }
    const auto left = QCoro::waitFor(
        adapters::haproxy::exchange(QString::fromStdString(m_scratch->path("left")), commands(1), never));
    QVERIFY(!left);
    QCOMPARE(left.error().code, ErrorCode::Unavailable);
    QVERIFY(!over(std::make_shared<RuntimeConnection>(path()), commands(1), never));
}

void RuntimeSocketTest::failsWhenItGetsNoAnswer_data()
{
    QTest::addColumn<int>("server");
    QTest::addColumn<ErrorCode>("code");
    QTest::newRow("silent") << 0 << ErrorCode::Timeout;
    QTest::newRow("closes early") << 1 << ErrorCode::Corrupt;
    QTest::newRow("garbage") << 2 << ErrorCode::Timeout;
}

void RuntimeSocketTest::failsWhenItGetsNoAnswer()
{
    QFETCH(int, server);
    QFETCH(ErrorCode, code);
    const std::vector<StatsServer::Answer> answers{staySilent, closeAfterTheGreeting, talkGarbage};
    const StatsServer listening(m_scratch->path("s"), answers[std::size_t(server)]);
    const auto once = exchange(commands(3), 50ms);
    QVERIFY(!once);
    QCOMPARE(once.error().code, code);
    const auto kept = over(std::make_shared<RuntimeConnection>(path()), commands(3), 50ms);
    QVERIFY(!kept);
    QCOMPARE(kept.error().code, code);
}

void RuntimeSocketTest::keepsItsConnection()
{
    const StatsServer server(m_scratch->path("s"), answerLikeHaproxy);
    const auto connection = std::make_shared<RuntimeConnection>(path());
    for (int i = 0; i < 5; ++i) {
        const auto replies = over(connection, commands(3));
        QCOMPARE(describe(replies), std::string());
        QCOMPARE(std::string(trimmed(replies->at(2))), std::string("did echo 2"));
    }
    QCOMPARE(server.connections(), 1);
}

void RuntimeSocketTest::takesAnotherConnectionWhileOneIsBusy()
{
    const StatsServer server(m_scratch->path("s"), answerLikeHaproxy);
    const auto connection = std::make_shared<RuntimeConnection>(path());
    auto first = RuntimeConnection::exchange(connection, commands(2), 5s);
    auto second = RuntimeConnection::exchange(connection, commands(3), 5s);
    const auto secondReplies = QCoro::waitFor(second);
    const auto firstReplies = QCoro::waitFor(first);
    QCOMPARE(describe(firstReplies), std::string());
    QCOMPARE(describe(secondReplies), std::string());
    QCOMPARE(firstReplies->size(), std::size_t(2));
    QCOMPARE(secondReplies->size(), std::size_t(3));
    QCOMPARE(server.connections(), 2);
}

void RuntimeSocketTest::startsAnewAfterAFailure()
{
    bool silent = true;
    QLocalSocket *late = nullptr;
    const StatsServer server(m_scratch->path("s"), [&](QLocalSocket &socket, const QByteArray &line) {
        if (silent && line != "prompt")
            late = &socket;
        else
            answerLikeHaproxy(socket, line);
    });
    const auto connection = std::make_shared<RuntimeConnection>(path());
    QVERIFY(!over(connection, commands(1), 50ms));
    QTRY_VERIFY(late);
    silent = false;
    late->write("too late\n\n> ");
    late->flush();
    // The late answer is not taken for that of the next command.
    const auto replies = over(connection, {"echo next"});
    QCOMPARE(describe(replies), std::string());
    QCOMPARE(std::string(trimmed(replies->front())), std::string("did echo next"));
}

void RuntimeSocketTest::startsAnewAfterTheOtherSideClosed()
{
    QLocalSocket *other = nullptr;
    const StatsServer server(m_scratch->path("s"), [&](QLocalSocket &socket, const QByteArray &line) {
        other = &socket;
        answerLikeHaproxy(socket, line);
    });
    const auto connection = std::make_shared<RuntimeConnection>(path());
    QVERIFY(over(connection, commands(1)));
    other->disconnectFromServer();
    QTRY_COMPARE(other->state(), QLocalSocket::UnconnectedState);
    QCoreApplication::processEvents(); // the news has to arrive
    QCOMPARE(describe(over(connection, commands(1))), std::string());
    QCOMPARE(server.connections(), 2);
}

void RuntimeSocketTest::refusesToSmuggleOverAnOpenConnection()
{
    const StatsServer server(m_scratch->path("s"), answerLikeHaproxy);
    const auto connection = std::make_shared<RuntimeConnection>(path());
    QVERIFY(over(connection, commands(1)));
    const auto replies = over(connection, {"a;b"});
    QVERIFY(!replies);
    QCOMPARE(replies.error().code, ErrorCode::Internal);
    QVERIFY(over(connection, commands(1)));
    QCOMPARE(server.lines().size(), std::size_t(3)); // prompt and two commands
}

QTEST_GUILESS_MAIN(RuntimeSocketTest)
#include "tst_runtime_socket.moc"

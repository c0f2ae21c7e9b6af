#include "daemon/logging.h"

#include <QLoggingCategory>
#include <QTemporaryFile>
#include <QTest>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

using namespace balancer::daemon;
using namespace std::chrono_literals;

Q_LOGGING_CATEGORY(kTest, "elastic.test")

namespace {

LogRecord record(LogLevel level, std::string message)
{
    return {.at = balancer::model::Timestamp(1'769'860'800'007ms),
            .level = level,
            .category = "elastic.api",
            .message = std::move(message)};
}

/// What a child process writes to stderr that runs `work` with logging installed; its stderr is the journal or not.
QByteArray stderrOf(bool journal, LogLevel level, const std::function<void()> &work)
{
    QTemporaryFile file;
    if (!file.open())
        return {};
    const auto child = ::fork();
    if (child == 0) {
        ::dup2(file.handle(), STDERR_FILENO);
        struct stat status
        {
        };
        ::fstat(STDERR_FILENO, &status);
        const auto inode = status.st_ino + (journal ? 0 : 1);
        ::setenv("JOURNAL_STREAM", (std::to_string(status.st_dev) + ':' + std::to_string(inode)).c_str(), 1);
        installLogging(level);
        work();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    file.seek(0);
    return file.readAll();
}

void logEverything()
{
    qCDebug(kTest, "one");
    qCInfo(kTest, "two");
    qCWarning(kTest, "three\nlines");
    qCCritical(kTest, "four");
    qInfo("no category");
}

} // namespace

class LoggingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rendersALineForPeople();
    void rendersALineForTheJournal();
    void leavesOutTheDefaultCategory();
    void escapesWhatCouldForgeALine();
    void keepsUtf8();
    void quotesFieldsOnlyWhereNeeded();
    void writesToStderr();
    void writesForTheJournal();
    void dropsWhatIsBelowTheLevel();
};

void LoggingTest::rendersALineForPeople()
{
    QCOMPARE(renderPlain(record(LogLevel::Warning, "slow answer")),
             "2026-01-31T12:00:00.007Z warning elastic.api: slow answer\n");
}

void LoggingTest::rendersALineForTheJournal()
{
    QCOMPARE(renderForJournal(record(LogLevel::Debug, "m")), "<7>elastic.api: m\n");
    QCOMPARE(renderForJournal(record(LogLevel::Info, "m")), "<6>elastic.api: m\n");
    QCOMPARE(renderForJournal(record(LogLevel::Warning, "m")), "<4>elastic.api: m\n");
    QCOMPARE(renderForJournal(record(LogLevel::Error, "m")), "<3>elastic.api: m\n");
}

void LoggingTest::leavesOutTheDefaultCategory()
{
    auto entry = record(LogLevel::Info, "m");
    entry.category = "default";
    QCOMPARE(renderForJournal(entry), "<6>m\n");
}

void LoggingTest::escapesWhatCouldForgeALine()
{
    QCOMPARE(renderForJournal(record(LogLevel::Info, "a\n<0>b\tc\r\x1b[31m\x7f\xc2\x9b!")),
             "<6>elastic.api: a\\n<0>b\\tc\\x0d\\x1b[31m\\x7f\\x9b!\n");
    QCOMPARE(renderForJournal(record(LogLevel::Info, std::string("a\0b", 3))), "<6>elastic.api: a\\x00b\n");
}

void LoggingTest::keepsUtf8()
{
    QCOMPARE(renderForJournal(record(LogLevel::Info, "Gr\xc3\xbc\xc3\x9f"
                                                     "e \xf0\x9f\x99\x82 \xc2")),
             "<6>elastic.api: Gr\xc3\xbc\xc3\x9f"
             "e \xf0\x9f\x99\x82 \xc2\n");
}

void LoggingTest::quotesFieldsOnlyWhereNeeded()
{
    QCOMPARE(logText("saved", {}), "saved");
    QCOMPARE(logText("saved", {{"name", "web"}, {"revision", "7"}}), "saved name=web revision=7");
    QCOMPARE(logText("saved", {{"why", "a \"b\" \\"}, {"empty", ""}, {"x", "a=b"}}),
             R"(saved why="a \"b\" \\" empty="" x="a=b")");
}

void LoggingTest::writesToStderr()
{
    const auto lines = stderrOf(false, LogLevel::Info, logEverything).split('\n');
    QCOMPARE(lines.size(), 5); // the last is empty
    QVERIFY2(lines[0].endsWith("Z info elastic.test: two"), lines[0].constData());
    QVERIFY2(lines[1].endsWith("Z warning elastic.test: three\\nlines"), lines[1].constData());
    QVERIFY2(lines[2].endsWith("Z error elastic.test: four"), lines[2].constData());
    QVERIFY2(lines[3].endsWith("Z info no category"), lines[3].constData());
}

void LoggingTest::writesForTheJournal()
{
    QCOMPARE(stderrOf(true, LogLevel::Debug, logEverything),
             QByteArray("<7>elastic.test: one\n<6>elastic.test: two\n<4>elastic.test: three\\nlines\n"
                        "<3>elastic.test: four\n<6>no category\n"));
}

void LoggingTest::dropsWhatIsBelowTheLevel()
{
    QCOMPARE(stderrOf(true, LogLevel::Error, logEverything), QByteArray("<3>elastic.test: four\n"));
    QCOMPARE(stderrOf(true, LogLevel::Warning, logEverything).count('\n'), 2);
}

QTEST_GUILESS_MAIN(LoggingTest)
#include "tst_logging.moc"

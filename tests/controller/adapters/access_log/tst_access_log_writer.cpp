#include "adapters/access_log/access_log_inbox.h"
#include "adapters/access_log/access_log_writer.h"
#include "base/text.h"
#include "controller/base/readable.h"
#include "plan/access_log_format.h"
#include "plan/access_log_line.h"
#include "support/access_records.h"
#include "support/manual_clock.h"

#include <QCoro/QCoroTask>
#include <QTest>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <map>

using namespace balancer;
using namespace balancer::tests;
using namespace std::chrono_literals;
using adapters::access_log::AccessLogInbox;
using adapters::access_log::AccessLogOptions;
using adapters::access_log::AccessLogWriter;

namespace {

/// Sends as HAProxy does: over all sockets in turn, never waiting. This one repeats what the kernel did not take.
class Sender
{
public:
    explicit Sender(std::string base) : m_base(std::move(base))
    {
        m_descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
    ~Sender() { close(m_descriptor); }

    bool send(const std::string &record)
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const auto path = plan::accessLogSocket(m_base, m_next++ % plan::kAccessLogSockets);
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        return sendto(m_descriptor, record.data(), record.size(), 0, reinterpret_cast<const sockaddr *>(&address),
                      sizeof address) == ssize_t(record.size());
    }

private:
    std::string m_base;
    int m_descriptor;
    int m_next = 0;
};

} // namespace

class AccessLogWriterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void takesRecordsFromEverySocket();
    void keepsABoundedAmount();
    void dropsWhatIsNotWhole();
    void refusesPathsItCannotUse();
    void writesWhatWasLoggedBeforeItWasUnwanted();
    void keepsRecordsUntilItKnowsWhoWantsThem();
    void leavesUnfinishedFilesToTheNextLife();
    void tellsOfTheTimeInWhichItWasAway();
    void tellsOfNoGapWhenNobodyWantedLogs();
    void preparesABucketWithoutHoldingTheLoop();

private:
    std::unique_ptr<AccessLogWriter> writer() const;
    std::string path(const std::string &name) const { return m_folder->path().toStdString() + "/" + name; }
    std::vector<std::string> lines() const;

    std::unique_ptr<QTemporaryDir> m_folder;
    ManualClock m_clock;
};

void AccessLogWriterTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

std::unique_ptr<AccessLogWriter> AccessLogWriterTest::writer() const
{
    AccessLogOptions options;
    options.root = path("logs");
    options.owner = {"123456789012", "local"};
    return AccessLogWriter::open(path("access"), options, m_clock).value();
}

/// Of all files, published or not.
std::vector<std::string> AccessLogWriterTest::lines() const
{
    std::vector<std::string> found;
    for (const auto &file : filesIn(path("logs"))) {
        if (!file.ends_with(".log"))
            continue;
        const auto content = contentOf(path("logs/") + file);
        for (const auto line : split(content, '\n')) {
            if (!line.empty())
                found.emplace_back(line);
        }
    }
    return found;
}

void AccessLogWriterTest::takesRecordsFromEverySocket()
{
    const auto inbox = AccessLogInbox::open(path("access"), 1 << 20).value();
    Sender sender(path("access"));
    for (int i = 0; i < plan::kAccessLogSockets; ++i)
        QVERIFY(sender.send("record " + std::to_string(i) + "\n"));
    inbox->drain();
    const auto batch = inbox->take();
    QCOMPARE(split(batch.records, '\n').size(), std::size_t(plan::kAccessLogSockets + 1));
    QCOMPARE(batch.dropped, std::uint64_t(0));
    QVERIFY(inbox->take().records.empty());
    QVERIFY(sender.send(std::string(60000, 'x') + "\n")); // the longest there are
    inbox->drain();
    QCOMPARE(inbox->take().records.size(), std::size_t(60001));
}

void AccessLogWriterTest::keepsABoundedAmount()
{
    const auto inbox = AccessLogInbox::open(path("access"), 10000).value();
    Sender sender(path("access"));
    const std::string record = std::string(99, 'x') + "\n";
    for (int sent = 0; sent < 5000;)
        sent += sender.send(record) ? 1 : 0;
    inbox->drain();
    const auto batch = inbox->take();
    QCOMPARE(batch.records.size(), std::size_t(10000));
    QCOMPARE(batch.dropped, std::uint64_t(4900));
    QVERIFY(sender.send(record));
    inbox->drain();
    QCOMPARE(inbox->take().records, record);
}

void AccessLogWriterTest::dropsWhatIsNotWhole()
{
    const auto inbox = AccessLogInbox::open(path("access"), 10000).value();
    Sender sender(path("access"));
    QVERIFY(sender.send("cut off"));
    QVERIFY(sender.send(""));
    QVERIFY(sender.send("whole\n"));
    inbox->drain();
    inbox->drain();
    QCOMPARE(inbox->take().records, std::string("whole\n"));
}

void AccessLogWriterTest::refusesPathsItCannotUse()
{
    QVERIFY(!AccessLogInbox::open(path("missing/access"), 10000));
    QVERIFY(!AccessLogInbox::open(path(std::string(120, 'x')), 10000));
    const auto first = AccessLogInbox::open(path("access"), 10000);
    QVERIFY(first);
    QVERIFY(AccessLogInbox::open(path("access"), 10000)); // replaces what an earlier life left
}

void AccessLogWriterTest::writesWhatWasLoggedBeforeItWasUnwanted()
{
    const auto life = writer();
    life->setTargets({{"b:web:80", logTarget("web")}});
    Sender sender(path("access"));
    int sent = 0;
    for (; sent < 300;)
        sent += sender.send(recordOf("b:web:80", "/" + std::to_string(sent))) ? 1 : 0;
    life->setTargets({});
    QTRY_COMPARE(lines().size(), std::size_t(sent));
    QTRY_VERIFY(!filesIn(path("logs")).empty() && filesIn(path("logs")).front().find(".partial") == std::string::npos);
    std::map<std::string, int> distinct;
    for (const auto &line : lines())
        ++distinct[line];
    QCOMPARE(distinct.size(), std::size_t(sent));
}

void AccessLogWriterTest::keepsRecordsUntilItKnowsWhoWantsThem()
{
    const auto life = writer();
    Sender sender(path("access"));
    QVERIFY(sender.send(recordOf("b:web:80", "/early")));
    life->setTargets({{"b:web:80", logTarget("web")}});
    QTRY_COMPARE(lines().size(), std::size_t(1));
}

void AccessLogWriterTest::leavesUnfinishedFilesToTheNextLife()
{
    Sender sender(path("access"));
    {
        const auto life = writer();
        life->setTargets({{"b:web:80", logTarget("web")}});
        QVERIFY(sender.send(recordOf("b:web:80", "/1")));
    }
    QCOMPARE(lines().size(), std::size_t(1));
    m_clock.advance(5min);
    const auto life = writer();
    life->setTargets({{"b:web:80", logTarget("web")}});
    const auto isPublished = [this] {
        const auto files = filesIn(path("logs"));
        return std::ranges::any_of(files, [](const auto &file) { return file.starts_with("bucket/app/AWSLogs"); });
    };
    QTRY_VERIFY(isPublished());
    QCOMPARE(lines().size(), std::size_t(1));
}

void AccessLogWriterTest::tellsOfTheTimeInWhichItWasAway()
{
    {
        const auto life = writer();
        life->setTargets({{"b:web:80", logTarget("web")}});
    }
    const auto from = plan::renderLogTime(m_clock.now());
    m_clock.advance(2min);
    const auto until = plan::renderLogTime(m_clock.now());
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("access logs lack requests between")));
    const auto life = writer();
    life->setTargets({{"b:web:80", logTarget("web")}});
    QTRY_VERIFY(!contentOf(path("logs/.access-log-gaps.jsonl")).empty());
    const auto gaps = contentOf(path("logs/.access-log-gaps.jsonl"));
    QCOMPARE(gaps, std::string(R"({"from":")" + from + R"(","until":")" + until + "\"}\n"));
}

void AccessLogWriterTest::tellsOfNoGapWhenNobodyWantedLogs()
{
    {
        const auto life = writer();
        life->setTargets({{"b:web:80", logTarget("web")}});
        life->setTargets({});
    }
    m_clock.advance(2min);
    {
        const auto life = writer();
        life->setTargets({{"b:web:80", logTarget("web")}});
    }
    QVERIFY(!std::filesystem::exists(path("logs/.access-log-gaps.jsonl")));
}

void AccessLogWriterTest::preparesABucketWithoutHoldingTheLoop()
{
    const auto life = writer();
    const auto good = QCoro::waitFor(life->prepare("web", logTarget("web").log));
    QCOMPARE(describe(good), std::string());
    QVERIFY(std::filesystem::exists(path("logs/bucket/app/AWSLogs/123456789012/ELBAccessLogTestFile")));
    const auto bad = QCoro::waitFor(life->prepare("web", {true, "..", "", 60min}));
    QVERIFY(!bad);
    QVERIFY(bad.error().code == ErrorCode::InvalidConfigurationRequest);
}

QTEST_GUILESS_MAIN(AccessLogWriterTest)
#include "tst_access_log_writer.moc"

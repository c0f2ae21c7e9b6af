#include "adapters/access_log/access_log_files.h"
#include "base/text.h"
#include "controller/base/readable.h"
#include "support/access_records.h"
#include "support/manual_clock.h"

#include <QRandomGenerator>
#include <QTest>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace balancer;
using namespace balancer::tests;
using namespace std::chrono_literals;
using adapters::access_log::AccessLogFiles;
using adapters::access_log::AccessLogOptions;

namespace {

class Place
{
public:
    Place() { m_clock.advance(std::chrono::hours(1)); }

    ManualClock &clock() { return m_clock; }
    std::string root() const { return m_folder.path().toStdString() + "/logs"; }
    AccessLogFiles life(bool createBuckets = true) const
    {
        AccessLogOptions options;
        options.root = root();
        options.createBuckets = createBuckets;
        options.owner = {"123456789012", "local"};
        return AccessLogFiles(options, m_clock);
    }

    std::vector<std::string> published() const { return filtered(false); }
    std::vector<std::string> partial() const { return filtered(true); }
    std::string text(const std::string &file) const { return contentOf(root() + "/" + file); }
    /// The paths in the requests of all published files, in order of the files' names.
    std::vector<std::string> publishedPaths() const
    {
        std::vector<std::string> paths;
        for (const auto &file : published()) {
            const auto lines = text(file);
            for (const auto line : split(lines, '\n')) {
                const auto from = line.find(":80/");
                if (from != std::string_view::npos)
                    paths.emplace_back(line.substr(from + 3, line.find(' ', from) - from - 3));
            }
        }
        return paths;
    }

private:
    std::vector<std::string> filtered(bool wantPartial) const
    {
        std::vector<std::string> found;
        for (const auto &file : filesIn(root())) {
            if ((file.find("/.partial/") != std::string::npos) == wantPartial)
                found.push_back(file);
        }
        return found;
    }

    QTemporaryDir m_folder;
    ManualClock m_clock;
};

plan::AccessLogTargets webOnly(int minutes = 5)
{
    return {{"b:web:80", logTarget("web", minutes)}};
}

void log(AccessLogFiles &files, const std::string &path, const std::string &backend = "b:web:80")
{
    files.append(recordOf(backend, path));
    files.write();
}

} // namespace

class AccessLogFilesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void publishesWhenTheIntervalIsOver();
    void publishesNothingForAnEmptyInterval();
    void beginsAnotherFileForEachInterval();
    void keepsOnlyWhatSomebodyWants();
    void publishesAtOnceWhatNobodyWantsAnyLonger();
    void goesOnWithAFileOfThisInterval();
    void publishesWhatAnEarlierLifeLeft_data();
    void publishesWhatAnEarlierLifeLeft();
    void cutsOffALineThatWasNotFinished();
    void leavesFilesAloneThatAreNotItsOwn();
    void losesNothingThatWasWrittenWhereverItIsKilled();
    void goesOnWhenTheDiskIsFullAndSaysWhatIsMissing();
    void publishesLaterWhatCannotBePublishedNow();
    void provesThatABucketCanBeWritten();
    void refusesABucketThatCannotBeWritten();
    void refusesABucketThatIsNotThereWhereNoneAreMade();
    void countsWhatItCannotRead();
};

void AccessLogFilesTest::publishesWhenTheIntervalIsOver()
{
    Place place;
    auto files = place.life();
    files.setTargets(webOnly());
    log(files, "/1");
    place.clock().advance(4min + 59s + 999ms);
    log(files, "/2");
    files.rotate();
    QCOMPARE(place.published().size(), std::size_t(0));
    QCOMPARE(place.partial().size(), std::size_t(1));

    place.clock().advance(1ms);
    files.rotate();
    QCOMPARE(place.partial().size(), std::size_t(0));
    const auto published = place.published();
    QCOMPARE(published.size(), std::size_t(1));
    const std::string expected = "bucket/app/AWSLogs/123456789012/elasticloadbalancing/local/2019/12/20/"
                                 "123456789012_elasticloadbalancing_local_web_20191220T0105Z_127.0.0.1_";
    QVERIFY2(published.front().starts_with(expected), published.front().c_str());
    QCOMPARE(published.front().size(), expected.size() + std::string("20sg8hgm.log").size());
    QCOMPARE(place.publishedPaths(), (std::vector<std::string>{"/1", "/2"}));
    QVERIFY(place.text(published.front()).ends_with("\n"));
    QVERIFY(!std::filesystem::exists(place.root() + "/bucket/.partial/app"));
}

void AccessLogFilesTest::publishesNothingForAnEmptyInterval()
{
    Place place;
    auto files = place.life();
    files.setTargets(webOnly());
    for (int i = 0; i < 20; ++i) {
        place.clock().advance(1min);
        files.write();
        files.rotate();
    }
    QVERIFY(filesIn(place.root()).empty());
}

void AccessLogFilesTest::beginsAnotherFileForEachInterval()
{
    Place place;
    auto files = place.life();
    files.setTargets({{"b:web:80", logTarget("web", 5)}, {"b:slow:80", logTarget("slow", 60)}});
    for (int i = 0; i < 12; ++i) {
        log(files, "/" + std::to_string(i));
        log(files, "/slow" + std::to_string(i), "b:slow:80");
        place.clock().advance(5min);
        files.rotate();
    }
    QCOMPARE(place.published().size(), std::size_t(13));
    QCOMPARE(place.publishedPaths().size(), std::size_t(24));
    QVERIFY(place.partial().empty());
}

void AccessLogFilesTest::keepsOnlyWhatSomebodyWants()
{
    Place place;
    auto files = place.life();
    files.setTargets(webOnly());
    log(files, "/other", "b:other:80");
    log(files, "/refused", "f:80");
    log(files, "/mine");
    place.clock().advance(5min);
    files.rotate();
    QCOMPARE(place.publishedPaths(), std::vector<std::string>{"/mine"});
}

void AccessLogFilesTest::publishesAtOnceWhatNobodyWantsAnyLonger()
{
    Place place;
    auto files = place.life();
    auto both = webOnly();
    both.emplace("b:gone:80", logTarget("gone"));
    files.setTargets(both);
    log(files, "/web");
    files.append(recordOf("b:gone:80", "/gone")); // not written yet
    files.setTargets(webOnly());
    QCOMPARE(place.publishedPaths(), std::vector<std::string>{"/gone"});
    QCOMPARE(place.partial().size(), std::size_t(1));
    // Another bucket is another file.
    files.setTargets({{"b:web:80", logTarget("web", 5, "elsewhere")}});
    QCOMPARE(place.published().size(), std::size_t(2));
    log(files, "/moved");
    files.setTargets({});
    QCOMPARE(place.published().size(), std::size_t(3));
    QVERIFY(place.partial().empty());
    log(files, "/unwanted");
    QVERIFY(place.partial().empty());
}

void AccessLogFilesTest::goesOnWithAFileOfThisInterval()
{
    Place place;
    {
        auto files = place.life();
        files.setTargets(webOnly());
        log(files, "/1");
    }
    const auto left = place.partial();
    place.clock().advance(2min);
    auto files = place.life();
    files.setTargets(webOnly());
    log(files, "/2");
    QCOMPARE(place.partial(), left);
    place.clock().advance(3min);
    files.rotate();
    QCOMPARE(place.published().size(), std::size_t(1));
    QCOMPARE(place.publishedPaths(), (std::vector<std::string>{"/1", "/2"}));
}

void AccessLogFilesTest::publishesWhatAnEarlierLifeLeft_data()
{
    QTest::addColumn<int>("minutes");
    QTest::addColumn<bool>("stillWanted");
    QTest::newRow("its interval is over") << 5 << true;
    QTest::newRow("over for days") << 5000 << true;
    QTest::newRow("nobody wants it any longer") << 0 << false;
}

void AccessLogFilesTest::publishesWhatAnEarlierLifeLeft()
{
    QFETCH(int, minutes);
    QFETCH(bool, stillWanted);
    Place place;
    {
        auto files = place.life();
        files.setTargets(webOnly());
        log(files, "/1");
    }
    place.clock().advance(std::chrono::minutes(minutes));
    auto files = place.life();
    files.setTargets(stillWanted ? webOnly() : plan::AccessLogTargets());
    QCOMPARE(place.published().size(), std::size_t(1));
    // Under the name of its own interval.
    QVERIFY(place.published().front().find("_20191220T0105Z_") != std::string::npos);
    QCOMPARE(place.publishedPaths(), std::vector<std::string>{"/1"});
    QVERIFY(place.partial().empty());
}

void AccessLogFilesTest::cutsOffALineThatWasNotFinished()
{
    Place place;
    {
        auto files = place.life();
        files.setTargets(webOnly());
        log(files, "/1");
        log(files, "/2");
    }
    const auto path = place.root() + "/" + place.partial().front();
    const auto whole = contentOf(path);
    const auto firstLine = whole.find('\n') + 1;
    for (const auto size : {whole.size() - 1, firstLine + 1, firstLine, firstLine - 1, std::size_t(0)}) {
        std::filesystem::resize_file(path, 0);
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(whole.data(), qint64(size));
        file.close();
        auto files = place.life();
        files.setTargets(webOnly());
        QCOMPARE(contentOf(path).size(), size < firstLine ? std::size_t(0) : firstLine);
    }
    // What is empty then is not published.
    place.clock().advance(1h);
    auto files = place.life();
    files.setTargets(webOnly());
    QVERIFY(filesIn(place.root()).empty());
}

void AccessLogFilesTest::leavesFilesAloneThatAreNotItsOwn()
{
    Place place;
    const auto folder = place.root() + "/bucket/.partial/app";
    std::filesystem::create_directories(folder);
    for (const auto *name : {"notes.txt", "x.log"}) {
        QFile file(QString::fromStdString(folder + "/" + name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("mine");
    }
    const auto before = filesIn(place.root());
    auto files = place.life();
    files.setTargets(webOnly());
    QCOMPARE(filesIn(place.root()), before);
}

/// A life in a process of its own: writes numbered requests, tells each by a byte once it is written, until it is
/// killed. Every number told must be in a file, and each exactly once.
void AccessLogFilesTest::losesNothingThatWasWrittenWhereverItIsKilled()
{
    Place place;
    int next = 0;
    for (int life = 0; life < 25; ++life) {
        int told[2];
        QVERIFY(pipe(told) == 0);
        const auto child = fork();
        if (child == 0) {
            auto files = place.life();
            files.setTargets(webOnly());
            for (int i = next; i < next + 100000; ++i) {
                files.append(recordOf("b:web:80", "/" + std::to_string(i)));
                files.write();
                if (write(told[1], "x", 1) != 1)
                    break;
                if (i % 7 == 0) {
                    place.clock().advance(5min);
                    files.rotate();
                }
            }
            _exit(0);
        }
        close(told[1]);
        const int wanted = 1 + QRandomGenerator::global()->bounded(60);
        char byte = 0;
        int count = 0;
        while (count < wanted && read(told[0], &byte, 1) == 1)
            ++count;
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        while (read(told[0], &byte, 1) == 1)
            ++count;
        close(told[0]);
        next += count + 1; // one more may have been written, but not told
        place.clock().advance(24h);
    }
    auto files = place.life();
    files.setTargets({});
    QVERIFY(place.partial().empty());
    std::map<std::string, int> found;
    for (const auto &path : place.publishedPaths())
        ++found[path];
    int missing = 0;
    for (int i = 0; i < next; ++i) {
        const auto times = found["/" + std::to_string(i)];
        missing += times == 0 ? 1 : 0;
        QVERIFY2(times <= 1, std::to_string(i).c_str());
    }
    QVERIFY2(missing <= 25, std::to_string(missing).c_str()); // those that were never told
}

void AccessLogFilesTest::goesOnWhenTheDiskIsFullAndSaysWhatIsMissing()
{
    Place place;
    auto files = place.life();
    files.setTargets(webOnly());
    log(files, "/1");
    const auto size = std::filesystem::file_size(place.root() + "/" + place.partial().front());

    // As a full disk: a file cannot grow beyond this, not even for all of one line.
    rlimit before{};
    QVERIFY(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit full = before;
    full.rlim_cur = size + 10;
    QVERIFY(setrlimit(RLIMIT_FSIZE, &full) == 0);
    files.append(recordOf("b:web:80", "/2"));
    files.append(recordOf("b:web:80", "/3"));
    files.write();
    QVERIFY(setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);

    const auto losses = files.takeLosses();
    QCOMPARE(losses.unwritten, std::uint64_t(2));
    QVERIFY2(losses.reason.find("cannot write") != std::string::npos, losses.reason.c_str());
    QCOMPARE(files.takeLosses().unwritten, std::uint64_t(0));
    log(files, "/4");
    place.clock().advance(5min);
    files.rotate();
    QCOMPARE(place.publishedPaths(), (std::vector<std::string>{"/1", "/4"}));
}

void AccessLogFilesTest::publishesLaterWhatCannotBePublishedNow()
{
    Place place;
    auto files = place.life();
    files.setTargets(webOnly());
    log(files, "/1");
    // A file is where a folder should be.
    const auto obstacle = place.root() + "/bucket/app";
    QFile file(QString::fromStdString(obstacle));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    place.clock().advance(5min);
    QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("cannot make the directory")));
    files.rotate();
    QCOMPARE(place.partial().size(), std::size_t(1));

    log(files, "/2"); // the next interval goes on meanwhile
    std::filesystem::remove(obstacle);
    place.clock().advance(2min);
    files.rotate();
    QCOMPARE(place.publishedPaths(), std::vector<std::string>{"/1"});
    files.setTargets({});
    QCOMPARE(place.publishedPaths().size(), std::size_t(2));
}

void AccessLogFilesTest::provesThatABucketCanBeWritten()
{
    Place place;
    auto files = place.life();
    QCOMPARE(describe(files.open("web", logTarget("web").log)), std::string());
    const std::string path = "bucket/app/AWSLogs/123456789012/ELBAccessLogTestFile";
    QCOMPARE(filesIn(place.root()), std::vector<std::string>{path});
    QVERIFY(place.text(path).starts_with("Enable AccessLog for ELB: web at 2019-12-20T01:00:00"));
    place.clock().advance(1h);
    QCOMPARE(describe(files.open("web", logTarget("web").log)), std::string());
    QVERIFY(place.text(path).find("T02:00:00") != std::string::npos);
}

void AccessLogFilesTest::refusesABucketThatCannotBeWritten()
{
    Place place;
    std::filesystem::create_directories(place.root());
    QFile file(QString::fromStdString(place.root() + "/bucket"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    auto files = place.life();
    const auto refused = files.open("web", logTarget("web").log);
    QVERIFY(!refused);
    QVERIFY(refused.error().code == ErrorCode::InvalidConfigurationRequest);
    QVERIFY2(refused.error().message.starts_with("Access Denied for bucket: bucket. Please check S3bucket permission"),
             refused.error().message.c_str());
    QCOMPARE(filesIn(place.root()), std::vector<std::string>{"bucket"});
    QVERIFY(!files.open("web", {true, "..", "", 60min}));
}

void AccessLogFilesTest::refusesABucketThatIsNotThereWhereNoneAreMade()
{
    Place place;
    auto files = place.life(false);
    const auto refused = files.open("web", logTarget("web").log);
    QVERIFY(!refused);
    QVERIFY(refused.error().message.starts_with("Access Denied for bucket: bucket."));
    QVERIFY(filesIn(place.root()).empty());
    std::filesystem::create_directories(place.root() + "/bucket");
    QCOMPARE(describe(files.open("web", logTarget("web").log)), std::string());
}

void AccessLogFilesTest::countsWhatItCannotRead()
{
    Place place;
    auto files = place.life();
    files.setTargets(webOnly());
    files.append("H1 f:80 b:web:80 and then nothing\n");
    files.append("garbage\n");
    files.append("");
    files.write();
    QCOMPARE(files.takeLosses().unreadable, std::uint64_t(1)); // the others name no load balancer
    QVERIFY(filesIn(place.root()).empty());
}

QTEST_APPLESS_MAIN(AccessLogFilesTest)
#include "tst_access_log_files.moc"

#include "daemon/data_directory.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

using namespace balancer;
using namespace balancer::daemon;

namespace {

constexpr uid_t kNobody = 65534;

mode_t modeOf(const std::string &path)
{
    struct stat status
    {
    };
    ::stat(path.c_str(), &status);
    return status.st_mode & 07777;
}

} // namespace

class DataDirectoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder.emplace(); }

    void createsItWithTheFoldersAbove();
    void closesOneThatIsOpenToOthers();
    void refusesASecondDaemon();
    void isFreeAgainWhenItsHolderIsGone();
    void keepsTheLockWhenMoved();
    void refusesAFile();
    void refusesAnotherUsersFolder();
    void saysThatItCannotBeCreated();

    void writesAFile();
    void replacesAFile();
    void givesTheModeWhateverTheUmask();
    void leavesTheOldFileWhenItFails();
    void replacesAnUnfinishedAttempt();
    void doesNotWriteThroughALink();

    void readsAFile();
    void readsNoMoreThanTheLimit();
    void tellsAMissingFileFromAnUnreadableOne();

private:
    std::string path(const char *name) const { return m_folder->filePath(QString::fromLatin1(name)).toStdString(); }

    std::optional<QTemporaryDir> m_folder;
};

void DataDirectoryTest::createsItWithTheFoldersAbove()
{
    const auto data = DataDirectory::open(path("a/b/data"));
    QVERIFY2(data, data ? "" : data.error().message.c_str());
    QCOMPARE(data->path(), path("a/b/data"));
    QCOMPARE(data->path("state.db"), path("a/b/data/state.db"));
    QCOMPARE(modeOf(path("a/b/data")), mode_t(0700));
}

void DataDirectoryTest::closesOneThatIsOpenToOthers()
{
    QVERIFY(::mkdir(path("data").c_str(), 0755) == 0);
    QVERIFY(DataDirectory::open(path("data")));
    QCOMPARE(modeOf(path("data")), mode_t(0700));
}

void DataDirectoryTest::refusesASecondDaemon()
{
    const auto first = DataDirectory::open(path("data"));
    QVERIFY(first);
    const auto second = DataDirectory::open(path("data"));
    QVERIFY(!second);
    QCOMPARE(second.error().code, ErrorCode::Unavailable);
    QCOMPARE(second.error().message, "data directory " + path("data") + " is in use by another elastic-haproxy (pid " +
                                         std::to_string(::getpid()) + ")");
}

void DataDirectoryTest::isFreeAgainWhenItsHolderIsGone()
{
    QVERIFY(DataDirectory::open(path("data")));
    QVERIFY(DataDirectory::open(path("data")));
}

void DataDirectoryTest::keepsTheLockWhenMoved()
{
    std::optional<DataDirectory> kept;
    {
        auto opened = DataDirectory::open(path("data"));
        kept.emplace(std::move(*opened));
    }
    QVERIFY(!DataDirectory::open(path("data")));
}

void DataDirectoryTest::refusesAFile()
{
    QVERIFY(writeFileAtomically(path("data"), "x", 0600));
    QCOMPARE(DataDirectory::open(path("data")).error().code, ErrorCode::InvalidInput);
}

void DataDirectoryTest::refusesAnotherUsersFolder()
{
    if (::geteuid() != 0)
        QSKIP("only root can give a folder away");
    QVERIFY(::mkdir(path("data").c_str(), 0700) == 0);
    QVERIFY(::chown(path("data").c_str(), kNobody, kNobody) == 0);
    const auto opened = DataDirectory::open(path("data"));
    QCOMPARE(opened.error().code, ErrorCode::InvalidInput);
    QVERIFY2(opened.error().message.find("belongs to user 65534") != std::string::npos, opened.error().message.c_str());
}

void DataDirectoryTest::saysThatItCannotBeCreated()
{
    QVERIFY(writeFileAtomically(path("file"), "x", 0600));
    QCOMPARE(DataDirectory::open(path("file/data")).error().code, ErrorCode::Unavailable);
}

void DataDirectoryTest::writesAFile()
{
    QVERIFY(writeFileAtomically(path("file"), "content\n", 0640));
    QCOMPARE(*readFile(path("file"), 100), "content\n");
    QCOMPARE(modeOf(path("file")), mode_t(0640));
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files), QStringList{QStringLiteral("file")});
}

void DataDirectoryTest::replacesAFile()
{
    QVERIFY(writeFileAtomically(path("file"), std::string(100000, 'a'), 0644));
    QVERIFY(writeFileAtomically(path("file"), "b", 0600));
    QCOMPARE(*readFile(path("file"), 100), "b");
    QCOMPARE(modeOf(path("file")), mode_t(0600));
}

void DataDirectoryTest::givesTheModeWhateverTheUmask()
{
    const auto before = ::umask(0777);
    const auto written = writeFileAtomically(path("file"), "b", 0644);
    ::umask(before);
    QVERIFY(written);
    QCOMPARE(modeOf(path("file")), mode_t(0644));
}

void DataDirectoryTest::leavesTheOldFileWhenItFails()
{
    QVERIFY(writeFileAtomically(path("file"), "old", 0644));
    const auto before = ::setfsuid(kNobody); // who may not write into this folder
    const auto written = writeFileAtomically(path("file"), "new", 0644);
    ::setfsuid(static_cast<uid_t>(before));
    QVERIFY(!written);
    QCOMPARE(written.error().code, ErrorCode::Unavailable);
    QCOMPARE(*readFile(path("file"), 100), "old");
    QCOMPARE(writeFileAtomically(path("missing/file"), "x", 0600).error().code, ErrorCode::Unavailable);
}

void DataDirectoryTest::replacesAnUnfinishedAttempt()
{
    QVERIFY(writeFileAtomically(path("file.new"), "half", 0444));
    QVERIFY(writeFileAtomically(path("file"), "whole", 0600));
    QCOMPARE(*readFile(path("file"), 100), "whole");
    QVERIFY(!QFile::exists(QString::fromStdString(path("file.new"))));
}

void DataDirectoryTest::doesNotWriteThroughALink()
{
    QVERIFY(writeFileAtomically(path("target"), "precious", 0600));
    QVERIFY(QFile::link(QString::fromStdString(path("target")), QString::fromStdString(path("file.new"))));
    QVERIFY(writeFileAtomically(path("file"), "x", 0600));
    QCOMPARE(*readFile(path("target"), 100), "precious");
}

void DataDirectoryTest::readsAFile()
{
    const std::string content = std::string(200000, 'x') + '\0' + "end";
    QVERIFY(writeFileAtomically(path("file"), content, 0600));
    QCOMPARE(*readFile(path("file"), content.size()), content);
}

void DataDirectoryTest::readsNoMoreThanTheLimit()
{
    QVERIFY(writeFileAtomically(path("file"), "12345", 0600));
    QVERIFY(readFile(path("file"), 5));
    QCOMPARE(readFile(path("file"), 4).error().code, ErrorCode::Unavailable);
}

void DataDirectoryTest::tellsAMissingFileFromAnUnreadableOne()
{
    QCOMPARE(readFile(path("missing"), 5).error().code, ErrorCode::NotFound);
    QCOMPARE(readFile(m_folder->path().toStdString(), 5).error().code, ErrorCode::Unavailable);
}

QTEST_GUILESS_MAIN(DataDirectoryTest)
#include "tst_data_directory.moc"

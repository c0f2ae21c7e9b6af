#include "daemon/first_key.h"

#include "daemon/data_directory.h"
#include "support/memory_store.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <optional>

using namespace balancer;
using namespace std::chrono_literals;

namespace {

constexpr model::Timestamp kNow{1'700'000'000'000ms};

class FixedClock final : public ports::Clock
{
public:
    model::Timestamp now() const override { return kNow; }
};

bool matches(const std::string &text, const char *pattern)
{
    const QRegularExpression expression(QRegularExpression::anchoredPattern(QString::fromLatin1(pattern)));
    return expression.match(QString::fromStdString(text)).hasMatch();
}

} // namespace

class FirstKeyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void makesAnAdminKey();
    void writesTheKeyForItsOwnerAlone();
    void writesAnAwsCredentialsFile();
    void makesADifferentKeyEachTime();
    void leavesANodeWithKeysAlone();
    void takesUpFilesOfAnInterruptedStart();
    void writesTheFilesBeforeTheKeyCounts();
    void refusesAFileThatIsNotOurs_data();
    void refusesAFileThatIsNotOurs();
    void storesNothingWhenTheFilesCannotBeWritten();

private:
    Result<std::optional<std::string>> ensure()
    {
        return QCoro::waitFor(daemon::ensureFirstKey(*m_store, m_folder->path().toStdString(), m_clock));
    }
    std::vector<model::AccessKey> stored() { return QCoro::waitFor(m_store->loadKeys()).value(); }
    std::string path(const char *name) const { return m_folder->filePath(QString::fromLatin1(name)).toStdString(); }
    std::string contentOf(const char *name) const { return daemon::readFile(path(name), 10000).value_or(""); }
    QJsonObject keyFile() const
    {
        return QJsonDocument::fromJson(QByteArray::fromStdString(contentOf("first-key.json"))).object();
    }

    FixedClock m_clock;
    std::optional<tests::MemoryStore> m_store;
    std::optional<QTemporaryDir> m_folder;
};

void FirstKeyTest::init()
{
    m_store.emplace();
    m_folder.emplace();
}

void FirstKeyTest::makesAnAdminKey()
{
    const auto made = ensure();
    QVERIFY2(made, made ? "" : made.error().message.c_str());
    const auto keys = stored();
    QCOMPARE(keys.size(), 1U);
    QCOMPARE(*made, keys.front().id);
    QVERIFY2(matches(keys.front().id, "AKIA[A-Z2-7]{16}"), keys.front().id.c_str());
    QVERIFY2(matches(keys.front().secret, "[A-Za-z0-9+/]{40}"), keys.front().secret.c_str());
    QCOMPARE(keys.front().role, model::Role::Admin);
    QVERIFY(keys.front().enabled);
    QCOMPARE(keys.front().createdAt, kNow);
}

void FirstKeyTest::writesTheKeyForItsOwnerAlone()
{
    QVERIFY(ensure());
    const auto key = stored().front();
    QCOMPARE(keyFile().keys().join(u' '), QStringLiteral("AccessKeyId Role SecretAccessKey"));
    QCOMPARE(keyFile()[u"AccessKeyId"].toString().toStdString(), key.id);
    QCOMPARE(keyFile()[u"SecretAccessKey"].toString().toStdString(), key.secret);
    QCOMPARE(keyFile()[u"Role"].toString(), QStringLiteral("admin"));
    for (const auto *name : {"first-key.json", "aws-credentials"}) {
        struct stat status
        {
        };
        QCOMPARE(::stat(path(name).c_str(), &status), 0);
        QCOMPARE(status.st_mode & 07777, mode_t(0600));
    }
}

void FirstKeyTest::writesAnAwsCredentialsFile()
{
    QVERIFY(ensure());
    const auto key = stored().front();
    QCOMPARE(contentOf("aws-credentials"),
             "[default]\naws_access_key_id = " + key.id + "\naws_secret_access_key = " + key.secret + "\n");
}

void FirstKeyTest::makesADifferentKeyEachTime()
{
    QVERIFY(ensure());
    const auto first = stored().front();
    init();
    QVERIFY(ensure());
    QVERIFY(stored().front().id != first.id);
    QVERIFY(stored().front().secret != first.secret);
}

void FirstKeyTest::leavesANodeWithKeysAlone()
{
    QVERIFY(ensure());
    QFile::remove(QString::fromStdString(path("first-key.json")));
    const auto again = ensure();
    QVERIFY(again);
    QCOMPARE(*again, std::nullopt);
    QCOMPARE(stored().size(), 1U);
    QVERIFY(!QFile::exists(QString::fromStdString(path("first-key.json"))));
}

void FirstKeyTest::takesUpFilesOfAnInterruptedStart()
{
    m_store->failNextSave({ErrorCode::Unavailable, "the power went"});
    QVERIFY(!ensure());
    QVERIFY(stored().empty());
    const auto file = keyFile();
    QFile::remove(QString::fromStdString(path("aws-credentials")));

    QVERIFY(ensure());
    QCOMPARE(keyFile(), file);
    QCOMPARE(stored().front().id, file[u"AccessKeyId"].toString().toStdString());
    QCOMPARE(stored().front().secret, file[u"SecretAccessKey"].toString().toStdString());
    QVERIFY(contentOf("aws-credentials").find(stored().front().secret) != std::string::npos);
}

void FirstKeyTest::writesTheFilesBeforeTheKeyCounts()
{
    m_store->failNextSave({ErrorCode::Unavailable, "the power went"});
    const auto made = ensure();
    QVERIFY(!made);
    QCOMPARE(made.error(), (Error{ErrorCode::Unavailable, "storing the first access key: the power went"}));
    QVERIFY(QFile::exists(QString::fromStdString(path("first-key.json"))));
    QVERIFY(QFile::exists(QString::fromStdString(path("aws-credentials"))));
}

void FirstKeyTest::refusesAFileThatIsNotOurs_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("no JSON") << QByteArray("AKIA");
    QTest::newRow("a list") << QByteArray("[]");
    QTest::newRow("no secret") << QByteArray(R"({"AccessKeyId":"AKIAAAAAAAAAAAAAAAAA","Role":"admin"})");
    QTest::newRow("a number as id") << QByteArray(R"({"AccessKeyId":1,"SecretAccessKey":"x","Role":"admin"})");
    QTest::newRow("a secret one can guess")
        << QByteArray(R"({"AccessKeyId":"AKIAAAAAAAAAAAAAAAAA","SecretAccessKey":"admin","Role":"admin"})");
    QTest::newRow("another role") << QByteArray(R"({"AccessKeyId":"AKIAAAAAAAAAAAAAAAAA","SecretAccessKey":")") +
                                         QByteArray(40, 'x') + QByteArray(R"(","Role":"viewer"})");
}

void FirstKeyTest::refusesAFileThatIsNotOurs()
{
    QFETCH(QByteArray, content);
    QVERIFY(daemon::writeFileAtomically(path("first-key.json"), content.toStdString(), 0600));
    const auto made = ensure();
    QVERIFY(!made);
    QCOMPARE(made.error().code, ErrorCode::InvalidInput);
    QVERIFY(stored().empty());
    QCOMPARE(contentOf("first-key.json"), content.toStdString());
}

void FirstKeyTest::storesNothingWhenTheFilesCannotBeWritten()
{
    QVERIFY(m_folder->remove());
    const auto made = ensure();
    QVERIFY(!made);
    QCOMPARE(made.error().code, ErrorCode::Unavailable);
    QVERIFY(stored().empty());
}

QTEST_GUILESS_MAIN(FirstKeyTest)
#include "tst_first_key.moc"

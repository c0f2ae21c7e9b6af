#include "adapters/sqlite/database.h"
#include "adapters/sqlite/desired_state.h"
#include "adapters/sqlite/schema.h"
#include "adapters/sqlite/secret_box.h"
#include "adapters/sqlite/sqlite_store.h"
#include "adapters/sqlite/undo.h"
#include "support/store_contract.h"
#include "wire/stored_form.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <memory>

using namespace balancer;
using namespace Qt::StringLiterals;
using adapters::sqlite::Database;
using adapters::sqlite::SqliteStore;

namespace {

constexpr uid_t kNobody = 65534;

/// Lets file permissions apply to this thread, even to root.
class WithoutPrivileges
{
public:
    WithoutPrivileges() : m_before(::setfsuid(kNobody)) {}
    ~WithoutPrivileges() { ::setfsuid(static_cast<uid_t>(m_before)); }
    WithoutPrivileges(const WithoutPrivileges &) = delete;
    WithoutPrivileges &operator=(const WithoutPrivileges &) = delete;

private:
    int m_before;
};

/// No file may grow beyond `size`, as if the disk were full.
class SmallDisk
{
public:
    explicit SmallDisk(rlim_t size)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{.rlim_cur = size, .rlim_max = m_before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~SmallDisk() { ::setrlimit(RLIMIT_FSIZE, &m_before); }
    SmallDisk(const SmallDisk &) = delete;
    SmallDisk &operator=(const SmallDisk &) = delete;

private:
    rlimit m_before{};
};

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void overwrite(const QString &path, qint64 offset, const QByteArray &bytes)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.seek(offset));
    QCOMPARE(file.write(bytes), bytes.size());
}

/// Tells each revision that was saved, until it is killed.
[[noreturn]] void saveForever(const std::string &path, ports::Transaction transaction, int answers)
{
    auto database = Database::open(path);
    if (!database || !adapters::sqlite::prepareSchema(*database, adapters::sqlite::embeddedMigrations()))
        ::_exit(1);
    const auto box = adapters::sqlite::SecretBox::open(path + ".key", adapters::sqlite::SecretBox::IfMissing::Create);
    if (!box)
        ::_exit(1);
    for (;;) {
        const auto saved = adapters::sqlite::saveTransaction(*database, *box, transaction);
        if (!saved || ::write(answers, &saved->number, sizeof(saved->number)) < 0)
            ::_exit(1);
        transaction.balancers.front().expected = *saved;
    }
}

mode_t modeOf(const QString &path)
{
    struct stat status
    {
    };
    ::stat(QFile::encodeName(path).constData(), &status);
    return status.st_mode & 07777;
}

} // namespace

class SqliteStoreTest : public tests::StoreContract
{
    Q_OBJECT

protected:
    void openEmpty() override;
    ports::Store &store() override { return *m_store; }
    ports::KeyStore &keys() override { return *m_store; }

private Q_SLOTS:
    void keepsEverythingWhenOpenedAgain();
    void keepsItsFilesPrivate();
    void answersAfterItWasDestroyed();
    void savesFromSeveralTasksWhileTheLoopTurns();
    void losesNothingThatWasSavedWhenKilled();

    void refusesAFileThatIsNoDatabase_data();
    void refusesAFileThatIsNoDatabase();
    void refusesADamagedDatabase();
    void refusesAnotherProgramsDatabase();
    void refusesADatabaseThatWasEmptied();
    void refusesADatabaseOfANewerVersion();
    void refusesALoadBalancerItCannotRead();
    void refusesALoadBalancerUnderAnothersName();
    void saysThatTheFolderIsMissing();
    void saysThatTheFolderIsReadOnly();
    void saysThatTheFileIsReadOnly();
    void writesNothingWhenTheDiskIsFull();

    void keepsTenThousandRevisions();
    void canUndoEachRevision();
    void canUndoChangesOfTheRegistry();

    void encryptsSecrets();
    void refusesToStartWithoutTheKeyFile();
    void refusesToStartWithAnotherKeyFile();
    void refusesAKeyFileOthersCanRead();
    void refusesASecretMovedToAnotherKey();
    void encryptsPrivateKeysAndForgetsThem();
    void refusesToStartWithoutTheKeyFileOfItsCertificates();
    void refusesAPrivateKeyMovedToAnotherCertificate();

private:
    QString path(const char *name) const { return m_folder->filePath(QString::fromLatin1(name)); }
    std::string databasePath() const { return path("state.db").toStdString(); }
    void close() { m_store.reset(); }
    void reopen();
    /// Fails to, that is: what it says. The file must be as it was.
    Error openFails();
    void execute(const std::string &sql);
    std::optional<std::string> valueBefore(std::string_view name, Revision revision,
                                           const std::optional<std::string> &after);

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<SqliteStore> m_store;
};

void SqliteStoreTest::openEmpty()
{
    close();
    m_folder = std::make_unique<QTemporaryDir>();
    reopen();
}

void SqliteStoreTest::reopen()
{
    close();
    auto opened = SqliteStore::open(databasePath());
    QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
    m_store = std::move(*opened);
}

Error SqliteStoreTest::openFails()
{
    close();
    const auto before = contentOf(path("state.db"));
    const auto opened = SqliteStore::open(databasePath());
    if (contentOf(path("state.db")) != before)
        return {ErrorCode::Internal, "the file was changed"};
    return opened ? Error{ErrorCode::Internal, "it was opened"} : opened.error();
}

void SqliteStoreTest::execute(const std::string &sql)
{
    auto database = Database::open(databasePath());
    QVERIFY(database);
    const auto done = database->script(sql);
    QVERIFY2(done, done ? "" : done.error().message.c_str());
}

void SqliteStoreTest::keepsEverythingWhenOpenedAgain()
{
    auto transaction = change(makeBalancer("web", 20), {});
    transaction.addresses = address("i-1", "10.0.0.1").addresses;
    transaction.audit = {auditEntry("CreateLoadBalancer")};
    save(transaction);
    saveKey(makeKey("AKIA1", "secret"));
    const auto state = load();
    const auto records = history(10);
    const auto accessKeys = loadKeys();

    reopen();
    QCOMPARE(load(), state);
    QCOMPARE(history(10), records);
    QCOMPARE(loadKeys(), accessKeys);
    QCOMPARE(save(ports::Transaction()).number, 2);
}

void SqliteStoreTest::keepsItsFilesPrivate()
{
    save(change(makeBalancer("web"), {}));
    for (const auto *name : {"state.db", "state.db-wal", "state.db-shm", "secret.key"})
        QCOMPARE(modeOf(path(name)), mode_t(0600));
    QCOMPARE(contentOf(path("secret.key")).size(), 32);
    QVERIFY(!QFile::exists(path("secret.key.new")));
    QVERIFY(!QFile::exists(path("state.db.new")));
}

void SqliteStoreTest::answersAfterItWasDestroyed()
{
    auto first = store().save(change(makeBalancer("web", 500), {}));
    auto second = store().save(change(makeBalancer("api", 500), {}));
    close();
    QCOMPARE(QCoro::waitFor(first)->number, 1);
    QCOMPARE(QCoro::waitFor(second)->number, 2);
    reopen();
    QCOMPARE(load().balancers.size(), 2U);
}

void SqliteStoreTest::savesFromSeveralTasksWhileTheLoopTurns()
{
    int saved = 0;
    const auto saveAndLoad = [](ports::Store &store, int number, int &done) -> QCoro::Task<> {
        const auto balancer = makeBalancer("web-" + std::to_string(number), 3);
        auto transaction = change(balancer, {});
        const auto revision = co_await store.save(std::move(transaction));
        const auto state = co_await store.load();
        if (revision && state && state->balancers.contains(balancer.name))
            ++done;
    };
    std::vector<QCoro::Task<>> tasks;
    for (int i = 0; i < 20; ++i)
        tasks.push_back(saveAndLoad(store(), i, saved));
    QTRY_COMPARE(saved, 20);
}

void SqliteStoreTest::losesNothingThatWasSavedWhenKilled()
{
    close();
    std::array<int, 2> answers{};
    QCOMPARE(::pipe(answers.data()), 0);
    const auto child = ::fork();
    if (child == 0)
        saveForever(databasePath(), change(makeBalancer("web", 100), {}), answers[1]);
    ::close(answers[1]);

    std::int64_t last = 0;
    while (last < 50)
        QCOMPARE(::read(answers[0], &last, sizeof(last)), ssize_t(sizeof(last)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(answers[0], &last, sizeof(last)) == ssize_t(sizeof(last))) {
    }
    ::close(answers[0]);

    reopen();
    const auto found = load();
    QVERIFY2(found.revision.number == last || found.revision.number == last + 1,
             std::to_string(found.revision.number).c_str());
    QCOMPARE(found.balancers.begin()->second.revision, found.revision);
    QCOMPARE(std::ssize(history(1000)), found.revision.number);
}

void SqliteStoreTest::refusesAFileThatIsNoDatabase_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("three bytes") << QByteArray("abc");
    QTest::newRow("text") << QByteArray("listen = 80\n").repeated(1000);
    QTest::newRow("a header and nothing behind it") << QByteArray("SQLite format 3\0", 16);
    QTest::newRow("a header and noise behind it") << QByteArray("SQLite format 3\0", 16) + QByteArray(8176, '\x5a');
}

void SqliteStoreTest::refusesAFileThatIsNoDatabase()
{
    QFETCH(QByteArray, content);
    close();
    QFile::remove(path("state.db"));
    overwrite(path("state.db"), 0, content);

    const auto error = openFails();
    QCOMPARE(error.code, ErrorCode::Corrupt);
    QVERIFY2(error.message.starts_with(databasePath() + " cannot be used: "), error.message.c_str());
    QVERIFY(!QFile::exists(path("state.db-wal")));
}

void SqliteStoreTest::refusesADamagedDatabase()
{
    save(change(makeBalancer("web", 1000), {}));
    close();
    const auto size = QFile(path("state.db")).size();
    QVERIFY(size > 20000);
    overwrite(path("state.db"), 4096, QByteArray(4096, '\xff'));

    const auto error = openFails();
    QCOMPARE(error.code, ErrorCode::Corrupt);
    QVERIFY2(error.message.find(databasePath()) != std::string::npos, error.message.c_str());
    QVERIFY2(error.message.find("backup") != std::string::npos, error.message.c_str());
}

void SqliteStoreTest::refusesAnotherProgramsDatabase()
{
    close();
    execute("PRAGMA application_id = 1");
    QCOMPARE(openFails().code, ErrorCode::Corrupt);
    execute("PRAGMA application_id = 0");
    const auto error = openFails();
    QCOMPARE(error.code, ErrorCode::Corrupt);
    QVERIFY2(error.message.find("another program") != std::string::npos, error.message.c_str());
}

void SqliteStoreTest::refusesADatabaseThatWasEmptied()
{
    save(change(makeBalancer("web"), {}));
    const auto log = contentOf(path("state.db-wal"));
    close();
    QVERIFY(QFile::resize(path("state.db"), 0));
    overwrite(path("state.db-wal"), 0, log);

    QCOMPARE(openFails().code, ErrorCode::Corrupt);
    QCOMPARE(contentOf(path("state.db-wal")), log);
}

void SqliteStoreTest::refusesADatabaseOfANewerVersion()
{
    close();
    execute("PRAGMA user_version = 99");
    const auto error = openFails();
    QCOMPARE(error.code, ErrorCode::InvalidInput);
    QVERIFY2(error.message.find("newer") != std::string::npos, error.message.c_str());
}

void SqliteStoreTest::refusesALoadBalancerItCannotRead()
{
    save(change(makeBalancer("web"), {}));
    close();
    execute("UPDATE balancers SET value = '{\"name\":'");
    reopen();

    const auto loaded = QCoro::waitFor(store().load());
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().code, ErrorCode::Corrupt);
    QVERIFY2(loaded.error().message.find("load balancer web") != std::string::npos, loaded.error().message.c_str());
}

void SqliteStoreTest::refusesALoadBalancerUnderAnothersName()
{
    save(change(makeBalancer("web"), {}));
    close();
    execute("UPDATE balancers SET name = 'api'");
    reopen();
    const auto loaded = QCoro::waitFor(store().load());
    QVERIFY(!loaded);
    QCOMPARE(loaded.error().code, ErrorCode::Corrupt);
}

void SqliteStoreTest::saysThatTheFolderIsMissing()
{
    const auto opened = SqliteStore::open(path("missing/state.db").toStdString());
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, ErrorCode::Unavailable);
}

void SqliteStoreTest::saysThatTheFolderIsReadOnly()
{
    close();
    QFile::remove(path("state.db"));
    const WithoutPrivileges nobody;
    const auto opened = SqliteStore::open(databasePath());
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, ErrorCode::Unavailable);
}

void SqliteStoreTest::saysThatTheFileIsReadOnly()
{
    close();
    QCOMPARE(::chmod(m_folder->path().toUtf8().constData(), 0755), 0);
    QCOMPARE(::chmod(databasePath().c_str(), 0444), 0);
    const WithoutPrivileges nobody;
    const auto error = openFails();
    QCOMPARE(error.code, ErrorCode::Unavailable);
}

void SqliteStoreTest::writesNothingWhenTheDiskIsFull()
{
    const auto created = save(change(makeBalancer("web", 1), {}));
    const auto before = load();
    {
        const SmallDisk disk(128 * 1024);
        const auto error = failToSave(change(makeBalancer("web", 5000), created));
        QCOMPARE(error.code, ErrorCode::Unavailable);
        QVERIFY2(error.message.find(databasePath()) != std::string::npos, error.message.c_str());
        QCOMPARE(load(), before);
    }
    QCOMPARE(save(change(makeBalancer("web", 5000), created)).number, 2);
    reopen();
    QCOMPARE(load().balancers.begin()->second.value, makeBalancer("web", 5000));
}

void SqliteStoreTest::keepsTenThousandRevisions()
{
    save(change(makeBalancer("web"), {}));
    close();
    execute("WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10020) "
            "INSERT INTO revisions SELECT i FROM n");
    execute("INSERT INTO audit SELECT number, 0, 0, 'me', 'Verb', '' FROM revisions");
    reopen();

    ports::Transaction transaction;
    transaction.audit = {auditEntry("Last")};
    save(transaction); // too many were there: removes some
    QCOMPARE(history(100000).size(), 10021U - 16);
    save(transaction);
    QCOMPARE(history(100000).size(), 10000U);
    save(transaction);

    const auto records = history(100000);
    QCOMPARE(records.size(), 10000U);
    QCOMPARE(records.front().revision.number, 10023);
    QCOMPARE(records.back().revision.number, 24);
    QCOMPARE(load().balancers.size(), 1U);

    auto database = Database::open(databasePath());
    QCOMPARE(*database->number("SELECT count(*) FROM audit"), 10000);
    QCOMPARE(*database->number("SELECT count(*) FROM balancer_changes"), 0);
}

std::optional<std::string> SqliteStoreTest::valueBefore(std::string_view name, Revision revision,
                                                        const std::optional<std::string> &after)
{
    auto database = Database::open(databasePath());
    adapters::sqlite::Undo undo;
    const auto read = database->each("SELECT before, undo FROM balancer_changes WHERE revision = ? AND name = ?",
                                     {revision.number, name}, [&](const adapters::sqlite::Row &row) {
                                         undo = {*adapters::sqlite::parseBefore(row.text(0)), row.text(1)};
                                         return Result<void>();
                                     });
    return read ? adapters::sqlite::applyUndo(undo, after).value() : std::nullopt;
}

void SqliteStoreTest::canUndoEachRevision()
{
    auto second = makeBalancer("web", 40);
    second.instances.erase(second.instances.begin() + 7);
    second.tags.clear();
    const std::vector<std::optional<model::LoadBalancer>> states = {std::nullopt, makeBalancer("web", 40), second,
                                                                    std::nullopt, makeBalancer("web", 2)};
    Revision revision;
    for (std::size_t i = 1; i < states.size(); ++i) {
        ports::Transaction transaction;
        const auto expected = states[i - 1] ? revision : Revision();
        transaction.balancers = {{makeBalancer("web").name, expected, states[i]}};
        revision = save(transaction);
    }

    std::optional<std::string> value = wire::renderStored(*states.back());
    for (auto i = states.size() - 1; i > 0; --i) {
        value = valueBefore("web", Revision{static_cast<std::int64_t>(i)}, value);
        QCOMPARE(value.has_value(), states[i - 1].has_value());
        if (value)
            QCOMPARE(*wire::parseStored(*value), *states[i - 1]);
    }
    auto database = Database::open(databasePath());
    QCOMPARE(*database->number("SELECT revision_before FROM balancer_changes WHERE revision = 3"), 2);
    QVERIFY(*database->number("SELECT length(undo) FROM balancer_changes WHERE revision = 2") < 300);
}

void SqliteStoreTest::canUndoChangesOfTheRegistry()
{
    save(address("i-1", "10.0.0.1"));
    save(address("i-1", "10.0.0.2"));
    save(address("i-1", std::nullopt));
    auto database = Database::open(databasePath());
    QCOMPARE(*database->text("SELECT group_concat(coalesce(before, '-'), ' ') FROM "
                             "(SELECT before FROM address_changes ORDER BY revision)"),
             "- 10.0.0.1 10.0.0.2");
}

void SqliteStoreTest::encryptsSecrets()
{
    saveKey(makeKey("AKIA1", "very-secret-access-key"));
    const auto written = contentOf(path("state.db")) + contentOf(path("state.db-wal"));
    QVERIFY(written.contains("AKIA1"));
    QVERIFY(!written.contains("very-secret-access-key"));
}

void SqliteStoreTest::refusesToStartWithoutTheKeyFile()
{
    saveKey(makeKey("AKIA1", "secret"));
    close();
    QVERIFY(QFile::remove(path("secret.key")));
    const auto error = openFails();
    QCOMPARE(error.code, ErrorCode::Corrupt);
    QVERIFY2(error.message.find("secret.key is missing") != std::string::npos, error.message.c_str());
    QVERIFY(!QFile::exists(path("secret.key")));
}

void SqliteStoreTest::refusesToStartWithAnotherKeyFile()
{
    saveKey(makeKey("AKIA1", "secret"));
    close();
    overwrite(path("secret.key"), 0, QByteArray(32, 'x'));
    const auto error = openFails();
    QCOMPARE(error.code, ErrorCode::Corrupt);
    QVERIFY2(error.message.find("secret.key") != std::string::npos, error.message.c_str());
}

void SqliteStoreTest::refusesAKeyFileOthersCanRead()
{
    close();
    QCOMPARE(::chmod(path("secret.key").toUtf8().constData(), 0640), 0);
    const auto error = openFails();
    QCOMPARE(error.code, ErrorCode::InvalidInput);
    QVERIFY2(error.message.find("0640") != std::string::npos, error.message.c_str());
}

void SqliteStoreTest::refusesASecretMovedToAnotherKey()
{
    saveKey(makeKey("AKIAVIEWER", "mine"));
    saveKey(makeKey("AKIAADMIN", "theirs"));
    close();
    execute("UPDATE access_keys SET secret = (SELECT secret FROM access_keys WHERE id = 'AKIAVIEWER')");
    QCOMPARE(openFails().code, ErrorCode::Corrupt);
}

void SqliteStoreTest::encryptsPrivateKeysAndForgetsThem()
{
    const auto created = save(change(makeCertificate("web"), {}));
    auto certificate = makeCertificate("web");
    certificate.tags.clear();
    const auto changed = save(change(certificate, created));
    save(certificateRemoval("web", changed));
    const auto written = contentOf(path("state.db")) + contentOf(path("state.db-wal"));
    QVERIFY(written.contains("ASCAweb")); // the history knows the certificate
    QVERIFY(!written.contains("very+secret/key"));
    auto database = Database::open(databasePath());
    QCOMPARE(database->number("SELECT count(*) FROM certificates").value_or(-1), 0);
    QCOMPARE(database->number("SELECT count(*) FROM certificate_changes").value_or(-1), 3);
    QCOMPARE(*database->text("SELECT group_concat(before, ' ') FROM "
                             "(SELECT before FROM certificate_changes ORDER BY revision)"),
             "absent patch value");
}

void SqliteStoreTest::refusesToStartWithoutTheKeyFileOfItsCertificates()
{
    save(change(makeCertificate("web"), {}));
    close();
    QVERIFY(QFile::remove(path("secret.key")));
    QCOMPARE(openFails().code, ErrorCode::Corrupt);
    QVERIFY(!QFile::exists(path("secret.key")));
}

void SqliteStoreTest::refusesAPrivateKeyMovedToAnotherCertificate()
{
    save(change(makeCertificate("web"), {}));
    save(change(makeCertificate("api"), {}));
    close();
    execute("UPDATE certificates SET private_key = (SELECT private_key FROM certificates WHERE name = 'web')");
    const auto error = openFails();
    QCOMPARE(error.code, ErrorCode::Corrupt);
    QVERIFY2(error.message.find("certificate api") != std::string::npos, error.message.c_str());
}

QTEST_GUILESS_MAIN(SqliteStoreTest)
#include "tst_sqlite_store.moc"

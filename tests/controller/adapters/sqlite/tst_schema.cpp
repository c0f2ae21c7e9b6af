#include "adapters/sqlite/database.h"
#include "adapters/sqlite/schema.h"

#include <QTemporaryDir>
#include <QTest>

#include <array>

using namespace balancer;
using namespace balancer::adapters::sqlite;

class SchemaTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void numbersTheEmbeddedMigrations();
    void startsEmptyWithTheNewestVersion();
    void appliesOnlyWhatIsMissing();
    void appliesAMigrationWhollyOrNotAtAll();
    void rollsBackAFailedTransaction();
    void saysWhatIsWrongWithAStatement();

private:
    std::string path() const { return m_folder.filePath(QStringLiteral("state.db")).toStdString(); }
    static std::int64_t ask(Database &database, std::string_view sql) { return database.number(sql).value_or(-1); }

    QTemporaryDir m_folder;

private Q_SLOTS:
    void init() { QFile::remove(QString::fromStdString(path())); }
};

void SchemaTest::numbersTheEmbeddedMigrations()
{
    int version = 0;
    for (const auto &migration : embeddedMigrations()) {
        QCOMPARE(migration.version, ++version);
        QVERIFY(migration.sql.find(" TABLE ") != std::string_view::npos);
    }
    QVERIFY(version > 0);
}

void SchemaTest::startsEmptyWithTheNewestVersion()
{
    auto database = Database::open(path());
    QVERIFY(prepareSchema(*database, embeddedMigrations()));
    QCOMPARE(ask(*database, "PRAGMA user_version"), std::ssize(embeddedMigrations()));
    QCOMPARE(ask(*database, "PRAGMA application_id"), 0x45484150);
    QCOMPARE(ask(*database, "PRAGMA foreign_keys"), 1);
    QCOMPARE(ask(*database, "PRAGMA synchronous"), 2); // FULL
    QCOMPARE(*database->text("PRAGMA journal_mode"), "wal");
    QCOMPARE(ask(*database, "SELECT count(*) FROM revisions"), 0);
}

void SchemaTest::appliesOnlyWhatIsMissing()
{
    const std::array migrations = {
        Migration{1, "001_a.sql", "CREATE TABLE a (x)"},
        Migration{2, "002_b.sql", "CREATE TABLE b (x); INSERT INTO b VALUES (1)"},
    };
    {
        auto database = Database::open(path());
        QVERIFY(prepareSchema(*database, std::span(migrations).first(1)));
        QCOMPARE(ask(*database, "PRAGMA user_version"), 1);
        QVERIFY(database->run("INSERT INTO a VALUES (7)"));
    }
    auto database = Database::open(path());
    QVERIFY(prepareSchema(*database, migrations));
    QVERIFY(prepareSchema(*database, migrations)); // nothing is missing
    QCOMPARE(ask(*database, "PRAGMA user_version"), 2);
    QCOMPARE(ask(*database, "SELECT x FROM a"), 7);
    QCOMPARE(ask(*database, "SELECT count(*) FROM b"), 1);
}

void SchemaTest::appliesAMigrationWhollyOrNotAtAll()
{
    const std::array migrations = {
        Migration{1, "001_a.sql", "CREATE TABLE a (x)"},
        Migration{2, "002_b.sql", "CREATE TABLE b (x); this is no SQL"},
    };
    auto database = Database::open(path());
    const auto prepared = prepareSchema(*database, migrations);
    QVERIFY(!prepared);
    QCOMPARE(prepared.error().code, ErrorCode::Internal);
    QVERIFY2(prepared.error().message.starts_with("002_b.sql: "), prepared.error().message.c_str());
    QCOMPARE(ask(*database, "PRAGMA user_version"), 1);
    QCOMPARE(ask(*database, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), 0);
}

void SchemaTest::rollsBackAFailedTransaction()
{
    auto database = Database::open(path());
    QVERIFY(database->run("CREATE TABLE a (x)"));
    const auto done = database->inTransaction([&]() -> Result<void> {
        if (auto added = database->run("INSERT INTO a VALUES (1)"); !added)
            return added;
        return fail(ErrorCode::Refused, "no");
    });
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::Refused);
    QCOMPARE(ask(*database, "SELECT count(*) FROM a"), 0);
    QVERIFY(database->inTransaction([&] { return database->run("INSERT INTO a VALUES (2)"); }));
    QCOMPARE(ask(*database, "SELECT x FROM a"), 2);
}

void SchemaTest::saysWhatIsWrongWithAStatement()
{
    auto database = Database::open(path());
    const auto done = database->run("SELECT * FROM missing");
    QVERIFY(!done);
    QCOMPARE(done.error().code, ErrorCode::Internal);
    QVERIFY2(done.error().message == path() + ": no such table: missing", done.error().message.c_str());
    QCOMPARE(database->number("SELECT 1 WHERE 0").error().code, ErrorCode::Internal);
}

QTEST_GUILESS_MAIN(SchemaTest)
#include "tst_schema.moc"

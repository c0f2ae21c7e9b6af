#include "desktop/node_registry.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using namespace balancer;
using namespace balancer::desktop;

class NodeRegistryTest : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString path(const QString &name) const { return m_folder.filePath(name); }
    void write(const QString &name, const QByteArray &text) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }

private Q_SLOTS:
    void givesBackWhatWasSaved()
    {
        const NodeRegistry registry(path(QStringLiteral("a/b/nodes.json")));
        const std::vector<NodeEntry> nodes = {
            {QStringLiteral("1"), QStringLiteral("Büro"), QStringLiteral("unix:/run/x.sock"), {}, {}},
            {QStringLiteral("2"), QStringLiteral("web"), QStringLiteral("https://10.0.0.5:9999"),
             QStringLiteral("aabb"), QStringLiteral("AKID")}};
        QVERIFY(registry.save(nodes));
        const auto loaded = registry.load();
        QVERIFY(loaded);
        QCOMPARE(*loaded, nodes);
    }

    void isReadableByItsUserOnly()
    {
        const NodeRegistry registry(path(QStringLiteral("private.json")));
        QVERIFY(registry.save({}));
        const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
        QCOMPARE(QFileInfo(registry.file()).permissions() & others, QFile::Permissions());
    }

    void tellsAMissingFileFromABrokenOne()
    {
        QCOMPARE(NodeRegistry(path(QStringLiteral("none.json"))).load().error().code, ErrorCode::NotFound);
    }

    void namesWhatIsBroken_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("named");
        QTest::newRow("cut short") << QByteArray("{\"Nodes\": [") << QStringLiteral("byte");
        QTest::newRow("no list") << QByteArray("{}") << QStringLiteral("Nodes");
        QTest::newRow("a node without an address")
            << QByteArray(R"({"Nodes": [{"Id": "1", "Name": "a"}]})") << QStringLiteral("Url");
        QTest::newRow("a node that is a number") << QByteArray(R"({"Nodes": [7]})") << QStringLiteral("node 1");
    }
    void namesWhatIsBroken()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, named);
        write(QStringLiteral("broken.json"), text);
        const auto loaded = NodeRegistry(path(QStringLiteral("broken.json"))).load();
        QVERIFY(!loaded);
        QCOMPARE(loaded.error().code, ErrorCode::Corrupt);
        QVERIFY2(QString::fromStdString(loaded.error().message).contains(named), loaded.error().message.c_str());
    }

    void saysWhenItCannotBeWritten()
    {
        write(QStringLiteral("file"), "x");
        QCOMPARE(NodeRegistry(path(QStringLiteral("file/nodes.json"))).save({}).error().code, ErrorCode::Unavailable);
    }

    void understandsWhatPeopleType_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("url");
        const auto row = [](const char *typed, const char *url) {
            QTest::newRow(typed) << QString::fromUtf8(typed) << QString::fromUtf8(url);
        };
        row("https://10.0.0.5:9999", "https://10.0.0.5:9999");
        row("  https://10.0.0.5:9999/ ", "https://10.0.0.5:9999");
        row("10.0.0.5", "https://10.0.0.5:9999");
        row("node2.corp:8443", "https://node2.corp:8443");
        row("127.0.0.1:9999", "http://127.0.0.1:9999");
        row("localhost", "http://localhost:9999");
        row("http://[::1]:9999", "http://[::1]:9999");
        row("/run/elastic-haproxy/control.sock", "unix:/run/elastic-haproxy/control.sock");
        row("unix:/run/x.sock", "unix:/run/x.sock");
    }
    void understandsWhatPeopleType()
    {
        QFETCH(QString, typed);
        const auto url = nodeUrl(typed);
        QVERIFY2(url, url ? "" : url.error().message.c_str());
        QTEST(*url, "url");
    }

    void refusesWhatIsNoNode_data()
    {
        QTest::addColumn<QString>("typed");
        for (const char *typed :
             {"", "  ", "ftp://10.0.0.5", "http://10.0.0.5:9999", "https://", "https://u:p@10.0.0.5",
              "https://10.0.0.5/path", "https://10.0.0.5?x=1", "unix:relative.sock", "https://10.0.0.5:99999", "a b"})
            QTest::newRow(typed) << QString::fromUtf8(typed);
    }
    void refusesWhatIsNoNode()
    {
        QFETCH(QString, typed);
        const auto url = nodeUrl(typed);
        QVERIFY(!url);
        QCOMPARE(url.error().code, ErrorCode::InvalidInput);
    }

    void tellsRemoteFromLocal()
    {
        QVERIFY(isRemote(QStringLiteral("https://10.0.0.5:9999")));
        QVERIFY(!isRemote(QStringLiteral("https://127.0.0.2:9999")));
        QVERIFY(!isRemote(QStringLiteral("unix:/x")));
    }

    void writesFingerprintsInPairs()
    {
        QCOMPARE(readableFingerprint(QStringLiteral("a1b2c3")), QStringLiteral("A1:B2:C3"));
    }
};

QTEST_GUILESS_MAIN(NodeRegistryTest)
#include "tst_node_registry.moc"

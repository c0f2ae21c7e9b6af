#include "app/desktop/fake_node.h"
#include "app/desktop/fake_secret_store.h"
#include "desktop/nodes.h"
#include "support/manual_clock.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace balancer;
using namespace balancer::desktop;
using namespace balancer::tests;

/// The list, the keychain and the sessions together.
class NodesTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    FakeNode m_node;
    FakeSecretStore m_secrets;
    ManualClock m_clock;

    NodeRegistry registry() const { return NodeRegistry(m_folder->filePath(QStringLiteral("nodes.json"))); }
    std::unique_ptr<Nodes> makeNodes() { return std::make_unique<Nodes>(registry(), m_secrets, m_node, m_clock); }
    static NodeEntry entry(const QString &name)
    {
        return {{}, name, QStringLiteral("http://127.0.0.1:9999"), {}, QStringLiteral("AKIDTEST")};
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_secrets = {};
        m_node.key.reset();
        m_node.broken.reset();
    }

    void keepsTheSecretInTheStoreAndNowhereElse()
    {
        auto nodes = makeNodes();
        const QString id = nodes->add(entry(QStringLiteral("a")), QStringLiteral("very-secret"));
        QTRY_COMPARE(m_secrets.secrets.value(id), QStringLiteral("very-secret"));
        QFile file(registry().file());
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto text = file.readAll();
        QVERIFY(text.contains("AKIDTEST"));
        QVERIFY(!text.contains("very-secret"));
    }

    void comesBackWithOrderAndSecrets()
    {
        {
            auto nodes = makeNodes();
            nodes->add(entry(QStringLiteral("a")), QStringLiteral("secret of a"));
            const QString second = nodes->add(entry(QStringLiteral("b")), QStringLiteral("secret of b"));
            nodes->move(second, 0);
            QTRY_COMPARE(m_secrets.secrets.size(), 2);
        }
        auto nodes = makeNodes();
        nodes->load({});
        QCOMPARE(nodes->model().rowCount(), 2);
        QCOMPARE(nodes->model().at(0).name(), QStringLiteral("b"));
        QTRY_VERIFY(nodes->model().at(0).entry().access.credentials);
        QCOMPARE(nodes->model().at(0).entry().access.credentials->secretAccessKey, std::string("secret of b"));
        QVERIFY(!nodes->wantsSecret(nodes->model().at(0).id()));
    }

    void beginsWithThisMachine()
    {
        const QString socket = m_folder->filePath(QStringLiteral("control.sock"));
        QFile file(socket);
        QVERIFY(file.open(QIODevice::WriteOnly));
        auto nodes = makeNodes();
        nodes->load(socket);
        QCOMPARE(nodes->model().rowCount(), 1);
        QCOMPARE(nodes->model().at(0).address(), QStringLiteral("unix:") + socket);
    }

    void beginsEmptyWhereNoNodeRuns()
    {
        auto nodes = makeNodes();
        nodes->load(QStringLiteral("/nonexistent/control.sock"));
        QCOMPARE(nodes->model().rowCount(), 0);
    }

    void leavesAListItCannotReadAlone()
    {
        QFile file(registry().file());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{ broken");
        file.close();
        auto nodes = makeNodes();
        QSignalSpy problems(nodes.get(), &Nodes::problem);
        nodes->load({});
        QCOMPARE(problems.size(), 1);
        nodes->add(entry(QStringLiteral("a")), {});
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("{ broken"));
    }

    void asksForASecretThatIsNotKept()
    {
        QVERIFY(registry().save({{QStringLiteral("n"),
                                  QStringLiteral("a"),
                                  QStringLiteral("http://127.0.0.1:9999"),
                                  {},
                                  QStringLiteral("AKIDTEST")}}));
        auto nodes = makeNodes();
        QSignalSpy wanted(nodes.get(), &Nodes::secretWantedChanged);
        nodes->load({});
        QTRY_VERIFY(nodes->wantsSecret(QStringLiteral("n")));
        QCOMPARE(wanted.size(), 1);
    }

    void usesASecretThatCannotBeKeptUntilTheEnd()
    {
        m_secrets.broken = Error{ErrorCode::Unavailable, "the keychain is locked"};
        auto nodes = makeNodes();
        QSignalSpy problems(nodes.get(), &Nodes::problem);
        const QString id = nodes->add(entry(QStringLiteral("a")), QStringLiteral("very-secret"));
        QTRY_COMPARE(problems.size(), 1);
        QVERIFY(problems.first().first().toString().contains(QStringLiteral("the keychain is locked")));
        QVERIFY(nodes->model().find(id)->entry().access.credentials);
        QVERIFY(!nodes->wantsSecret(id));
    }

    void takesAKeychainThatFailsAsASecretToAskFor()
    {
        QVERIFY(registry().save({{QStringLiteral("n"),
                                  QStringLiteral("a"),
                                  QStringLiteral("http://127.0.0.1:9999"),
                                  {},
                                  QStringLiteral("AKIDTEST")}}));
        m_secrets.broken = Error{ErrorCode::Unavailable, "nobody offers secrets here"};
        auto nodes = makeNodes();
        QSignalSpy problems(nodes.get(), &Nodes::problem);
        nodes->load({});
        QTRY_VERIFY(nodes->wantsSecret(QStringLiteral("n")));
        QCOMPARE(problems.size(), 1);
        // Typed for this session: it is used, though it cannot be kept.
        NodeEntry edited = *nodes->find(QStringLiteral("n"));
        nodes->edit(edited, QStringLiteral("typed"));
        QVERIFY(!nodes->wantsSecret(QStringLiteral("n")));
        QCOMPARE(nodes->model().at(0).entry().access.credentials->secretAccessKey, std::string("typed"));
    }

    void removesTheSecretWithTheNode()
    {
        auto nodes = makeNodes();
        const QString id = nodes->add(entry(QStringLiteral("a")), QStringLiteral("x"));
        QTRY_COMPARE(m_secrets.secrets.size(), 1);
        nodes->remove(id);
        QTRY_COMPARE(m_secrets.secrets.size(), 0);
        QCOMPARE(nodes->model().rowCount(), 0);
        QCOMPARE(registry().load()->size(), std::size_t(0));
    }

    void keepsTheSecretWhenOnlyTheNameChanges()
    {
        auto nodes = makeNodes();
        const QString id = nodes->add(entry(QStringLiteral("a")), QStringLiteral("x"));
        NodeEntry renamed = *nodes->find(id);
        renamed.name = QStringLiteral("b");
        nodes->edit(renamed, {});
        QCOMPARE(nodes->model().find(id)->name(), QStringLiteral("b"));
        QCOMPARE(nodes->model().find(id)->entry().access.credentials->secretAccessKey, std::string("x"));
    }

    void neverSendsOneKeysSecretWithAnother()
    {
        auto nodes = makeNodes();
        const QString id = nodes->add(entry(QStringLiteral("a")), QStringLiteral("x"));
        NodeEntry otherKey = *nodes->find(id);
        otherKey.accessKeyId = QStringLiteral("AKIDOTHER");
        nodes->edit(otherKey, {});
        QVERIFY(!nodes->model().find(id)->entry().access.credentials);
        QVERIFY(nodes->wantsSecret(id));
    }
};

QTEST_GUILESS_MAIN(NodesTest)
#include "tst_nodes_of_the_user.moc"

#include "desktop/keychain_secret_store.h"

#include <QTest>

using namespace balancer;
using desktop::KeychainSecretStore;

/// On a real Secret Service: with-display starts one.
class KeychainTest : public QObject
{
    Q_OBJECT

private:
    const QString m_key = QStringLiteral("node-1");

private Q_SLOTS:
    void init()
    {
        KeychainSecretStore store;
        QVERIFY(QCoro::waitFor(store.remove(m_key)));
    }

    void givesBackWhatAnotherOneKept()
    {
        const QString secret = QStringLiteral("s3cret/+äöü");
        {
            KeychainSecretStore store;
            const auto saved = QCoro::waitFor(store.save(m_key, secret));
            QVERIFY2(saved, saved ? "" : saved.error().message.c_str());
        }
        KeychainSecretStore other;
        const auto loaded = QCoro::waitFor(other.load(m_key));
        QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
        QCOMPARE(*loaded, secret);
    }

    void keepsTheNewerOfTwo()
    {
        KeychainSecretStore store;
        QVERIFY(QCoro::waitFor(store.save(m_key, QStringLiteral("old"))));
        QVERIFY(QCoro::waitFor(store.save(m_key, QStringLiteral("new"))));
        QCOMPARE(QCoro::waitFor(store.load(m_key)).value(), QStringLiteral("new"));
    }

    void hasNoneThatWasNeverKept()
    {
        KeychainSecretStore store;
        QCOMPARE(QCoro::waitFor(store.load(QStringLiteral("never"))).error().code, ErrorCode::NotFound);
    }

    void forgetsWhatIsRemoved()
    {
        KeychainSecretStore store;
        QVERIFY(QCoro::waitFor(store.save(m_key, QStringLiteral("x"))));
        QVERIFY(QCoro::waitFor(store.remove(m_key)));
        QCOMPARE(QCoro::waitFor(store.load(m_key)).error().code, ErrorCode::NotFound);
    }

    void keepsNodesApart()
    {
        KeychainSecretStore store;
        QVERIFY(QCoro::waitFor(store.save(QStringLiteral("a"), QStringLiteral("of a"))));
        QVERIFY(QCoro::waitFor(store.save(QStringLiteral("b"), QStringLiteral("of b"))));
        QCOMPARE(QCoro::waitFor(store.load(QStringLiteral("a"))).value(), QStringLiteral("of a"));
    }
};

QTEST_GUILESS_MAIN(KeychainTest)
#include "tst_keychain.moc"

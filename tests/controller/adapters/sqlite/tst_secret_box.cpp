#include "adapters/sqlite/secret_box.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace balancer;
using adapters::sqlite::SecretBox;

class SecretBoxTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void opensWhatItSealed_data();
    void opensWhatItSealed();
    void sealsDifferentlyEachTime();
    void readsItsKeyAgain();
    void refusesAnythingChanged();
    void refusesAnotherContext();
    void refusesWhatIsTooShort();
    void doesNotMakeAKeyUnlessTold();
    void refusesAKeyOfTheWrongSize();
    void refusesALink();

private:
    std::string path(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)).toStdString(); }
    SecretBox box() const { return *SecretBox::open(path("secret.key"), SecretBox::IfMissing::Create); }

    QTemporaryDir m_folder;
};

void SecretBoxTest::opensWhatItSealed_data()
{
    QTest::addColumn<QByteArray>("secret");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("a secret access key") << QByteArray("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    QTest::newRow("any bytes") << QByteArray("\0\xff\n'", 4).repeated(100);
}

void SecretBoxTest::opensWhatItSealed()
{
    QFETCH(QByteArray, secret);
    const auto sealed = box().seal(secret.toStdString(), "AKIA1");
    QVERIFY(sealed);
    QCOMPARE(*box().unseal(*sealed, "AKIA1"), secret.toStdString());
}

void SecretBoxTest::sealsDifferentlyEachTime()
{
    QVERIFY(*box().seal("secret", "AKIA1") != *box().seal("secret", "AKIA1"));
}

void SecretBoxTest::readsItsKeyAgain()
{
    const auto sealed = box().seal("secret", "AKIA1");
    const auto again = SecretBox::open(path("secret.key"), SecretBox::IfMissing::Fail);
    QVERIFY(again);
    QCOMPARE(*again->unseal(*sealed, "AKIA1"), "secret");
}

void SecretBoxTest::refusesAnythingChanged()
{
    const auto sealed = *box().seal("secret", "AKIA1");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        QCOMPARE(box().unseal(changed, "AKIA1").error().code, ErrorCode::Corrupt);
    }
}

void SecretBoxTest::refusesAnotherContext()
{
    QVERIFY(!box().unseal(*box().seal("secret", "AKIA1"), "AKIA2"));
}

void SecretBoxTest::refusesWhatIsTooShort()
{
    QCOMPARE(box().unseal("", "AKIA1").error().code, ErrorCode::Corrupt);
    QCOMPARE(box().unseal(std::string(27, 'x'), "AKIA1").error().code, ErrorCode::Corrupt);
}

void SecretBoxTest::doesNotMakeAKeyUnlessTold()
{
    const auto opened = SecretBox::open(path("other.key"), SecretBox::IfMissing::Fail);
    QCOMPARE(opened.error().code, ErrorCode::Corrupt);
    QVERIFY(!QFile::exists(QString::fromStdString(path("other.key"))));
}

void SecretBoxTest::refusesAKeyOfTheWrongSize()
{
    QFile file(QString::fromStdString(path("short.key")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("short") == 5);
    file.close();
    QVERIFY(::chmod(path("short.key").c_str(), 0600) == 0);
    const auto opened = SecretBox::open(path("short.key"), SecretBox::IfMissing::Create);
    QCOMPARE(opened.error().code, ErrorCode::Corrupt);
    QVERIFY2(opened.error().message.find("5 bytes") != std::string::npos, opened.error().message.c_str());
}

void SecretBoxTest::refusesALink()
{
    box();
    QVERIFY(QFile::link(QString::fromStdString(path("secret.key")), QString::fromStdString(path("link.key"))));
    QVERIFY(!SecretBox::open(path("link.key"), SecretBox::IfMissing::Create));
}

QTEST_GUILESS_MAIN(SecretBoxTest)
#include "tst_secret_box.moc"

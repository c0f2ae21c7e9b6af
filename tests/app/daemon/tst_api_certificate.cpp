#include "daemon/api_certificate.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <sys/stat.h>

#include <memory>

using namespace balancer;
using namespace balancer::daemon;

namespace {

constexpr model::Timestamp kNow(std::chrono::seconds(1'800'000'000));

Endpoint endpoint(const char *text)
{
    return Endpoint::parse(text).value();
}

std::unique_ptr<X509, void (*)(X509 *)> parsed(const std::string &pem)
{
    BIO *bio = BIO_new_mem_buf(pem.data(), int(pem.size()));
    X509 *certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
    BIO_free(bio);
    return {certificate, X509_free};
}

} // namespace

class ApiCertificateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void choosesWhereTlsIsSpoken_data();
    void choosesWhereTlsIsSpoken();
    void makesACertificateForWhereTheApiListens();
    void makesOneThatLastsTenYearsAndSignsItself();
    void keepsWhatItMade();
    void makesAnotherForAnotherNode();
    void leavesTheKeyToItsOwner();
    void takesUpAKeyWithoutACertificate();
    void doesNotReplaceAMissingKey();
    void leavesWhatCannotBeUsed_data();
    void leavesWhatCannotBeUsed();
    void refusesAKeyThatOthersMayRead();
    void takesAHostNameThatDoesNotFitASubject();

private:
    Result<ApiCertificate> ensure(const std::string &host = "node-1",
                                  const std::vector<Endpoint> &endpoints = {endpoint("10.0.0.5:9999")})
    {
        return ensureApiCertificate(folder(), host, endpoints, kNow);
    }
    std::string folder() const { return m_folder->path().toStdString(); }
    QString certificatePath() const { return m_folder->filePath(QStringLiteral("api-certificate.pem")); }
    QString keyPath() const { return m_folder->filePath(QStringLiteral("api-key.pem")); }
    static QByteArray contentOf(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static void write(const QString &path, const QByteArray &content, QFile::Permissions permissions)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.setPermissions(permissions);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void ApiCertificateTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

void ApiCertificateTest::choosesWhereTlsIsSpoken_data()
{
    QTest::addColumn<bool>("always");
    QTest::addColumn<std::vector<Endpoint>>("plain");
    QTest::addColumn<std::vector<Endpoint>>("encrypted");
    using List = std::vector<Endpoint>;
    QTest::newRow("beyond loopback") << false << List{endpoint("127.0.0.1:1"), endpoint("[::1]:3")}
                                     << List{endpoint("10.0.0.5:2"), endpoint("0.0.0.0:4"), endpoint("[::]:5")};
    QTest::newRow("everywhere") << true << List{}
                                << List{endpoint("127.0.0.1:1"), endpoint("10.0.0.5:2"), endpoint("[::1]:3"),
                                        endpoint("0.0.0.0:4"), endpoint("[::]:5")};
}

void ApiCertificateTest::choosesWhereTlsIsSpoken()
{
    QFETCH(bool, always);
    ApiSettings settings;
    settings.listen = {endpoint("127.0.0.1:1"), endpoint("10.0.0.5:2"), endpoint("[::1]:3"), endpoint("0.0.0.0:4"),
                       endpoint("[::]:5")};
    settings.tls = always ? ApiTls::Always : ApiTls::Auto;
    const auto chosen = apiEndpoints(settings);
    QTEST(chosen.plain, "plain");
    QTEST(chosen.encrypted, "encrypted");
}

void ApiCertificateTest::makesACertificateForWhereTheApiListens()
{
    const auto made = ensure(
        "node-1", {endpoint("10.0.0.5:9999"), endpoint("[fd00::5]:1"), endpoint("0.0.0.0:2"), endpoint("10.0.0.5:3")});
    QVERIFY2(made, made ? "" : made.error().message.c_str());
    const auto certificate = parsed(made->identity.certificateChain);
    QVERIFY(certificate);
    for (const auto *name : {"node-1", "localhost"})
        QCOMPARE(X509_check_host(certificate.get(), name, 0, 0, nullptr), 1);
    QCOMPARE(X509_check_host(certificate.get(), "node-2", 0, 0, nullptr), 0);
    for (const auto *address : {"10.0.0.5", "fd00::5"})
        QCOMPARE(X509_check_ip_asc(certificate.get(), address, 0), 1);
    for (const auto *address : {"0.0.0.0", "10.0.0.6"})
        QCOMPARE(X509_check_ip_asc(certificate.get(), address, 0), 0);
    QCOMPARE(made->fingerprint.size(), 64U);
    QCOMPARE(contentOf(certificatePath()).toStdString(), made->identity.certificateChain);
    QCOMPARE(contentOf(keyPath()).toStdString(), made->identity.privateKey);
}

void ApiCertificateTest::makesOneThatLastsTenYearsAndSignsItself()
{
    const auto made = ensure();
    QVERIFY(made);
    const auto certificate = parsed(made->identity.certificateChain);
    QCOMPARE(X509_self_signed(certificate.get(), 1), 1);
    QCOMPARE(X509_check_ca(certificate.get()), 0);
    QCOMPARE(X509_check_purpose(certificate.get(), X509_PURPOSE_SSL_SERVER, 0), 1);
    EVP_PKEY *key = X509_get0_pubkey(certificate.get());
    QCOMPARE(EVP_PKEY_get_bits(key), 256);
    auto now = std::chrono::system_clock::to_time_t(kNow);
    auto nineYearsLater = now + 9 * 365 * 86'400L;
    auto elevenYearsLater = now + 11 * 366 * 86'400L;
    QVERIFY(X509_cmp_time(X509_get0_notBefore(certificate.get()), &now) < 0);
    QVERIFY(X509_cmp_time(X509_get0_notAfter(certificate.get()), &nineYearsLater) > 0);
    QVERIFY(X509_cmp_time(X509_get0_notAfter(certificate.get()), &elevenYearsLater) < 0);
}

void ApiCertificateTest::keepsWhatItMade()
{
    const auto first = ensure();
    const auto second = ensure("renamed", {endpoint("10.0.0.99:1")});
    QVERIFY(first && second);
    QCOMPARE(second->identity, first->identity);
    QCOMPARE(second->fingerprint, first->fingerprint);
}

void ApiCertificateTest::makesAnotherForAnotherNode()
{
    const auto first = ensure();
    init();
    const auto second = ensure();
    QVERIFY(first && second);
    QVERIFY(first->fingerprint != second->fingerprint);
    QVERIFY(first->identity.privateKey != second->identity.privateKey);
}

void ApiCertificateTest::leavesTheKeyToItsOwner()
{
    const auto before = umask(0);
    const auto made = ensure();
    umask(before);
    QVERIFY(made);
    struct stat found
    {
    };
    QCOMPARE(stat(keyPath().toUtf8().constData(), &found), 0);
    QCOMPARE(found.st_mode & 07777U, 0600U);
}

void ApiCertificateTest::takesUpAKeyWithoutACertificate()
{
    const auto first = ensure();
    QVERIFY(first);
    QVERIFY(QFile::remove(certificatePath()));
    const auto second = ensure();
    QVERIFY(second);
    QCOMPARE(second->identity.privateKey, first->identity.privateKey);
}

void ApiCertificateTest::doesNotReplaceAMissingKey()
{
    QVERIFY(ensure());
    QVERIFY(QFile::remove(keyPath()));
    const auto refused = ensure();
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidInput);
    QCOMPARE(refused.error().message, folder() + "/api-key.pem is missing: put it back, or remove " + folder() +
                                          "/api-certificate.pem, and new ones are made");
    QVERIFY(!QFile::exists(keyPath()));
}

void ApiCertificateTest::leavesWhatCannotBeUsed_data()
{
    QTest::addColumn<bool>("isKey");
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("an empty certificate") << false << QByteArray();
    QTest::newRow("a certificate that is none") << false << QByteArray("garbage");
    QTest::newRow("a certificate that is too large") << false << QByteArray(300'000, 'x');
    QTest::newRow("an empty key") << true << QByteArray();
    QTest::newRow("a key that is none") << true << QByteArray("garbage");
    QTest::newRow("the key of another") << true << QByteArray("another");
}

void ApiCertificateTest::leavesWhatCannotBeUsed()
{
    QFETCH(bool, isKey);
    QFETCH(QByteArray, content);
    if (content == "another") {
        const auto other = ensure();
        QVERIFY(other);
        content = QByteArray::fromStdString(other->identity.privateKey);
        init();
    }
    QVERIFY(ensure());
    const auto path = isKey ? keyPath() : certificatePath();
    const auto untouched = isKey ? certificatePath() : keyPath();
    const auto before = contentOf(untouched);
    write(path, content, QFile::ReadOwner | QFile::WriteOwner);
    const auto refused = ensure();
    QVERIFY(!refused);
    QVERIFY2(refused.error().message.starts_with(folder() + "/api-certificate.pem"), refused.error().message.c_str());
    QVERIFY(refused.error().message.find('\n') == std::string::npos);
    QCOMPARE(contentOf(path), content);
    QCOMPARE(contentOf(untouched), before);
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files).size(), 2);
}

void ApiCertificateTest::refusesAKeyThatOthersMayRead()
{
    QVERIFY(ensure());
    QVERIFY(QFile::setPermissions(keyPath(), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup));
    const auto refused = ensure();
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidInput);
    QCOMPARE(refused.error().message, folder() + "/api-key.pem may be read by others: give it mode 0600");
}

void ApiCertificateTest::takesAHostNameThatDoesNotFitASubject()
{
    const std::string host = std::string(60, 'a') + ".corp.example";
    const auto made = ensure(host);
    QVERIFY2(made, made ? "" : made.error().message.c_str());
    const auto certificate = parsed(made->identity.certificateChain);
    QCOMPARE(X509_check_host(certificate.get(), host.c_str(), 0, 0, nullptr), 1);
    init();
    QVERIFY(ensure(""));
}

QTEST_GUILESS_MAIN(ApiCertificateTest)
#include "tst_api_certificate.moc"

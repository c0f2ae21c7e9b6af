#include "adapters/openssl/certificate_examiner.h"
#include "support/certificates.h"

#include <QCryptographicHash>
#include <QTest>

#include <random>

using namespace balancer;
using namespace std::chrono_literals;
using model::CertificateText;
using tests::CertificateOptions;
using tests::kTestNow;
using tests::TestCertificate;
using tests::TestKey;

namespace {

/// A root, an authority between, and a certificate for a server.
struct Family
{
    TestCertificate root = TestCertificate::selfSigned(TestKey::ecdsa(), {.subject = "root", .authority = true});
    TestCertificate between = root.issue(TestKey::ecdsa(), {.subject = "between", .authority = true});
    TestCertificate server = between.issue(TestKey::ecdsa(), {.subject = "web.example"});

    CertificateText text() const { return {server.pem, between.pem + root.pem, server.key.pem()}; }
};

CertificateText selfSignedText(const TestKey &key, const CertificateOptions &options = {})
{
    return {TestCertificate::selfSigned(key, options).pem, {}, key.pem()};
}

} // namespace

class CertificateExaminerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatItFound();
    void takesWhatListenersCanServe_data();
    void takesWhatListenersCanServe();
    void normalizesWhatItWasGiven();
    void normalizesToItself();
    void refusesWhatListenersCannotServe_data();
    void refusesWhatListenersCannotServe();
    void refusesTheKeyOfAnotherCertificate_data();
    void refusesTheKeyOfAnotherCertificate();
    void givesNothingOfTheKeyAway();
    void survivesAnyInput_data();
    void survivesAnyInput();
    void survivesTextsCutOffAnywhere();
    void followsAShownChainBySignatures();
    void believesNothingThatSignedNothing();
    void readsNoRubbishAsAChain();

private:
    Result<model::ExaminedCertificate> examine(const CertificateText &text) const
    {
        return m_examiner.examine(text, kTestNow);
    }

    static std::string derOf(const TestCertificate &certificate)
    {
        const auto body = QByteArray::fromStdString(certificate.pem);
        const auto begin = body.indexOf('\n') + 1;
        return QByteArray::fromBase64(body.mid(begin, body.lastIndexOf("-----END") - begin)).toStdString();
    }

    static std::string keyOf(const TestCertificate &certificate)
    {
        return QByteArray::fromStdString(certificate.key.publicDer()).toBase64().toStdString();
    }

    adapters::openssl::CertificateExaminer m_examiner;
    Family m_family;
};

void CertificateExaminerTest::tellsWhatItFound()
{
    const auto found = examine(m_family.text());
    QVERIFY2(found, found ? "" : found.error().message.c_str());
    QCOMPARE(found->publicKey, m_family.server.key.publicDer());
    QCOMPARE(found->expiresAt, model::Timestamp(kTestNow + 24h * 365));
    QCOMPARE(found->fingerprint.size(), 40U);
    QCOMPARE(found->fingerprint.find_first_not_of("0123456789ABCDEF"), std::string::npos);
    QCOMPARE(found->normalized, m_family.text());
}

void CertificateExaminerTest::takesWhatListenersCanServe_data()
{
    QTest::addColumn<CertificateText>("text");

    const auto good = m_family.text();
    QTest::newRow("ECDSA P-256") << selfSignedText(TestKey::ecdsa("P-256"));
    QTest::newRow("ECDSA P-384") << selfSignedText(TestKey::ecdsa("P-384"));
    QTest::newRow("ECDSA P-521") << selfSignedText(TestKey::ecdsa("P-521"));
    QTest::newRow("RSA 2048") << selfSignedText(TestKey::rsa(2048));
    QTest::newRow("a chain without its root") << CertificateText{good.body, m_family.between.pem, good.privateKey};
    QTest::newRow("no chain") << CertificateText{good.body, {}, good.privateKey};
    QTest::newRow("a chain of blanks") << CertificateText{good.body, "\n \n", good.privateKey};
    QTest::newRow("words around") << CertificateText{"Bag Attributes\n" + good.body + "end\n", good.chain,
                                                     "here it is:\n" + good.privateKey};
    QTest::newRow("no line end at the end") << CertificateText{
        good.body.substr(0, good.body.size() - 1), {}, good.privateKey.substr(0, good.privateKey.size() - 1)};
    QTest::newRow("older form of an ECDSA key")
        << CertificateText{good.body, good.chain, m_family.server.key.traditionalPem()};
    const std::string parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    QTest::newRow("an ECDSA key behind its parameters")
        << CertificateText{good.body, good.chain, parameters + m_family.server.key.traditionalPem()};
    const auto key = TestKey::rsa();
    QTest::newRow("older form of an RSA key")
        << CertificateText{TestCertificate::selfSigned(key).pem, {}, key.traditionalPem()};
    QTest::newRow("expires in an hour") << selfSignedText(TestKey::ecdsa(), {.until = 1h});
}

void CertificateExaminerTest::takesWhatListenersCanServe()
{
    QFETCH(CertificateText, text);
    const auto found = examine(text);
    QVERIFY2(found, found ? "" : found.error().message.c_str());
}

void CertificateExaminerTest::normalizesWhatItWasGiven()
{
    auto text = m_family.text();
    const auto plain = text;
    const auto withCarriageReturns = [](std::string lines) {
        for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos; at += 2)
            lines.insert(at, 1, '\r');
        return lines;
    };
    text = {"subject=/CN=web.example\n\n" + withCarriageReturns(text.body), "\n\n" + text.chain,
            m_family.server.key.traditionalPem()};
    const auto found = examine(text);
    QVERIFY2(found, found ? "" : found.error().message.c_str());
    QCOMPARE(found->normalized, plain);
    for (const auto &part : {found->normalized.body, found->normalized.chain, found->normalized.privateKey})
        QCOMPARE(part.find("\n\n"), std::string::npos); // an empty line would end HAProxy's command
}

void CertificateExaminerTest::normalizesToItself()
{
    const auto once = examine(m_family.text());
    const auto twice = examine(once->normalized);
    QCOMPARE(*twice, *once);
}

void CertificateExaminerTest::refusesWhatListenersCannotServe_data()
{
    QTest::addColumn<CertificateText>("text");
    QTest::addColumn<std::string>("sentence");

    const auto good = m_family.text();
    const auto row = [](const char *name, const CertificateText &text, const char *sentence) {
        QTest::newRow(name) << text << std::string(sentence);
    };
    row("nothing", {}, "Unable to parse the certificate body: it must be X.509 in PEM");
    row("rubbish", {"rubbish", "rubbish", "rubbish"}, "Unable to parse the certificate body: it must be X.509 in PEM");
    row("ten megabytes", {std::string(10 * 1024 * 1024, 'A'), {}, good.privateKey},
        "The certificate body may have 16384 bytes");
    row("ten megabytes of key", {good.body, {}, std::string(10 * 1024 * 1024, 'A')},
        "The private key may have 16384 bytes");
    row("ten megabytes of chain", {good.body, std::string(10 * 1024 * 1024, '\n'), good.privateKey},
        "The certificate chain may have 2097152 bytes");
    row("a key as body", {good.privateKey, {}, good.privateKey},
        "Unable to parse the certificate body: it must be X.509 in PEM");
    row("a certificate as key", {good.body, {}, good.body},
        "Unable to parse the private key: it must be PEM, without a passphrase");
    row("no key", {good.body, {}, {}}, "Unable to parse the private key: it must be PEM, without a passphrase");
    row("an encrypted key", {good.body, {}, m_family.server.key.encryptedPem("secret")},
        "The private key is encrypted: it must be given without a passphrase");
    row("an encrypted key of the older form", {good.body, {}, m_family.server.key.encryptedTraditionalPem("secret")},
        "The private key is encrypted: it must be given without a passphrase");
    row("armour around nothing", {"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", {}, good.privateKey},
        "Unable to parse the certificate body: it must be X.509 in PEM");
    row("the chain in the body", {good.body + good.chain, {}, good.privateKey},
        "The certificate body holds several certificates: those that issued the first one belong into the certificate "
        "chain");
    const std::string unfit = "The certificate chain does not fit: each certificate must have been issued by the one "
                              "that follows it, beginning with the one that issued the certificate itself";
    row("a chain in the wrong order", {good.body, m_family.root.pem + m_family.between.pem, good.privateKey},
        unfit.c_str());
    row("a chain with a gap", {good.body, m_family.root.pem, good.privateKey}, unfit.c_str());
    row("a chain of strangers", {good.body, Family().between.pem, good.privateKey}, unfit.c_str());
    row("a chain that begins with the certificate", {good.body, good.body + good.chain, good.privateKey},
        unfit.c_str());
    row("a chain of rubbish", {good.body, "rubbish", good.privateKey},
        "Unable to parse the certificate chain: it must be X.509 in PEM");
    row("a chain whose end is cut off", {good.body, good.chain.substr(0, good.chain.size() - 40), good.privateKey},
        "Unable to parse the certificate chain: it must be X.509 in PEM");
    std::string store;
    for (int i = 0; i < 11; ++i)
        store += m_family.root.pem;
    row("a chain without end", {good.body, store, good.privateKey},
        "the certificate chain holds more than 10 certificates");
    row("expired", selfSignedText(TestKey::ecdsa(), {.until = -1h}), "The certificate has expired");
    row("not valid yet", selfSignedText(TestKey::ecdsa(), {.from = 1h}), "The certificate is not valid yet");
    row("RSA 1024", selfSignedText(TestKey::rsa(1024)), "The RSA key has 1024 bits: it must have 2048 to 8192");
    const std::string kinds = "The key must be RSA, or ECDSA with P-256, P-384 or P-521";
    row("ECDSA with a curve of its own", selfSignedText(TestKey::ecdsa("secp256k1")), kinds.c_str());
    row("Ed25519", selfSignedText(TestKey::ed25519()), kinds.c_str());
    const auto authority = TestCertificate::selfSigned(TestKey::rsa(), {.subject = "old root", .authority = true});
    const auto issued = authority.issue(TestKey::ecdsa(), {.withMd5 = true});
    row("signed with MD5", {issued.pem, {}, issued.key.pem()},
        "The certificate cannot be used for TLS: ca md too weak");
}

void CertificateExaminerTest::refusesWhatListenersCannotServe()
{
    QFETCH(CertificateText, text);
    QFETCH(std::string, sentence);
    const auto found = examine(text);
    QVERIFY(!found);
    QCOMPARE(QString::fromStdString(found.error().message), QString::fromStdString(sentence));
    QCOMPARE(found.error().code, ErrorCode::MalformedCertificate);
}

void CertificateExaminerTest::refusesTheKeyOfAnotherCertificate_data()
{
    QTest::addColumn<std::string>("key");

    QTest::newRow("of the same kind") << TestKey::ecdsa().pem();
    QTest::newRow("on another curve") << TestKey::ecdsa("P-384").pem();
    QTest::newRow("of another kind") << TestKey::rsa().pem();
}

void CertificateExaminerTest::refusesTheKeyOfAnotherCertificate()
{
    QFETCH(std::string, key);
    const auto found = examine({m_family.server.pem, {}, key});
    QVERIFY(!found);
    QCOMPARE(found.error().code, ErrorCode::KeyPairMismatch);
}

void CertificateExaminerTest::givesNothingOfTheKeyAway()
{
    // A line of the key in every place where it could be echoed.
    const auto key = m_family.server.key.pem();
    const auto line = key.substr(key.find('\n') + 1, 40);
    for (const auto &text : {CertificateText{key, key, key}, CertificateText{m_family.server.pem, key, key + "x"},
                             CertificateText{TestCertificate::selfSigned(TestKey::ecdsa()).pem, {}, key}}) {
        const auto found = examine(text);
        QVERIFY(!found);
        QCOMPARE(found.error().message.find(line), std::string::npos);
    }
}

void CertificateExaminerTest::survivesAnyInput_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 4; ++seed)
        QTest::addRow("seed %u", seed) << seed;
}

/// Some bytes changed, taken out, doubled or put in.
void CertificateExaminerTest::survivesAnyInput()
{
    QFETCH(unsigned, seed);
    std::mt19937 random(seed);
    const auto pick = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
    const auto mutate = [&](std::string text) {
        for (auto changes = pick(4); changes > 0 && !text.empty(); --changes) {
            const auto at = pick(text.size());
            const auto length = std::min(pick(80), text.size() - at);
            const auto byte = static_cast<char>(pick(256));
            switch (pick(4)) {
            case 0:
                text[at] = byte;
                break;
            case 1:
                text.erase(at, length);
                break;
            case 2:
                text.insert(at, text.substr(at, length));
                break;
            default:
                text.insert(at, length, byte);
            }
        }
        return text;
    };
    const auto good = m_family.text();
    int accepted = 0;
    for (int i = 0; i < 150; ++i) {
        const CertificateText text{mutate(good.body), mutate(good.chain), mutate(good.privateKey)};
        const auto found = examine(text);
        if (!found) {
            QVERIFY(found.error().code == ErrorCode::MalformedCertificate ||
                    found.error().code == ErrorCode::KeyPairMismatch);
            QVERIFY(!found.error().message.empty());
            continue;
        }
        ++accepted;
        // Whatever it was that got through is what it claims to be.
        QCOMPARE(found->normalized.body, good.body);
        const auto again = examine(found->normalized);
        QVERIFY(again);
        QCOMPARE(*again, *found);
    }
    QVERIFY(accepted > 0); // those with no change at all, at least
}

void CertificateExaminerTest::survivesTextsCutOffAnywhere()
{
    const auto good = m_family.text();
    for (std::size_t size = 0; size < good.body.size() - 1; size += 7) {
        const auto found = examine({good.body.substr(0, size), {}, good.privateKey});
        QVERIFY2(!found, std::to_string(size).c_str());
    }
    for (std::size_t size = 0; size < good.privateKey.size() - 1; size += 3) {
        const auto found = examine({good.body, {}, good.privateKey.substr(0, size)});
        QVERIFY2(!found, std::to_string(size).c_str());
    }
    for (std::size_t size = 1; size < good.chain.size() - 1; size += 11) {
        const auto found = examine({good.body, good.chain.substr(0, size), good.privateKey});
        // Whole it is only between its two certificates, where the second one does not show yet.
        const auto first = m_family.between.pem.size() - 1;
        QVERIFY2(!found || (size >= first && size <= first + sizeof("-----BEGIN CERTIFICATE-----\n")),
                 std::to_string(size).c_str());
    }
}

void CertificateExaminerTest::followsAShownChainBySignatures()
{
    const auto &[root, between, server] = m_family;
    const auto chain = m_examiner.readShownChain({derOf(server), derOf(between), derOf(root)});
    QVERIFY(chain);
    QCOMPARE(chain->keys, (std::vector<std::string>{keyOf(server), keyOf(between), keyOf(root)}));
    const auto hash = QCryptographicHash::hash(QByteArray::fromStdString(derOf(server)), QCryptographicHash::Sha256);
    QCOMPARE(chain->leaf, hash.toHex().toUpper().toStdString());
    QCOMPARE(m_examiner.readShownChain({derOf(server)})->keys, std::vector<std::string>{keyOf(server)});
}

void CertificateExaminerTest::believesNothingThatSignedNothing()
{
    const auto &[root, between, server] = m_family;
    const std::vector<std::string> alone{keyOf(server)};
    const auto foreign = TestCertificate::selfSigned(TestKey::ecdsa());
    QCOMPARE(m_examiner.readShownChain({derOf(server), derOf(foreign)})->keys, alone);
    QCOMPARE(m_examiner.readShownChain({derOf(server), derOf(root)})->keys, alone); // one is missing
    QCOMPARE(m_examiner.readShownChain({derOf(server), derOf(foreign), derOf(between)})->keys, alone);
    // Called as the real one is, with a key of its own.
    const auto namesake = TestCertificate::selfSigned(TestKey::ecdsa(), {.subject = "between", .authority = true});
    QCOMPARE(m_examiner.readShownChain({derOf(server), derOf(namesake)})->keys, alone);
}

void CertificateExaminerTest::readsNoRubbishAsAChain()
{
    const auto whole = derOf(m_family.server);
    QVERIFY(!m_examiner.readShownChain({}));
    QVERIFY(!m_examiner.readShownChain({std::string()}));
    for (std::size_t size = 0; size < whole.size(); size += 7)
        QVERIFY(!m_examiner.readShownChain({whole.substr(0, size)}));
    QCOMPARE(m_examiner.readShownChain({whole, "rubbish"})->keys.size(), std::size_t(1));
}

QTEST_GUILESS_MAIN(CertificateExaminerTest)
#include "tst_certificate_examiner.moc"

#include "controller/base/readable.h"
#include "model/public_key.h"

#include <random>

using namespace balancer;

namespace {

const std::string kEllipticCurve =
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsrVo2dFuxVRuKv7BS6Eg837w+9jWv0K5rG9v43UvOKEa4sqv6dg9cXjaO93JRb3GZd9/oBAAX0T4"
    "/RGASmwSQQ==";
const std::string kRsa =
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAt0Qu3sJY9zqX95agOZzDZWjLQN6wVTkBcHtFdVxisEmKQjLcYmjZRHecODNiv1cC7s+v"
    "qsYExRkW1azE2nFQOWL3UOicSAbzzTH0lbiAEwlikVT+j/cHdwv+Uo5vC96JY525LpuNaKQx4ItC1wIUTipXmbOPYSOOUlsWziwAzoAg52XAC6d9"
    "hpocS/LcQGZLI6RI+jjmbR7K7XiiLPnwi/qSHfMbZagXCAoS2zu/txoypWptPoawoMppJ6eLGL7FSYRhoERSYQ86Xx2MNBVC5oHxfEwYEoYRZuIK"
    "6P5C7IS1XzAtcaIwBg9LNjrU7vik5xEzeaxxV7NvCZNqm0+wPwIDAQAB";
const std::string kEd25519 = "MCowBQYDK2VwAyEAuErCXU3TgnBDfM/QEf1bHwUXOLWe5VTEeF8ES0c3HPo=";

std::string armoured(const std::string &body)
{
    return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
}

std::string inLines(const std::string &text, std::size_t width, const std::string &end)
{
    std::string lines;
    for (std::size_t at = 0; at < text.size(); at += width)
        lines += text.substr(at, width) + end;
    return lines;
}

} // namespace

class PublicKeyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesKeys_data();
    void takesKeys();
    void refusesWhatIsNoKey_data();
    void refusesWhatIsNoKey();
    void refusesEveryBeginningOfAKey();
    void survivesDamage();
};

void PublicKeyTest::takesKeys_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("bare");
    QTest::newRow("RSA") << kRsa << kRsa;
    QTest::newRow("elliptic curve") << kEllipticCurve << kEllipticCurve;
    QTest::newRow("without parameters") << kEd25519 << kEd25519;
    QTest::newRow("the smallest") << std::string("MAswBQYDK2VwAwIAgA==") << std::string("MAswBQYDK2VwAwIAgA==");
    QTest::newRow("blanks around") << " " + kEd25519 + "\n" << kEd25519;
    QTest::newRow("in lines") << inLines(kRsa, 64, "\n") << kRsa;
    QTest::newRow("in lines of another system") << inLines(kRsa, 76, "\r\n") << kRsa;
    QTest::newRow("armoured") << armoured(inLines(kRsa, 64, "\n")) << kRsa;
    QTest::newRow("armoured in one line") << armoured(kEllipticCurve) << kEllipticCurve;
}

void PublicKeyTest::takesKeys()
{
    QFETCH(std::string, text);
    QFETCH(std::string, bare);
    const auto key = model::parsePublicKey(text);
    QCOMPARE(tests::describe(key), std::string());
    QCOMPARE(*key, bare);
    QCOMPARE(model::parsePublicKey(*key).value(), bare);
}

void PublicKeyTest::refusesWhatIsNoKey_data()
{
    QTest::addColumn<std::string>("text");
    QTest::newRow("nothing") << std::string();
    QTest::newRow("words") << std::string("not a key");
    QTest::newRow("padding only") << std::string("====");
    QTest::newRow("zeros") << std::string("AAAAAAAA");
    QTest::newRow("no padding") << kEd25519.substr(0, kEd25519.size() - 1);
    QTest::newRow("padding inside") << kEd25519 + kEd25519;
    QTest::newRow("too much padding") << kEd25519 + "====";
    QTest::newRow("spare bits that are not zero") << kEd25519.substr(0, kEd25519.size() - 2) + "p=";
    QTest::newRow("the alphabet of URLs") << "_" + kEd25519.substr(1);
    QTest::newRow("a zero byte") << kEd25519 + std::string(4, '\0');
    QTest::newRow("only the head of the armour") << std::string("-----BEGIN PUBLIC KEY-----");
    QTest::newRow("head and foot that overlap") << std::string("-----BEGIN PUBLIC KEY-----END PUBLIC KEY-----");
    QTest::newRow("armour around nothing") << armoured({});
    QTest::newRow("no foot") << "-----BEGIN PUBLIC KEY-----\n" + kRsa;
    QTest::newRow("a certificate's armour") << "-----BEGIN CERTIFICATE-----\n" + kRsa + "\n-----END CERTIFICATE-----";
    QTest::newRow("something behind") << kRsa + "AAAA";
    QTest::newRow("SEQUENCE { INTEGER, INTEGER }") << std::string("MAYCAQECAQM=");
    QTest::newRow("an algorithm without a key") << std::string("MAcwBQYDK2Vw");
    QTest::newRow("an empty key") << std::string("MAowBQYDK2VwAwEA");
    QTest::newRow("bits left over") << std::string("MAswBQYDK2VwAwIBgA==");
    QTest::newRow("a length of any size") << std::string("MIAwBQYDK2VwAwIAgAAA");
    QTest::newRow("a length longer than it must be") << std::string("MIELMAUGAytlcAMCAIA=");
    QTest::newRow("too long") << kRsa + std::string(16384, '\n');
}

void PublicKeyTest::refusesWhatIsNoKey()
{
    QFETCH(std::string, text);
    QCOMPARE(tests::describe(model::parsePublicKey(text)),
             std::string("InvalidConfigurationRequest: PublicKey must be the base64 of a public key in DER "
                         "(SubjectPublicKeyInfo)"));
}

void PublicKeyTest::refusesEveryBeginningOfAKey()
{
    for (std::size_t length = 0; length < kRsa.size(); ++length)
        QVERIFY2(!model::parsePublicKey(kRsa.substr(0, length)), qPrintable(QString::number(length)));
}

void PublicKeyTest::survivesDamage()
{
    std::mt19937 chance(11);
    for (int round = 0; round < 20000; ++round) {
        auto text = round % 2 == 0 ? kEllipticCurve : armoured(kEd25519);
        for (int changes = 1 + round % 3; changes > 0; --changes)
            text[chance() % text.size()] = static_cast<char>(chance());
        const auto key = model::parsePublicKey(text);
        if (key)
            QCOMPARE(model::parsePublicKey(*key).value(), *key);
    }
}

QTEST_GUILESS_MAIN(PublicKeyTest)
#include "tst_public_key.moc"

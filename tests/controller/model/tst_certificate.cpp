#include "model/certificate.h"

#include <QTest>

using namespace balancer;
using namespace balancer::model;

class CertificateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesNamesAsIamDoes_data();
    void takesNamesAsIamDoes();
    void takesPathsAsIamDoes_data();
    void takesPathsAsIamDoes();
    void namesACertificateByItsArn();
    void findsTheNameInAnArn_data();
    void findsTheNameInAnArn();
};

void CertificateTest::takesNamesAsIamDoes_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<bool>("taken");

    QTest::newRow("plain") << std::string("web-2026") << true;
    QTest::newRow("every sign") << std::string("a_b+c=d,e.f@g-h") << true;
    QTest::newRow("longest") << std::string(128, 'x') << true;
    QTest::newRow("too long") << std::string(129, 'x') << false;
    QTest::newRow("empty") << std::string() << false;
    QTest::newRow("a blank") << std::string("my cert") << false;
    QTest::newRow("a slash") << std::string("a/b") << false;
    QTest::newRow("a line break") << std::string("a\nb") << false;
    QTest::newRow("not ASCII") << std::string("zertifik\xc3\xa4t") << false;
}

void CertificateTest::takesNamesAsIamDoes()
{
    QFETCH(std::string, text);
    QFETCH(bool, taken);
    const auto name = parseCertificateName(text);
    QCOMPARE(name.has_value(), taken);
    if (taken)
        QCOMPARE(*name, text);
    else
        QCOMPARE(name.error().code, ErrorCode::ValidationError);
}

void CertificateTest::takesPathsAsIamDoes_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<bool>("taken");

    QTest::newRow("root") << std::string("/") << true;
    QTest::newRow("one folder") << std::string("/cloudfront/") << true;
    QTest::newRow("two folders") << std::string("/a/b/") << true;
    QTest::newRow("longest") << "/" + std::string(510, 'x') + "/" << true;
    QTest::newRow("too long") << "/" + std::string(511, 'x') + "/" << false;
    QTest::newRow("empty") << std::string() << false;
    QTest::newRow("no slash at the end") << std::string("/a") << false;
    QTest::newRow("no slash at the start") << std::string("a/") << false;
    QTest::newRow("nothing between") << std::string("//") << false;
    QTest::newRow("a blank") << std::string("/a b/") << false;
}

void CertificateTest::takesPathsAsIamDoes()
{
    QFETCH(std::string, text);
    QFETCH(bool, taken);
    QCOMPARE(parseCertificatePath(text).has_value(), taken);
}

void CertificateTest::namesACertificateByItsArn()
{
    ServerCertificate certificate;
    certificate.name = "web";
    QCOMPARE(certificateArn("000000000000", certificate), "arn:aws:iam::000000000000:server-certificate/web");
    certificate.path = "/a/b/";
    QCOMPARE(certificateArn("123456789012", certificate), "arn:aws:iam::123456789012:server-certificate/a/b/web");
}

void CertificateTest::findsTheNameInAnArn_data()
{
    QTest::addColumn<std::string>("arn");
    QTest::addColumn<std::string>("name");

    QTest::newRow("root") << std::string("arn:aws:iam::000000000000:server-certificate/web") << std::string("web");
    QTest::newRow("path") << std::string("arn:aws:iam::000000000000:server-certificate/a/b/web") << std::string("web");
    QTest::newRow("ends in a slash") << std::string("arn:aws:iam::000000000000:server-certificate/") << std::string();
    QTest::newRow("no ARN") << std::string("web") << std::string();
    QTest::newRow("empty") << std::string() << std::string();
}

void CertificateTest::findsTheNameInAnArn()
{
    QFETCH(std::string, arn);
    QFETCH(std::string, name);
    QCOMPARE(std::string(certificateNameIn(arn)), name);
}

QTEST_GUILESS_MAIN(CertificateTest)
#include "tst_certificate.moc"

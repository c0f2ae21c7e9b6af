#include "api/helpers/dialect.h"
#include "api/helpers/ec2_filters.h"
#include "api/helpers/helper_table.h"
#include "api/verb_table.h"

#include "router_bench.h"

#include <QTest>

using namespace balancer;
using namespace balancer::tests;
using api::Dialect;

namespace {

const std::string kIamVersion = "&Version=2010-05-08";

bool contains(const std::string &text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

ports::HttpRequest form(const std::string &parameters, const Signing &by = {})
{
    return signedRequest("POST", "/", parameters, by);
}

Signing scopedTo(const std::string &service, const std::string &keyId = kKeyId)
{
    auto by = signingBy(keyId);
    by.service = service;
    return by;
}

} // namespace

class HelpersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsWhoseActionIsAskedFor_data();
    void tellsWhoseActionIsAskedFor();
    void performsIamsVerbs();
    void answersInTheDialectOfTheQuestion_data();
    void answersInTheDialectOfTheQuestion();
    void hasNoActionOfAnotherService_data();
    void hasNoActionOfAnotherService();
    void letsOnlyAdminsChangeCertificates_data();
    void letsOnlyAdminsChangeCertificates();
    void echoesNoPrivateKey();
    void matchesPatterns_data();
    void matchesPatterns();
};

void HelpersTest::tellsWhoseActionIsAskedFor_data()
{
    QTest::addColumn<std::string>("service");
    QTest::addColumn<std::string>("version");
    QTest::addColumn<int>("dialect");

    const auto row = [](const char *name, const char *service, const char *version, Dialect dialect) {
        QTest::newRow(name) << std::string(service) << std::string(version) << int(dialect);
    };
    row("ELB's scope and version", "elasticloadbalancing", "2012-06-01", Dialect::Elb);
    row("IAM's scope", "iam", "2010-05-08", Dialect::Iam);
    row("IAM's scope alone", "iam", "", Dialect::Iam);
    row("STS's scope", "sts", "2011-06-15", Dialect::Sts);
    row("EC2's scope, an older version", "ec2", "2013-10-15", Dialect::Ec2);
    row("a made up scope, IAM's version", "127", "2010-05-08", Dialect::Iam);
    row("a made up scope, EC2's version", "lb", "2016-11-15", Dialect::Ec2);
    row("a made up scope, ELB's version", "127", "2012-06-01", Dialect::Elb);
    row("nothing", "", "", Dialect::Elb);
}

void HelpersTest::tellsWhoseActionIsAskedFor()
{
    QFETCH(std::string, service);
    QFETCH(std::string, version);
    QFETCH(int, dialect);
    const wire::Parameters parameters{{"Action", "X"}, {"Version", version}};
    QCOMPARE(int(api::dialectOf(form("", scopedTo(service)), parameters)), dialect);
    auto presigned = parameters;
    presigned.push_back({"X-Amz-Credential", "AKID/20150830/us-east-1/" + service + "/aws4_request"});
    QCOMPARE(int(api::dialectOf(unsignedRequest("GET", "/"), presigned)), dialect);
}

void HelpersTest::performsIamsVerbs()
{
    RouterBench bench;
    const auto response = bench.handle(form("Action=UploadServerCertificate" + kIamVersion +
                                                "&ServerCertificateName=web&CertificateBody=a%0Ab&PrivateKey=c%0Ad",
                                            scopedTo("iam")));
    QCOMPARE(response.status, 200);
    QVERIFY(response.body.starts_with("<UploadServerCertificateResponse xmlns=\"https://iam.amazonaws.com/doc/"
                                      "2010-05-08/\"><UploadServerCertificateResult>"));
    QCOMPARE(bench.verbs.asked.size(), 1U);
    const auto &asked = std::get<model::UploadServerCertificate>(bench.verbs.asked.front().first);
    QCOMPARE(asked.name, "web");
    QCOMPARE(asked.path, "/");
    QCOMPARE(asked.text, (model::CertificateText{"a\nb", {}, "c\nd"}));
}

void HelpersTest::answersInTheDialectOfTheQuestion_data()
{
    QTest::addColumn<std::string>("service");
    QTest::addColumn<std::string>("parameters");
    QTest::addColumn<int>("status");
    QTest::addColumn<std::string>("beginning");

    const auto row = [](const char *name, const char *service, const char *parameters, int status,
                        const char *beginning) {
        QTest::newRow(name) << std::string(service) << std::string(parameters) << status << std::string(beginning);
    };
    row("STS", "sts", "Action=GetCallerIdentity&Version=2011-06-15", 200,
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
        "<Arn>arn:aws:iam::000000000000:user/AKIDEXAMPLE</Arn><UserId>AKIDEXAMPLE</UserId>"
        "<Account>000000000000</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>");
    row("EC2", "ec2", "Action=DescribeVpcs&Version=2016-11-15", 200,
        "<DescribeVpcsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>");
    row("STS's unknown action", "sts", "Action=AssumeRole&Version=2011-06-15", 400,
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
        "<Code>InvalidAction</Code>");
    row("EC2's unknown action", "ec2", "Action=RunInstances&Version=2016-11-15", 400,
        "<Response><Errors><Error><Code>InvalidAction</Code>");
    row("EC2's unknown filter", "ec2", "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=x&Filter.1.Value.1=y", 400,
        "<Response><Errors><Error><Code>InvalidParameterValue</Code>");
    row("IAM without an action", "iam", "Version=2010-05-08", 400,
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>"
        "<Code>MissingAction</Code>");
    row("IAM of another version", "iam", "Action=GetUser&Version=2009-01-01", 400,
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>"
        "<Code>InvalidAction</Code>");
}

void HelpersTest::answersInTheDialectOfTheQuestion()
{
    QFETCH(std::string, service);
    QFETCH(std::string, parameters);
    QFETCH(int, status);
    QFETCH(std::string, beginning);
    RouterBench bench;
    const auto response = bench.handle(form(parameters, scopedTo(service)));
    QVERIFY2(response.body.starts_with(beginning), response.body.c_str());
    QCOMPARE(response.status, status);
    QVERIFY(headerOf(response, "Content-Type").starts_with("text/xml"));
}

void HelpersTest::hasNoActionOfAnotherService_data()
{
    QTest::addColumn<std::string>("service");
    QTest::addColumn<std::string>("parameters");

    const auto row = [](const char *service, const std::string &parameters) {
        QTest::addRow("%s: %s", service, parameters.c_str()) << std::string(service) << parameters;
    };
    row("elasticloadbalancing", "Action=ListServerCertificates&Version=2012-06-01");
    row("elasticloadbalancing", "Action=GetCallerIdentity&Version=2012-06-01");
    row("iam", "Action=DescribeLoadBalancers" + kIamVersion);
    row("sts", "Action=ListServerCertificates&Version=2011-06-15");
    row("ec2", "Action=DeleteServerCertificate&Version=2016-11-15");
    row("ec2", "Action=StopNode&Version=2016-11-15");
    row("iam", "Action=StopNode" + kIamVersion);
}

void HelpersTest::hasNoActionOfAnotherService()
{
    QFETCH(std::string, service);
    QFETCH(std::string, parameters);
    RouterBench bench;
    const auto response = bench.handle(form(parameters, scopedTo(service)));
    QCOMPARE(response.status, 400);
    QVERIFY2(contains(response.body, "<Code>InvalidAction</Code>"), response.body.c_str());
    QVERIFY(bench.verbs.asked.empty());
}

void HelpersTest::letsOnlyAdminsChangeCertificates_data()
{
    QTest::addColumn<std::string>("verb");
    QTest::addColumn<bool>("reads");
    for (const auto &verb : api::allVerbs()) {
        if (verb.surface == api::Surface::Iam)
            QTest::newRow(verb.name.data()) << std::string(verb.name) << (verb.role == model::Role::Viewer);
    }
}

void HelpersTest::letsOnlyAdminsChangeCertificates()
{
    QFETCH(std::string, verb);
    QFETCH(bool, reads);
    QCOMPARE(reads, verb.starts_with("Get") || verb.starts_with("List"));
    RouterBench bench;
    const auto body = "Action=" + verb + kIamVersion +
                      "&ServerCertificateName=a&CertificateBody=b&PrivateKey=c&Tags.member.1.Key=k"
                      "&TagKeys.member.1=k";
    const auto asked = bench.handle(form(body, scopedTo("iam", "AKIDOPERATOR")));
    QCOMPARE(asked.status, reads ? 200 : 403);
    if (!reads)
        QVERIFY2(contains(asked.body, "is not authorized to perform: iam:" + verb), asked.body.c_str());
    QCOMPARE(bench.handle(form(body, scopedTo("iam"))).status, 200);
    const auto json = bench.handle(signedRequest("POST", "/v1/actions/" + verb, "{}", signingBy("AKIDOPERATOR")));
    QCOMPARE(json.status == 403, !reads);
}

void HelpersTest::echoesNoPrivateKey()
{
    RouterBench bench;
    const std::string secret(20000, 'K');
    for (const auto &key : {secret, std::string("KKKK%00KKKK")}) {
        const auto response = bench.handle(form("Action=UploadServerCertificate" + kIamVersion +
                                                    "&ServerCertificateName=web&CertificateBody=b&PrivateKey=" + key,
                                                scopedTo("iam")));
        QCOMPARE(response.status, 400);
        QVERIFY(!contains(response.body, "KKKK"));
    }
}

void HelpersTest::matchesPatterns_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("pattern");
    QTest::addColumn<bool>("fits");

    const auto row = [](const char *text, const char *pattern, bool fits) {
        QTest::addRow("'%s' and '%s'", text, pattern) << std::string(text) << std::string(pattern) << fits;
    };
    row("ELB web", "ELB web", true);
    row("ELB web", "ELB *", true);
    row("ELB web", "*web", true);
    row("ELB web", "*", true);
    row("ELB web", "ELB ???", true);
    row("ELB web", "ELB ??", false);
    row("ELB web", "ELB", false);
    row("", "", true);
    row("", "*", true);
    row("", "?", false);
    row("aaab", "*a*b", true);
    row("aaac", "*a*b", false);
}

void HelpersTest::matchesPatterns()
{
    QFETCH(std::string, text);
    QFETCH(std::string, pattern);
    QFETCH(bool, fits);
    QCOMPARE(api::fitsPattern(text, pattern), fits);
}

QTEST_GUILESS_MAIN(HelpersTest)
#include "tst_helpers.moc"

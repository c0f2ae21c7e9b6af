#include "controller/base/readable.h"
#include "wire/envelope.h"
#include "wire/json_text.h"
#include "wire/verb_forms.h"
#include "wire/xml_text.h"

#include "generated.h"

#include <QXmlStreamReader>

#include <random>

using namespace balancer;
using namespace std::chrono_literals;
using model::Protocol;

namespace {

constexpr std::string_view kId = "0e2f0a1c-0000-4000-8000-000000000001";

template <typename Request>
std::string xmlOf(const typename Request::Answer &answer, std::string_view version = wire::kCurrentVersion)
{
    return wire::renderXmlAnswer(Request::kName, version, wire::writeForm(answer), kId);
}

std::string enveloped(const std::string &action, const std::string &result, const std::string &version = "2012-06-01")
{
    return "<" + action + "Response xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/" + version + "/\">" +
           result + "<ResponseMetadata><RequestId>" + std::string(kId) + "</RequestId></ResponseMetadata></" + action +
           "Response>";
}

/// "Error/Code=X;…": the texts of an XML document, or why it is none.
std::string textsIn(const std::string &xml)
{
    QXmlStreamReader reader(QByteArray::fromStdString(xml));
    QStringList path;
    std::string texts;
    while (!reader.atEnd()) {
        reader.readNext();
        if (reader.isStartElement())
            path += reader.name().toString();
        if (reader.isCharacters())
            texts += (path.join(QChar(u'/')) + QChar(u'=') + reader.text().toString() + QChar(u';')).toStdString();
        if (reader.isEndElement())
            path.removeLast();
    }
    return reader.hasError() ? reader.errorString().toStdString() : texts;
}

model::LoadBalancer web()
{
    model::LoadBalancer balancer;
    balancer.name = LoadBalancerName::parse("Web").value();
    balancer.dnsName = "web-1.local.elb.internal";
    balancer.createdAt = model::Timestamp(1426735442650ms);
    balancer.healthCheck = model::defaultHealthCheck(8080);
    return balancer;
}

} // namespace

/// Answers and errors in both text forms.
class AnswersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesAnEmptyResultElement();
    void echoesTheVersion();
    void writesEveryMemberOfAnEmptyLoadBalancer();
    void writesEveryMemberOfAFullLoadBalancer();
    void leavesOutTheMarkerOnTheLastPage();
    void writesInstances();
    void writesInstanceStates();
    void writesTheHealthCheck();
    void writesAForgottenAddress();
    void writesErrors();
    void escapesWhatXmlWantsEscaped();
    void staysXmlWhateverTheTextIs();
    void readsTheJsonItWrites();
    void readsWhatIsDescribedOfALoadBalancer();
    void refusesAnAnswerThatIsNone();
    void readsTheProblemsItWrites();
    void writesProblemDetails();
    void refusesProblemsThatAreNone();
};

void AnswersTest::writesAnEmptyResultElement()
{
    QCOMPARE(xmlOf<model::DeleteLoadBalancer>({}), enveloped("DeleteLoadBalancer", "<DeleteLoadBalancerResult/>"));
}

void AnswersTest::echoesTheVersion()
{
    QCOMPARE(xmlOf<model::DeleteLoadBalancer>({}, "2011-11-15"),
             enveloped("DeleteLoadBalancer", "<DeleteLoadBalancerResult/>", "2011-11-15"));
    QVERIFY(wire::isClassicVersion("2012-06-01"));
    QVERIFY(wire::isClassicVersion("2009-11-25"));
    QVERIFY(!wire::isClassicVersion("2015-12-01"));
    QVERIFY(!wire::isClassicVersion(""));
}

void AnswersTest::writesEveryMemberOfAnEmptyLoadBalancer()
{
    QCOMPARE(
        xmlOf<model::DescribeLoadBalancers>({{web()}, {}}),
        enveloped("DescribeLoadBalancers",
                  "<DescribeLoadBalancersResult><LoadBalancerDescriptions><member>"
                  "<LoadBalancerName>Web</LoadBalancerName><DNSName>web-1.local.elb.internal</DNSName>"
                  "<CanonicalHostedZoneName>web-1.local.elb.internal</CanonicalHostedZoneName>"
                  "<CanonicalHostedZoneNameID>ZELASTICHAPROXY</CanonicalHostedZoneNameID><ListenerDescriptions/>"
                  "<Policies><AppCookieStickinessPolicies/><LBCookieStickinessPolicies/><OtherPolicies/></Policies>"
                  "<BackendServerDescriptions/><AvailabilityZones/><Subnets/><Instances/>"
                  "<HealthCheck><Target>TCP:8080</Target><Interval>30</Interval><Timeout>5</Timeout>"
                  "<UnhealthyThreshold>2</UnhealthyThreshold><HealthyThreshold>10</HealthyThreshold></HealthCheck>"
                  "<SecurityGroups/><CreatedTime>2015-03-19T03:24:02.650Z</CreatedTime><Scheme>internet-facing</Scheme>"
                  "</member></LoadBalancerDescriptions></DescribeLoadBalancersResult>"));
}

void AnswersTest::writesEveryMemberOfAFullLoadBalancer()
{
    auto balancer = web();
    balancer.listeners = {{Protocol::Http, 80, Protocol::Http, 8080, {}},
                          {Protocol::Https, 443, Protocol::Http, 8080, "arn:x"}};
    balancer.availabilityZones = {"a"};
    balancer.subnets = {"s-1", "s-2"};
    balancer.securityGroups = {"sg<1>"};
    balancer.instances = {{InstanceId::parse("i-1").value(), {}}, {InstanceId::parse("i-2").value(), {}}};
    balancer.scheme = model::Scheme::Internal;
    const auto xml = xmlOf<model::DescribeLoadBalancers>({{balancer}, "next"});
    for (const std::string part : {
             "<ListenerDescriptions><member><Listener><Protocol>HTTP</Protocol><LoadBalancerPort>80</LoadBalancerPort>"
             "<InstanceProtocol>HTTP</InstanceProtocol><InstancePort>8080</InstancePort></Listener><PolicyNames/>"
             "</member><member><Listener><Protocol>HTTPS</Protocol><LoadBalancerPort>443</LoadBalancerPort>"
             "<InstanceProtocol>HTTP</InstanceProtocol><InstancePort>8080</InstancePort>"
             "<SSLCertificateId>arn:x</SSLCertificateId></Listener><PolicyNames/></member></ListenerDescriptions>",
             "<AvailabilityZones><member>a</member></AvailabilityZones>",
             "<Subnets><member>s-1</member><member>s-2</member></Subnets>",
             "<SecurityGroups><member>sg&lt;1&gt;</member></SecurityGroups>",
             "<Instances><member><InstanceId>i-1</InstanceId></member><member><InstanceId>i-2</InstanceId></member>"
             "</Instances>",
             "<Scheme>internal</Scheme>",
             "</LoadBalancerDescriptions><NextMarker>next</NextMarker></DescribeLoadBalancersResult>",
         })
        QVERIFY2(xml.find(part) != std::string::npos, (part + "\nin\n" + xml).c_str());
    QVERIFY(xml.find("VPCId") == std::string::npos);
    QVERIFY(xml.find("SourceSecurityGroup") == std::string::npos);
}

void AnswersTest::leavesOutTheMarkerOnTheLastPage()
{
    QCOMPARE(xmlOf<model::DescribeLoadBalancers>({}),
             enveloped("DescribeLoadBalancers",
                       "<DescribeLoadBalancersResult><LoadBalancerDescriptions/></DescribeLoadBalancersResult>"));
}

void AnswersTest::writesInstances()
{
    const model::InstancesAnswer answer{{InstanceId::parse("[fd00::5]:80").value()}};
    QCOMPARE(xmlOf<model::RegisterInstances>(answer),
             enveloped("RegisterInstancesWithLoadBalancer",
                       "<RegisterInstancesWithLoadBalancerResult><Instances><member><InstanceId>[fd00::5]:80"
                       "</InstanceId></member></Instances></RegisterInstancesWithLoadBalancerResult>"));
    QCOMPARE(xmlOf<model::DeregisterInstances>({}),
             enveloped("DeregisterInstancesFromLoadBalancer", "<DeregisterInstancesFromLoadBalancerResult><Instances/>"
                                                              "</DeregisterInstancesFromLoadBalancerResult>"));
}

void AnswersTest::writesInstanceStates()
{
    const model::DescribeInstanceHealthAnswer answer{{{InstanceId::parse("i-1").value(), "InService", "N/A", "N/A"}}};
    QCOMPARE(xmlOf<model::DescribeInstanceHealth>(answer),
             enveloped("DescribeInstanceHealth",
                       "<DescribeInstanceHealthResult><InstanceStates><member><InstanceId>i-1</InstanceId>"
                       "<State>InService</State><ReasonCode>N/A</ReasonCode><Description>N/A</Description></member>"
                       "</InstanceStates></DescribeInstanceHealthResult>"));
}

void AnswersTest::writesTheHealthCheck()
{
    const model::ConfigureHealthCheckAnswer answer{{{Protocol::Http, 80, "/a?b=1&c=2"}, 10s, 5s, 2, 3}};
    QCOMPARE(xmlOf<model::ConfigureHealthCheck>(answer),
             enveloped("ConfigureHealthCheck",
                       "<ConfigureHealthCheckResult><HealthCheck><Target>HTTP:80/a?b=1&amp;c=2</Target>"
                       "<Interval>10</Interval><Timeout>5</Timeout><UnhealthyThreshold>2</UnhealthyThreshold>"
                       "<HealthyThreshold>3</HealthyThreshold></HealthCheck></ConfigureHealthCheckResult>"));
}

void AnswersTest::writesAForgottenAddress()
{
    QCOMPARE(xmlOf<model::SetInstanceAddress>({InstanceId::parse("i-1").value(), ""}),
             enveloped("SetInstanceAddress", "<SetInstanceAddressResult><InstanceId>i-1</InstanceId><Address/>"
                                             "</SetInstanceAddressResult>"));
}

void AnswersTest::writesErrors()
{
    const wire::Problem problem{"LoadBalancerNotFound", 400, "There is no ACTIVE Load Balancer named 'x'", "id"};
    QCOMPARE(wire::renderXmlProblem(problem, "2012-06-01"),
             std::string("<ErrorResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/\"><Error>"
                         "<Type>Sender</Type><Code>LoadBalancerNotFound</Code><Message>There is no ACTIVE Load "
                         "Balancer named &apos;x&apos;</Message></Error><RequestId>id</RequestId></ErrorResponse>"));
    const wire::Problem ours{"InternalFailure", 500, "m", "id"};
    QVERIFY(wire::renderXmlProblem(ours, "2012-06-01").find("<Type>Receiver</Type>") != std::string::npos);
}

void AnswersTest::escapesWhatXmlWantsEscaped()
{
    std::string xml;
    wire::appendXmlText(xml, "a&b<c>d\"e'f\r\n\tg");
    QCOMPARE(xml, std::string("a&amp;b&lt;c&gt;d&quot;e&apos;f&#13;\n\tg"));
}

void AnswersTest::staysXmlWhateverTheTextIs()
{
    std::mt19937 random(1);
    for (int round = 0; round < 500; ++round) {
        std::string bytes(random() % 40, ' ');
        for (auto &byte : bytes)
            byte = static_cast<char>(random());
        const wire::Problem problem{"ValidationError", 400, bytes + "]]>&#0;", "id"};
        const auto texts = textsIn(wire::renderXmlProblem(problem, "2012-06-01"));
        QVERIFY2(texts.ends_with("ErrorResponse/RequestId=id;"), texts.c_str());
    }
    const wire::Problem controls{"C", 400, std::string("a\0b\x1b\x7f\xef\xbf\xbf\xed\xa0\x80", 11), "id"};
    QVERIFY(textsIn(wire::renderXmlProblem(controls, "2012-06-01")).ends_with("RequestId=id;"));
}

void AnswersTest::readsTheJsonItWrites()
{
    const auto roundTrip = [](const auto &answer) {
        using Answer = std::remove_cvref_t<decltype(answer)>;
        const auto json = wire::renderJson(wire::writeForm(answer));
        const auto read = wire::readAnswer<Answer>(wire::parseJson(json).value());
        if (!read || *read != answer)
            QFAIL((json + "\n" + tests::describe(read)).c_str());
    };
    for (unsigned seed = 0; seed < 200; ++seed) {
        tests::Generator make(seed);
        roundTrip(model::CreateLoadBalancerAnswer{make.words()});
        roundTrip(model::InstancesAnswer{make.several([&] { return make.instanceId(); })});
        roundTrip(model::ConfigureHealthCheckAnswer{make.healthCheck()});
        roundTrip(model::DescribeInstanceHealthAnswer{make.several([&] {
            return model::InstanceHealth{make.instanceId(), make.words(), make.words(), make.words()};
        })});
        roundTrip(model::SetInstanceAddressAnswer{make.instanceId(), make.words()});
        roundTrip(model::EmptyAnswer{});
    }
}

void AnswersTest::readsWhatIsDescribedOfALoadBalancer()
{
    for (unsigned seed = 0; seed < 100; ++seed) {
        tests::Generator make(seed);
        model::DescribeLoadBalancersAnswer answer{make.several([&] { return make.balancer(); }), make.words()};
        const auto json = wire::renderJson(wire::writeForm(answer));
        const auto read = wire::readAnswer<model::DescribeLoadBalancersAnswer>(wire::parseJson(json).value());
        for (auto &balancer : answer.loadBalancers) {
            balancer.creation = {};
            balancer.tags.clear();
            balancer.formerInstances.clear();
            for (auto &instance : balancer.instances)
                instance.address = {};
        }
        QCOMPARE(tests::describe(read), std::string());
        QVERIFY(*read == answer);
    }
}

void AnswersTest::refusesAnAnswerThatIsNone()
{
    const auto node = wire::parseJson(R"({"Instances":[{"InstanceId":""}]})").value();
    QCOMPARE(wire::readAnswer<model::InstancesAnswer>(node).error().code, ErrorCode::Corrupt);
}

void AnswersTest::readsTheProblemsItWrites()
{
    const wire::Problem problem{"DuplicateListener", 400, "A \"listener\"\n…", "id-1"};
    QVERIFY(wire::parseJsonProblem(wire::renderJsonProblem(problem)) == problem);
}

void AnswersTest::writesProblemDetails()
{
    const wire::Problem problem{"AccessDenied", 403, "no", "id-1"};
    QCOMPARE(wire::renderJsonProblem(problem),
             std::string(R"({"type":"urn:elastic-haproxy:error:AccessDenied","title":"AccessDenied","status":403,)"
                         R"("detail":"no","code":"AccessDenied","requestId":"id-1"})"));
}

void AnswersTest::refusesProblemsThatAreNone()
{
    for (const auto *json : {"", "{}", "<html>", R"({"status":400})", R"({"code":"x","status":"y"})"})
        QCOMPARE(wire::parseJsonProblem(json).error().code, ErrorCode::Corrupt);
}

QTEST_GUILESS_MAIN(AnswersTest)
#include "tst_answers.moc"

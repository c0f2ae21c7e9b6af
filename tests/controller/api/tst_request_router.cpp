#include "api/request_router.h"
#include "api/verb_table.h"
#include "controller/base/readable.h"
#include "wire/envelope.h"
#include "wire/json_text.h"
#include "wire/read_forms.h"

#include "fake_verbs.h"
#include "router_bench.h"
#include "signing.h"

#include <QElapsedTimer>
#include <QRegularExpression>

#include <memory>
#include <set>

using namespace balancer;
using tests::FakeVerbs;
using tests::fromUser;
using tests::headerOf;
using tests::Signing;
using tests::unsignedRequest;

namespace {

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

/// As root over the unix socket.
ports::HttpRequest rootQuery(const std::string &body)
{
    return fromUser(0, unsignedRequest("POST", "/", body));
}

ports::HttpRequest rootAction(const std::string &verb, const std::string &json)
{
    return fromUser(0, unsignedRequest("POST", "/v1/actions/" + verb, json));
}

} // namespace

class RequestRouterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void answersAQuery();
    void answersASignedQuery();
    void answersAQueryInTheTarget();
    void mergesTheQueryStringIntoAForm();
    void answersAtAnyPathThatEndsInASlash();
    void echoesAnOlderVersion();
    void answersEveryVerbThatHasNoMembersMissing_data();
    void answersEveryVerbThatHasNoMembersMissing();
    void refusesActions_data();
    void refusesActions();
    void writesErrorsOfVerbs_data();
    void writesErrorsOfVerbs();
    void hidesWhatWentWrongInside();
    void asksForASignatureBeforeAnythingElse();

    void answersAnAction();
    void answersAnActionWithoutABody();
    void writesProblemsForActions();
    void refusesWrongJson();
    void refusesADryRunThatIsNeitherTrueNorFalse();
    void answersThePlanOfADryRun();
    void refusesADryRunAsTheVerbItself();
    void previewsForThoseWhoMayPerform();
    void stopsTheNodeByJsonOnly();

    void checksRoles_data();
    void checksRoles();
    void trustsRootAndItsOwnUser();
    void wantsASignatureFromOtherUsers();

    void tellsThatItLives();
    void tellsWhetherItIsReady();
    void answers404And405_data();
    void answers404And405();
    void givesEachAnswerAnId();
    void answersWhenAVerbThrows();
    void answersSeveralRequestsThatWait();
    void survivesHostileRequests_data();
    void survivesHostileRequests();
    void hasARowForEachErrorCode();

private:
    ports::HttpResponse handle(ports::HttpRequest request) { return m_bench->handle(std::move(request)); }

    std::unique_ptr<tests::RouterBench> m_bench;
    FakeVerbs *m_verbs = nullptr;
    api::RequestRouter *m_router = nullptr;
};

void RequestRouterTest::init()
{
    m_bench = std::make_unique<tests::RouterBench>();
    m_verbs = &m_bench->verbs;
    m_router = &m_bench->router();
}

void RequestRouterTest::answersAQuery()
{
    const auto response = handle(rootQuery("Action=RegisterInstancesWithLoadBalancer&Version=2012-06-01"
                                           "&LoadBalancerName=web&Instances.member.1.InstanceId=i-1"));
    QCOMPARE(response.status, 200);
    QCOMPARE(headerOf(response, "content-type"), std::string("text/xml"));
    const auto id = headerOf(response, "x-amzn-requestid");
    QCOMPARE(response.body,
             "<RegisterInstancesWithLoadBalancerResponse "
             "xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/\">"
             "<RegisterInstancesWithLoadBalancerResult><Instances><member><InstanceId>i-1</InstanceId></member>"
             "</Instances></RegisterInstancesWithLoadBalancerResult><ResponseMetadata><RequestId>" +
                 id + "</RequestId></ResponseMetadata></RegisterInstancesWithLoadBalancerResponse>");
    QCOMPARE(m_verbs->asked.size(), std::size_t(1));
    const auto &[request, caller] = m_verbs->asked[0];
    QCOMPARE(std::get<model::RegisterInstances>(request).name.text(), std::string("web"));
    QVERIFY(caller == (model::Caller{"uid:0", model::Role::Admin}));
}

void RequestRouterTest::answersASignedQuery()
{
    const auto response =
        handle(tests::signedRequest("POST", "/", "Action=DeleteLoadBalancer&Version=2012-06-01&LoadBalancerName=web"));
    QCOMPARE(response.status, 200);
    QVERIFY(contains(response.body, "<DeleteLoadBalancerResult/>"));
    QVERIFY(m_verbs->asked.at(0).second == (model::Caller{"AKIDEXAMPLE", model::Role::Admin}));
}

void RequestRouterTest::answersAQueryInTheTarget()
{
    const auto response = handle(
        fromUser(0, unsignedRequest("GET", "/?Action=DescribeLoadBalancers&PageSize=7", "Action=DeleteLoadBalancer")));
    QCOMPARE(response.status, 200);
    QCOMPARE(std::get<model::DescribeLoadBalancers>(m_verbs->asked.at(0).first).pageSize, 7);
}

void RequestRouterTest::mergesTheQueryStringIntoAForm()
{
    const auto response = handle(fromUser(0, unsignedRequest("POST", "/?Action=DescribeLoadBalancers&PageSize=7",
                                                             "Version=2012-06-01&PageSize=8&Marker=m")));
    QCOMPARE(response.status, 200);
    const auto &request = std::get<model::DescribeLoadBalancers>(m_verbs->asked.at(0).first);
    QCOMPARE(request.pageSize, 8);
    QCOMPARE(request.marker, std::string("m"));
}

void RequestRouterTest::answersAtAnyPathThatEndsInASlash()
{
    for (const auto *path : {"/", "/elb/", "/services/LoadBalancing/", "/v1x/"}) {
        const auto response = handle(fromUser(0, unsignedRequest("POST", path, "Action=DescribeLoadBalancers")));
        QCOMPARE(response.status, 200);
    }
}

void RequestRouterTest::echoesAnOlderVersion()
{
    const auto response = handle(rootQuery("Action=DescribeLoadBalancers&Version=2011-04-05"));
    QVERIFY(contains(response.body, "xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2011-04-05/\""));
    const auto newest = handle(rootQuery("Action=DescribeLoadBalancers"));
    QVERIFY(contains(newest.body, "/doc/2012-06-01/"));
}

void RequestRouterTest::answersEveryVerbThatHasNoMembersMissing_data()
{
    QTest::addColumn<std::string>("verb");
    for (const auto &verb : api::allVerbs())
        QTest::newRow(std::string(verb.name).c_str()) << std::string(verb.name);
}

void RequestRouterTest::answersEveryVerbThatHasNoMembersMissing()
{
    QFETCH(std::string, verb);
    const std::string json = R"({"LoadBalancerName":"web","InstanceId":"i-1","Address":"10.0.0.5",)"
                             R"("LoadBalancerPorts":[80],"Instances":[{"InstanceId":"i-1"}],)"
                             R"("LoadBalancerNames":["web"],"Tags":[{"Key":"team","Value":"a"}],)"
                             R"("AvailabilityZones":["a"],"Subnets":["s"],"SecurityGroups":["g"],)"
                             R"("LoadBalancerPort":80,"InstancePort":80,"SSLCertificateId":"arn",)"
                             R"("PolicyName":"p","PolicyTypeName":"t","PolicyNames":[],"CookieName":"c",)"
                             R"("ServerCertificateName":"c","CertificateBody":"b","PrivateKey":"k","TagKeys":["t"],)"
                             R"("LoadBalancerAttributes":{"ConnectionSettings":{"IdleTimeout":5}},)"
                             R"("Listeners":[{"Protocol":"TCP","LoadBalancerPort":80,"InstancePort":80}],)"
                             R"("HealthCheck":{"Target":"TCP:80","Interval":10,"Timeout":5,"UnhealthyThreshold":2,)"
                             R"("HealthyThreshold":2},"AccessKeyId":"AKIDVIEWER","Role":"viewer"})";
    const auto response = handle(rootAction(verb, json));
    QCOMPARE(response.status, 200);
    QCOMPARE(headerOf(response, "Content-Type"), std::string("application/json"));
    QVERIFY(wire::parseJson(response.body).has_value());
    QCOMPARE(m_verbs->asked.size() + m_bench->keys.asked.size(), std::size_t(1));
}

void RequestRouterTest::refusesActions_data()
{
    QTest::addColumn<std::string>("body");
    QTest::addColumn<int>("status");
    QTest::addColumn<std::string>("code");
    QTest::addColumn<std::string>("message");
    const auto row = [](const char *name, const std::string &body, int status, const char *code, const char *message) {
        QTest::newRow(name) << body << status << std::string(code) << std::string(message);
    };
    row("no action", "", 400, "MissingAction", "The request is missing the parameter Action");
    row("an empty action", "Action=&Version=2012-06-01", 400, "MissingAction",
        "The request is missing the parameter Action");
    row("an unknown action", "Action=Fly&Version=2012-06-01", 400, "InvalidAction",
        "Could not find operation Fly for version 2012-06-01");
    row("an action in another case", "Action=describeLoadBalancers", 400, "InvalidAction",
        "Could not find operation describeLoadBalancers for version 2012-06-01");
    row("ELBv2", "Action=DescribeLoadBalancers&Version=2015-12-01", 400, "InvalidAction",
        "Could not find operation DescribeLoadBalancers for version 2015-12-01");
    row("another version", "Action=DescribeLoadBalancers&Version=<x>", 400, "InvalidAction",
        "Could not find operation DescribeLoadBalancers for version &lt;x&gt;");
    row("a JSON verb", "Action=StopNode&Version=2012-06-01", 400, "InvalidAction",
        "Could not find operation StopNode for version 2012-06-01");
    row("a missing member", "Action=DeleteLoadBalancer", 400, "ValidationError",
        "1 validation error detected: Value null at &apos;loadBalancerName&apos; failed to satisfy constraint: Member "
        "must not be null");
    row("a broken form", "Action=%", 404, "MalformedQueryString",
        "The query string is malformed: &apos;%&apos; must be followed by two hexadecimal digits");
}

void RequestRouterTest::refusesActions()
{
    QFETCH(std::string, body);
    QFETCH(int, status);
    QFETCH(std::string, code);
    QFETCH(std::string, message);
    const auto response = handle(rootQuery(body));
    QCOMPARE(response.status, status);
    QCOMPARE(headerOf(response, "Content-Type"), std::string("text/xml"));
    QCOMPARE(response.body,
             "<ErrorResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/\"><Error><Type>Sender"
             "</Type><Code>" +
                 code + "</Code><Message>" + message + "</Message></Error><RequestId>" +
                 headerOf(response, "x-amzn-RequestId") + "</RequestId></ErrorResponse>");
    QVERIFY(m_verbs->asked.empty());
}

void RequestRouterTest::writesErrorsOfVerbs_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("status");
    QTest::addColumn<std::string>("name");
    const auto row = [](ErrorCode code, int status, const char *name) {
        QTest::newRow(std::string(nameOf(code)).c_str()) << int(code) << status << std::string(name);
    };
    row(ErrorCode::LoadBalancerNotFound, 400, "LoadBalancerNotFound");
    row(ErrorCode::DuplicateListener, 400, "DuplicateListener");
    row(ErrorCode::InvalidInstance, 400, "InvalidInstance");
    row(ErrorCode::InvalidConfigurationRequest, 409, "InvalidConfigurationRequest");
    row(ErrorCode::AccessDenied, 403, "AccessDenied");
    row(ErrorCode::Unavailable, 503, "ServiceUnavailable");
    row(ErrorCode::Conflict, 500, "InternalFailure");
    row(ErrorCode::Internal, 500, "InternalFailure");
}

void RequestRouterTest::writesErrorsOfVerbs()
{
    QFETCH(int, code);
    QFETCH(int, status);
    QFETCH(std::string, name);
    m_verbs->error = Error{static_cast<ErrorCode>(code), "a sentence"};
    const auto xml = handle(rootQuery("Action=DescribeLoadBalancers&Version=2011-08-15"));
    QCOMPARE(xml.status, status);
    QVERIFY(contains(xml.body, "<Code>" + name + "</Code>"));
    QVERIFY(contains(xml.body, status < 500 ? "<Type>Sender</Type>" : "<Type>Receiver</Type>"));
    QVERIFY(contains(xml.body, "/doc/2011-08-15/"));
    const auto json = handle(rootAction("DescribeLoadBalancers", "{}"));
    QCOMPARE(json.status, status);
    QCOMPARE(wire::parseJsonProblem(json.body)->code, name);
}

void RequestRouterTest::hidesWhatWentWrongInside()
{
    m_verbs->error = Error{ErrorCode::Corrupt, "/var/lib/elastic-haproxy/state.db is broken"};
    const auto response = handle(rootQuery("Action=DescribeLoadBalancers"));
    QVERIFY(!contains(response.body, "state.db"));
    QVERIFY(contains(response.body, "The request processing has failed because of an internal error"));
}

void RequestRouterTest::asksForASignatureBeforeAnythingElse()
{
    for (const auto *body : {"", "Action=Fly", "Action=DeleteLoadBalancer&LoadBalancerName=web", "%"}) {
        const auto response = handle(unsignedRequest("POST", "/", body));
        QCOMPARE(response.status, 403);
        QVERIFY(contains(response.body, "<Code>MissingAuthenticationToken</Code>"));
    }
    const auto action = handle(unsignedRequest("POST", "/v1/actions/DeleteLoadBalancer", "{"));
    QCOMPARE(action.status, 403);
    QCOMPARE(wire::parseJsonProblem(action.body)->code, std::string("MissingAuthenticationToken"));
    QVERIFY(m_verbs->asked.empty());
}

void RequestRouterTest::answersAnAction()
{
    Signing by;
    by.keyId = "AKIDOPERATOR";
    const auto response = handle(tests::signedRequest(
        "POST", "/v1/actions/CreateLoadBalancer",
        R"({"LoadBalancerName":"Web","Listeners":[{"Protocol":"http","LoadBalancerPort":80,"InstancePort":8080}],)"
        R"("AvailabilityZones":["a"]})",
        by));
    QCOMPARE(response.status, 200);
    QCOMPARE(response.body, std::string(R"({"DNSName":"web-1.local.elb.internal"})"));
    QCOMPARE(m_verbs->asked.at(0).second.name, std::string("AKIDOPERATOR"));
}

void RequestRouterTest::answersAnActionWithoutABody()
{
    QCOMPARE(handle(rootAction("DescribeLoadBalancers", "")).body, std::string(R"({"LoadBalancerDescriptions":[]})"));
}

void RequestRouterTest::writesProblemsForActions()
{
    m_verbs->error = Error{ErrorCode::LoadBalancerNotFound, "There is no ACTIVE Load Balancer named 'x'"};
    const auto response = handle(rootAction("DescribeLoadBalancers", "{}"));
    QCOMPARE(headerOf(response, "Content-Type"), std::string("application/problem+json"));
    const wire::Problem expected{"LoadBalancerNotFound", 400, "There is no ACTIVE Load Balancer named 'x'",
                                 headerOf(response, "x-amzn-RequestId")};
    QVERIFY(wire::parseJsonProblem(response.body) == expected);
    const auto unknown = handle(rootAction("Fly", "{}"));
    QCOMPARE(wire::parseJsonProblem(unknown.body)->message, std::string("Could not find operation Fly for version v1"));
}

void RequestRouterTest::refusesWrongJson()
{
    for (const auto *body : {"{", "[]", "\xff", "a=b"}) {
        const auto response = handle(rootAction("DeleteLoadBalancer", body));
        QCOMPARE(response.status, 400);
        QCOMPARE(wire::parseJsonProblem(response.body)->code, std::string("ValidationError"));
    }
}

void RequestRouterTest::refusesADryRunThatIsNeitherTrueNorFalse()
{
    for (const auto *query : {"?dryRun", "?x=1&dryRun=1", "?dryRun=TRUE"}) {
        const auto response =
            handle(rootAction(std::string("DeleteLoadBalancer") + query, R"({"LoadBalancerName":"a"})"));
        QCOMPARE(response.status, 400);
        QVERIFY(m_verbs->asked.empty() && m_verbs->previewed.empty());
    }
    QCOMPARE(handle(rootAction("DeleteLoadBalancer?dryRun=false", R"({"LoadBalancerName":"a"})")).status, 200);
    QCOMPARE(m_verbs->asked.size(), std::size_t(1));
}

void RequestRouterTest::answersThePlanOfADryRun()
{
    m_verbs->plan.kind = model::PlanKind::RuntimeChange;
    m_verbs->plan.commands = {"set server hc:web/s1 state maint"};
    const auto response = handle(rootAction("RegisterInstancesWithLoadBalancer?dryRun=true",
                                            R"({"LoadBalancerName":"web","Instances":[{"InstanceId":"i-1"}]})"));
    QCOMPARE(response.status, 200);
    const auto preview = wire::readRead<model::PlanPreview>(wire::parseJson(response.body).value()).value();
    QCOMPARE(preview.commands, m_verbs->plan.commands);
    QCOMPARE(preview.commandLine,
             std::string("aws elb register-instances-with-load-balancer --endpoint-url http://127.0.0.1:9999 "
                         "--load-balancer-name web --instances i-1"));
    QVERIFY(m_verbs->asked.empty());
    QCOMPARE(std::get<model::RegisterInstances>(m_verbs->previewed.at(0)).name.text(), std::string("web"));
}

void RequestRouterTest::refusesADryRunAsTheVerbItself()
{
    m_verbs->error = Error{ErrorCode::LoadBalancerNotFound, "There is no ACTIVE Load Balancer named 'x'"};
    const auto refused = handle(rootAction("DescribeLoadBalancers?dryRun=true", "{}"));
    QCOMPARE(refused.status, 400);
    QCOMPARE(wire::parseJsonProblem(refused.body)->code, std::string("LoadBalancerNotFound"));
    const auto incomplete = handle(rootAction("DeleteLoadBalancer?dryRun=true", "{}"));
    QCOMPARE(wire::parseJsonProblem(incomplete.body)->code, std::string("ValidationError"));
}

void RequestRouterTest::previewsForThoseWhoMayPerform()
{
    for (const auto &verb : api::allVerbs()) {
        for (const auto *keyId : {"AKIDVIEWER", "AKIDOPERATOR", "AKIDEXAMPLE"}) {
            const auto role = tests::findExampleKey(keyId)->role;
            auto request = tests::signedRequest("POST", "/v1/actions/" + std::string(verb.name), "{}",
                                                tests::signingBy(keyId, "dryRun=true"));
            QCOMPARE(handle(request).status == 403, role < verb.role);
        }
    }
    QVERIFY(m_verbs->asked.empty());
}

void RequestRouterTest::stopsTheNodeByJsonOnly()
{
    QCOMPARE(handle(rootAction("StopNode", R"({"Traffic":true})")).status, 200);
    QVERIFY(std::get<model::StopNode>(m_verbs->asked.at(0).first).traffic);
}

void RequestRouterTest::checksRoles_data()
{
    QTest::addColumn<std::string>("keyId");
    QTest::addColumn<std::string>("verb");
    QTest::addColumn<bool>("allowed");
    const auto row = [](const std::string &keyId, const std::string &verb, bool allowed) {
        QTest::newRow((keyId + " " + verb).c_str()) << keyId << verb << allowed;
    };
    row("AKIDVIEWER", "DescribeLoadBalancers", true);
    row("AKIDVIEWER", "DescribeInstanceHealth", true);
    row("AKIDVIEWER", "CreateLoadBalancer", false);
    row("AKIDVIEWER", "RegisterInstancesWithLoadBalancer", false);
    row("AKIDVIEWER", "SetInstanceAddress", false);
    row("AKIDOPERATOR", "DescribeLoadBalancers", true);
    row("AKIDOPERATOR", "DeleteLoadBalancer", true);
    row("AKIDOPERATOR", "StopNode", false);
    row("AKIDEXAMPLE", "StopNode", true);
}

void RequestRouterTest::checksRoles()
{
    QFETCH(std::string, keyId);
    QFETCH(std::string, verb);
    QFETCH(bool, allowed);
    Signing by;
    by.keyId = keyId;
    const auto response = handle(tests::signedRequest(
        "POST", "/v1/actions/" + verb, R"({"LoadBalancerName":"web","InstanceId":"i","Address":""})", by));
    QCOMPARE(response.status == 403, !allowed);
    if (allowed)
        return;
    QCOMPARE(wire::parseJsonProblem(response.body)->message,
             "User: arn:aws:iam::000000000000:user/" + keyId +
                 " is not authorized to perform: elasticloadbalancing:" + verb);
    QVERIFY(m_verbs->asked.empty());
}

void RequestRouterTest::trustsRootAndItsOwnUser()
{
    for (const std::uint32_t userId : {0U, 990U}) {
        const auto response = handle(fromUser(userId, unsignedRequest("POST", "/", "Action=DescribeLoadBalancers")));
        QCOMPARE(response.status, 200);
        QCOMPARE(m_verbs->asked.back().second.name, "uid:" + std::to_string(userId));
        QVERIFY(m_verbs->asked.back().second.role == model::Role::Admin);
    }
}

void RequestRouterTest::wantsASignatureFromOtherUsers()
{
    const auto refused = handle(fromUser(1000, unsignedRequest("POST", "/", "Action=DescribeLoadBalancers")));
    QCOMPARE(refused.status, 403);
    QVERIFY(contains(refused.body, "<Code>AccessDenied</Code>"));
    Signing by;
    by.keyId = "AKIDVIEWER";
    const auto answered = handle(fromUser(1000, tests::signedRequest("POST", "/", "Action=DescribeLoadBalancers", by)));
    QCOMPARE(answered.status, 200);
    QCOMPARE(m_verbs->asked.at(0).second.name, std::string("AKIDVIEWER"));
}

void RequestRouterTest::tellsThatItLives()
{
    m_bench->notReady = "no store";
    for (const auto *method : {"GET", "HEAD"}) {
        const auto response = handle(unsignedRequest(method, "/healthz?x=1"));
        QCOMPARE(response.status, 200);
        QCOMPARE(response.body, std::string("ok\n"));
    }
}

void RequestRouterTest::tellsWhetherItIsReady()
{
    QCOMPARE(handle(unsignedRequest("GET", "/readyz")).status, 200);
    QCOMPARE(handle(unsignedRequest("HEAD", "/readyz")).status, 200);
    m_bench->notReady = "HAProxy has not been adopted yet";
    const auto response = handle(unsignedRequest("GET", "/readyz"));
    QCOMPARE(response.status, 503);
    QCOMPARE(response.body, std::string("HAProxy has not been adopted yet\n"));
}

void RequestRouterTest::answers404And405_data()
{
    QTest::addColumn<std::string>("method");
    QTest::addColumn<std::string>("target");
    QTest::addColumn<int>("status");
    QTest::addColumn<std::string>("allowed");
    const auto row = [](const char *method, const std::string &target, int status, const char *allowed) {
        QTest::newRow((std::string(method) + " " + target).substr(0, 60).c_str())
            << std::string(method) << target << status << std::string(allowed);
    };
    row("POST", "/healthz", 405, "GET, HEAD");
    row("POST", "/readyz", 405, "GET, HEAD");
    row("HEAD", "/", 405, "GET, POST");
    row("HEAD", "/v1/node", 405, "GET");
    row("HEAD", "/v1/events", 405, "GET");
    row("GET", "/v1/actions/DescribeLoadBalancers", 405, "POST");
    row("PUT", "/", 405, "GET, POST");
    row("DELETE", "/?Action=X", 405, "GET, POST");
    row("GET", "/favicon.ico", 404, "");
    row("GET", "/v1", 404, "");
    row("POST", "/v1/", 404, "");
    row("POST", "/v1/load-balancers/", 404, "");
    row("GET", "/dashboard/", 404, "");
    row("GET", "/dashboard", 404, "");
    row("GET", "/healthz/x", 404, "");
    row("GET", "", 404, "");
    row("GET", "*", 404, "");
    row("POST", "/v1/actions", 404, "");
}

void RequestRouterTest::answers404And405()
{
    QFETCH(std::string, method);
    QFETCH(std::string, target);
    QFETCH(int, status);
    QFETCH(std::string, allowed);
    const auto response = handle(fromUser(0, unsignedRequest(method, target)));
    QCOMPARE(response.status, status);
    QCOMPARE(headerOf(response, "Allow"), allowed);
    QVERIFY(m_verbs->asked.empty());
}

void RequestRouterTest::givesEachAnswerAnId()
{
    static const QRegularExpression kUuid4(
        QStringLiteral("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"));
    std::set<std::string> ids;
    for (const auto *target : {"/", "/healthz", "/readyz", "/nowhere", "/v1/actions/X"}) {
        const auto id = headerOf(handle(unsignedRequest("POST", target)), "x-amzn-RequestId");
        QVERIFY2(kUuid4.match(QString::fromStdString(id)).hasMatch(), id.c_str());
        ids.insert(id);
    }
    QCOMPARE(ids.size(), std::size_t(5));
}

void RequestRouterTest::answersWhenAVerbThrows()
{
    m_verbs->throws = true;
    const auto response = handle(rootQuery("Action=DescribeLoadBalancers"));
    QCOMPARE(response.status, 500);
    QVERIFY(!contains(response.body, "must not throw"));
}

void RequestRouterTest::answersSeveralRequestsThatWait()
{
    m_verbs->later = true;
    std::vector<QCoro::Task<ports::HttpResponse>> waiting;
    for (int i = 0; i < 20; ++i) {
        const auto name = "web-with-a-name-of-its-own-" + std::to_string(i);
        const auto form = "Action=CreateLoadBalancer&LoadBalancerName=" + name +
                          "&AvailabilityZones.member.1=a&Listeners.member.1.Protocol=TCP"
                          "&Listeners.member.1.LoadBalancerPort=80&Listeners.member.1.InstancePort=80";
        waiting.push_back(m_router->handle(rootQuery(form)));
        waiting.push_back(
            m_router->handle(rootAction("DeleteLoadBalancer", R"({"LoadBalancerName":")" + name + "\"}")));
    }
    QCOMPARE(m_verbs->asked.size(), waiting.size());
    for (std::size_t i = 0; i < waiting.size(); i += 2) {
        const auto created = QCoro::waitFor(std::move(waiting[i]));
        const auto deleted = QCoro::waitFor(std::move(waiting[i + 1]));
        QVERIFY(contains(created.body, "<DNSName>web-with-a-name-of-its-own-" + std::to_string(i / 2) + "-1.local"));
        QCOMPARE(deleted.body, std::string("{}"));
    }
    m_verbs->throws = true;
    QCOMPARE(handle(rootQuery("Action=DescribeLoadBalancers")).status, 500);
}

void RequestRouterTest::survivesHostileRequests_data()
{
    QTest::addColumn<std::string>("method");
    QTest::addColumn<std::string>("target");
    QTest::addColumn<std::string>("body");
    const auto row = [](const char *name, const char *method, const std::string &target, const std::string &body) {
        QTest::newRow(name) << std::string(method) << target << body;
    };
    const std::string create = "Action=CreateLoadBalancer&LoadBalancerName=web&";
    row("a huge index", "POST", "/", create + "Listeners.member.4294967297.Protocol=HTTP");
    row("an index of a thousand digits", "POST", "/", create + "Listeners.member." + std::string(1000, '9') + "=1");
    row("a broken percent code", "POST", "/", create + "Scheme=%u0041");
    row("a zero byte", "POST", "/", create + "Listeners.member.1.Protocol=%00");
    row("raw control characters", "POST", "/", create + "Scheme=\x01\x02\x1b[0m");
    row("wrong UTF-8", "POST", "/", create + "Listeners.member.1.Protocol=\xff\xfe");
    row("a long action", "POST", "/", "Action=" + std::string(1000000, 'A'));
    row("an action that is XML", "POST", "/", "Action=</Message><Code>x");
    row("twenty thousand parameters", "POST", "/", [] {
        std::string body;
        for (int i = 0; i < 20000; ++i)
            body += "a=&";
        return body;
    }());
    row("a million dots", "POST", "/", create + std::string(1000000, '.') + "=1");
    row("deep JSON", "POST", "/v1/actions/CreateLoadBalancer", std::string(500000, '['));
    row("deep JSON inside", "POST", "/v1/actions/CreateLoadBalancer", "{\"Listeners\":" + std::string(500000, '['));
    row("many values", "POST", "/v1/actions/CreateLoadBalancer", "[" + std::string(300000, '0'));
    row("wrong UTF-8 in JSON", "POST", "/v1/actions/CreateLoadBalancer", "{\"LoadBalancerName\":\"\xff\"}");
    row("a slash in the verb", "POST", "/v1/actions/../../etc/passwd", "{}");
    row("a zero byte in the verb", "POST", std::string("/v1/actions/X\0Y", 15), "{}");
}

void RequestRouterTest::survivesHostileRequests()
{
    QFETCH(std::string, method);
    QFETCH(std::string, target);
    QFETCH(std::string, body);
    QElapsedTimer timer;
    timer.start();
    const auto response = handle(fromUser(0, unsignedRequest(method, target, body)));
    QVERIFY2(response.status >= 400 && response.status < 500, response.body.c_str());
    QVERIFY(response.body.size() < 2000);
    QVERIFY(m_verbs->asked.empty());
    QVERIFY2(timer.elapsed() < 2000, "too slow"); // a few ms
}

void RequestRouterTest::hasARowForEachErrorCode()
{
    // ELB's own codes carry their names outside; what is ours is hidden behind two.
    for (auto code = 0; code < int(ErrorCode::NotFound); ++code) {
        m_verbs->error = Error{static_cast<ErrorCode>(code), "a sentence"};
        const auto problem = wire::parseJsonProblem(handle(rootAction("DescribeLoadBalancers", "{}")).body).value();
        QVERIFY(problem.status < 500);
        QCOMPARE(problem.message, std::string("a sentence"));
    }
}

QTEST_GUILESS_MAIN(RequestRouterTest)
#include "tst_request_router.moc"

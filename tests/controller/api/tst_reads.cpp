#include "api/read_table.h"
#include "controller/base/readable.h"
#include "wire/envelope.h"
#include "wire/json_text.h"
#include "wire/read_forms.h"

#include "router_bench.h"
#include "signing.h"

#include <memory>

using namespace balancer;
using tests::fromUser;
using tests::headerOf;
using tests::unsignedRequest;

namespace {

ports::HttpRequest asRoot(const std::string &target)
{
    return fromUser(0, unsignedRequest("GET", target));
}

template <typename T>
T valueOf(const ports::HttpResponse &response)
{
    return wire::readRead<T>(wire::parseJson(response.body).value()).value();
}

std::string codeOf(const ports::HttpResponse &response)
{
    return wire::parseJsonProblem(response.body)->code;
}

/// Every read, with a name where the path wants one.
std::vector<std::string> allTargets()
{
    std::vector<std::string> targets{"/v1/events"};
    for (const auto &read : api::allReads()) {
        const auto path = read.path.substr(0, read.path.find('{'));
        targets.push_back(std::string(path) + (path.size() < read.path.size() ? "web" : ""));
    }
    return targets;
}

} // namespace

class ReadsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_bench = std::make_unique<tests::RouterBench>(); }

    void answersTheList();
    void answersOneLoadBalancer();
    void answers404ForWhatIsNot_data();
    void answers404ForWhatIsNot();
    void answersTheNodesStatusToItsCaller();
    void answersRevisions_data();
    void answersRevisions();
    void refusesStrangers_data();
    void refusesStrangers();
    void letsViewersRead_data();
    void letsViewersRead();
    void takesOnlyGet_data();
    void takesOnlyGet();
    void waitsUntilTheNodeIsReady_data() { letsViewersRead_data(); }
    void waitsUntilTheNodeIsReady();
    void hidesWhatWentWrongInside();

private:
    std::unique_ptr<tests::RouterBench> m_bench;
};

void ReadsTest::answersTheList()
{
    m_bench->reads.list.eventId = "e-7";
    const auto response = m_bench->handle(asRoot("/v1/load-balancers?x=1"));
    QCOMPARE(response.status, 200);
    QCOMPARE(headerOf(response, "Content-Type"), std::string("application/json"));
    QCOMPARE(headerOf(response, "Cache-Control"), std::string("no-store"));
    QCOMPARE(response.body, std::string(R"({"EventId":"e-7","LoadBalancers":[]})"));
}

void ReadsTest::answersOneLoadBalancer()
{
    m_bench->reads.detail.loadBalancer.name = tests::name("Web");
    const auto response = m_bench->handle(asRoot("/v1/load-balancers/web"));
    QCOMPARE(response.status, 200);
    QCOMPARE(valueOf<model::LoadBalancerDetail>(response).loadBalancer.name.text(), std::string("Web"));
    QCOMPARE(m_bench->reads.asked, std::vector<std::string>{"loadBalancer web"});
}

void ReadsTest::answers404ForWhatIsNot_data()
{
    QTest::addColumn<std::string>("name");
    QTest::newRow("not there") << std::string("web");
    QTest::newRow("no name") << std::string("-");
    QTest::newRow("encoded") << std::string("%2e%2e");
    QTest::newRow("long") << std::string(5000, 'a');
    QTest::newRow("hostile") << std::string("<script>");
}

void ReadsTest::answers404ForWhatIsNot()
{
    QFETCH(std::string, name);
    m_bench->reads.error = model::loadBalancerNotFound("web");
    const auto response = m_bench->handle(asRoot("/v1/load-balancers/" + name));
    QCOMPARE(response.status, 404);
    QCOMPARE(headerOf(response, "Content-Type"), std::string("application/problem+json"));
    const auto problem = wire::parseJsonProblem(response.body).value();
    QCOMPARE(problem.code, std::string("LoadBalancerNotFound"));
    QCOMPARE(problem.status, 404);
    QVERIFY(response.body.size() < 1000);
}

void ReadsTest::answersTheNodesStatusToItsCaller()
{
    m_bench->reads.status.node = "node-1";
    const auto response = m_bench->handle(tests::signedRequest("GET", "/v1/node", "", tests::signingBy("AKIDVIEWER")));
    const auto status = valueOf<model::NodeStatus>(response);
    QCOMPARE(status.node, std::string("node-1"));
    QVERIFY((status.caller == model::Caller{"AKIDVIEWER", model::Role::Viewer}));
}

void ReadsTest::answersRevisions_data()
{
    QTest::addColumn<std::string>("query");
    QTest::addColumn<std::string>("asked"); // empty: refused
    const auto row = [](const char *query, const char *asked) {
        QTest::newRow(query) << std::string(query) << std::string(asked);
    };
    row("", "revisions 100");
    row("?count=1", "revisions 1");
    row("?count=1000", "revisions 1000");
    row("?count=0", "");
    row("?count=1001", "");
    row("?count=-1", "");
    row("?count=x", "");
    row("?count=", "");
    row("?count=99999999999999999999", "");
    row("?%zz", "");
}

void ReadsTest::answersRevisions()
{
    QFETCH(std::string, query);
    QFETCH(std::string, asked);
    const auto response = m_bench->handle(asRoot("/v1/revisions" + query));
    QCOMPARE(response.status == 200, !asked.empty());
    QCOMPARE(m_bench->reads.asked.size(), std::size_t(asked.empty() ? 0 : 1));
    if (!asked.empty())
        QCOMPARE(m_bench->reads.asked[0], asked);
}

void ReadsTest::refusesStrangers_data()
{
    QTest::addColumn<std::string>("target");
    for (const auto &target : allTargets())
        QTest::newRow(target.c_str()) << target;
}

void ReadsTest::refusesStrangers()
{
    QFETCH(std::string, target);
    const auto unsignedAnswer = m_bench->handle(unsignedRequest("GET", target));
    QCOMPARE(unsignedAnswer.status, 403);
    QCOMPARE(codeOf(unsignedAnswer), std::string("MissingAuthenticationToken"));
    const auto localUser = m_bench->handle(fromUser(1000, unsignedRequest("GET", target)));
    QCOMPARE(codeOf(localUser), std::string("AccessDenied"));
    const auto disabled = m_bench->handle(tests::signedRequest("GET", target, "", tests::signingBy("AKIDDISABLED")));
    QCOMPARE(codeOf(disabled), std::string("AccessDenied"));
    auto wrong = tests::signingBy("AKIDVIEWER");
    wrong.secret = "x";
    QCOMPARE(codeOf(m_bench->handle(tests::signedRequest("GET", target, "", wrong))),
             std::string("SignatureDoesNotMatch"));
    QVERIFY(m_bench->reads.asked.empty());
}

void ReadsTest::letsViewersRead_data()
{
    QTest::addColumn<std::string>("target");
    QTest::addColumn<std::string>("keyId");
    for (const auto &target : allTargets()) {
        for (const auto *keyId : {"AKIDVIEWER", "AKIDOPERATOR", "AKIDEXAMPLE"})
            QTest::newRow((target + " " + keyId).c_str()) << target << std::string(keyId);
    }
}

void ReadsTest::letsViewersRead()
{
    QFETCH(std::string, target);
    QFETCH(std::string, keyId);
    const auto request = tests::signedRequest("GET", target, "", tests::signingBy(keyId));
    QCOMPARE(m_bench->handle(request).status, 200);
    QCOMPARE(m_bench->handle(fromUser(1000, request)).status, 200);
    QCOMPARE(m_bench->handle(asRoot(target)).status, 200);
}

void ReadsTest::takesOnlyGet_data()
{
    QTest::addColumn<std::string>("target");
    auto targets = allTargets();
    targets.emplace_back("/v1/openapi.json");
    for (const auto &target : targets)
        QTest::newRow(target.c_str()) << target;
}

void ReadsTest::takesOnlyGet()
{
    QFETCH(std::string, target);
    for (const auto *method : {"POST", "PUT", "DELETE", "PATCH"}) {
        const auto response = m_bench->handle(fromUser(0, unsignedRequest(method, target)));
        QCOMPARE(response.status, 405);
        QCOMPARE(headerOf(response, "Allow"), std::string("GET"));
    }
    QVERIFY(m_bench->reads.asked.empty());
}

void ReadsTest::waitsUntilTheNodeIsReady()
{
    QFETCH(std::string, target);
    QFETCH(std::string, keyId);
    m_bench->notReady = "the node is starting";
    const auto response = m_bench->handle(tests::signedRequest("GET", target, "", tests::signingBy(keyId)));
    QCOMPARE(response.status, 503);
    QCOMPARE(codeOf(response), std::string("ServiceUnavailable"));
}

void ReadsTest::hidesWhatWentWrongInside()
{
    m_bench->reads.error = Error{ErrorCode::Corrupt, "state.db is broken"};
    const auto response = m_bench->handle(asRoot("/v1/revisions"));
    QCOMPARE(response.status, 500);
    QVERIFY(response.body.find("state.db") == std::string::npos);
}

QTEST_GUILESS_MAIN(ReadsTest)
#include "tst_reads.moc"

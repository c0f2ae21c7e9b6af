#include "api/signature.h"
#include "client/request_signing.h"
#include "controller/api/signing.h"
#include "controller/base/readable.h"

using namespace balancer;
using tests::kThen;

namespace {

const client::Credentials kKey{tests::kKeyId, tests::kSecret};

ports::HttpRequest request(const std::string &method, const std::string &target, const std::string &body = {})
{
    ports::HttpRequest made;
    made.method = method;
    made.target = target;
    made.body = body;
    made.headers = {{"Host", "10.0.0.5:9999"}, {"Accept", "application/json"}};
    return made;
}

} // namespace

class RequestSigningTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void signsWhatTheNodeAccepts_data();
    void signsWhatTheNodeAccepts();
    void signsEveryPart_data();
    void signsEveryPart();
    void doesNotCarryTheSecret();
    void refusesWhatCannotBeDecoded();
    void namesTheHost_data();
    void namesTheHost();
};

void RequestSigningTest::signsWhatTheNodeAccepts_data()
{
    QTest::addColumn<std::string>("method");
    QTest::addColumn<std::string>("target");
    QTest::addColumn<std::string>("body");

    QTest::newRow("a read") << std::string("GET") << std::string("/v1/load-balancers") << std::string();
    QTest::newRow("a query") << std::string("GET") << std::string("/v1/events?rates=1&after=e-1%3A5&b=")
                             << std::string();
    QTest::newRow("a query to be sorted") << std::string("GET") << std::string("/x?b=2&a=1&a=0&a-b=3") << std::string();
    QTest::newRow("a verb") << std::string("POST") << std::string("/v1/actions/CreateLoadBalancer?dryRun=true")
                            << std::string("{\"LoadBalancerName\":\"wäb\"}");
    QTest::newRow("a path to be encoded")
        << std::string("GET") << std::string("/v1/load-balancers/a%20b") << std::string();
}

void RequestSigningTest::signsWhatTheNodeAccepts()
{
    QFETCH(std::string, method);
    QFETCH(std::string, target);
    QFETCH(std::string, body);
    const auto sent = client::withSignature(request(method, target, body), kKey, kThen).value();
    api::SignatureSettings strict;
    strict.strictScope = true;
    const auto caller = api::verifySignature(sent, tests::findExampleKey, kThen, strict);
    QCOMPARE(tests::describe(caller), std::string());
    QCOMPARE(caller->name, tests::kKeyId);
}

using Change = void (*)(ports::HttpRequest &);
Q_DECLARE_METATYPE(Change)

void RequestSigningTest::signsEveryPart_data()
{
    QTest::addColumn<Change>("change");
    QTest::newRow("method") << Change([](ports::HttpRequest &sent) { sent.method = "PUT"; });
    QTest::newRow("path") << Change([](ports::HttpRequest &sent) { sent.target.insert(3, "x"); });
    QTest::newRow("query") << Change([](ports::HttpRequest &sent) { sent.target += "&c=1"; });
    QTest::newRow("body") << Change([](ports::HttpRequest &sent) { sent.body += "x"; });
    QTest::newRow("host") << Change([](ports::HttpRequest &sent) { sent.headers[0].second = "elsewhere"; });
    QTest::newRow("another header") << Change([](ports::HttpRequest &sent) { sent.headers[1].second = "text/html"; });
}

void RequestSigningTest::signsEveryPart()
{
    QFETCH(Change, change);
    auto sent = client::withSignature(request("POST", "/v1/x?a=b", "body"), kKey, kThen).value();
    change(sent);
    const auto caller = api::verifySignature(sent, tests::findExampleKey, kThen);
    QVERIFY(!caller);
    QCOMPARE(caller.error().code, ErrorCode::SignatureDoesNotMatch);
}

void RequestSigningTest::doesNotCarryTheSecret()
{
    const auto sent = client::withSignature(request("GET", "/"), kKey, kThen).value();
    for (const auto &[name, value] : sent.headers)
        QVERIFY(value.find(tests::kSecret) == std::string::npos);
}

void RequestSigningTest::refusesWhatCannotBeDecoded()
{
    const auto sent = client::withSignature(request("GET", "/?a=%zz"), kKey, kThen);
    QVERIFY(!sent);
    QCOMPARE(sent.error().code, ErrorCode::MalformedRequest);
}

void RequestSigningTest::namesTheHost_data()
{
    QTest::addColumn<std::string>("url");
    QTest::addColumn<std::string>("host");
    QTest::newRow("http") << std::string("http://127.0.0.1:9999") << std::string("127.0.0.1:9999");
    QTest::newRow("https with a path") << std::string("https://[fd00::5]:9999/") << std::string("[fd00::5]:9999");
    QTest::newRow("no port") << std::string("https://node.corp") << std::string("node.corp");
    QTest::newRow("unix") << std::string("unix:/run/x.sock") << std::string("localhost");
    QTest::newRow("unix with slashes") << std::string("unix:///run/x.sock") << std::string("localhost");
}

void RequestSigningTest::namesTheHost()
{
    QFETCH(std::string, url);
    QTEST(client::hostOf(url), "host");
}

QTEST_GUILESS_MAIN(RequestSigningTest)
#include "tst_request_signing.moc"

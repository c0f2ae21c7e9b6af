#include "api/session_cookie.h"
#include "controller/base/readable.h"
#include "wire/envelope.h"
#include "wire/json_text.h"
#include "wire/read_forms.h"

#include "router_bench.h"
#include "signing.h"

#include <memory>
#include <set>

using namespace balancer;
using namespace std::chrono_literals;
using tests::fromUser;
using tests::headerOf;
using tests::unsignedRequest;

namespace {

const std::string kSignIn = R"({"AccessKeyId":"AKIDOPERATOR","SecretAccessKey":")" + tests::kSecret + "\"}";
const std::string kDelete = R"({"LoadBalancerName":"web"})";

std::string signInAs(const std::string &keyId, const std::string &secret)
{
    return R"({"AccessKeyId":")" + keyId + R"(","SecretAccessKey":")" + secret + "\"}";
}

std::string codeOf(const ports::HttpResponse &response)
{
    return wire::parseJsonProblem(response.body)->code;
}

model::Session sessionOf(const ports::HttpResponse &response)
{
    return wire::readRead<model::Session>(wire::parseJson(response.body).value()).value();
}

/// "elastic-haproxy-session=…", as a browser sends it back.
std::string cookieOf(const ports::HttpResponse &response)
{
    const auto set = headerOf(response, "Set-Cookie");
    return set.substr(0, set.find(';'));
}

ports::HttpRequest withCookie(ports::HttpRequest request, const std::string &cookie)
{
    request.headers.emplace_back("Cookie", cookie);
    return request;
}

ports::HttpRequest fromOwnPage(ports::HttpRequest request)
{
    request.headers.emplace_back("Origin", "http://elb.example.com");
    return request;
}

} // namespace

class SessionsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { restart({}); }

    void signsInWithAKey();
    void signsInByASignedRequest();
    void signsInTheAdministratorOverTheUnixSocket();
    void refusesToSignIn_data();
    void refusesToSignIn();
    void refusesToSignInForOtherOrigins();
    void setsASecureCookieOverTls();
    void hasAnotherTokenForEach();

    void readsWithTheCookie();
    void performsForItsOwnPages_data();
    void performsForItsOwnPages();
    void countsBelowV1Only();
    void checksTheRole();
    void findsTheCookieAmongOthers_data();
    void findsTheCookieAmongOthers();
    void prefersASignature();

    void endsWhenItIsNotUsed();
    void endsAfterTwelveHours();
    void endsWithItsKey_data();
    void endsWithItsKey();
    void takesTheKeysRoleOfTheMoment();
    void signsOut();
    void signsOutItsOwnPagesOnly();
    void endsTheIdlestForOneMore();
    void answersNoOtherMethod();

private:
    void restart(api::SessionLimits limits)
    {
        api::RouterSettings settings;
        settings.sessions = limits;
        m_bench = std::make_unique<tests::RouterBench>(settings);
    }
    ports::HttpResponse signIn() { return m_bench->handle(unsignedRequest("POST", "/v1/session", kSignIn)); }
    int statusWith(const std::string &cookie)
    {
        return m_bench->handle(withCookie(unsignedRequest("GET", "/v1/node"), cookie)).status;
    }
    ports::HttpResponse action(const std::string &cookie, const std::string &verb = "DeleteLoadBalancer")
    {
        return m_bench->handle(
            fromOwnPage(withCookie(unsignedRequest("POST", "/v1/actions/" + verb, kDelete), cookie)));
    }

    std::unique_ptr<tests::RouterBench> m_bench;
};

void SessionsTest::signsInWithAKey()
{
    const auto response = signIn();
    QCOMPARE(response.status, 201);
    const auto session = sessionOf(response);
    QVERIFY((session.caller == model::Caller{"AKIDOPERATOR", model::Role::Operator}));
    QVERIFY(session.expiresAt == tests::kThen + 30min);
    const auto cookie = headerOf(response, "Set-Cookie");
    QVERIFY2(cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/"), cookie.c_str());
    QCOMPARE(cookieOf(response).size(), std::string("elastic-haproxy-session=").size() + 64);
    QVERIFY(response.body.find(cookieOf(response).substr(30)) == std::string::npos);
}

void SessionsTest::signsInByASignedRequest()
{
    const auto response =
        m_bench->handle(tests::signedRequest("POST", "/v1/session", "", tests::signingBy("AKIDVIEWER")));
    QCOMPARE(response.status, 201);
    QCOMPARE(sessionOf(response).caller.name, std::string("AKIDVIEWER"));
    QCOMPARE(statusWith(cookieOf(response)), 200);
}

void SessionsTest::signsInTheAdministratorOverTheUnixSocket()
{
    const auto response = m_bench->handle(fromUser(0, unsignedRequest("POST", "/v1/session")));
    QCOMPARE(response.status, 201);
    QVERIFY((sessionOf(response).caller == model::Caller{"uid:0", model::Role::Admin}));
    QCOMPARE(statusWith(cookieOf(response)), 200);
    QCOMPARE(m_bench->handle(fromUser(1000, unsignedRequest("POST", "/v1/session"))).status, 403);
}

void SessionsTest::refusesToSignIn_data()
{
    QTest::addColumn<std::string>("body");
    QTest::addColumn<int>("status");
    QTest::addColumn<std::string>("code");
    const auto row = [](const char *name, const std::string &body, int status, const char *code) {
        QTest::newRow(name) << body << status << std::string(code);
    };
    row("a wrong secret", signInAs("AKIDOPERATOR", "x"), 403, "InvalidClientTokenId");
    row("no secret", signInAs("AKIDOPERATOR", ""), 403, "InvalidClientTokenId");
    row("an unknown key", signInAs("AKIDNOBODY", tests::kSecret), 403, "InvalidClientTokenId");
    row("an unknown key without a secret", signInAs("AKIDNOBODY", ""), 403, "InvalidClientTokenId");
    row("a disabled key", signInAs("AKIDDISABLED", tests::kSecret), 403, "InvalidClientTokenId");
    row("an empty object", "{}", 403, "InvalidClientTokenId");
    row("no JSON", "AccessKeyId=x", 400, "ValidationError");
    row("a list", "[]", 400, "ValidationError");
    row("numbers", R"({"AccessKeyId":1,"SecretAccessKey":[]})", 400, "ValidationError");
    row("nothing, unsigned", "", 403, "MissingAuthenticationToken");
}

void SessionsTest::refusesToSignIn()
{
    QFETCH(std::string, body);
    QFETCH(int, status);
    QFETCH(std::string, code);
    const auto response = m_bench->handle(unsignedRequest("POST", "/v1/session", body));
    QCOMPARE(response.status, status);
    QCOMPARE(codeOf(response), code);
    QCOMPARE(headerOf(response, "Set-Cookie"), std::string());
}

void SessionsTest::refusesToSignInForOtherOrigins()
{
    auto request = unsignedRequest("POST", "/v1/session", kSignIn);
    request.headers.emplace_back("Origin", "http://evil.example.com");
    QCOMPARE(codeOf(m_bench->handle(request)), std::string("AccessDenied"));
    auto fetched = unsignedRequest("POST", "/v1/session", kSignIn);
    fetched.headers.emplace_back("Sec-Fetch-Site", "cross-site");
    QCOMPARE(codeOf(m_bench->handle(fetched)), std::string("AccessDenied"));
    QCOMPARE(m_bench->handle(fromOwnPage(unsignedRequest("POST", "/v1/session", kSignIn))).status, 201);
}

void SessionsTest::setsASecureCookieOverTls()
{
    auto request = unsignedRequest("POST", "/v1/session", kSignIn);
    request.peer.isEncrypted = true;
    request.headers.emplace_back("Origin", "https://elb.example.com");
    const auto response = m_bench->handle(request);
    QCOMPARE(response.status, 201);
    QVERIFY(headerOf(response, "Set-Cookie").ends_with("; Secure"));
    request.headers.back().second = "http://elb.example.com";
    QCOMPARE(m_bench->handle(request).status, 403);
}

void SessionsTest::hasAnotherTokenForEach()
{
    std::set<std::string> cookies;
    for (int i = 0; i < 20; ++i)
        cookies.insert(cookieOf(signIn()));
    QCOMPARE(cookies.size(), std::size_t(20));
}

void SessionsTest::readsWithTheCookie()
{
    const auto cookie = cookieOf(signIn());
    QCOMPARE(statusWith(cookie), 200);
    const auto session = m_bench->handle(withCookie(unsignedRequest("GET", "/v1/session"), cookie));
    QCOMPARE(session.status, 200);
    QCOMPARE(sessionOf(session).caller.name, std::string("AKIDOPERATOR"));
    const auto without = m_bench->handle(unsignedRequest("GET", "/v1/session"));
    QCOMPARE(without.status, 401);
    QCOMPARE(codeOf(without), std::string("MissingAuthenticationToken"));
    const auto wrong = m_bench->handle(withCookie(unsignedRequest("GET", "/v1/session"), cookie + "0"));
    QCOMPARE(wrong.status, 401);
    QVERIFY(headerOf(wrong, "Set-Cookie").find("Max-Age=0") != std::string::npos);
    QCOMPARE(statusWith("elastic-haproxy-session="), 401);
    QCOMPARE(m_bench->handle(unsignedRequest("GET", "/v1/node")).status, 403);
}

void SessionsTest::performsForItsOwnPages_data()
{
    QTest::addColumn<std::string>("header");
    QTest::addColumn<std::string>("value");
    QTest::addColumn<int>("status");
    const auto row = [](const char *header, const char *value, int status) {
        QTest::newRow((std::string(header) + ": " + value).c_str())
            << std::string(header) << std::string(value) << status;
    };
    row("Origin", "http://elb.example.com", 200);
    row("origin", "HTTP://ELB.example.com", 200);
    row("Origin", "https://elb.example.com", 403);
    row("Origin", "http://elb.example.com:80", 403);
    row("Origin", "http://elb.example.com.evil.example.com", 403);
    row("Origin", "http://evil.example.com", 403);
    row("Origin", "null", 403);
    row("Origin", "", 403);
    row("Sec-Fetch-Site", "same-origin", 200);
    row("Sec-Fetch-Site", "same-site", 403);
    row("Sec-Fetch-Site", "cross-site", 403);
    row("Sec-Fetch-Site", "none", 403);
    row("Referer", "http://elb.example.com/", 403);
}

void SessionsTest::performsForItsOwnPages()
{
    QFETCH(std::string, header);
    QFETCH(std::string, value);
    QFETCH(int, status);
    auto request = withCookie(unsignedRequest("POST", "/v1/actions/DeleteLoadBalancer", kDelete), cookieOf(signIn()));
    request.headers.emplace_back(header, value);
    const auto response = m_bench->handle(request);
    QCOMPARE(response.status, status);
    QCOMPARE(m_bench->verbs.asked.size(), std::size_t(status == 200 ? 1 : 0));
    if (status != 200)
        QCOMPARE(codeOf(response), std::string("AccessDenied"));
}

void SessionsTest::countsBelowV1Only()
{
    const auto cookie = cookieOf(signIn());
    auto query = fromOwnPage(withCookie(unsignedRequest("POST", "/", "Action=DescribeLoadBalancers"), cookie));
    QCOMPARE(m_bench->handle(query).status, 403);
    query.method = "GET";
    query.target = "/?Action=DescribeLoadBalancers";
    QCOMPARE(m_bench->handle(query).status, 403);
    QVERIFY(m_bench->verbs.asked.empty());
}

void SessionsTest::checksTheRole()
{
    const auto viewer =
        cookieOf(m_bench->handle(unsignedRequest("POST", "/v1/session", signInAs("AKIDVIEWER", tests::kSecret))));
    QCOMPARE(codeOf(action(viewer)), std::string("AccessDenied"));
    QCOMPARE(action(viewer, "DeleteLoadBalancer?dryRun=true").status, 403);
    QCOMPARE(statusWith(viewer), 200);
    const auto operatorCookie = cookieOf(signIn());
    QCOMPARE(action(operatorCookie).status, 200);
    QCOMPARE(m_bench->verbs.asked.at(0).second.name, std::string("AKIDOPERATOR"));
    QCOMPARE(codeOf(action(operatorCookie, "StopNode")), std::string("AccessDenied"));
}

void SessionsTest::findsTheCookieAmongOthers_data()
{
    QTest::addColumn<std::string>("pattern"); // % stands for the cookie
    QTest::addColumn<int>("status");
    const auto row = [](const char *pattern, int status) { QTest::newRow(pattern) << std::string(pattern) << status; };
    row("%", 200);
    row("a=b; %; c=d", 200);
    row("a=b;%;c=d", 200);
    row("  %  ", 200);
    row("a; ; =; %", 200);
    row("x%", 403);
    row("a=%", 403);
    row("%; elastic-haproxy-session=other", 200);
    row("elastic-haproxy-session=other; %", 401);
}

void SessionsTest::findsTheCookieAmongOthers()
{
    QFETCH(std::string, pattern);
    QFETCH(int, status);
    const auto cookie = cookieOf(signIn());
    const auto place = pattern.find('%');
    QCOMPARE(statusWith(pattern.substr(0, place) + cookie + pattern.substr(place + 1)), status);
}

void SessionsTest::prefersASignature()
{
    const auto request = withCookie(tests::signedRequest("POST", "/v1/actions/DeleteLoadBalancer", kDelete), "a=b");
    QCOMPARE(m_bench->handle(withCookie(request, cookieOf(signIn()))).status, 200);
    QCOMPARE(m_bench->verbs.asked.at(0).second.name, tests::kKeyId);
}

void SessionsTest::endsWhenItIsNotUsed()
{
    const auto cookie = cookieOf(signIn());
    for (int i = 0; i < 3; ++i) {
        m_bench->clock.advance(29min);
        QCOMPARE(statusWith(cookie), 200);
    }
    m_bench->clock.advance(30min);
    QCOMPARE(statusWith(cookie), 401);
    QCOMPARE(codeOf(action(cookie)), std::string("MissingAuthenticationToken"));
}

void SessionsTest::endsAfterTwelveHours()
{
    const auto cookie = cookieOf(signIn());
    for (int minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
        m_bench->clock.advance(20min);
        QCOMPARE(statusWith(cookie), 200);
    }
    const auto session = m_bench->handle(withCookie(unsignedRequest("GET", "/v1/session"), cookie));
    QVERIFY(sessionOf(session).expiresAt == tests::kThen + 12h);
    m_bench->clock.advance(20min);
    QCOMPARE(statusWith(cookie), 401);
}

void SessionsTest::endsWithItsKey_data()
{
    QTest::addColumn<bool>("disabled");
    QTest::newRow("disabled") << true;
    QTest::newRow("another's now") << false;
}

void SessionsTest::endsWithItsKey()
{
    QFETCH(bool, disabled);
    const auto cookie = cookieOf(signIn());
    m_bench->changedKey = "AKIDOPERATOR";
    m_bench->change = [disabled](model::AccessKey &key) { key.enabled = !disabled; };
    QCOMPARE(statusWith(cookie), disabled ? 401 : 200);
}

void SessionsTest::takesTheKeysRoleOfTheMoment()
{
    const auto cookie = cookieOf(signIn());
    m_bench->changedKey = "AKIDOPERATOR";
    m_bench->change = [](model::AccessKey &key) { key.role = model::Role::Viewer; };
    QCOMPARE(statusWith(cookie), 200);
    QCOMPARE(codeOf(action(cookie)), std::string("AccessDenied"));
}

void SessionsTest::signsOut()
{
    const auto cookie = cookieOf(signIn());
    const auto other = cookieOf(signIn());
    const auto response = m_bench->handle(fromOwnPage(withCookie(unsignedRequest("DELETE", "/v1/session"), cookie)));
    QCOMPARE(response.status, 204);
    QVERIFY(response.body.empty());
    QCOMPARE(headerOf(response, "Set-Cookie"),
             std::string("elastic-haproxy-session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"));
    QCOMPARE(statusWith(cookie), 401);
    QCOMPARE(statusWith(other), 200);
}

void SessionsTest::signsOutItsOwnPagesOnly()
{
    const auto cookie = cookieOf(signIn());
    const auto response = m_bench->handle(withCookie(unsignedRequest("DELETE", "/v1/session"), cookie));
    QCOMPARE(codeOf(response), std::string("AccessDenied"));
    QCOMPARE(statusWith(cookie), 200);
}

void SessionsTest::endsTheIdlestForOneMore()
{
    api::SessionLimits limits;
    limits.most = 2;
    restart(limits);
    const auto first = cookieOf(signIn());
    m_bench->clock.advance(1min);
    const auto second = cookieOf(signIn());
    m_bench->clock.advance(1min);
    QCOMPARE(statusWith(first), 200);
    const auto third = cookieOf(signIn());
    QCOMPARE(statusWith(first), 200);
    QCOMPARE(statusWith(second), 401);
    QCOMPARE(statusWith(third), 200);
}

void SessionsTest::answersNoOtherMethod()
{
    const auto response = m_bench->handle(unsignedRequest("PUT", "/v1/session", kSignIn));
    QCOMPARE(response.status, 405);
    QCOMPARE(headerOf(response, "Allow"), std::string("DELETE, GET, POST"));
}

QTEST_GUILESS_MAIN(SessionsTest)
#include "tst_sessions.moc"

#include "api/read_table.h"
#include "api/verb_table.h"
#include "controller/base/readable.h"
#include "wire/envelope.h"
#include "wire/json_text.h"

#include "router_bench.h"
#include "signing.h"

#include <array>
#include <functional>
#include <memory>

using namespace balancer;
using model::Role;
using tests::fromUser;
using tests::headerOf;
using tests::Signing;
using tests::unsignedRequest;

/// Who may what, by which way: every verb and every read, for everyone, over every transport. What is refused has
/// reached nobody who could carry it out.
namespace {

/// One who asks, and what he may: the role, or the code he is refused with.
struct Somebody
{
    const char *name;
    const char *keyId; ///< empty: he does not sign
    Role role = Role::Viewer;
    const char *refusal = "";
    bool rightSecret = true;
};

const std::array kEverybody = {
    Somebody{"a viewer", "AKIDVIEWER", Role::Viewer},
    Somebody{"an operator", "AKIDOPERATOR", Role::Operator},
    Somebody{"an admin", "AKIDEXAMPLE", Role::Admin},
    Somebody{"a disabled admin", "AKIDDISABLED", Role::Admin, "AccessDenied"},
    Somebody{"a stranger", "AKIDNOBODY", Role::Admin, "InvalidClientTokenId"},
    Somebody{"an admin with another secret", "AKIDEXAMPLE", Role::Admin, "SignatureDoesNotMatch", false},
    Somebody{"nobody", "", Role::Admin, "MissingAuthenticationToken"},
};

ports::HttpRequest requestBy(const Somebody &who, const std::string &method, const std::string &path,
                             const std::string &query, const std::string &body)
{
    if (!*who.keyId)
        return unsignedRequest(method, query.empty() ? path : path + "?" + query, body);
    auto by = tests::signingBy(who.keyId, query);
    if (!who.rightSecret)
        by.secret = "wrong";
    return tests::signedRequest(method, path, body, by);
}

std::string codeOf(const ports::HttpResponse &response)
{
    if (headerOf(response, "Content-Type") != "text/xml") {
        const auto problem = wire::parseJsonProblem(response.body);
        return problem ? problem->code : std::string();
    }
    const auto begin = response.body.find("<Code>");
    if (begin == std::string::npos)
        return {};
    return response.body.substr(begin + 6, response.body.find("</Code>") - begin - 6);
}

/// "/v1/load-balancers/{LoadBalancerName}" with something in its place.
std::string pathFor(const api::ReadEntry &read)
{
    return std::string(read.path.substr(0, read.path.find('{'))) + (read.path.ends_with('}') ? "web" : "");
}

/// The form of a Query for the verb, in the version of its own API.
std::string queryFor(const std::string &verb)
{
    const auto *entry = api::findVerb(verb);
    const bool isIams = entry && entry->surface == api::Surface::Iam;
    return "Action=" + verb + (isIams ? "&Version=2010-05-08" : "");
}

/// What a verb says that was let in, but not told what it needs.
bool isLetIn(const std::string &code)
{
    return code.empty() || code == "ValidationError" || code == "LoadBalancerNotFound";
}

} // namespace

class PermissionsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void asksTheRoleForEachVerb_data();
    void asksTheRoleForEachVerb();
    void hasNoOwnVerbInTheQueryApi();
    void asksTheRoleForEachRead_data();
    void asksTheRoleForEachRead();
    void takesNoSessionForQueries();
    void takesNoSessionFromOtherPages();
    void asksOtherUsersOfTheUnixSocketToSign();
    void endsWithTheKey_data();
    void endsWithTheKey();
    void hidesKeysFromAllButAdmins();

private:
    struct Transport
    {
        const char *name;
        std::function<ports::HttpRequest(const Somebody &who, const std::string &verb)> request;
        bool isQuery = false;
    };
    std::vector<Transport> transports();
    std::string sessionOf(const Somebody &who);
    ports::HttpRequest withSession(ports::HttpRequest request, const Somebody &who, bool ownPage = true);
    std::size_t asked() const
    {
        return m_bench->verbs.asked.size() + m_bench->verbs.previewed.size() + m_bench->keys.asked.size() +
               m_bench->keys.previewed.size() + m_bench->reads.asked.size();
    }
    void check(const char *transport, const Somebody &who, std::string_view name, Role least,
               const ports::HttpResponse &response, const std::string &refusal);

    std::unique_ptr<tests::RouterBench> m_bench;
};

void PermissionsTest::init()
{
    api::RouterSettings settings;
    settings.brake.free = 1000000;
    m_bench = std::make_unique<tests::RouterBench>(settings);
}

/// The cookie of who signed in; empty when he cannot.
std::string PermissionsTest::sessionOf(const Somebody &who)
{
    const auto secret = who.rightSecret ? tests::kSecret : std::string("wrong");
    const auto response = m_bench->handle(
        unsignedRequest("POST", "/v1/session",
                        R"({"AccessKeyId":")" + std::string(who.keyId) + R"(","SecretAccessKey":")" + secret + "\"}"));
    const auto cookie = headerOf(response, "Set-Cookie");
    return response.status == 201 ? cookie.substr(0, cookie.find(';')) : std::string();
}

ports::HttpRequest PermissionsTest::withSession(ports::HttpRequest request, const Somebody &who, bool ownPage)
{
    if (const auto cookie = sessionOf(who); !cookie.empty())
        request.headers.emplace_back("Cookie", cookie);
    request.headers.emplace_back("Origin", ownPage ? "http://elb.example.com" : "http://evil.example.com");
    return request;
}

std::vector<PermissionsTest::Transport> PermissionsTest::transports()
{
    const auto action = [](const std::string &verb) { return "/v1/actions/" + verb; };
    return {
        {"Query by POST",
         [](const Somebody &who, const std::string &verb) { return requestBy(who, "POST", "/", "", queryFor(verb)); },
         true},
        {"Query by GET",
         [](const Somebody &who, const std::string &verb) { return requestBy(who, "GET", "/", queryFor(verb), ""); },
         true},
        {"JSON",
         [=](const Somebody &who, const std::string &verb) { return requestBy(who, "POST", action(verb), "", "{}"); }},
        {"dry run", [=](const Somebody &who,
                        const std::string &verb) { return requestBy(who, "POST", action(verb), "dryRun=true", "{}"); }},
        {"session",
         [=, this](const Somebody &who, const std::string &verb) {
             return withSession(unsignedRequest("POST", action(verb), "{}"), who);
         }},
        {"dry run by session",
         [=, this](const Somebody &who, const std::string &verb) {
             return withSession(unsignedRequest("POST", action(verb) + "?dryRun=true", "{}"), who);
         }},
        {"unix socket of another user",
         [=](const Somebody &who, const std::string &verb) {
             return fromUser(1000, requestBy(who, "POST", action(verb), "", "{}"));
         }},
        {"Query over the unix socket of another user",
         [](const Somebody &who, const std::string &verb) {
             return fromUser(1000, requestBy(who, "POST", "/", "", queryFor(verb)));
         },
         true},
    };
}

void PermissionsTest::check(const char *transport, const Somebody &who, std::string_view name, Role least,
                            const ports::HttpResponse &response, const std::string &refusal)
{
    const auto code = codeOf(response);
    const auto text = std::string(name) + " by " + who.name + ", " + transport + ": " + code + " " + response.body;
    const bool allowed = refusal.empty() && who.role >= least;
    if (allowed) {
        QVERIFY2(isLetIn(code), text.c_str());
        return;
    }
    QVERIFY2(code == (refusal.empty() ? std::string("AccessDenied") : refusal), text.c_str());
    QVERIFY2(response.status == 403, text.c_str());
    QVERIFY2(asked() == 0, text.c_str());
}

void PermissionsTest::asksTheRoleForEachVerb_data()
{
    QTest::addColumn<std::string>("verb");
    QVERIFY(api::allVerbs().size() >= 15);
    for (const auto &verb : api::allVerbs())
        QTest::newRow(std::string(verb.name).c_str()) << std::string(verb.name);
}

void PermissionsTest::asksTheRoleForEachVerb()
{
    QFETCH(std::string, verb);
    const auto &entry = *api::findVerb(verb);
    for (const auto &transport : transports()) {
        for (const auto &who : kEverybody) {
            init();
            const auto response = m_bench->handle(transport.request(who, verb));
            std::string refusal = who.refusal;
            const std::string name = transport.name;
            if (name.ends_with("session") && !refusal.empty())
                refusal = "MissingAuthenticationToken"; // there is no session for him
            if (name.ends_with("another user") && !*who.keyId)
                refusal = "AccessDenied";
            if (transport.isQuery && entry.surface == api::Surface::JsonOnly && refusal.empty()) {
                QCOMPARE(codeOf(response), std::string("InvalidAction"));
                QCOMPARE(asked(), std::size_t(0));
                continue;
            }
            check(transport.name, who, verb, entry.role, response, refusal);
        }
    }
}

void PermissionsTest::hasNoOwnVerbInTheQueryApi()
{
    for (const auto *verb : {"StopNode", "CreateAccessKey", "ListAccessKeys", "UpdateAccessKey", "DeleteAccessKey"}) {
        QVERIFY(api::findVerb(verb)->surface == api::Surface::JsonOnly);
        QVERIFY(api::findVerb(verb)->role == Role::Admin);
    }
}

void PermissionsTest::asksTheRoleForEachRead_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<Role>("least");
    for (const auto &read : api::allReads())
        QTest::newRow(std::string(read.path).c_str()) << pathFor(read) << read.role;
    QTest::newRow("/v1/events") << std::string("/v1/events") << Role::Viewer;
}

void PermissionsTest::asksTheRoleForEachRead()
{
    QFETCH(std::string, path);
    QFETCH(Role, least);
    for (const auto &who : kEverybody) {
        init();
        check("signed", who, path, least, m_bench->handle(requestBy(who, "GET", path, "", "")), who.refusal);
        init();
        const std::string local = *who.keyId ? who.refusal : "AccessDenied";
        check("unix socket of another user", who, path, least,
              m_bench->handle(fromUser(1000, requestBy(who, "GET", path, "", ""))), local);
        init();
        const std::string session = *who.refusal ? "MissingAuthenticationToken" : "";
        check("session", who, path, least, m_bench->handle(withSession(unsignedRequest("GET", path), who)), session);
    }
}

void PermissionsTest::takesNoSessionForQueries()
{
    for (const auto &verb : api::allVerbs()) {
        auto request = withSession(unsignedRequest("POST", "/", "Action=" + std::string(verb.name)), kEverybody[2]);
        QCOMPARE(codeOf(m_bench->handle(request)), std::string("MissingAuthenticationToken"));
    }
    QCOMPARE(asked(), std::size_t(0));
}

void PermissionsTest::takesNoSessionFromOtherPages()
{
    for (const auto &verb : api::allVerbs()) {
        auto request = unsignedRequest("POST", "/v1/actions/" + std::string(verb.name), "{}");
        QCOMPARE(codeOf(m_bench->handle(withSession(request, kEverybody[2], false))), std::string("AccessDenied"));
    }
    QCOMPARE(asked(), std::size_t(0));
}

void PermissionsTest::asksOtherUsersOfTheUnixSocketToSign()
{
    for (const auto &verb : api::allVerbs()) {
        const auto request = unsignedRequest("POST", "/v1/actions/" + std::string(verb.name), "{}");
        QCOMPARE(codeOf(m_bench->handle(fromUser(1000, request))), std::string("AccessDenied"));
        QCOMPARE(asked(), std::size_t(0));
        QVERIFY(isLetIn(codeOf(m_bench->handle(fromUser(0, request)))));
        QVERIFY(isLetIn(codeOf(m_bench->handle(fromUser(990, request)))));
        init();
    }
}

void PermissionsTest::endsWithTheKey_data()
{
    QTest::addColumn<bool>("deleted");
    QTest::newRow("disabled") << false;
    QTest::newRow("deleted") << true;
}

/// At once: for what is signed, for its sessions, and for the streams that are open.
void PermissionsTest::endsWithTheKey()
{
    QFETCH(bool, deleted);
    const auto &admin = kEverybody[2];
    const auto cookie = sessionOf(admin);
    auto bySession = unsignedRequest("GET", "/v1/node");
    bySession.headers.emplace_back("Cookie", cookie);
    const auto bySignature = requestBy(admin, "GET", "/v1/node", "", "");
    auto streamBySession = unsignedRequest("GET", "/v1/events");
    streamBySession.headers.emplace_back("Cookie", cookie);
    const auto stream = tests::follow(m_bench->handle(requestBy(admin, "GET", "/v1/events", "", "")));
    const auto sessionStream = tests::follow(m_bench->handle(streamBySession));
    const auto otherStream = tests::follow(m_bench->handle(requestBy(kEverybody[0], "GET", "/v1/events", "", "")));
    const auto localStream = tests::follow(m_bench->handle(fromUser(0, unsignedRequest("GET", "/v1/events"))));
    m_bench->router().recheckStreams();
    QVERIFY(!stream->ended && !sessionStream->ended);
    const auto notBegun = m_bench->handle(requestBy(admin, "GET", "/v1/events", "", ""));
    QCOMPARE(m_bench->handle(bySession).status, 200);

    m_bench->changedKey = admin.keyId;
    m_bench->isDeleted = deleted;
    m_bench->change = [](model::AccessKey &key) { key.enabled = false; };
    m_bench->router().recheckStreams();
    QVERIFY(stream->ended && sessionStream->ended);
    QVERIFY(!otherStream->ended && !localStream->ended);
    QVERIFY(tests::follow(notBegun)->ended);
    QCOMPARE(m_bench->handle(bySession).status, 401);
    QCOMPARE(codeOf(m_bench->handle(bySignature)), std::string(deleted ? "InvalidClientTokenId" : "AccessDenied"));
    QVERIFY(sessionOf(admin).empty());
}

void PermissionsTest::hidesKeysFromAllButAdmins()
{
    const auto create = R"({"Role":"admin"})";
    for (const auto &who : kEverybody) {
        init();
        const auto response = m_bench->handle(requestBy(who, "POST", "/v1/actions/CreateAccessKey", "", create));
        const bool allowed = !*who.refusal && who.role == Role::Admin;
        QCOMPARE(response.body.find("new secret") != std::string::npos, allowed);
        QCOMPARE(headerOf(response, "Cache-Control"), std::string("no-store"));
    }
}

QTEST_GUILESS_MAIN(PermissionsTest)
#include "tst_permissions.moc"

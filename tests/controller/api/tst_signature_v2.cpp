#include "api/crypto.h"
#include "api/signature_v2.h"
#include "controller/base/readable.h"

#include "recorded.h"
#include "signing.h"

#include <functional>

using namespace balancer;
using namespace std::chrono_literals;
using tests::kThen;

namespace {

const std::string kStamp = "2015-08-30T12%3A36%3A00Z";
const std::string kDescribe = "AWSAccessKeyId=AKIDEXAMPLE&Action=DescribeLoadBalancers&SignatureMethod=HmacSHA256"
                              "&SignatureVersion=2&Timestamp=" +
                              kStamp + "&Version=2012-06-01";

const std::string kDiffers = "SignatureDoesNotMatch: The request signature we calculated does not match the signature "
                             "you provided. Check your AWS Secret Access Key and signing method. Consult the service "
                             "documentation for details.";

std::string encodedSignature(const std::string &toSign)
{
    std::string encoded;
    for (const char c : api::base64(api::hmacSha256(tests::kSecret, toSign)))
        encoded += c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : std::string(1, c);
    return encoded;
}

/// GET; `query` is in order and needs no further encoding.
ports::HttpRequest signedQuery(const std::string &query, const std::string &signedHost = "elb.example.com",
                               const std::string &host = "elb.example.com", const std::string &path = "/")
{
    ports::HttpRequest request;
    request.method = "GET";
    request.headers = {{"Host", host}};
    const auto signature = encodedSignature("GET\n" + signedHost + "\n" + path + "\n" + query);
    request.target = path + "?" + query + "&Signature=" + signature;
    return request;
}

std::string replaced(std::string text, const std::string &before, const std::string &after)
{
    return text.replace(text.find(before), before.size(), after);
}

std::string verify(const ports::HttpRequest &request, model::Timestamp now = kThen)
{
    return tests::describe(api::verifySignatureV2(request, tests::findExampleKey, now));
}

} // namespace

class SignatureV2Test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void acceptsThePublishedVector();
    void acceptsWhatBotocoreSigned_data();
    void acceptsWhatBotocoreSigned();
    void refusesASessionToken();
    void tellsWhoSigned();
    void takesTheHostWithItsPortAndWithout_data();
    void takesTheHostWithItsPortAndWithout();
    void signsFormAndQueryTogether();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void ignoresASessionTokenWhenToldTo();
    void checksTheClock_data();
    void checksTheClock();
    void countsOnlyWhenItIsSwitchedOn();
    void prefersVersion4();
    void knowsWhetherARequestIsSigned();

private:
    const std::map<std::string, tests::Recorded> m_recorded = tests::readRecorded();
};

/// Of elb-classic.md, section 1.5.
void SignatureV2Test::acceptsThePublishedVector()
{
    ports::HttpRequest request;
    request.method = "GET";
    request.target = "/?Action=DescribeLoadBalancers&Version=2012-06-01&AWSAccessKeyId=AKIDEXAMPLE&SignatureVersion=2"
                     "&SignatureMethod=HmacSHA256&Timestamp=2015-08-30T12:36:00Z"
                     "&Signature=EtrGlUWFQ8FcfRHZas45WeGJ1qBbLWYJV20NhhJKLYQ%3D";
    request.headers = {{"Host", "elb.example.com"}};
    QCOMPARE(verify(request), std::string());
}

void SignatureV2Test::acceptsWhatBotocoreSigned_data()
{
    QTest::addColumn<std::string>("name");
    for (const auto *name : {"version 2 GET", "version 2 POST", "version 2 port", "version 2 IPv6"})
        QTest::newRow(name) << std::string(name);
}

void SignatureV2Test::acceptsWhatBotocoreSigned()
{
    QFETCH(std::string, name);
    const auto &recorded = m_recorded.at(name);
    QCOMPARE(verify(recorded.request, recorded.time), std::string());
    auto changed = recorded.request;
    changed.target += changed.target.find('?') == std::string::npos ? "?a=b" : "&a=b";
    QCOMPARE(verify(changed, recorded.time), kDiffers);
    changed = recorded.request;
    changed.headers = {{"Host", "elsewhere.example"}};
    QCOMPARE(verify(changed, recorded.time), kDiffers);
}

void SignatureV2Test::refusesASessionToken()
{
    const auto &recorded = m_recorded.at("version 2 session token");
    QCOMPARE(verify(recorded.request, recorded.time),
             std::string("InvalidClientTokenId: The security token included in the request is invalid."));
}

void SignatureV2Test::tellsWhoSigned()
{
    const auto request = signedQuery(replaced(kDescribe, "AKIDEXAMPLE", "AKIDVIEWER"));
    const model::Caller expected{"AKIDVIEWER", model::Role::Viewer};
    QVERIFY(api::verifySignatureV2(request, tests::findExampleKey, kThen) == expected);
}

void SignatureV2Test::takesTheHostWithItsPortAndWithout_data()
{
    QTest::addColumn<std::string>("host");
    QTest::addColumn<std::string>("signedHost");
    QTest::addColumn<bool>("accepted");
    const auto row = [](const std::string &host, const std::string &signedHost, bool accepted) {
        QTest::newRow((host + " as " + signedHost).c_str()) << host << signedHost << accepted;
    };
    row("127.0.0.1:9999", "127.0.0.1:9999", true);
    row("127.0.0.1:9999", "127.0.0.1", true);
    row("127.0.0.1", "127.0.0.1:9999", false);
    row("[::1]:9999", "[::1]:9999", true);
    row("[::1]:9999", "[::1]", true);
    row("[::1]", "[::1]", true);
    row("[::1]", "[:", false);
    row("ELB.Example.com:80", "elb.example.com", true);
    row("elb.example.com", "ELB.example.com", false);
}

void SignatureV2Test::takesTheHostWithItsPortAndWithout()
{
    QFETCH(std::string, host);
    QFETCH(std::string, signedHost);
    QFETCH(bool, accepted);
    QCOMPARE(verify(signedQuery(kDescribe, signedHost, host)), accepted ? std::string() : kDiffers);
}

void SignatureV2Test::signsFormAndQueryTogether()
{
    ports::HttpRequest request;
    request.method = "POST";
    request.headers = {{"Host", "elb.example.com"}};
    const auto signature = encodedSignature("POST\nelb.example.com\n/\n" + kDescribe + "&a=1&b=%20%2B");
    request.target = "/?a=1&Signature=" + signature;
    request.body = "b=+%2b&" + kDescribe;
    QCOMPARE(verify(request), std::string());
    request.body += "&c=1";
    QCOMPARE(verify(request), kDiffers);
}

void SignatureV2Test::saysWhatIsWrong_data()
{
    QTest::addColumn<ports::HttpRequest>("request");
    QTest::addColumn<std::string>("message");
    const auto row = [](const char *name, const ports::HttpRequest &request, const std::string &message) {
        QTest::newRow(name) << request << message;
    };
    const auto edited = [](const std::string &before, const std::string &after) {
        return signedQuery(replaced(kDescribe, before, after));
    };
    const std::string either = "IncompleteSignature: Signature Version 2 requires either a 'Timestamp' or an 'Expires' "
                               "parameter";
    const std::string iso =
        "IncompleteSignature: Timestamp and Expires must be in ISO-8601 format, e.g. 2015-08-30T12:36:00Z";

    row("HmacSHA1", edited("HmacSHA256", "HmacSHA1"), "IncompleteSignature: SignatureMethod must be HmacSHA256");
    row("no method", edited("&SignatureMethod=HmacSHA256", ""),
        "IncompleteSignature: SignatureMethod must be HmacSHA256");
    row("version 1", edited("SignatureVersion=2", "SignatureVersion=1"),
        "IncompleteSignature: SignatureVersion must be 2");
    row("no key", edited("AWSAccessKeyId=AKIDEXAMPLE&", ""),
        "IncompleteSignature: Signature Version 2 requires 'AWSAccessKeyId' parameter");
    auto unsignedQuery = signedQuery(kDescribe);
    unsignedQuery.target = "/?" + kDescribe;
    row("no signature", unsignedQuery, "IncompleteSignature: Signature Version 2 requires 'Signature' parameter");
    row("no time", edited("&Timestamp=" + kStamp, ""), either);
    row("two times", edited("&SignatureMethod", "&Expires=" + kStamp + "&SignatureMethod"), either);
    row("no real time", edited("2015-08", "2015-13"), iso);
    row("a time in another form", edited(kStamp, "20150830T123600Z"), iso);
    row("a time without a zone", edited(kStamp, "2015-08-30T12:36:00"), iso);
    row("a name twice", signedQuery(kDescribe + "&a=1&a=2"),
        "IncompleteSignature: Signature Version 2 allows no parameter twice: 'a'");
    row("an unknown key", edited("AKIDEXAMPLE", "AKIDNOBODY"),
        "InvalidClientTokenId: The security token included in the request is invalid.");
    row("a token", edited("&SignatureMethod", "&SecurityToken=t&SignatureMethod"),
        "InvalidClientTokenId: The security token included in the request is invalid.");
    row("a disabled key", edited("AKIDEXAMPLE", "AKIDDISABLED"),
        "AccessDenied: The access key AKIDDISABLED is disabled");
    auto post = signedQuery(kDescribe);
    post.method = "POST";
    row("another method", post, kDiffers);
    row("another path", signedQuery(kDescribe, "elb.example.com", "elb.example.com", "/x/"), "");
    auto moved = signedQuery(kDescribe);
    moved.target = "/x" + moved.target;
    row("another path than was signed", moved, kDiffers);
    auto other = signedQuery(kDescribe);
    other.target += "A";
    row("another signature", other, kDiffers);
    const std::string queryOnly =
        "IncompleteSignature: Signature Version 2 is for the Query API only: sign with Signature Version 4";
    for (const auto *path : {"/v1/node", "/v1/actions/DescribeLoadBalancers", "/v1/session", "/v1/"})
        row(path, signedQuery(kDescribe, "elb.example.com", "elb.example.com", path), queryOnly);
    auto broken = signedQuery(kDescribe);
    broken.target += "&a=%";
    row("a broken query", broken,
        "MalformedRequest: The query string is malformed: '%' must be followed by two hexadecimal digits");
}

void SignatureV2Test::saysWhatIsWrong()
{
    QFETCH(ports::HttpRequest, request);
    QFETCH(std::string, message);
    QCOMPARE(verify(request), message);
}

void SignatureV2Test::ignoresASessionTokenWhenToldTo()
{
    const auto request = signedQuery(replaced(kDescribe, "&SignatureMethod", "&SecurityToken=t&SignatureMethod"));
    QCOMPARE(verify(request), std::string("InvalidClientTokenId: The security token included in the request is "
                                          "invalid."));
    api::SignatureSettings settings;
    settings.ignoreTokens = true;
    QVERIFY(api::verifySignatureV2(request, tests::findExampleKey, kThen, settings).has_value());
}

void SignatureV2Test::checksTheClock_data()
{
    QTest::addColumn<std::string>("parameter");
    QTest::addColumn<std::chrono::milliseconds>("later");
    QTest::addColumn<std::string>("message");
    const auto row = [](const char *name, const std::string &parameter, std::chrono::milliseconds later,
                        const std::string &message) { QTest::newRow(name) << parameter << later << message; };
    const std::string past = "RequestExpired: Request has expired";
    const auto stamp = "Timestamp=" + kStamp;
    row("now", stamp, 0min, "");
    row("with parts of a second", "Timestamp=2015-08-30T12%3A36%3A00.123Z", 0min, "");
    row("a quarter of an hour late", stamp, 15min, "");
    row("later", stamp, 15min + 1s, past);
    row("a quarter of an hour early", stamp, -15min, "");
    row("earlier", stamp, -15min - 1s,
        "SignatureDoesNotMatch: Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z");
    const auto expires = "Expires=" + kStamp;
    row("at its end", expires, 0min, "");
    row("after its end", expires, 1s, past);
    row("a week before its end", expires, -std::chrono::hours(24 * 7), "");
    row("longer before its end", expires, -std::chrono::hours(24 * 7) - 1s,
        "IncompleteSignature: Expires must be within seven days");
}

void SignatureV2Test::checksTheClock()
{
    QFETCH(std::string, parameter);
    QFETCH(std::chrono::milliseconds, later);
    QFETCH(std::string, message);
    // In the order of names: Expires comes after Action, Timestamp after SignatureVersion.
    auto query = replaced(kDescribe, "&Timestamp=" + kStamp, parameter.starts_with('T') ? "&" + parameter : "");
    if (parameter.starts_with('E'))
        query = replaced(query, "&SignatureMethod", "&" + parameter + "&SignatureMethod");
    QCOMPARE(verify(signedQuery(query), kThen + later), message);
}

void SignatureV2Test::countsOnlyWhenItIsSwitchedOn()
{
    api::SignatureSettings settings;
    const auto request = signedQuery(kDescribe);
    QCOMPARE(tests::describe(api::verifySignature(request, tests::findExampleKey, kThen, settings)),
             std::string("IncompleteSignature: Signature Version 2 is not supported: sign with Signature Version 4"));
    settings.version2 = true;
    QCOMPARE(tests::describe(api::verifySignature(request, tests::findExampleKey, kThen, settings)), std::string());
}

void SignatureV2Test::prefersVersion4()
{
    api::SignatureSettings settings;
    settings.version2 = true;
    auto request = tests::signedRequest("POST", "/", kDescribe + "&Signature=wrong");
    QCOMPARE(tests::describe(api::verifySignature(request, tests::findExampleKey, kThen, settings)), std::string());
    request.headers.back().second += "0";
    QCOMPARE(tests::describe(api::verifySignature(request, tests::findExampleKey, kThen, settings)), kDiffers);
}

void SignatureV2Test::knowsWhetherARequestIsSigned()
{
    QVERIFY(api::isSigned(signedQuery(kDescribe)));
    QVERIFY(api::isSigned(m_recorded.at("version 2 POST").request));
    ports::HttpRequest request;
    request.method = "POST";
    request.target = "/";
    request.body = "a=SignatureVersion";
    QVERIFY(!api::isSigned(request));
    request.body = "SignatureVersion=2";
    QVERIFY(api::isSigned(request));
    request.target = "/v1/actions/DeleteLoadBalancer";
    QVERIFY(!api::isSigned(request));
}

QTEST_GUILESS_MAIN(SignatureV2Test)
#include "tst_signature_v2.moc"

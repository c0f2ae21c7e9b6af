#include "api/crypto.h"
#include "api/signature.h"
#include "controller/base/readable.h"

#include "recorded.h"
#include "signing.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>

using namespace balancer;
using namespace std::chrono_literals;
using tests::kThen;
using tests::Recorded;
using tests::Signing;

namespace {

std::string verify(const ports::HttpRequest &request, model::Timestamp now = kThen,
                   const api::SignatureSettings &settings = {})
{
    return tests::describe(api::verifySignature(request, tests::findExampleKey, now, settings));
}

void setHeader(ports::HttpRequest &request, const std::string &name, const std::string &value)
{
    for (auto &[known, old] : request.headers) {
        if (known == name)
            old = value;
    }
}

std::string &header(ports::HttpRequest &request, const std::string &name)
{
    return std::ranges::find(request.headers, name, [](const auto &one) { return one.first; })->second;
}

void replace(std::string &text, const std::string &before, const std::string &after)
{
    for (auto at = text.find(before); at != std::string::npos; at = text.find(before, at + after.size()))
        text.replace(at, before.size(), after);
}

ports::HttpRequest plain()
{
    return tests::signedRequest("POST", "/", "Action=DescribeLoadBalancers");
}

/// The vector of elb-classic.md, section 1.4.
ports::HttpRequest vectorRequest()
{
    ports::HttpRequest request;
    request.method = "POST";
    request.target = "/";
    request.body = "Action=DescribeLoadBalancers&Version=2012-06-01&LoadBalancerNames.member.1=my-lb";
    request.headers = {{"Host", "elb.example.com"},
                       {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
                       {"X-Amz-Date", "20150830T123600Z"},
                       {"Authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/elasticloadbalancing/aws4_request, "
                        "SignedHeaders=content-type;host;x-amz-date, "
                        "Signature=0c1326283497958be3a554764217051656914166692e5af3c285301b870f4db8"}};
    return request;
}

const std::string kDiffers = "SignatureDoesNotMatch: The request signature we calculated does not match the signature "
                             "you provided. Check your AWS Secret Access Key and signing method. Consult the service "
                             "documentation for details.";

/// Session tokens, and the other version.
bool isRefused(const std::string &name)
{
    return name.ends_with("session token") || name.starts_with("version 2");
}

using Change = std::function<void(ports::HttpRequest &)>;

} // namespace

Q_DECLARE_METATYPE(Change)

class SignatureTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hashesLikeTheStandard();
    void acceptsThePublishedVector();
    void acceptsWhatBotocoreSigned_data();
    void acceptsWhatBotocoreSigned();
    void refusesWhatBotocoreSignedOnceItIsChanged_data();
    void refusesWhatBotocoreSignedOnceItIsChanged();
    void refusesASessionToken();
    void ignoresASessionTokenWhenToldTo();
    void tellsWhoSigned();
    void acceptsHarmlessDifferences_data();
    void acceptsHarmlessDifferences();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void checksTheClock_data();
    void checksTheClock();
    void takesTheDateHeaderWhenThereIsNoOther();
    void acceptsTheScopesThatBoto2MakesUp_data();
    void acceptsTheScopesThatBoto2MakesUp();
    void refusesOtherScopesWhenStrict();
    void expiresPresignedRequests();
    void refusesUnusableExpiries_data();
    void refusesUnusableExpiries();
    void survivesAnyAuthorization();
    void knowsWhetherARequestIsSigned();

private:
    const std::map<std::string, Recorded> m_recorded = tests::readRecorded();
};

void SignatureTest::hashesLikeTheStandard()
{
    QCOMPARE(api::sha256Hex("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    QCOMPARE(api::lowerHex(api::hmacSha256("Jefe", "what do ya want for nothing?")),
             std::string("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    QVERIFY(api::isSameSecret("abc", "abc"));
    QVERIFY(!api::isSameSecret("abc", "abd"));
    QVERIFY(!api::isSameSecret("abc", "abcd"));
}

void SignatureTest::acceptsThePublishedVector()
{
    QCOMPARE(api::sha256Hex(vectorRequest().body),
             std::string("08d3a01d6eed47f1c8ee1e4a78b389d060a1677765aaf17c28dffd22881a586b"));
    QCOMPARE(verify(vectorRequest()), std::string());
}

void SignatureTest::acceptsWhatBotocoreSigned_data()
{
    QTest::addColumn<std::string>("name");
    for (const auto &[name, recorded] : m_recorded) {
        if (!isRefused(name))
            QTest::newRow(name.c_str()) << name;
    }
    QVERIFY(m_recorded.size() >= 30);
}

void SignatureTest::acceptsWhatBotocoreSigned()
{
    QFETCH(std::string, name);
    const auto &recorded = m_recorded.at(name);
    QCOMPARE(verify(recorded.request, recorded.time), std::string());
}

void SignatureTest::refusesWhatBotocoreSignedOnceItIsChanged_data()
{
    acceptsWhatBotocoreSigned_data();
}

void SignatureTest::refusesWhatBotocoreSignedOnceItIsChanged()
{
    QFETCH(std::string, name);
    const auto &recorded = m_recorded.at(name);
    auto request = recorded.request;
    request.body += " ";
    QCOMPARE(verify(request, recorded.time), kDiffers);
    request = recorded.request;
    request.target += request.target.find('?') == std::string::npos ? "?a=b" : "&a=b";
    QCOMPARE(verify(request, recorded.time), kDiffers);
    request = recorded.request;
    request.method = "PUT";
    QCOMPARE(verify(request, recorded.time), kDiffers);
    request = recorded.request;
    for (auto &[headerName, value] : request.headers)
        value = toLower(headerName) == "host" ? "elsewhere.example" : value;
    QCOMPARE(verify(request, recorded.time), kDiffers);
}

void SignatureTest::refusesASessionToken()
{
    for (const auto *name : {"session token", "presigned session token"}) {
        const auto &recorded = m_recorded.at(name);
        QCOMPARE(verify(recorded.request, recorded.time),
                 std::string("InvalidClientTokenId: The security token included in the request is invalid."));
    }
}

void SignatureTest::ignoresASessionTokenWhenToldTo()
{
    api::SignatureSettings settings;
    settings.ignoreTokens = true;
    for (const auto *name : {"session token", "presigned session token"}) {
        const auto &recorded = m_recorded.at(name);
        QCOMPARE(verify(recorded.request, recorded.time, settings), std::string());
        auto changed = recorded.request; // the token is signed too
        replace(changed.target, "Security-Token=", "Security-Token=x");
        for (auto &[header, value] : changed.headers)
            value = toLower(header) == "x-amz-security-token" ? value + "x" : value;
        QCOMPARE(verify(changed, recorded.time, settings), kDiffers);
    }
}

void SignatureTest::tellsWhoSigned()
{
    Signing by;
    by.keyId = "AKIDVIEWER";
    const auto request = tests::signedRequest("GET", "/", "", by);
    const model::Caller expected{"AKIDVIEWER", model::Role::Viewer};
    QVERIFY(api::verifySignature(request, tests::findExampleKey, kThen) == expected);
}

void SignatureTest::acceptsHarmlessDifferences_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, Change change) { QTest::newRow(name) << change; };
    row("no blanks between the parts, as boto2", [](auto &r) { replace(header(r, "Authorization"), ", ", ","); });
    row("more blanks", [](auto &r) { replace(header(r, "Authorization"), ", ", " ,  "); });
    row("header names in another case", [](auto &r) {
        for (auto &[name, value] : r.headers)
            name = toUpper(name);
    });
    row("blanks around values", [](auto &r) { setHeader(r, "Host", "  elb.example.com \t"); });
    row("headers that are not signed", [](auto &r) { r.headers.emplace_back("User-Agent", "x"); });
    row("the hash of the body",
        [](auto &r) { r.headers.emplace_back("x-amz-content-sha256", api::sha256Hex(r.body)); });
    row("a Date header of another time", [](auto &r) { r.headers.emplace_back("Date", "yesterday"); });
}

void SignatureTest::acceptsHarmlessDifferences()
{
    QFETCH(Change, change);
    auto request = plain();
    change(request);
    QCOMPARE(verify(request), std::string());
}

void SignatureTest::saysWhatIsWrong_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<std::string>("message");
    const auto row = [](const char *name, Change change, const std::string &message) {
        QTest::newRow(name) << change << message;
    };
    const auto edit = [](const char *before, const char *after) -> Change {
        return [=](ports::HttpRequest &r) { replace(header(r, "Authorization"), before, after); };
    };
    const std::string unknown = "InvalidClientTokenId: The security token included in the request is invalid.";
    const std::string five = "IncompleteSignature: Credential must have exactly 5 slash-delimited elements, e.g. "
                             "keyid/date/region/service/aws4_request";

    row(
        "not signed", [](auto &r) { r.headers.resize(2); },
        "MissingAuthenticationToken: Request is missing Authentication Token");
    row(
        "SigV2", [](auto &r) { r.headers.resize(2), r.target = "/?SignatureVersion=2&AWSAccessKeyId=a&Signature=b"; },
        "IncompleteSignature: Signature Version 2 is not supported: sign with Signature Version 4");
    row("another algorithm", edit("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA512"),
        "IncompleteSignature: Authorization header requires the algorithm AWS4-HMAC-SHA256");
    row(
        "a password", [](auto &r) { setHeader(r, "Authorization", "Basic dTpw"); },
        "IncompleteSignature: Authorization header requires the algorithm AWS4-HMAC-SHA256");
    row(
        "empty", [](auto &r) { setHeader(r, "Authorization", ""); },
        "IncompleteSignature: Authorization header requires the algorithm AWS4-HMAC-SHA256");
    row(
        "only the algorithm", [](auto &r) { setHeader(r, "Authorization", "AWS4-HMAC-SHA256 "); },
        "IncompleteSignature: Authorization header requires the algorithm AWS4-HMAC-SHA256");
    row(
        "no list", [](auto &r) { setHeader(r, "Authorization", "AWS4-HMAC-SHA256 abc"); },
        "IncompleteSignature: Authorization header is not a list of name=value");
    row("no credential", edit("Credential=", "Credentials="),
        "IncompleteSignature: Authorization header requires 'Credential' parameter");
    row("no signed headers", edit("SignedHeaders=", "Headers="),
        "IncompleteSignature: Authorization header requires 'SignedHeaders' parameter");
    row("no signature", edit("Signature=", "Sign="),
        "IncompleteSignature: Authorization header requires 'Signature' parameter");
    row("host not signed", edit("host;", ""), "IncompleteSignature: 'Host' must be a 'SignedHeader'");
    row("too short a credential", edit("/aws4_request", ""), five);
    row("a slash too many", edit("us-east-1", "us/east"), five);
    row("an empty part", edit("us-east-1", ""), five);
    row(
        "too many signed headers",
        [](auto &r) { replace(header(r, "Authorization"), "host;", "host;" + std::string(101, ';')); },
        "IncompleteSignature: SignedHeaders names more than 100 headers");
    row(
        "no date", [](auto &r) { r.headers.erase(r.headers.begin() + 1); },
        "IncompleteSignature: Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header");
    row(
        "no real date", [](auto &r) { setHeader(r, "X-Amz-Date", "20150230T123600Z"); },
        "IncompleteSignature: Date must be in ISO-8601 'basic format', e.g. 20150830T123600Z");
    row(
        "an HTTP date where none belongs", [](auto &r) { setHeader(r, "X-Amz-Date", "Sun, 30 Aug 2015 12:36:00 GMT"); },
        "IncompleteSignature: Date must be in ISO-8601 'basic format', e.g. 20150830T123600Z");
    row("an unknown key", edit("AKIDEXAMPLE", "AKIDNOBODY"), unknown);
    row(
        "a token", [](auto &r) { r.headers.emplace_back("X-Amz-Security-Token", "t"); }, unknown);
    row("another day in the scope", edit("20150830/", "20150829/"),
        "SignatureDoesNotMatch: Credential should be scoped to the date of the request: '20150830'");
    row("another terminator", edit("aws4_request", "aws3_request"),
        "SignatureDoesNotMatch: Credential should be scoped to a valid terminator: 'aws4_request'");
    row("another region than was signed", edit("us-east-1", "us-east-2"), kDiffers);
    row("another service than was signed", edit("elasticloadbalancing", "iam"), kDiffers);
    row(
        "another body", [](auto &r) { r.body += "&PageSize=1"; }, kDiffers);
    row(
        "another path", [](auto &r) { r.target = "/x/"; }, kDiffers);
    row(
        "another query", [](auto &r) { r.target = "/?Marker=1"; }, kDiffers);
    row(
        "a second Host header", [](auto &r) { r.headers.emplace_back("Host", "elb.example.com"); }, kDiffers);
    row("another signature", edit("Signature=", "Signature=0"), kDiffers);
    row(
        "a wrong hash of the body", [](auto &r) { r.headers.emplace_back("x-amz-content-sha256", "UNSIGNED-PAYLOAD"); },
        kDiffers);
    row(
        "a signed header that is gone", [](auto &r) { r.headers.erase(r.headers.begin()); }, kDiffers);
    row(
        "a broken query", [](auto &r) { r.target = "/?a=%"; },
        "MalformedRequest: The query string is malformed: '%' must be followed by two hexadecimal digits");
    row(
        "a disabled key",
        [](auto &r) {
            Signing by;
            by.keyId = "AKIDDISABLED";
            r = tests::signedRequest("POST", "/", "", by);
        },
        "AccessDenied: The access key AKIDDISABLED is disabled");
    row(
        "a wrong secret",
        [](auto &r) {
            Signing by;
            by.secret += "x";
            r = tests::signedRequest("POST", "/", "", by);
        },
        kDiffers);
    row(
        "a disabled key and a wrong secret",
        [](auto &r) {
            Signing by;
            by.keyId = "AKIDDISABLED";
            by.secret += "x";
            r = tests::signedRequest("POST", "/", "", by);
        },
        kDiffers);
    row(
        "SigV2 in a form",
        [](auto &r) { r.headers.resize(2), r.body = "SignatureVersion=2&AWSAccessKeyId=a&Signature=b"; },
        "IncompleteSignature: Signature Version 2 is not supported: sign with Signature Version 4");
    row(
        "a hash of the body in capitals",
        [](auto &r) { r.headers.emplace_back("x-amz-content-sha256", toUpper(api::sha256Hex(r.body))); }, kDiffers);
    row(
        "a signature in capitals",
        [](auto &r) {
            auto &text = header(r, "Authorization");
            const auto at = text.find("Signature=") + 10;
            text = text.substr(0, at) + toUpper(text.substr(at));
        },
        kDiffers);
    row(
        "the Host in capitals", [](auto &r) { setHeader(r, "Host", "ELB.example.com"); }, kDiffers);
    row(
        "the Host with a port that was not signed", [](auto &r) { setHeader(r, "Host", "elb.example.com:80"); },
        kDiffers);
    row(
        "half a presigned query", [](auto &r) { r.headers.resize(2), r.target = "/?X-Amz-Signature=00"; },
        "IncompleteSignature: AWS query-string parameters require the X-Amz-Algorithm AWS4-HMAC-SHA256");
}

void SignatureTest::saysWhatIsWrong()
{
    QFETCH(Change, change);
    QFETCH(std::string, message);
    auto request = plain();
    change(request);
    QCOMPARE(verify(request), message);
}

void SignatureTest::checksTheClock_data()
{
    QTest::addColumn<int>("seconds");
    QTest::addColumn<std::string>("message");
    QTest::newRow("now") << 0 << std::string();
    QTest::newRow("five minutes late") << 300 << std::string();
    QTest::newRow("five minutes early") << -300 << std::string();
    QTest::newRow("later") << 301
                           << std::string("SignatureDoesNotMatch: Signature expired: 20150830T123600Z is now earlier "
                                          "than 20150830T123601Z (20150830T124101Z - 5 min.)");
    QTest::newRow("earlier") << -301
                             << std::string("SignatureDoesNotMatch: Signature not yet current: 20150830T123600Z is "
                                            "still later than 20150830T123559Z (20150830T123059Z + 5 min.)");
}

void SignatureTest::checksTheClock()
{
    QFETCH(int, seconds);
    QFETCH(std::string, message);
    QCOMPARE(verify(plain(), kThen + std::chrono::seconds(seconds)), message);
}

void SignatureTest::takesTheDateHeaderWhenThereIsNoOther()
{
    const auto signedWith = [](const std::string &date) {
        const auto canonical = "GET\n/\n\ndate:" + date + "\nhost:elb.example.com\n\ndate;host\n" + api::sha256Hex("");
        ports::HttpRequest request;
        request.method = "GET";
        request.target = "/";
        request.headers = {
            {"Host", "elb.example.com"},
            {"Date", date},
            {"Authorization",
             "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/elasticloadbalancing/aws4_request, "
             "SignedHeaders=date;host, Signature=" +
                 tests::signatureFor({}, canonical)}};
        return request;
    };
    QCOMPARE(verify(signedWith("20150830T123600Z")), std::string());
    QCOMPARE(verify(signedWith("Sun, 30 Aug 2015 12:36:00 GMT")), std::string());
    for (const auto *wrong : {"Sun, 30 Foo 2015 12:36:00 GMT", "Sun, 30 ugS 2015 12:36:00 GMT", "Sunday", ""})
        QVERIFY(verify(signedWith(wrong)).starts_with("IncompleteSignature: Date must be"));
}

void SignatureTest::acceptsTheScopesThatBoto2MakesUp_data()
{
    QTest::addColumn<std::string>("region");
    QTest::addColumn<std::string>("service");
    QTest::newRow("127.0.0.1") << std::string("0") << std::string("127");
    QTest::newRow("localhost") << std::string("localhost") << std::string("localhost");
    QTest::newRow("lb.corp.example") << std::string("us-east-1") << std::string("lb");
}

void SignatureTest::acceptsTheScopesThatBoto2MakesUp()
{
    QFETCH(std::string, region);
    QFETCH(std::string, service);
    Signing by;
    by.region = region;
    by.service = service;
    QCOMPARE(verify(tests::signedRequest("GET", "/", "", by)), std::string());
}

void SignatureTest::refusesOtherScopesWhenStrict()
{
    api::SignatureSettings strict;
    strict.strictScope = true;
    strict.regions = {"us-east-1", "eu-1"};
    QCOMPARE(verify(plain(), kThen, strict), std::string());
    Signing by;
    by.service = "s3";
    QCOMPARE(verify(tests::signedRequest("GET", "/", "", by), kThen, strict),
             std::string("SignatureDoesNotMatch: Credential should be scoped to the correct service: "
                         "'elasticloadbalancing'"));
    by.region = "local";
    QCOMPARE(verify(tests::signedRequest("GET", "/", "", by), kThen, strict),
             std::string("SignatureDoesNotMatch: Credential should be scoped to a valid region: 'us-east-1', "
                         "'eu-1'"));
    by.region = "eu-1";
    by.service = "elasticloadbalancing";
    QCOMPARE(verify(tests::signedRequest("GET", "/", "", by), kThen, strict), std::string());
}

void SignatureTest::expiresPresignedRequests()
{
    const auto &recorded = m_recorded.at("presigned GET"); // for 600 s
    // The request was signed in the second before it was recorded at the earliest.
    QCOMPARE(verify(recorded.request, recorded.time + 598s), std::string());
    QCOMPARE(verify(recorded.request, recorded.time + 601s), std::string("RequestExpired: Request has expired"));
    QCOMPARE(verify(recorded.request, recorded.time - 298s), std::string());
    QVERIFY(verify(recorded.request, recorded.time - 302s).starts_with("SignatureDoesNotMatch: Signature not yet"));
}

void SignatureTest::refusesUnusableExpiries_data()
{
    QTest::addColumn<std::string>("expires");
    for (const std::string expires : {"", "0", "-1", "604801", "99999999999999999999", "1h"})
        QTest::newRow(("'" + expires + "'").c_str()) << expires;
}

void SignatureTest::refusesUnusableExpiries()
{
    QFETCH(std::string, expires);
    auto recorded = m_recorded.at("presigned GET");
    replace(recorded.request.target, "X-Amz-Expires=600", "X-Amz-Expires=" + expires);
    QCOMPARE(verify(recorded.request, recorded.time),
             std::string("IncompleteSignature: X-Amz-Expires must be a number of seconds between 1 and 604800"));
}

void SignatureTest::survivesAnyAuthorization()
{
    std::mt19937 random(1);
    auto untouched = plain();
    const auto good = header(untouched, "Authorization");
    for (int round = 0; round < 2000; ++round) {
        auto request = plain();
        auto text = good;
        for (auto changes = 1 + random() % 4; changes > 0; --changes) {
            const auto at = random() % text.size();
            if (random() % 2)
                text[at] = static_cast<char>(random());
            else
                text.erase(at, 1 + random() % 20);
            if (text.empty())
                break;
        }
        if (text == good)
            continue;
        setHeader(request, "Authorization", text);
        // What is left may differ in nothing but blanks.
        if (verify(request).empty())
            QVERIFY2(text.size() >= good.size() - 4, text.c_str());
    }
}

void SignatureTest::knowsWhetherARequestIsSigned()
{
    QVERIFY(api::isSigned(plain()));
    QVERIFY(api::isSigned(m_recorded.at("presigned GET").request));
    ports::HttpRequest request;
    request.method = "GET";
    request.target = "/?Action=DescribeLoadBalancers";
    QVERIFY(!api::isSigned(request));
    request.target = "/?%";
    QVERIFY(!api::isSigned(request));
}

QTEST_GUILESS_MAIN(SignatureTest)
#include "tst_signature.moc"

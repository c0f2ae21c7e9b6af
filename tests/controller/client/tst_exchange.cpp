#include "client/exchange.h"
#include "controller/base/readable.h"
#include "wire/envelope.h"

using namespace balancer;
using namespace std::chrono_literals;

namespace {

/// 2015-08-30 12:36:00 UTC.
constexpr model::Timestamp kNow{std::chrono::milliseconds(1440938160000)};

ports::HttpResponse answer(int status, const std::string &body, const std::string &date = {})
{
    ports::HttpResponse made;
    made.status = status;
    made.body = body;
    if (!date.empty())
        made.headers = {{"Date", date}};
    return made;
}

std::string problem(const std::string &code, const std::string &message)
{
    return wire::renderJsonProblem({code, 400, message, "r-1"});
}

std::string show(const Error &error)
{
    return std::string(nameOf(error.code)) + ": " + error.message;
}

} // namespace

class ExchangeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatTheNodeSaid_data();
    void tellsWhatTheNodeSaid();
    void tellsOfClocksThatDiffer_data();
    void tellsOfClocksThatDiffer();
    void knowsRefusals();
    void findsTheCookie();
};

void ExchangeTest::tellsWhatTheNodeSaid_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<std::string>("body");
    QTest::addColumn<std::string>("error");

    QTest::newRow("a code of ours") << 400
                                    << problem("LoadBalancerNotFound", "There is no ACTIVE Load Balancer named 'x'")
                                    << std::string("LoadBalancerNotFound: There is no ACTIVE Load Balancer named 'x'");
    QTest::newRow("a full stop") << 403 << problem("InvalidClientTokenId", "The token is invalid.")
                                 << std::string("InvalidClientTokenId: The token is invalid");
    QTest::newRow("another name outside")
        << 404 << problem("MalformedQueryString", "x") << std::string("MalformedRequest: x");
    QTest::newRow("not available") << 503 << problem("ServiceUnavailable", "try again")
                                   << std::string("Unavailable: try again");
    QTest::newRow("its own failure") << 500 << problem("InternalFailure", "failed")
                                     << std::string("Unavailable: failed");
    QTest::newRow("a code from within is not believed")
        << 400 << problem("Untrusted", "x") << std::string("Refused: x");
    QTest::newRow("a newer code") << 409 << problem("SomethingNew", "no") << std::string("Refused: no");
    QTest::newRow("no sentence") << 404 << std::string("{}")
                                 << std::string("Refused: the node answered with HTTP status 404");
    QTest::newRow("no JSON") << 502 << std::string("<html>")
                             << std::string("Unavailable: the node answered with HTTP status 502");
    QTest::newRow("nothing") << 302 << std::string() << std::string("Refused: the node answered with HTTP status 302");
}

void ExchangeTest::tellsWhatTheNodeSaid()
{
    QFETCH(int, status);
    QFETCH(std::string, body);
    QTEST(show(client::errorOf(answer(status, body), kNow)), "error");
}

void ExchangeTest::tellsOfClocksThatDiffer_data()
{
    QTest::addColumn<std::string>("code");
    QTest::addColumn<std::string>("date");
    QTest::addColumn<std::string>("error");

    const std::string mismatch = "SignatureDoesNotMatch";
    QTest::newRow("behind") << mismatch << std::string("Sun, 30 Aug 2015 12:48:05 GMT")
                            << std::string(
                                   "SignatureDoesNotMatch: this machine's clock is 12 minutes behind the node's: no");
    QTest::newRow("ahead") << mismatch << std::string("Sun, 30 Aug 2015 11:36:00 GMT")
                           << std::string(
                                  "SignatureDoesNotMatch: this machine's clock is 60 minutes ahead of the node's: no");
    QTest::newRow("together") << mismatch << std::string("Sun, 30 Aug 2015 12:37:00 GMT")
                              << std::string("SignatureDoesNotMatch: no");
    QTest::newRow("no date") << mismatch << std::string() << std::string("SignatureDoesNotMatch: no");
    QTest::newRow("nonsense") << mismatch << std::string("yesterday") << std::string("SignatureDoesNotMatch: no");
    QTest::newRow("not the reason") << std::string("AccessDenied") << std::string("Sun, 30 Aug 2015 11:36:00 GMT")
                                    << std::string("AccessDenied: no");
}

void ExchangeTest::tellsOfClocksThatDiffer()
{
    QFETCH(std::string, code);
    QFETCH(std::string, date);
    QTEST(show(client::errorOf(answer(403, problem(code, "no"), date), kNow)), "error");
}

void ExchangeTest::knowsRefusals()
{
    QVERIFY(client::isRefusal(ErrorCode::AccessDenied));
    QVERIFY(client::isRefusal(ErrorCode::InvalidClientTokenId));
    QVERIFY(!client::isRefusal(ErrorCode::Unavailable));
    QVERIFY(!client::isRefusal(ErrorCode::LoadBalancerNotFound));
}

void ExchangeTest::findsTheCookie()
{
    const ports::HttpHeaders headers{{"Set-Cookie", "other=1; Path=/"},
                                     {"X-Cookie", "name=no"},
                                     {"set-cookie", "names=2"},
                                     {"SET-COOKIE", " name=a=b; HttpOnly; SameSite=Strict; Path=/"}};
    QCOMPARE(client::findCookie(headers, "name").value(), std::string("name=a=b"));
    QVERIFY(!client::findCookie(headers, "nam"));
    QVERIFY(!client::findCookie(headers, "Path"));
}

QTEST_GUILESS_MAIN(ExchangeTest)
#include "tst_exchange.moc"

#include "api/sign_in_brake.h"
#include "controller/base/readable.h"
#include "support/manual_clock.h"

#include "router_bench.h"
#include "signing.h"

#include <memory>
#include <vector>

using namespace balancer;
using namespace std::chrono_literals;
using api::BrakeOptions;
using api::SignInBrake;
using tests::Signing;
using tests::unsignedRequest;

namespace {

const Error kWrong{ErrorCode::SignatureDoesNotMatch, "differs"};

BrakeOptions options()
{
    BrakeOptions options;
    options.free = 2;
    options.first = 100ms;
    options.longest = 1000ms;
    options.forgiven = 3000ms;
    options.addresses = 3;
    return options;
}

/// One that lets waiting be seen, and ends it soon.
BrakeOptions quick()
{
    auto options = ::options();
    options.free = 0;
    options.first = 1ms;
    options.longest = 2ms;
    return options;
}

ports::HttpPeer peer(const std::string &address)
{
    ports::HttpPeer peer;
    peer.address = address;
    return peer;
}

ports::HttpRequest wrongly(const std::string &path, const std::string &address = "10.0.0.1")
{
    Signing by;
    by.secret = "wrong";
    const bool isRead = path.starts_with("/v1/") && path != "/v1/session" && !path.starts_with("/v1/actions/");
    auto request = tests::signedRequest(isRead ? "GET" : "POST", path, "", by);
    request.peer.address = address;
    return request;
}

std::string codeIn(const ports::HttpResponse &response)
{
    for (const auto *code : {"Throttling", "SignatureDoesNotMatch", "InvalidClientTokenId"}) {
        if (response.body.find(code) != std::string::npos)
            return code;
    }
    return std::to_string(response.status);
}

} // namespace

class SignInBrakeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void slowsDownEachFailureMore();
    void forgivesWithTime();
    void forgivesAllInTheEnd();
    void survivesAClockThatGoesBack();
    void leavesOtherAddressesAlone();
    void countsHalfOfAnIpv6Address();
    void knowsIpv4InIpv6();
    void remembersABoundedNumberOfAddresses();

    void answersAtOnceAtFirst();
    void answersLater();
    void answersOtherErrorsAtOnce_data();
    void answersOtherErrorsAtOnce();
    void exemptsTheUnixSocket();
    void refusesMoreThanMayWait_data();
    void refusesMoreThanMayWait();
    void outlivesTheBrake();

    void slowsEachPlaceOfTheApi_data();
    void slowsEachPlaceOfTheApi();
    void neverSlowsARightSignature();
    void saysRateExceededInElbsWords();

private:
    tests::ManualClock m_clock;
};

void SignInBrakeTest::slowsDownEachFailureMore()
{
    SignInBrake brake(m_clock, options());
    for (const auto expected : {0ms, 0ms, 100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms})
        QCOMPARE(brake.noteFailure("10.0.0.1"), expected);
    for (int i = 0; i < 100; ++i)
        QCOMPARE(brake.noteFailure("10.0.0.1"), 1000ms);
}

void SignInBrakeTest::forgivesWithTime()
{
    SignInBrake brake(m_clock, options());
    for (int i = 0; i < 4; ++i)
        static_cast<void>(brake.noteFailure("10.0.0.1"));
    m_clock.advance(3000ms); // one of four
    QCOMPARE(brake.noteFailure("10.0.0.1"), 200ms);
    m_clock.advance(2999ms); // none
    QCOMPARE(brake.noteFailure("10.0.0.1"), 400ms);
}

void SignInBrakeTest::forgivesAllInTheEnd()
{
    SignInBrake brake(m_clock, options());
    for (int i = 0; i < 1000; ++i)
        static_cast<void>(brake.noteFailure("10.0.0.1"));
    m_clock.advance(12 * 3000ms);
    QCOMPARE(brake.noteFailure("10.0.0.1"), 0ms);
}

void SignInBrakeTest::survivesAClockThatGoesBack()
{
    SignInBrake brake(m_clock, options());
    for (int i = 0; i < 3; ++i)
        static_cast<void>(brake.noteFailure("10.0.0.1"));
    m_clock.advance(-24h);
    QCOMPARE(brake.noteFailure("10.0.0.1"), 200ms);
}

void SignInBrakeTest::leavesOtherAddressesAlone()
{
    SignInBrake brake(m_clock, options());
    for (int i = 0; i < 20; ++i)
        static_cast<void>(brake.noteFailure("10.0.0.1"));
    QCOMPARE(brake.noteFailure("10.0.0.2"), 0ms);
    QCOMPARE(brake.noteFailure("fd00::1"), 0ms);
}

void SignInBrakeTest::countsHalfOfAnIpv6Address()
{
    SignInBrake brake(m_clock, options());
    for (const auto *address : {"fd00:0:0:1::1", "fd00:0:0:1::2", "fd00:0:0:1:ffff::"})
        static_cast<void>(brake.noteFailure(address));
    QCOMPARE(brake.addressCount(), std::size_t(1));
    QCOMPARE(brake.noteFailure("fd00:0:0:1:2:3:4:5"), 200ms);
    QCOMPARE(brake.noteFailure("fd00:0:0:2::1"), 0ms);
    for (const auto *address : {"::1", "::2", "::"})
        static_cast<void>(brake.noteFailure(address));
    QCOMPARE(brake.addressCount(), std::size_t(3));
    SignInBrake other(m_clock, options());
    for (const auto *address : {"fd00::1:2:3:4:5:6", "fd00:0:1:2:9:9:9:9", "fd00:0:1:2::%eth0"})
        static_cast<void>(other.noteFailure(address));
    QCOMPARE(other.addressCount(), std::size_t(1)); // the first has its only zero where the others have one
}

void SignInBrakeTest::knowsIpv4InIpv6()
{
    SignInBrake brake(m_clock, options());
    for (const auto *address : {"10.0.0.1", "::ffff:10.0.0.1", "::ffff:10.0.0.2"})
        static_cast<void>(brake.noteFailure(address));
    QCOMPARE(brake.addressCount(), std::size_t(2));
}

void SignInBrakeTest::remembersABoundedNumberOfAddresses()
{
    SignInBrake brake(m_clock, options()); // three
    for (const auto *address : {"10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3"}) {
        m_clock.advance(1ms);
        static_cast<void>(brake.noteFailure(address));
    }
    QCOMPARE(brake.noteFailure("10.0.0.4"), 0ms); // instead of the one that failed least recently
    QCOMPARE(brake.addressCount(), std::size_t(3));
    QCOMPARE(brake.noteFailure("10.0.0.1"), 0ms);
    m_clock.advance(1h);
    QCOMPARE(brake.noteFailure("10.0.0.5"), 0ms);
    QCOMPARE(brake.addressCount(), std::size_t(1)); // the others had nothing left to be forgiven
}

void SignInBrakeTest::answersAtOnceAtFirst()
{
    SignInBrake brake(m_clock, options());
    const auto answer = brake.slowed(peer("10.0.0.1"), kWrong);
    QVERIFY(answer.isReady());
    QCOMPARE(brake.delayedCount(), std::size_t(0));
}

void SignInBrakeTest::answersLater()
{
    SignInBrake brake(m_clock, quick());
    auto answer = brake.slowed(peer("10.0.0.1"), kWrong);
    QVERIFY(!answer.isReady());
    QCOMPARE(brake.delayedCount(), std::size_t(1));
    QVERIFY(QCoro::waitFor(answer) == kWrong);
    QCOMPARE(brake.delayedCount(), std::size_t(0));
}

void SignInBrakeTest::answersOtherErrorsAtOnce_data()
{
    QTest::addColumn<ErrorCode>("code");
    for (const auto code :
         {ErrorCode::MissingAuthenticationToken, ErrorCode::IncompleteSignature, ErrorCode::RequestExpired,
          ErrorCode::AccessDenied, ErrorCode::MalformedRequest, ErrorCode::ValidationError, ErrorCode::Unavailable})
        QTest::newRow(std::string(nameOf(code)).c_str()) << code;
}

void SignInBrakeTest::answersOtherErrorsAtOnce()
{
    QFETCH(ErrorCode, code);
    SignInBrake brake(m_clock, quick());
    const Error error{code, "x"};
    QVERIFY(brake.slowed(peer("10.0.0.1"), error).isReady());
    QCOMPARE(brake.addressCount(), std::size_t(0));
}

void SignInBrakeTest::exemptsTheUnixSocket()
{
    SignInBrake brake(m_clock, quick());
    ports::HttpPeer local;
    local.userId = 1000;
    for (int i = 0; i < 50; ++i)
        QVERIFY(brake.slowed(local, kWrong).isReady());
    QCOMPARE(brake.addressCount(), std::size_t(0));
}

void SignInBrakeTest::refusesMoreThanMayWait_data()
{
    QTest::addColumn<std::size_t>("inAll");
    QTest::addColumn<std::size_t>("forOne");
    QTest::newRow("of one address") << std::size_t(100) << std::size_t(2);
    QTest::newRow("in all") << std::size_t(2) << std::size_t(100);
}

void SignInBrakeTest::refusesMoreThanMayWait()
{
    QFETCH(std::size_t, inAll);
    QFETCH(std::size_t, forOne);
    auto limits = quick();
    limits.delayed = inAll;
    limits.delayedForOne = forOne;
    SignInBrake brake(m_clock, limits);
    std::vector<QCoro::Task<Error>> waiting;
    for (int i = 0; i < 2; ++i)
        waiting.push_back(brake.slowed(peer("10.0.0.1"), kWrong));
    auto refused = brake.slowed(peer("10.0.0.1"), kWrong);
    QVERIFY(refused.isReady());
    const Error expected{ErrorCode::Throttling, "Rate exceeded"};
    QVERIFY(QCoro::waitFor(refused) == expected);
    auto other = brake.slowed(peer("10.0.0.2"), kWrong);
    QCOMPARE(other.isReady(), inAll == 2);
    for (auto &task : waiting)
        QVERIFY(QCoro::waitFor(task) == kWrong);
    QCoro::waitFor(other);
    QVERIFY(QCoro::waitFor(brake.slowed(peer("10.0.0.1"), kWrong)) == kWrong); // there is room again
}

void SignInBrakeTest::outlivesTheBrake()
{
    auto brake = std::make_unique<SignInBrake>(m_clock, quick());
    auto answer = brake->slowed(peer("10.0.0.1"), kWrong);
    brake.reset();
    QVERIFY(QCoro::waitFor(answer) == kWrong);
}

void SignInBrakeTest::slowsEachPlaceOfTheApi_data()
{
    QTest::addColumn<std::string>("path");
    for (const auto *path :
         {"/", "/v1/node", "/v1/load-balancers", "/v1/events", "/v1/session", "/v1/actions/DescribeLoadBalancers"})
        QTest::newRow(path) << std::string(path);
}

void SignInBrakeTest::slowsEachPlaceOfTheApi()
{
    QFETCH(std::string, path);
    api::RouterSettings settings;
    settings.brake = quick();
    tests::RouterBench bench(settings);
    auto answer = bench.router().handle(wrongly(path));
    QVERIFY(!answer.isReady());
    QCOMPARE(codeIn(QCoro::waitFor(answer)), std::string("SignatureDoesNotMatch"));
}

void SignInBrakeTest::neverSlowsARightSignature()
{
    api::RouterSettings settings;
    settings.brake = quick();
    settings.brake.delayedForOne = 1;
    tests::RouterBench bench(settings);
    auto waiting = bench.router().handle(wrongly("/"));
    QCOMPARE(codeIn(bench.handle(wrongly("/"))), std::string("Throttling"));
    auto right = tests::signedRequest("GET", "/v1/node", "");
    right.peer.address = "10.0.0.1";
    auto answer = bench.router().handle(right);
    QVERIFY(answer.isReady());
    QCOMPARE(QCoro::waitFor(answer).status, 200);
    auto signIn = unsignedRequest("POST", "/v1/session",
                                  R"({"AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":")" + tests::kSecret + "\"}");
    signIn.peer.address = "10.0.0.1";
    QCOMPARE(bench.handle(signIn).status, 201);
    QCOMPARE(codeIn(QCoro::waitFor(waiting)), std::string("SignatureDoesNotMatch"));
}

void SignInBrakeTest::saysRateExceededInElbsWords()
{
    api::RouterSettings settings;
    settings.brake = quick();
    settings.brake.delayed = 0;
    tests::RouterBench bench(settings);
    const auto query = bench.handle(wrongly("/"));
    QCOMPARE(query.status, 400);
    QVERIFY(query.body.find("<Code>Throttling</Code><Message>Rate exceeded</Message>") != std::string::npos);
    QCOMPARE(bench.handle(wrongly("/v1/node")).status, 400);
    auto signIn = unsignedRequest("POST", "/v1/session", R"({"AccessKeyId":"AKIDEXAMPLE","SecretAccessKey":"wrong"})");
    signIn.peer.address = "10.0.0.1";
    QCOMPARE(codeIn(bench.handle(signIn)), std::string("Throttling"));
}

QTEST_GUILESS_MAIN(SignInBrakeTest)
#include "tst_sign_in_brake.moc"

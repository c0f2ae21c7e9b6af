#include "controller/base/readable.h"
#include "model/health_check.h"

using namespace balancer;
using namespace std::chrono_literals;

class HealthCheckTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTargets_data();
    void readsTargets();
    void refusesTargetsInElbsWords_data();
    void refusesTargetsInElbsWords();
    void acceptsTheLongestPath();
    void acceptsTheBoundsOfEachNumber();
    void refusesNumbersBeyondTheirBounds_data();
    void refusesNumbersBeyondTheirBounds();
    void startsWithATcpCheckOfTheInstancePort();
};

void HealthCheckTest::readsTargets_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("canonical");
    const auto row = [](const char *text, const char *canonical) {
        QTest::newRow(text) << std::string(text) << std::string(canonical);
    };
    row("TCP:80", "TCP:80");
    row("tcp:65535", "TCP:65535");
    row("ssl:443", "SSL:443");
    row("HTTP:80/", "HTTP:80/");
    row("http:8080/ping/this/path", "HTTP:8080/ping/this/path");
    row("Https:443/a?b=c:d&e=%20", "HTTPS:443/a?b=c:d&e=%20");
    row("HTTP:80//", "HTTP:80//");
}

void HealthCheckTest::readsTargets()
{
    QFETCH(std::string, text);
    QFETCH(std::string, canonical);
    const auto target = model::parseTarget(text);
    QCOMPARE(tests::describe(target), std::string());
    QCOMPARE(model::renderTarget(*target), canonical);
    QVERIFY(model::parseTarget(canonical) == *target);
}

void HealthCheckTest::refusesTargetsInElbsWords_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("sentence");
    const std::string begin = "HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL";
    const std::string port = "HealthCheck Target must specify a port number";
    const std::string path = "HealthCheck HTTP Target must specify a port followed by a path that begins with a "
                             "slash. e.g. HTTP:80/ping/this/path";
    const std::string encoded = "HealthCheck Target path must be percent-encoded: blanks, quotes, '\\', '#', control "
                                "and non-ASCII characters are not allowed";
    const auto row = [](const std::string &text, const std::string &sentence) {
        QTest::newRow(text.substr(0, 40).c_str()) << text << sentence;
    };
    row("", begin);
    row("80", begin);
    row("UDP:80", begin);
    row(" TCP:80", begin);
    row(":80", begin);
    row("TCP", port);
    row("TCP:", port);
    row("TCP:0", port);
    row("TCP:65536", port);
    row("TCP:eighty", port);
    row("TCP:80/", port);
    row("SSL:443/ping", port);
    row("TCP:80:90", port);
    row("HTTP", port);
    row("HTTP:/", port);
    row("HTTP:80", path);
    row("HTTP:80x/", port);
    row("HTTP:80/a b", encoded);
    row("HTTP:80/a\nb", encoded);
    row("HTTP:80/\"", encoded);
    row("HTTP:80/#", encoded);
    row("HTTP:80/\\", encoded);
    row("HTTP:80/\xc3\xa4", encoded);
    row("HTTP:80/" + std::string(1024, 'a'), "HealthCheck Target path must be at most 1024 characters long");
}

void HealthCheckTest::refusesTargetsInElbsWords()
{
    QFETCH(std::string, text);
    QFETCH(std::string, sentence);
    QCOMPARE(tests::describe(model::parseTarget(text)), "ValidationError: " + sentence);
}

void HealthCheckTest::acceptsTheLongestPath()
{
    QVERIFY(model::parseTarget("HTTP:80/" + std::string(1023, 'a')).has_value());
}

void HealthCheckTest::acceptsTheBoundsOfEachNumber()
{
    const model::HealthCheckTarget target{model::Protocol::Tcp, 80, {}};
    const model::HealthCheck lowest{target, 5s, 2s, 2, 2};
    const model::HealthCheck highest{target, 300s, 60s, 10, 10};
    QCOMPARE(tests::describe(model::checkHealthCheck(lowest)), std::string());
    QCOMPARE(tests::describe(model::checkHealthCheck(highest)), std::string());
}

void HealthCheckTest::refusesNumbersBeyondTheirBounds_data()
{
    QTest::addColumn<int>("interval");
    QTest::addColumn<int>("timeout");
    QTest::addColumn<int>("unhealthy");
    QTest::addColumn<int>("healthy");
    QTest::addColumn<std::string>("message");
    const auto at = [](const std::string &value, const std::string &member, const std::string &relation) {
        return "1 validation error detected: Value '" + value + "' at 'healthCheck." + member +
               "' failed to satisfy constraint: Member must have value " + relation;
    };
    QTest::newRow("interval 4") << 4 << 3 << 2 << 2 << at("4", "interval", "greater than or equal to 5");
    QTest::newRow("interval 301") << 301 << 3 << 2 << 2 << at("301", "interval", "less than or equal to 300");
    QTest::newRow("timeout 1") << 30 << 1 << 2 << 2 << at("1", "timeout", "greater than or equal to 2");
    QTest::newRow("timeout 61") << 300 << 61 << 2 << 2 << at("61", "timeout", "less than or equal to 60");
    QTest::newRow("unhealthy 1") << 30 << 5 << 1 << 2 << at("1", "unhealthyThreshold", "greater than or equal to 2");
    QTest::newRow("unhealthy 11") << 30 << 5 << 11 << 2 << at("11", "unhealthyThreshold", "less than or equal to 10");
    QTest::newRow("healthy 1") << 30 << 5 << 2 << 1 << at("1", "healthyThreshold", "greater than or equal to 2");
    QTest::newRow("healthy 11") << 30 << 5 << 2 << 11 << at("11", "healthyThreshold", "less than or equal to 10");
    QTest::newRow("as long as the interval")
        << 5 << 5 << 2 << 2 << std::string("HealthCheck timeout must be less than interval");
}

void HealthCheckTest::refusesNumbersBeyondTheirBounds()
{
    QFETCH(int, interval);
    QFETCH(int, timeout);
    QFETCH(int, unhealthy);
    QFETCH(int, healthy);
    QFETCH(std::string, message);
    const model::HealthCheck check{{model::Protocol::Tcp, 80, {}},
                                   std::chrono::seconds(interval),
                                   std::chrono::seconds(timeout),
                                   unhealthy,
                                   healthy};
    QCOMPARE(tests::describe(model::checkHealthCheck(check)), "ValidationError: " + message);
}

void HealthCheckTest::startsWithATcpCheckOfTheInstancePort()
{
    const model::HealthCheck expected{{model::Protocol::Tcp, 8080, {}}, 30s, 5s, 2, 10};
    QVERIFY(model::defaultHealthCheck(8080) == expected);
}

QTEST_GUILESS_MAIN(HealthCheckTest)
#include "tst_health_check.moc"

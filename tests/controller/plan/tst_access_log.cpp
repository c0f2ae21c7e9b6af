#include "controller/base/readable.h"
#include "plan/access_log_format.h"
#include "plan/access_log_key.h"
#include "plan/access_log_line.h"
#include "plan/access_log_target.h"
#include "plan/render.h"
#include "support/builders.h"

#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>

using namespace balancer;
using namespace balancer::plan;
using namespace balancer::tests;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

LogTime at(std::int64_t micros)
{
    return LogTime(microseconds(micros));
}

constexpr std::int64_t kMay = 1431560383945958; // 2015-05-13T23:39:43.945958Z

AccessRecord answeredRequest()
{
    AccessRecord record;
    record.http = true;
    record.frontend = "f:my-loadbalancer:80";
    record.backend = "b:my-loadbalancer:80";
    record.server = "s1";
    record.requestAt = at(kMay);
    record.clientAddress = "192.168.131.39";
    record.clientPort = 2817;
    record.instanceAddress = "10.0.0.1";
    record.instancePort = 80;
    record.timers.queue = milliseconds(0);
    record.timers.connect = milliseconds(1);
    record.timers.response = milliseconds(1048);
    record.status = 200;
    record.instanceStatus = 200;
    record.sent = {82, 29, std::nullopt, std::nullopt};
    record.termination = "--";
    record.host = "www.example.com";
    record.userAgent = "curl/7.38.0";
    record.method = "GET";
    record.version = "HTTP/1.1";
    record.uri = "/";
    return record;
}

AccessLogTarget target(std::uint16_t port = 80, bool secure = false)
{
    AccessLogTarget wanted;
    wanted.balancer = "my-loadbalancer";
    wanted.dnsName = "my-loadbalancer-1.local.elb.internal";
    wanted.port = port;
    wanted.secure = secure;
    return wanted;
}

model::LoadBalancer logging(model::LoadBalancer balancer, int minutes = 60)
{
    balancer.attributes.accessLog = {true, "logs", "", std::chrono::minutes(minutes)};
    return balancer;
}

int logLinesOf(const Frontend &frontend)
{
    return int(std::ranges::count_if(frontend.directives, [](const auto &line) { return line.starts_with("log"); }));
}

const AccessLogOwner kOwner{"123456789012", "us-west-2"};

} // namespace

class AccessLogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesARequestAsElbDoes();
    void writesARequestOverTlsAsElbDoes();
    void writesAConnectionAsElbDoes();
    void writesAConnectionOverTlsAsElbDoes();
    void writesARequestThatNoInstanceAnswered();
    void writesAConnectionThatReachedNoInstance();
    void writesWhatWasNoRequest();
    void countsBodies_data();
    void countsBodies();
    void namesTheHost_data();
    void namesTheHost();
    void keepsALineOneLine();
    void writesTimes();
    void logsOnlyWhereSomebodyWants();
    void looksAtRequestsBeforeAnyOtherRule();
    void findsTheLoadBalancerOfARecord();
    void endsIntervalsWithTheHour();
    void namesFilesAsAwsDoes();
    void readsFileNamesBack();
    void refusesPlacesOutsideTheBucket_data();
    void refusesPlacesOutsideTheBucket();
};

void AccessLogTest::writesARequestAsElbDoes()
{
    QCOMPARE(renderElbLine(answeredRequest(), target()),
             std::string("2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.001000 "
                         "1.048000 0.000000 200 200 0 29 \"GET http://www.example.com:80/ HTTP/1.1\" \"curl/7.38.0\" "
                         "- -"));
}

void AccessLogTest::writesARequestOverTlsAsElbDoes()
{
    auto record = answeredRequest();
    record.cipher = "DHE-RSA-AES128-SHA";
    record.protocol = "TLSv1.2";
    record.sent.contentLength = 57;
    QCOMPARE(renderElbLine(record, target(443, true)),
             std::string("2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.001000 "
                         "1.048000 0.000000 200 200 0 57 \"GET https://www.example.com:443/ HTTP/1.1\" "
                         "\"curl/7.38.0\" DHE-RSA-AES128-SHA TLSv1.2"));
}

AccessRecord connection()
{
    AccessRecord record;
    record.acceptedAt = at(kMay - kMay % 1000);
    record.clientAddress = "192.168.131.39";
    record.clientPort = 2817;
    record.instanceAddress = "10.0.0.1";
    record.instancePort = 80;
    record.timers.handshake = milliseconds(0);
    record.timers.queue = milliseconds(1);
    record.timers.connect = milliseconds(28);
    record.received.counted = 82;
    record.sent.counted = 305;
    return record;
}

void AccessLogTest::writesAConnectionAsElbDoes()
{
    QCOMPARE(renderElbLine(connection(), target()),
             std::string("2015-05-13T23:39:43.945000Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.001000 "
                         "0.028000 0.000000 - - 82 305 \"- - - \" \"-\" - -"));
}

void AccessLogTest::writesAConnectionOverTlsAsElbDoes()
{
    auto record = connection();
    record.cipher = "ECDHE-ECDSA-AES128-GCM-SHA256";
    record.protocol = "TLSv1.2";
    record.received.counted = 57;
    record.sent.counted = 502;
    QCOMPARE(renderElbLine(record, target(443, true)),
             std::string("2015-05-13T23:39:43.945000Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.001000 "
                         "0.028000 0.000000 - - 57 502 \"- - - \" \"-\" ECDHE-ECDSA-AES128-GCM-SHA256 TLSv1.2"));
}

void AccessLogTest::writesARequestThatNoInstanceAnswered()
{
    auto record = answeredRequest();
    record.status = 504;
    record.instanceStatus.reset();
    record.timers.response = milliseconds(-1);
    record.sent = {195, 0, std::nullopt, std::nullopt};
    QCOMPARE(renderElbLine(record, target()),
             std::string("2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 - -1 -1 -1 504 0 0 0 \"GET "
                         "http://www.example.com:80/ HTTP/1.1\" \"curl/7.38.0\" - -"));
}

void AccessLogTest::writesAConnectionThatReachedNoInstance()
{
    auto record = connection();
    record.timers.connect = milliseconds(-1);
    record.received.counted = record.sent.counted = 0;
    QCOMPARE(
        renderElbLine(record, target()),
        std::string("2015-05-13T23:39:43.945000Z my-loadbalancer 192.168.131.39:2817 - -1 -1 -1 - - 0 0 \"- - - \" "
                    "\"-\" - -"));
}

void AccessLogTest::writesWhatWasNoRequest()
{
    AccessRecord record;
    record.http = true;
    record.acceptedAt = at(kMay - kMay % 1000);
    record.timers.handshake = milliseconds(2);
    record.timers.idle = milliseconds(10);
    record.clientAddress = "::1";
    record.clientPort = 1;
    record.status = 400;
    QCOMPARE(
        renderElbLine(record, target()),
        std::string("2015-05-13T23:39:43.957000Z my-loadbalancer [::1]:1 - -1 -1 -1 400 0 0 0 \"- - - \" \"-\" - -"));
}

void AccessLogTest::countsBodies_data()
{
    QTest::addColumn<std::string>("method");
    QTest::addColumn<int>("status");
    QTest::addColumn<MessageSize>("received");
    QTest::addColumn<MessageSize>("sent");
    QTest::addColumn<std::string>("expected");
    const auto none = std::nullopt;
    const MessageSize noBody{56, none, none, none};
    const auto row = [](const char *label, const char *method, int status, const MessageSize &in,
                        const MessageSize &out, const char *expected) {
        QTest::newRow(label) << std::string(method) << status << in << out << std::string(expected);
    };
    row("lengths", "POST", 200, {67, 7, none, none}, {58, 5, none, none}, " 7 5 ");
    // Seen: 44 bytes of headers, two of them, POST /p HTTP/1.1 and 7 bytes in chunks.
    row("a request in chunks", "POST", 200, {77, none, 44, 2}, {58, 5, none, none}, " 7 5 ");
    row("HEAD", "HEAD", 200, noBody, {53, 5, none, none}, " 0 0 ");
    row("304", "GET", 304, noBody, {53, 5, none, none}, " 0 0 ");
    row("a client that went", "POST", 200, {60, 1000000, none, none}, {58, 5, none, none}, " 60 5 ");
    row("an answer cut short", "GET", 200, noBody, {3000, 1000000, none, none}, " 0 3000 ");
    row("less counted than the head", "GET", 200, noBody, {1, none, 44, 2}, " 0 0 ");
}

void AccessLogTest::countsBodies()
{
    QFETCH(std::string, method);
    QFETCH(int, status);
    QFETCH(MessageSize, received);
    QFETCH(MessageSize, sent);
    QFETCH(std::string, expected);
    auto record = answeredRequest();
    record.method = method;
    record.uri = "/p";
    record.status = status;
    record.received = received;
    record.sent = sent;
    const auto line = renderElbLine(record, target());
    const auto sizes = " " + std::to_string(status) + " 200" + expected;
    QVERIFY2(line.find(sizes) != std::string::npos, line.c_str());
}

void AccessLogTest::namesTheHost_data()
{
    QTest::addColumn<std::string>("host");
    QTest::addColumn<std::string>("uri");
    QTest::addColumn<std::string>("expected");
    const auto row = [](const char *host, const char *uri, const char *expected) {
        QTest::newRow(expected) << std::string(host) << std::string(uri) << std::string(expected);
    };
    row("a.test", "/x?y=1", "http://a.test:80/x?y=1");
    row("a.test:8080", "/", "http://a.test:80/");
    row("[::1]:80", "/", "http://[::1]:80/");
    row("[::1", "/", "http://:80/");
    row("", "/", "http://my-loadbalancer-1.local.elb.internal:80/");
    row("a.test", "http://b.test:90/abs?q=1", "http://a.test:80/abs?q=1");
    row("a.test", "http://b.test", "http://a.test:80/");
    row("a.test", "/to?u=http://b.test/", "http://a.test:80/to?u=http://b.test/");
    row("a.test", "*", "http://a.test:80/*");
    row("a.test", "/a\"b\\c d", "http://a.test:80/a\\x22b\\x5Cc\\x20d");
}

void AccessLogTest::namesTheHost()
{
    QFETCH(std::string, host);
    QFETCH(std::string, uri);
    QFETCH(std::string, expected);
    auto record = answeredRequest();
    record.host = host;
    record.uri = uri;
    const auto line = renderElbLine(record, target());
    QVERIFY2(line.find("\"GET " + expected + " HTTP/1.1\"") != std::string::npos, line.c_str());
}

void AccessLogTest::keepsALineOneLine()
{
    // Readers take a line apart like this.
    const QRegularExpression reader(QStringLiteral(
        "^\\S+ \\S+ \\S+ \\S+ \\S+ \\S+ \\S+ \\S+ \\S+ \\d+ \\d+ \"[^\" ]+ [^\" ]+ [^\" ]+\" \"[^\"]*\" \\S+ \\S+$"));
    QRandomGenerator random(QRandomGenerator::global()->generate());
    for (int i = 0; i < 500; ++i) {
        auto record = answeredRequest();
        for (auto *text : {&record.host, &record.userAgent, &record.method, &record.uri, &record.version}) {
            *text = "x";
            for (int length = random.bounded(100); length > 0; --length)
                *text += static_cast<char>(random.bounded(256));
        }
        const auto line = renderElbLine(record, target());
        QVERIFY(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; }));
        QVERIFY2(reader.match(QString::fromStdString(line)).hasMatch(), line.c_str());
    }
}

void AccessLogTest::writesTimes()
{
    QCOMPARE(renderLogTime(at(0)), std::string("1970-01-01T00:00:00.000000Z"));
    QCOMPARE(renderLogTime(at(1)), std::string("1970-01-01T00:00:00.000001Z"));
    QCOMPARE(renderLogTime(at(951827696789012)), std::string("2000-02-29T12:34:56.789012Z"));
}

void AccessLogTest::logsOnlyWhereSomebodyWants()
{
    const model::LoadBalancer quiet = loadBalancer("quiet").with(http(80, 80)).with(http(81, 80));
    const auto loud = logging(loadBalancer("loud").with(http(80, 80)).with(tcp(25, 25)));
    const auto shared = projected({quiet, loud});
    QCOMPARE(shared.sharedFrontends.size(), std::size_t(3));
    for (const auto &frontend : shared.sharedFrontends)
        QCOMPARE(logLinesOf(frontend), frontend.name == "f:81" ? 0 : kAccessLogSockets + 1);
    QCOMPARE(renderFrontends({shared.sharedFrontends[2]}).find("log"), std::string::npos);

    const auto pooled = projected({quiet, loud}, nodeWithPool({quiet, loud}));
    for (const auto &frontend : pooled.balancers.at("quiet")->frontends)
        QCOMPARE(logLinesOf(frontend), 0);
    for (const auto &frontend : pooled.balancers.at("loud")->frontends)
        QCOMPARE(logLinesOf(frontend), kAccessLogSockets + 1);
    QVERIFY(structureFingerprint(shared) != structureFingerprint(projected({quiet, loadBalancer("loud")})));
}

void AccessLogTest::looksAtRequestsBeforeAnyOtherRule()
{
    const auto config = projected({logging(loadBalancer("web").with(http(80, 80)))});
    const auto &lines = config.sharedFrontends.front().directives;
    QCOMPARE(lines.front(), std::string("mode http"));
    const auto isRule = [](const std::string &line) { return line.starts_with("http-request "); };
    const auto first = std::ranges::find_if(lines, isRule);
    QVERIFY(first->find("set-var(txn.log_at)") != std::string::npos);
    const auto last = std::ranges::find_if(
        lines, [&](const auto &line) { return isRule(line) && line.find("txn.log_") == std::string::npos; });
    QVERIFY(std::none_of(last, lines.end(), [](const auto &line) {
        return line.starts_with("http-request ") && line.find("txn.log_") != std::string::npos;
    }));
}

void AccessLogTest::findsTheLoadBalancerOfARecord()
{
    const model::LoadBalancer quiet = loadBalancer("quiet").with(http(80, 80));
    auto loud = logging(loadBalancer("Loud").with(http(80, 80)).with(tcp(25, 25)));
    const std::vector<model::LoadBalancer> both{quiet, loud};
    NodeView node;
    node.sharedAddresses = {address("10.0.0.9"), address("10.0.0.8")};
    const auto targets = accessLogTargets(refsTo(both), node);
    QCOMPARE(targets.size(), std::size_t(3)); // not f:80, which both share
    QVERIFY(targets.contains("b:loud:80"));
    QVERIFY(targets.contains("b:loud:25"));
    QVERIFY(targets.contains("f:25"));
    QCOMPARE(targets.at("f:25").balancer, std::string("Loud"));
    QCOMPARE(targets.at("f:25").nodeAddress, std::string("10.0.0.9"));
    QCOMPARE(int(targets.at("b:loud:80").port), 80);
    QVERIFY(targets.at("b:loud:80").log == loud.attributes.accessLog);

    const auto pooled = accessLogTargets(refsTo(both), nodeWithPool(both));
    QCOMPARE(pooled.size(), std::size_t(4));
    QCOMPARE(pooled.at("f:loud:80").nodeAddress, std::string("127.0.1.2"));
    QVERIFY(accessLogTargets(refsTo({quiet}), node).empty());
}

void AccessLogTest::endsIntervalsWithTheHour()
{
    const auto five = std::chrono::minutes(5);
    QCOMPARE(renderLogTime(endOfInterval(at(kMay), five)), std::string("2015-05-13T23:40:00.000000Z"));
    QCOMPARE(renderLogTime(endOfInterval(at(kMay), std::chrono::minutes(60))),
             std::string("2015-05-14T00:00:00.000000Z"));
    const auto end = endOfInterval(at(kMay), five);
    QVERIFY(endOfInterval(end, five) == end + five);
    QVERIFY(endOfInterval(end - microseconds(1), five) == end);
}

void AccessLogTest::namesFilesAsAwsDoes()
{
    AccessLogFile file{"logs",
                       "",
                       "my-loadbalancer",
                       "172.160.001.192",
                       std::chrono::minutes(5),
                       endOfInterval(at(kMay), std::chrono::minutes(5)),
                       "20sg8hgm"};
    QCOMPARE(accessLogKey(file, kOwner),
             std::string("AWSLogs/123456789012/elasticloadbalancing/us-west-2/2015/05/13/"
                         "123456789012_elasticloadbalancing_us-west-2_my-loadbalancer_20150513T2340Z_172.160.001.192_"
                         "20sg8hgm.log"));
    file.prefix = "my/app";
    QVERIFY(accessLogKey(file, kOwner).starts_with("my/app/AWSLogs/123456789012/"));
    file.prefix = "/my/";
    QVERIFY(accessLogKey(file, kOwner).starts_with("my/AWSLogs/"));
    QCOMPARE(accessLogTestKey({true, "logs", "p", {}}, kOwner),
             std::string("p/AWSLogs/123456789012/ELBAccessLogTestFile"));
}

void AccessLogTest::readsFileNamesBack()
{
    AccessLogFile file{"",
                       "a/b",
                       "lb-1",
                       "fd00::1",
                       std::chrono::minutes(60),
                       endOfInterval(at(kMay), std::chrono::minutes(60)),
                       "abcdefgh"};
    QVERIFY(parseAccessLogKey(accessLogKey(file, kOwner)) == file);
    file.prefix.clear();
    QVERIFY(parseAccessLogKey(accessLogKey(file, {"000000000000", "a_b"})) == file);
    const auto key = accessLogKey(file, kOwner);
    for (std::size_t end = 0; end < key.size(); ++end)
        QVERIFY(!parseAccessLogKey(key.substr(0, end)));
    for (const auto *name : {"AWSLogs/x.log", "AWSLogs/1_e_r_lb_20150230T2340Z_1_x.log",
                             "AWSLogs/1_e_r_lb_20150213T2440Z_1_x.log", "AWSLogs/1_e_r_lb_2015-213T2340Z_1_x.log"})
        QVERIFY(!parseAccessLogKey(name));
}

void AccessLogTest::refusesPlacesOutsideTheBucket_data()
{
    QTest::addColumn<std::string>("bucket");
    QTest::addColumn<std::string>("prefix");
    QTest::addColumn<bool>("allowed");
    const auto row = [](const char *label, const std::string &bucket, const std::string &prefix, bool allowed) {
        QTest::newRow(label) << bucket << prefix << allowed;
    };
    row("a bucket", "my-logs", "", true);
    row("a prefix", "my.logs_1", "a/b-c/d", true);
    row("slashes around it", "b", "/a/", true);
    row("nothing", "", "", false);
    row("a way up", "..", "", false);
    row("hidden", ".hidden", "", false);
    row("a path", "a/b", "", false);
    row("a byte that ends names", std::string("a\0b", 3), "", false);
    row("a way up in the prefix", "b", "a/../..", false);
    row("a hidden prefix", "b", ".partial", false);
    row("an empty part", "b", "a//b", false);
    row("AWSLogs", "b", "a/AWSLogs", false);
    row("a line end", "b", "a\nb", false);
    row("too long", "b", std::string(513, 'a'), false);
    row("a name too long for a file", "b", std::string(300, 'a'), false);
}

void AccessLogTest::refusesPlacesOutsideTheBucket()
{
    QFETCH(std::string, bucket);
    QFETCH(std::string, prefix);
    QFETCH(bool, allowed);
    const auto checked = checkAccessLogPlace({true, bucket, prefix, std::chrono::minutes(60)});
    QCOMPARE(checked.has_value(), allowed);
    if (!allowed)
        QVERIFY(checked.error().code == ErrorCode::InvalidConfigurationRequest);
}

QTEST_APPLESS_MAIN(AccessLogTest)
#include "tst_access_log.moc"

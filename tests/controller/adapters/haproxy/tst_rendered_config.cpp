#include "adapters/haproxy/generation_keeper.h"
#include "adapters/haproxy/haproxy_binary.h"
#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/haproxy_bench.h"

#include "complaints.h"

#include <QCoro/QCoroTask>
#include <QRandomGenerator>

using namespace balancer;
using namespace balancer::tests;
using adapters::haproxy::GenerationKeeper;
using adapters::haproxy::HaproxyBinary;
using model::Protocol;
using plan::HaproxyConfig;
using plan::ServerKey;
using plan::SlotHealth;

namespace {

/// A load balancer with legal, but unusual parts.
model::LoadBalancer anyBalancer(QRandomGenerator &random, int number)
{
    const auto pick = [&](const std::vector<std::string> &items) {
        return items[std::size_t(random.bounded(int(items.size())))];
    };
    const auto suffix = std::to_string(number);
    auto builder =
        loadBalancer(pick({"a", "Web-", "X" + std::string(25, 'y'), "0", "DEFAULTS", "hc", "listen-"}) + suffix)
            .checkedBy(pick({"TCP:80", "SSL:443", "HTTP:80/", "HTTPS:65535/ping?a=b&c=%20", "HTTP:1/$HOME/${PATH}",
                             "HTTP:80/{x}[y]|~!*()%[src]", "HTTP:80/" + std::string(1023, 'p'), "HTTP:80/;x=`id`"}))
            .tagged("elastic-haproxy:hostnames",
                    pick({"", "www.corp m.corp", "WWW" + suffix + ".corp", std::string(250, 'h'), "-_.x"}));
    const std::vector<std::pair<Protocol, Protocol>> pairs{{Protocol::Http, Protocol::Http},
                                                           {Protocol::Http, Protocol::Https},
                                                           {Protocol::Tcp, Protocol::Tcp},
                                                           {Protocol::Tcp, Protocol::Ssl}};
    for (int i = random.bounded(4); i > 0; --i) {
        const auto &[front, behind] = pairs[std::size_t(random.bounded(4))];
        const bool isHttp = front == Protocol::Http;
        // Only HTTP may share a port without a pool.
        const auto port = std::uint16_t(isHttp ? 8000 + i : 10000 + number * 10 + i);
        builder = builder.with(listener(front, port, behind, std::uint16_t(1 + random.bounded(65535))));
    }
    for (int i = random.bounded(7); i > 0; --i)
        builder =
            builder.with(instance(pick({"i-", "[fd00::1]:80/", "a:b-c._/", std::string(250, 'i')}) + std::to_string(i),
                                  pick({"10.0.0.1", "127.0.0.1", "fd00::1", "::ffff:10.0.0.1", "255.255.255.254"}),
                                  std::uint16_t(random.bounded(2) * 65535)));
    model::LoadBalancer made = builder;
    made.attributes.accessLog.enabled = random.bounded(3) == 0;
    made.healthCheck.interval = std::chrono::seconds(5 + random.bounded(296));
    made.healthCheck.timeout = std::chrono::seconds(2 + random.bounded(3));
    made.healthCheck.healthyThreshold = 2 + random.bounded(9);
    made.healthCheck.unhealthyThreshold = 2 + random.bounded(9);
    return made;
}

model::LoadBalancer withManyInstances(int count)
{
    model::LoadBalancer value = loadBalancer("many").with(http(80, 80)).checkedBy("HTTP:80/");
    for (int i = 0; i < count; ++i)
        value.instances.push_back(
            instance("i-" + std::to_string(i), "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1)));
    return value;
}

plan::SlotHealths anyHealths(QRandomGenerator &random, const HaproxyConfig &config)
{
    plan::SlotHealths healths;
    for (const auto &[name, value] : config.balancers) {
        for (const auto &server : value->check.servers) {
            if (server.address && random.bounded(4) > 0)
                healths.emplace(ServerKey(value->check.name, server.name), static_cast<SlotHealth>(random.bounded(3)));
        }
    }
    return healths;
}

} // namespace

class RenderedConfigTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isAcceptedAtTheEdges_data();
    void isAcceptedAtTheEdges();
    void isAcceptedWhateverAnOperatorSays();
    void startsServersAsTheStateFileSays();
    void sendsTheHealthCheckAsItWasSaid_data();
    void sendsTheHealthCheckAsItWasSaid();
};

void RenderedConfigTest::isAcceptedAtTheEdges_data()
{
    QTest::addColumn<HaproxyConfig>("config");
    const auto row = [](const char *label, const HaproxyConfig &config) { QTest::newRow(label) << config; };
    const model::LoadBalancer plain = loadBalancer("web").with(http(80, 80)).with(instance("i-1", "10.0.0.1"));
    row("nothing at all", projected({}));
    row("no listeners", projected({loadBalancer("web").with(instance("i-1", "10.0.0.1"))}));
    row("no instances", projected({loadBalancer("web").with(http(80, 80))}));
    row("1,000 slots", projected({withManyInstances(1000)}));
    plan::NodeView six;
    six.sharedAddresses = {address("::1"), address("127.0.0.1")};
    row("IPv6 in front and behind",
        projected({loadBalancer("web").with(http(80, 80)).with(instance("i-1", "fd00::1"))}, six));
    plan::NodeView limits;
    limits.maxConnections = 1000;
    limits.threads = 1;
    row("limits", projected({plain}, limits));
    row("every target", projected({loadBalancer("a").checkedBy("TCP:1"), loadBalancer("b").checkedBy("SSL:1"),
                                   loadBalancer("c").checkedBy("HTTP:1/"), loadBalancer("d").checkedBy("HTTPS:1/")}));
    row("a name as long as can be",
        projected({loadBalancer(std::string(32, 'x')).with(http(65535, 65535)).checkedBy("HTTP:1/")}));
    plan::NodeView seen;
    plan::addChain(seen.seen, endpoint("10.0.0.1:8443"), {std::string(64, 'A'), {publicKey(1)}});
    for (const auto front : {Protocol::Http, Protocol::Tcp}) {
        const auto behind = front == Protocol::Http ? Protocol::Https : Protocol::Ssl;
        const model::LoadBalancer judged =
            loadBalancer("web").with(listener(front, 80, behind, 8443)).with(instance("i-1", "10.0.0.1"));
        const auto *const label = front == Protocol::Http ? "keys of HTTPS instances" : "keys of SSL instances";
        row(label, projected({demanding(judged, 8443, {1})}, seen));
    }
    std::vector<model::LoadBalancer> many;
    for (int i = 0; i < 100; ++i)
        many.push_back(loadBalancer("lb-" + std::to_string(i)).with(http(80, 80)).with(http(81, 80)));
    row("100 on one port", projected(many));
    row("100 with addresses", projected(many, nodeWithPool(many)));
    std::vector<std::uint16_t> ports;
    auto crowded = loadBalancer("crowded");
    for (std::uint16_t port = 1000; port < 1100; ++port)
        crowded = crowded.with(port % 2 == 0 ? http(port, 80) : tcp(port, 80));
    row("100 listeners", projected({crowded}));
}

void RenderedConfigTest::isAcceptedAtTheEdges()
{
    QFETCH(HaproxyConfig, config);
    QCOMPARE(complaints(config), std::string());
}

void RenderedConfigTest::isAcceptedWhateverAnOperatorSays()
{
    const auto seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    for (int i = 0; i < 60; ++i) {
        std::vector<model::LoadBalancer> values;
        for (int count = random.bounded(5); count > 0; --count)
            values.push_back(anyBalancer(random, count));
        const auto config = projected(values, random.bounded(2) == 0 ? plan::NodeView() : nodeWithPool(values));
        const auto found = complaints(config, anyHealths(random, config));
        const auto label = "seed " + std::to_string(seed) + ", model " + std::to_string(i) + ": " + found;
        QVERIFY2(found.empty(), label.c_str());
    }
}

void RenderedConfigTest::startsServersAsTheStateFileSays()
{
    model::LoadBalancer value = loadBalancer("web").with(http(freePort(), 80)).checkedBy("TCP:80");
    value.healthCheck.interval = std::chrono::seconds(300);
    for (const auto *text : {"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"})
        value.instances.push_back(instance(std::string("i-") + text, text));
    plan::NodeView node;
    node.sharedAddresses = {address("127.0.0.1")};
    const auto config = projected({value}, node);
    const plan::SlotHealths healths{{ServerKey("hc:web", "s1"), SlotHealth::Registering},
                                    {ServerKey("hc:web", "s2"), SlotHealth::Up},
                                    {ServerKey("hc:web", "s3"), SlotHealth::Down}};

    const Scratch scratch;
    adapters::haproxy::KeeperOptions options;
    options.dataDirectory = options.runDirectory = scratch.path("");
    options.logSocket = scratch.path("log.sock");
    GenerationKeeper keeper(HaproxyBinary::find(QStringLiteral("haproxy")).value(), options);
    QCOMPARE(describe(QCoro::waitFor(keeper.startGeneration(config, healths, {}))), std::string());
    const auto replies = QCoro::waitFor(keeper.send(std::vector<std::string>{"show servers state"}));
    const auto states = plan::parseServersState(replies.value().front()).value();
    QVERIFY(plan::differences(*config.balancers.at("web"), states).empty());

    auto expected = healths;
    expected.emplace(ServerKey("hc:web", "s4"), SlotHealth::Registering); // nobody said anything of it
    QVERIFY(plan::healthsOf(config, states) == expected);
    const auto &backend = config.balancers.at("web")->backends.front().name;
    QVERIFY(states.at(ServerKey(backend, "s2")).isUp());
    QVERIFY(!states.at(ServerKey(backend, "s1")).isUp());
    QVERIFY(!states.at(ServerKey(backend, "s3")).isUp());
    QVERIFY(states.at(ServerKey(backend, "s5")).isInMaintenance());
    QVERIFY(QCoro::waitFor(keeper.stopAll()));
}

void RenderedConfigTest::sendsTheHealthCheckAsItWasSaid_data()
{
    QTest::addColumn<std::string>("path");
    for (const auto *path : {"/", "/ping?a=b&c=%20", "/$HOME", "/${HOME}", "/%[src]", "/*|;~"})
        QTest::newRow(path) << std::string(path);
}

void RenderedConfigTest::sendsTheHealthCheckAsItWasSaid()
{
    QFETCH(std::string, path);
    const WebInstance web("web");
    const auto port = std::to_string(web.port());
    const model::LoadBalancer value =
        loadBalancer("web").with(instance("i-1", "127.0.0.1")).checkedBy("HTTP:" + port + path);
    const Scratch scratch;
    adapters::haproxy::KeeperOptions options;
    options.dataDirectory = options.runDirectory = scratch.path("");
    options.logSocket = scratch.path("log.sock");
    GenerationKeeper keeper(HaproxyBinary::find(QStringLiteral("haproxy")).value(), options);
    QCOMPARE(describe(QCoro::waitFor(keeper.startGeneration(projected({value}), {}, {}))), std::string());
    QTRY_VERIFY(web.requestCount() > 0);
    const auto request = web.lastRequest();
    QVERIFY2(request.starts_with("GET " + path + " HTTP/1.1\r\n"), request.c_str());
    QVERIFY2(toLower(request).find("\r\nhost: 127.0.0.1:" + port + "\r\n") != std::string::npos, request.c_str());
    QVERIFY2(request.find("ELB-HealthChecker/1.0\r\n") != std::string::npos, request.c_str());
    QVERIFY(QCoro::waitFor(keeper.stopAll()));
}

QTEST_GUILESS_MAIN(RenderedConfigTest)
#include "tst_rendered_config.moc"

#include "controller/base/readable.h"
#include "plan/project.h"
#include "support/builders.h"

#include <algorithm>

using namespace balancer;
using namespace balancer::tests;
using model::Protocol;

namespace {

bool has(const std::vector<std::string> &lines, std::string_view line)
{
    return std::ranges::find(lines, line) != lines.end();
}

std::string joined(const std::vector<std::string> &lines)
{
    std::string text;
    for (const auto &line : lines)
        text += line + "\n";
    return text;
}

plan::BalancerConfig projectOne(const model::LoadBalancer &value, bool pool = false)
{
    const auto node = pool ? nodeWithPool({value}) : plan::NodeView();
    const auto config = projected({value}, withCertificates(node, {"1"}));
    return *config.balancers.at(value.name.folded());
}

/// "f:80 → b:web:80" or "f:80 → a.x=b:a:80 b.x=b:b:80".
std::string routes(const plan::Frontend &frontend)
{
    std::string text = frontend.name + " →";
    for (const auto &[host, backend] : frontend.hosts)
        text += " " + host + "=" + backend;
    return frontend.defaultBackend.empty() ? text : text + " " + frontend.defaultBackend;
}

} // namespace

class ProjectTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void projectsEveryPairOfProtocols_data();
    void projectsEveryPairOfProtocols();
    void checksAsTheTargetSays_data();
    void checksAsTheTargetSays();
    void takesIntervalsAndThresholdsFromTheHealthCheck();

    void givesABalancerItsOwnAddress();
    void givesNoFrontendWithoutAnAddress();
    void sharesThePortsOfTheNode();
    void listensOnEveryAddressOfTheNode();
    void tellsBalancersApartByHost();
    void takesHostNamesFromTheTag_data();
    void takesHostNamesFromTheTag();
    void claimsAHostNameForOneBalancerOnly();
    void allowsOnlyHttpToShareAPort_data();
    void allowsOnlyHttpToShareAPort();

    void sendsAnInstancePortWhereItSays_data();
    void sendsAnInstancePortWhereItSays();
    void keepsInstancesInTheirSlots();
    void givesFreeSlotsPlaceholders();
    void foldsNames();
    void limitsTheNode();
    void tellsSlotsFromServerNames_data();
    void tellsSlotsFromServerNames();
    void tellsWhatListens();
    void countsDescriptors();
};

void ProjectTest::projectsEveryPairOfProtocols_data()
{
    QTest::addColumn<int>("protocol");
    QTest::addColumn<int>("instanceProtocol");
    const std::vector<std::pair<Protocol, Protocol>> pairs{
        {Protocol::Http, Protocol::Http},   {Protocol::Http, Protocol::Https}, {Protocol::Https, Protocol::Http},
        {Protocol::Https, Protocol::Https}, {Protocol::Tcp, Protocol::Tcp},    {Protocol::Tcp, Protocol::Ssl},
        {Protocol::Ssl, Protocol::Tcp},     {Protocol::Ssl, Protocol::Ssl}};
    for (const auto &[protocol, instanceProtocol] : pairs)
        QTest::addRow("%s to %s", model::renderProtocol(protocol).data(),
                      model::renderProtocol(instanceProtocol).data())
            << int(protocol) << int(instanceProtocol);
}

void ProjectTest::projectsEveryPairOfProtocols()
{
    QFETCH(int, protocol);
    QFETCH(int, instanceProtocol);
    const auto front = static_cast<Protocol>(protocol);
    const auto behind = static_cast<Protocol>(instanceProtocol);
    const auto config = projectOne(loadBalancer("web").with(listener(front, 443, behind, 8443)), true);
    const bool isHttp = model::isHttpLayer(front);

    const auto &frontend = config.frontends.at(0);
    const auto &backend = config.backends.at(0);
    const std::string mode = isHttp ? "mode http" : "mode tcp";
    QCOMPARE(frontend.name, std::string("f:web:443"));
    QCOMPARE(frontend.defaultBackend, backend.name);
    QVERIFY(has(frontend.directives, mode));
    QVERIFY(has(frontend.directives, "timeout client 60s"));
    QCOMPARE(has(frontend.directives, "option idle-close-on-response"), isHttp);
    QCOMPARE(has(frontend.directives, "http-request deny deny_status 405 if { method,length gt 127 }"), isHttp);

    QCOMPARE(backend.name, std::string("b:web:443"));
    QCOMPARE(backend.tracks, std::string("hc:web"));
    QVERIFY(has(backend.directives, mode));
    QVERIFY(has(backend.directives, isHttp ? "balance leastconn" : "balance roundrobin"));
    for (const auto *line : {"timeout connect 10s", "timeout server 60s", "retries 3", "option redispatch"})
        QVERIFY2(has(backend.directives, line), line);
    QCOMPARE(backend.serverOptions, std::string(model::isSecure(behind) ? "ssl verify none" : ""));
    const std::string scheme = model::isSecure(front) ? "https" : "http";
    QCOMPARE(has(backend.directives, "http-request set-header X-Forwarded-Proto " + scheme), isHttp);
    QCOMPARE(has(backend.directives, "http-request set-header X-Forwarded-Port 443"), isHttp);
    // No directive of one mode may stand in the other: HAProxy warns or refuses.
    QCOMPARE(joined(backend.directives).find("http-") != std::string::npos, isHttp);
    QCOMPARE(joined(frontend.directives).find("http-") != std::string::npos, isHttp);
}

void ProjectTest::checksAsTheTargetSays_data()
{
    QTest::addColumn<std::string>("target");
    QTest::addColumn<bool>("isHttp");
    QTest::addColumn<bool>("secure");
    QTest::newRow("TCP") << std::string("TCP:8080") << false << false;
    QTest::newRow("SSL") << std::string("SSL:8443") << false << true;
    QTest::newRow("HTTP") << std::string("HTTP:8080/ping") << true << false;
    QTest::newRow("HTTPS") << std::string("HTTPS:8443/ping") << true << true;
}

void ProjectTest::checksAsTheTargetSays()
{
    QFETCH(std::string, target);
    QFETCH(bool, isHttp);
    QFETCH(bool, secure);
    const auto check = projectOne(loadBalancer("web").with(http(80, 80)).checkedBy(target)).check;
    QCOMPARE(check.name, std::string("hc:web"));
    QVERIFY(check.tracks.empty());
    QVERIFY(has(check.directives, isHttp ? "mode http" : "mode tcp"));
    QVERIFY(has(check.directives, "option log-health-checks"));
    QVERIFY(has(check.directives, "timeout check 5s"));
    QVERIFY(has(check.directives, "timeout connect 5s"));
    QCOMPARE(has(check.directives, "option httpchk"), isHttp);
    QCOMPARE(has(check.directives, "http-check expect status 200"), isHttp);
    QCOMPARE(check.hostMap, std::string(isHttp ? "check-hosts-web.map" : ""));
    QCOMPARE(check.serverOptions.ends_with(" check-ssl verify none"), secure);
    if (!isHttp)
        return;
    const auto send =
        std::ranges::find_if(check.directives, [](const auto &line) { return line.starts_with("http-check send"); });
    QVERIFY(send != check.directives.end());
    QVERIFY(send->find("ver HTTP/1.1 hdr Host \"%[srv_name,map(check-hosts-web.map,localhost)]\"") !=
            std::string::npos);
    QVERIFY(send->find("User-Agent ELB-HealthChecker/1.0") != std::string::npos);
    // Between double quotes HAProxy would put the value of an environment variable in place of '$NAME'.
    QVERIFY2(send->find("meth GET uri '/ping' ver") != std::string::npos, send->c_str());
}

void ProjectTest::takesIntervalsAndThresholdsFromTheHealthCheck()
{
    model::LoadBalancer value = loadBalancer("web").with(http(80, 80));
    value.healthCheck.interval = std::chrono::seconds(300);
    value.healthCheck.timeout = std::chrono::seconds(60);
    value.healthCheck.unhealthyThreshold = 3;
    value.healthCheck.healthyThreshold = 7;
    const auto check = projectOne(value).check;
    QCOMPARE(check.serverOptions, std::string("check inter 300s fall 3 rise 7"));
    QVERIFY(has(check.directives, "timeout check 60s"));
}

void ProjectTest::givesABalancerItsOwnAddress()
{
    const std::vector<model::LoadBalancer> values{loadBalancer("a").with(http(80, 80)),
                                                  loadBalancer("b").with(tcp(80, 80))};
    const auto config = projected(values, nodeWithPool(values));
    QVERIFY(config.sharedFrontends.empty());
    QCOMPARE(config.balancers.at("a")->frontends.at(0).binds.at(0).text(), std::string("127.0.1.1:80"));
    QCOMPARE(config.balancers.at("b")->frontends.at(0).binds.at(0).text(), std::string("127.0.1.2:80"));
}

void ProjectTest::givesNoFrontendWithoutAnAddress()
{
    plan::NodeView node;
    node.hasPool = true;
    const auto config = projected({loadBalancer("a").with(http(80, 80))}, node);
    QVERIFY(config.balancers.at("a")->frontends.empty());
    QCOMPARE(config.balancers.at("a")->backends.size(), std::size_t(1));
    QVERIFY(config.sharedFrontends.empty());
}

void ProjectTest::sharesThePortsOfTheNode()
{
    const auto config = projected({loadBalancer("a").with(http(80, 80)).with(tcp(25, 25))});
    QCOMPARE(config.sharedFrontends.size(), std::size_t(2));
    QCOMPARE(routes(config.sharedFrontends[0]), std::string("f:25 → b:a:25"));
    QCOMPARE(routes(config.sharedFrontends[1]), std::string("f:80 → b:a:80"));
    QCOMPARE(config.sharedFrontends[1].binds.at(0).text(), std::string(":80"));
    QVERIFY(config.balancers.at("a")->frontends.empty());
}

void ProjectTest::listensOnEveryAddressOfTheNode()
{
    plan::NodeView node;
    node.sharedAddresses = {address("10.0.0.1"), address("fd00::1")};
    const auto config = projected({loadBalancer("a").with(http(80, 80))}, node);
    const auto &binds = config.sharedFrontends.at(0).binds;
    QCOMPARE(binds.size(), std::size_t(2));
    QCOMPARE(binds[0].text(), std::string("10.0.0.1:80"));
    QCOMPARE(binds[1].text(), std::string("[fd00::1]:80"));
    QVERIFY(plan::allBinds(config) == binds);
}

void ProjectTest::tellsBalancersApartByHost()
{
    const auto config = projected({loadBalancer("a").with(http(80, 80)).reachedAs("a.x"),
                                   loadBalancer("b").with(http(80, 81)).with(http(81, 81)).reachedAs("B.x")});
    QCOMPARE(routes(config.sharedFrontends.at(0)), std::string("f:80 → a.x=b:a:80 b.x=b:b:80"));
    QCOMPARE(routes(config.sharedFrontends.at(1)), std::string("f:81 → b:b:81"));
}

void ProjectTest::takesHostNamesFromTheTag_data()
{
    QTest::addColumn<std::string>("tag");
    QTest::addColumn<std::string>("expected");
    const auto row = [](const char *tag, const char *expected) {
        QTest::newRow(tag) << std::string(tag) << std::string(expected);
    };
    row("", "");
    row("www.corp", " www.corp=b:a:80");
    row("WWW.corp m.corp", " m.corp=b:a:80 www.corp=b:a:80");
    row("www.corp:m.corp", " m.corp=b:a:80 www.corp=b:a:80");
    row("  www.corp   ", " www.corp=b:a:80");
    row("www/corp x@y =", "");
    row("b.x", ""); // another balancer's own name
}

void ProjectTest::takesHostNamesFromTheTag()
{
    QFETCH(std::string, tag);
    QFETCH(std::string, expected);
    // "a" comes first, and still can't take what is the other's own name.
    const auto config =
        projected({loadBalancer("a").with(http(80, 80)).reachedAs("a.x").tagged("elastic-haproxy:hostnames", tag),
                   loadBalancer("b").with(http(80, 80)).reachedAs("b.x")});
    auto hosts = config.sharedFrontends.at(0).hosts;
    QCOMPARE(hosts["a.x"], std::string("b:a:80"));
    QCOMPARE(hosts["b.x"], std::string("b:b:80"));
    hosts.erase("a.x");
    hosts.erase("b.x");
    std::string text;
    for (const auto &[host, backend] : hosts)
        text += " " + host + "=" + backend;
    QCOMPARE(text, expected);
}

void ProjectTest::claimsAHostNameForOneBalancerOnly()
{
    const auto tagged = [](std::string_view balancerName) {
        return loadBalancer(balancerName).with(http(80, 80)).tagged("elastic-haproxy:hostnames", "www.corp");
    };
    const auto config = projected({tagged("a"), tagged("b")});
    QCOMPARE(config.sharedFrontends.at(0).hosts.at("www.corp"), std::string("b:a:80"));
}

void ProjectTest::allowsOnlyHttpToShareAPort_data()
{
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("second");
    QTest::addColumn<bool>("allowed");
    QTest::newRow("HTTP and HTTP") << int(Protocol::Http) << int(Protocol::Http) << true;
    QTest::newRow("HTTP and TCP") << int(Protocol::Http) << int(Protocol::Tcp) << false;
    QTest::newRow("TCP and HTTP") << int(Protocol::Tcp) << int(Protocol::Http) << false;
    QTest::newRow("TCP and TCP") << int(Protocol::Tcp) << int(Protocol::Tcp) << false;
    QTest::newRow("HTTPS and HTTPS") << int(Protocol::Https) << int(Protocol::Https) << true;
    QTest::newRow("HTTP and HTTPS") << int(Protocol::Http) << int(Protocol::Https) << false;
    QTest::newRow("SSL and SSL") << int(Protocol::Ssl) << int(Protocol::Ssl) << false;
}

void ProjectTest::allowsOnlyHttpToShareAPort()
{
    QFETCH(int, first);
    QFETCH(int, second);
    QFETCH(bool, allowed);
    const model::LoadBalancer existing = loadBalancer("Web").with(listener(Protocol(first), 80, Protocol(first), 80));
    const model::LoadBalancer candidate =
        loadBalancer("api").with(listener(Protocol(second), 80, Protocol(second), 80));
    const auto checked = plan::checkPorts(candidate, {&existing}, plan::NodeView());
    QCOMPARE(checked.has_value(), allowed);
    if (!allowed) {
        QCOMPARE(checked.error().code, ErrorCode::InvalidConfigurationRequest);
        QVERIFY(checked.error().message.find("Port 80 belongs to load balancer Web") != std::string::npos);
    }
    QVERIFY(plan::checkPorts(existing, {&existing}, plan::NodeView()));
    QVERIFY(plan::checkPorts(candidate, {&existing}, nodeWithPool({existing})));
}

void ProjectTest::sendsAnInstancePortWhereItSays_data()
{
    QTest::addColumn<std::string>("target");
    QTest::addColumn<int>("own");
    QTest::addColumn<std::string>("traffic");
    QTest::addColumn<std::string>("check");
    const auto row = [](const char *label, const char *target, int own, const char *traffic, const char *check) {
        QTest::newRow(label) << std::string(target) << own << std::string(traffic) << std::string(check);
    };
    row("none", "TCP:8080", 0, "10.0.0.1:8080 10.0.0.1:8081", "10.0.0.1:8080");
    row("replaces every InstancePort", "TCP:8080", 7000, "10.0.0.1:7000 10.0.0.1:7000", "10.0.0.1:7000");
    row("replaces the second's too", "TCP:8081", 7000, "10.0.0.1:7000 10.0.0.1:7000", "10.0.0.1:7000");
    row("not a health port of its own", "TCP:9999", 7000, "10.0.0.1:7000 10.0.0.1:7000", "10.0.0.1:9999");
    row("a health port of its own", "TCP:9999", 0, "10.0.0.1:8080 10.0.0.1:8081", "10.0.0.1:9999");
}

void ProjectTest::sendsAnInstancePortWhereItSays()
{
    QFETCH(std::string, target);
    QFETCH(int, own);
    QFETCH(std::string, traffic);
    QFETCH(std::string, check);
    const model::LoadBalancer value = loadBalancer("web")
                                          .with(http(80, 8080))
                                          .with(http(81, 8081))
                                          .checkedBy(target)
                                          .with(instance("i-1", "10.0.0.1", std::uint16_t(own)));
    const auto config = projectOne(value);
    QCOMPARE(config.backends.at(0).servers.at(0).address->text() + " " +
                 config.backends.at(1).servers.at(0).address->text(),
             traffic);
    QCOMPARE(config.check.servers.at(0).address->text(), check);
    QCOMPARE(plan::checkEndpoint(value, value.instances.front()).text(), check);
}

void ProjectTest::keepsInstancesInTheirSlots()
{
    const model::LoadBalancer value =
        loadBalancer("web").with(http(80, 80)).with(instance("i-2", "10.0.0.2")).with(instance("i-1", "10.0.0.1"));
    const plan::SlotTable slots{{"web", {std::nullopt, id("i-1"), std::nullopt, id("i-2")}}};
    const auto config = plan::project({&value}, slots, plan::NodeView());
    for (const auto *backend : {&config.balancers.at("web")->check, &config.balancers.at("web")->backends.at(0)}) {
        QCOMPARE(backend->servers.size(), std::size_t(4));
        QCOMPARE(backend->servers[1].instance, std::string("i-1"));
        QCOMPARE(backend->servers[3].instance, std::string("i-2"));
        QCOMPARE(backend->servers[3].address->address.text(), std::string("10.0.0.2"));
        QVERIFY(!backend->servers[0].address && backend->servers[0].instance.empty());
        QCOMPARE(backend->servers[3].name, std::string("s4"));
    }
}

void ProjectTest::givesFreeSlotsPlaceholders()
{
    QCOMPARE(plan::placeholderAddress(0).text(), std::string("192.0.2.1:1"));
    QCOMPARE(plan::placeholderAddress(253).text(), std::string("192.0.2.254:1"));
    QCOMPARE(plan::placeholderAddress(254).text(), std::string("192.0.2.1:2"));
    QCOMPARE(plan::placeholderAddress(16383).text(), std::string("192.0.2.128:65"));
    plan::Server server;
    QCOMPARE(plan::effectiveAddress(server, 1).text(), std::string("192.0.2.2:1"));
    QCOMPARE(plan::checkHost(server), std::string("localhost"));
    server.address = endpoint("[fd00::1]:80");
    QCOMPARE(plan::effectiveAddress(server, 1).text(), std::string("[fd00::1]:80"));
    QCOMPARE(plan::checkHost(server), std::string("[fd00::1]:80"));
}

void ProjectTest::foldsNames()
{
    QCOMPARE(plan::frontendName(name("My-LB"), 80), std::string("f:my-lb:80"));
    QCOMPARE(plan::backendName(name("My-LB"), 80), std::string("b:my-lb:80"));
    QCOMPARE(plan::checkBackendName(name("My-LB")), std::string("hc:my-lb"));
    QCOMPARE(plan::balancerOfCheckBackend("hc:my-lb"), std::string("my-lb"));
    QCOMPARE(plan::balancerOfCheckBackend("hc"), std::string());
}

void ProjectTest::limitsTheNode()
{
    plan::NodeView node;
    node.hardStopAfter = std::chrono::seconds(90);
    QCOMPARE(joined(plan::projectGlobal(node)), std::string("hard-stop-after 90s\n"));
    node.maxConnections = 1000;
    node.threads = 4;
    QCOMPARE(joined(plan::projectGlobal(node)), std::string("hard-stop-after 90s\nmaxconn 1000\nnbthread 4\n"));
}

void ProjectTest::tellsSlotsFromServerNames_data()
{
    QTest::addColumn<std::string>("server");
    QTest::addColumn<bool>("isSlot");
    for (const auto *text : {"", "s", "s0", "x1", "1", "s1x", "s-1", "s 1", "S1"})
        QTest::newRow(text) << std::string(text) << false;
    for (const auto *text : {"s1", "s2", "s1024"})
        QTest::newRow(text) << std::string(text) << true;
}

void ProjectTest::tellsSlotsFromServerNames()
{
    QFETCH(std::string, server);
    QFETCH(bool, isSlot);
    const auto slot = plan::slotOf(server);
    QCOMPARE(slot < 1000000, isSlot);
    if (isSlot)
        QCOMPARE(plan::serverName(slot), server);
}

void ProjectTest::tellsWhatListens()
{
    const std::vector<model::LoadBalancer> values{loadBalancer("a").with(http(80, 80)).with(http(81, 80)),
                                                  loadBalancer("b").with(http(80, 80))};
    const auto shared = projected(values);
    QCOMPARE(plan::allBinds(shared).size(), std::size_t(2));
    QCOMPARE(plan::frontendNames(shared), (std::vector<std::string>{"f:80", "f:81"}));
    const auto own = projected(values, nodeWithPool(values));
    QCOMPARE(plan::allBinds(own).size(), std::size_t(3));
    QCOMPARE(plan::frontendNames(own), (std::vector<std::string>{"f:a:80", "f:a:81", "f:b:80"}));
    QVERIFY(std::ranges::is_sorted(plan::allBinds(own)));

    QCOMPARE(plan::bindsOf(values[0], nodeWithPool(values)).at(1).text(), std::string("127.0.1.1:81"));
    QCOMPARE(plan::bindsOf(values[0], plan::NodeView()).at(1).text(), std::string(":81"));
    plan::NodeView empty;
    empty.hasPool = true;
    QVERIFY(plan::bindsOf(values[0], empty).empty());
}

void ProjectTest::countsDescriptors()
{
    QCOMPARE(plan::descriptorNeed(projectOne(loadBalancer("a").with(http(80, 80)).with(http(81, 80)))), std::size_t(4));
    QCOMPARE(plan::descriptorNeed(plan::BalancerConfig()), std::size_t(0));
}

QTEST_GUILESS_MAIN(ProjectTest)
#include "tst_project.moc"

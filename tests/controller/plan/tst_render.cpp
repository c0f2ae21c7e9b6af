#include "controller/base/readable.h"
#include "plan/render.h"
#include "support/builders.h"

#include <QFile>

using namespace balancer;
using namespace balancer::tests;
using plan::HaproxyConfig;

namespace {

const plan::GenerationFacts kFacts{7, "/run/eh/gen-7.sock", "/run/eh/log.sock"};

std::string read(const char *file)
{
    QFile opened(QStringLiteral(BALANCER_TEST_DATA "/plan/") + QString::fromLatin1(file));
    if (!opened.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", file);
    return opened.readAll().toStdString();
}

model::LoadBalancer web()
{
    return loadBalancer("Web")
        .with(http(80, 8080))
        .with(listener(model::Protocol::Tcp, 25, model::Protocol::Ssl, 2525))
        .checkedBy("HTTP:8080/ping?a=b&c=d")
        .with(instance("i-1", "10.0.0.1"))
        .with(instance("[fd00::5]:81", "fd00::5", 81));
}

std::vector<model::LoadBalancer> shared()
{
    return {loadBalancer("api")
                .with(http(80, 81))
                .tagged("elastic-haproxy:hostnames", "API.corp www.corp")
                .checkedBy("TCP:81"),
            web()};
}

template <typename Change>
HaproxyConfig changed(Change change)
{
    auto values = shared();
    change(values);
    return projected(values);
}

} // namespace

class RenderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesTheFile_data();
    void writesTheFile();
    void writesTheMaps();
    void writesTheSameBytesAgain();
    void changesTheFingerprintWithTheStructure_data();
    void changesTheFingerprintWithTheStructure();
    void keepsTheFingerprintWhenOnlySlotsChange_data();
    void keepsTheFingerprintWhenOnlySlotsChange();
    void putsItsFingerprintIntoTheText();
    void readsTheSlotsBack();
    void ignoresLinesThatAreNotOurs_data();
    void ignoresLinesThatAreNotOurs();
    void survivesAnyFile();
};

void RenderTest::writesTheFile_data()
{
    QTest::addColumn<std::string>("file");
    QTest::addColumn<HaproxyConfig>("config");
    plan::NodeView limits;
    limits.maxConnections = 5000;
    limits.threads = 2;
    limits.hardStopAfter = std::chrono::seconds(60);
    QTest::newRow("no load balancer") << std::string("no_load_balancer.cfg") << projected({}, limits);
    QTest::newRow("shared addresses") << std::string("shared_addresses.cfg") << projected(shared());
    QTest::newRow("an address pool") << std::string("address_pool.cfg") << projected({web()}, nodeWithPool({web()}));
}

void RenderTest::writesTheFile()
{
    QFETCH(std::string, file);
    QFETCH(HaproxyConfig, config);
    const auto text = plan::renderConfig(config, kFacts);
    if (qEnvironmentVariableIsSet("UPDATE_GOLDEN_FILES")) {
        QFile golden(QStringLiteral(BALANCER_TEST_DATA "/plan/") + QString::fromStdString(file));
        QVERIFY(golden.open(QIODevice::WriteOnly));
        golden.write(text.data(), qint64(text.size()));
    }
    QCOMPARE(text, read(file.c_str()));
}

void RenderTest::writesTheMaps()
{
    const auto maps = plan::renderFiles(projected(shared()));
    const std::map<std::string, std::string> expected{
        {"check-hosts-web.map", "s1 10.0.0.1:8080\ns2 [fd00::5]:81\n"},
        {"hosts-f-80.map", "api-1.local.elb.internal b:api:80\napi.corp b:api:80\nweb-1.local.elb.internal "
                           "b:web:80\nwww.corp b:api:80\n"}};
    QVERIFY(maps == expected);
    const model::LoadBalancer free = loadBalancer("free").checkedBy("HTTPS:1/");
    QCOMPARE(plan::renderFiles(projected({free})).at("check-hosts-free.map"),
             std::string("s1 localhost\ns2 localhost\n"));
}

void RenderTest::writesTheSameBytesAgain()
{
    QCOMPARE(plan::renderConfig(projected(shared()), kFacts), plan::renderConfig(projected(shared()), kFacts));
}

void RenderTest::changesTheFingerprintWithTheStructure_data()
{
    QTest::addColumn<HaproxyConfig>("other");
    const auto row = [](const char *label, const HaproxyConfig &config) { QTest::newRow(label) << config; };
    row("fewer balancers", changed([](auto &values) { values.pop_back(); }));
    row("another listener", changed([](auto &values) { values[0].listeners.push_back(http(81, 1)); }));
    row("another health check path", changed([](auto &values) { values[1].healthCheck.target.path = "/"; }));
    row("another interval", changed([](auto &values) { values[0].healthCheck.interval = std::chrono::seconds(6); }));
    row("another host name", changed([](auto &values) { values[0].tags[0].value = "other.corp"; }));
    row("another DNS name", changed([](auto &values) { values[1].dnsName = "web-2.local.elb.internal"; }));
    row("more slots", changed([](auto &values) { values[1].instances.push_back(instance("i-3", "10.0.0.3")); }));
    row("instances over TLS",
        changed([](auto &values) { values[0].listeners[0].instanceProtocol = model::Protocol::Https; }));
    plan::NodeView node;
    node.maxConnections = 1;
    row("another limit", projected(shared(), node));
    row("addresses of their own", projected(shared(), nodeWithPool(shared())));
    plan::NodeView addresses;
    addresses.sharedAddresses = {address("10.0.0.1")};
    row("other addresses", projected(shared(), addresses));
}

void RenderTest::changesTheFingerprintWithTheStructure()
{
    QFETCH(HaproxyConfig, other);
    QVERIFY(plan::structureFingerprint(other) != plan::structureFingerprint(projected(shared())));
}

void RenderTest::keepsTheFingerprintWhenOnlySlotsChange_data()
{
    QTest::addColumn<HaproxyConfig>("other");
    const auto row = [](const char *label, const HaproxyConfig &config) { QTest::newRow(label) << config; };
    row("fewer instances", changed([](auto &values) { values[1].instances.pop_back(); }));
    row("another instance", changed([](auto &values) { values[1].instances[0].id = id("i-9"); }));
    row("another address", changed([](auto &values) { values[1].instances[0].address.address = address("10.9.9.9"); }));
    row("another port", changed([](auto &values) { values[1].instances[0].address.port = 99; }));
    row("another health check port", changed([](auto &values) { values[1].healthCheck.target.port = 99; }));
    row("other availability zones", changed([](auto &values) { values[1].availabilityZones = {"z"}; }));
}

void RenderTest::keepsTheFingerprintWhenOnlySlotsChange()
{
    QFETCH(HaproxyConfig, other);
    QCOMPARE(plan::structureFingerprint(other), plan::structureFingerprint(projected(shared())));
}

void RenderTest::putsItsFingerprintIntoTheText()
{
    const auto config = projected(shared());
    const auto fingerprint = plan::structureFingerprint(config);
    QCOMPARE(fingerprint.size(), std::size_t(16));
    QCOMPARE(plan::parseFingerprint(plan::renderConfig(config, kFacts)), fingerprint);
    QCOMPARE(plan::parseFingerprint(""), std::string());
    QCOMPARE(plan::parseFingerprint("global\n    maxconn 1\n"), std::string());
}

void RenderTest::readsTheSlotsBack()
{
    const plan::SlotTable slots{{"api", {std::nullopt, std::nullopt}},
                                {"web", {std::nullopt, id("[fd00::5]:81"), std::nullopt, id("i-1")}}};
    const auto values = shared();
    const auto config = plan::project(refsTo(values), slots, plan::NodeView());
    QVERIFY(plan::parseSlots(plan::renderConfig(config, kFacts)) == slots);
    QVERIFY(plan::parseSlots(plan::renderConfig(projected({}), kFacts)).empty());

    auto longNamed = web();
    longNamed.instances = {instance(std::string(255, 'x'), "10.0.0.1")};
    const auto read = plan::parseSlots(plan::renderConfig(projected({longNamed}), kFacts));
    QCOMPARE(read.at("web").front()->text(), std::string(255, 'x'));
}

void RenderTest::ignoresLinesThatAreNotOurs_data()
{
    QTest::addColumn<std::string>("text");
    const auto row = [](const char *label, const char *text) { QTest::newRow(label) << std::string(text); };
    row("nothing", "");
    row("a backend of another kind", "backend b:web:80\n    server s1 10.0.0.1:80 # i-1\n");
    row("a server outside", "    server s1 10.0.0.1:80 # i-1\n");
    row("behind another section", "backend hc:x\nfrontend f\n    server s1 10.0.0.1:80 # i-1\n");
    row("a server of another name", "backend hc:x\n    server web1 10.0.0.1:80 # i-1\n");
    row("slot 0", "backend hc:x\n    server s0 10.0.0.1:80 # i-1\n");
    row("a slot beyond reason", "backend hc:x\n    server s99999999999 10.0.0.1:80 # i-1\n");
    row("a slot far away", "backend hc:x\n    server s4000000000 10.0.0.1:80 # i-1\n");
}

void RenderTest::ignoresLinesThatAreNotOurs()
{
    QFETCH(std::string, text);
    auto slots = plan::parseSlots(text);
    std::erase_if(slots, [](const auto &entry) { return entry.second.empty(); });
    QVERIFY(slots.empty());
}

void RenderTest::survivesAnyFile()
{
    const auto text = plan::renderConfig(projected({web()}), kFacts);
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto broken = text;
        broken[i] = static_cast<char>(broken[i] ^ 0x2a);
        (void)plan::parseSlots(broken);
        (void)plan::parseFingerprint(broken.substr(0, i));
    }
}

QTEST_GUILESS_MAIN(RenderTest)
#include "tst_render.moc"

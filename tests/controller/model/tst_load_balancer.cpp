#include "controller/base/readable.h"
#include "model/load_balancer.h"

#include <functional>

using namespace balancer;
using namespace std::chrono_literals;
using model::CreationParameters;
using model::Limits;
using model::Listener;
using model::LoadBalancer;
using model::Protocol;

namespace {

constexpr auto kCreated = model::Timestamp(1426735442650ms);
const std::string kCertificate = "arn:aws:iam::000000000000:server-certificate/web";

Listener http(std::uint16_t port, std::uint16_t instancePort = 8080)
{
    return {Protocol::Http, port, Protocol::Http, instancePort, {}};
}

CreationParameters parameters()
{
    CreationParameters made;
    made.listeners = {http(80)};
    made.availabilityZones = {"a"};
    return made;
}

LoadBalancer web()
{
    return model::makeLoadBalancer(LoadBalancerName::parse("Web").value(), parameters(), 8080,
                                   "web-1.local.elb.internal", "cookie-key", kCreated);
}

InstanceId id(const std::string &text)
{
    return InstanceId::parse(text).value();
}

model::Instance instance(const std::string &text)
{
    return {id(text), {IpAddress::parse("10.0.0.1").value(), 0}};
}

std::string idsOf(const LoadBalancer &balancer)
{
    std::string ids;
    for (const auto &one : balancer.instances)
        ids += (ids.empty() ? "" : " ") + one.id.text();
    return ids;
}

std::string formerIdsOf(const LoadBalancer &balancer)
{
    std::string ids;
    for (const auto &one : balancer.formerInstances)
        ids += (ids.empty() ? "" : " ") + one.id.text();
    return ids;
}

std::string portsOf(const std::vector<Listener> &listeners)
{
    std::string ports;
    for (const auto &listener : listeners)
        ports += (ports.empty() ? "" : " ") + std::to_string(listener.loadBalancerPort);
    return ports;
}

using Change = std::function<void(CreationParameters &)>;

} // namespace

Q_DECLARE_METATYPE(Change)

class LoadBalancerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesItselfLikeElb();
    void readsSchemes();

    void putsCreationParametersIntoOneForm();
    void normalizesTwiceToTheSame();
    void refusesCreationParameters_data();
    void refusesCreationParameters();
    void acceptsTags_data();
    void acceptsTags();
    void isMadeAsElbMakesIt();

    void succeedsAgainWithTheSameParameters();
    void succeedsAgainInAnyOrder();
    void comparesWithWhatItWasCreatedWith();
    void saysWhatIsDifferent_data();
    void saysWhatIsDifferent();

    void addsListenersByPort();
    void addsAnIdenticalListenerWithoutAnyChange();
    void refusesAPortThatIsTakenAndAddsNothing_data();
    void refusesAPortThatIsTakenAndAddsNothing();
    void refusesNoListeners();
    void refusesAnInstancePortThatIsPlainAndEncrypted();
    void refusesTooManyListeners();
    void keepsWhatALowerLimitWouldForbid();
    void removesListenersAndIgnoresUnknownPorts();

    void registersInstancesInTheOrderGiven();
    void registersAnInstanceOnce();
    void keepsTheAddressOfARegisteredInstance();
    void refusesTooManyInstances();
    void deregistersIntoFormerInstances();
    void deregistersAFormerInstanceWithoutAnyChange();
    void refusesToDeregisterWhatWasNeverRegistered();
    void forgetsAFormerInstanceThatComesBack();
    void remembersABoundedNumberOfFormerInstances();
    void knowsAFormerInstanceForAnHour();
    void movesAnInstance();
    void movesNothingThatIsNotRegistered();
    void servesTheZonesThatAreEnabled();

    void takesAHealthCheck();
    void refusesAWrongHealthCheck();
    void replacesACertificate();
    void refusesACertificate_data();
    void refusesACertificate();
    void saysWhichLoadBalancerIsMissing();
};

void LoadBalancerTest::namesItselfLikeElb()
{
    const auto name = LoadBalancerName::parse("MyWeb").value();
    QCOMPARE(model::makeDnsName(name, model::Scheme::InternetFacing, 1234567890, "eu-Central-1", "Corp.example"),
             std::string("myweb-1234567890.eu-central-1.elb.corp.example"));
    QCOMPARE(model::makeDnsName(name, model::Scheme::Internal, 7, "local", "internal"),
             std::string("internal-myweb-7.local.elb.internal"));
}

void LoadBalancerTest::readsSchemes()
{
    for (const auto scheme : {model::Scheme::InternetFacing, model::Scheme::Internal})
        QVERIFY(model::parseScheme(model::renderScheme(scheme)) == scheme);
    for (const auto *text : {"", "Internal", "public"})
        QCOMPARE(model::parseScheme(text).error().code, ErrorCode::InvalidScheme);
}

void LoadBalancerTest::putsCreationParametersIntoOneForm()
{
    auto given = parameters();
    given.listeners = {http(8080), http(80), http(8080)};
    given.availabilityZones = {"b", "a", "b"};
    given.securityGroups = {"sg-2", "sg-1", "sg-2"};
    given.tags = {{"z", "1"}, {"a", "2"}};
    const auto normal = model::normalized(given, {});
    QCOMPARE(tests::describe(normal), std::string());
    QCOMPARE(portsOf(normal->listeners), std::string("80 8080"));
    QVERIFY(normal->availabilityZones == (std::vector<std::string>{"b", "a"}));
    QVERIFY(normal->securityGroups == (std::vector<std::string>{"sg-2", "sg-1"}));
    QVERIFY(normal->tags == (std::vector<model::Tag>{{"a", "2"}, {"z", "1"}}));
}

void LoadBalancerTest::normalizesTwiceToTheSame()
{
    auto given = parameters();
    given.listeners = {http(81), http(80)};
    given.availabilityZones.clear();
    given.subnets = {"s-1", "s-1"};
    const auto once = model::normalized(given, {}).value();
    QVERIFY(model::normalized(once, {}) == once);
}

void LoadBalancerTest::refusesCreationParameters_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<std::string>("message");
    const auto row = [](const char *name, Change change, const char *message) {
        QTest::newRow(name) << change << std::string(message);
    };
    row(
        "no listeners", [](auto &p) { p.listeners.clear(); }, "ValidationError: Listeners cannot be empty");
    row(
        "zones and subnets", [](auto &p) { p.subnets = {"s"}; },
        "ValidationError: Only one of SubnetIds or AvailabilityZones may be specified");
    row(
        "neither zones nor subnets", [](auto &p) { p.availabilityZones.clear(); },
        "ValidationError: Either AvailabilityZones or SubnetIds must be specified");
    row(
        "one port twice, otherwise",
        [](auto &p) {
            p.listeners = {http(80), http(80, 81)};
        },
        "DuplicateListener: A listener already exists for the load balancer with LoadBalancerPort 80, but with a "
        "different InstancePort, Protocol, or SSLCertificateId");
    row(
        "HTTPS without a certificate", [](auto &p) { p.listeners[0].protocol = Protocol::Https; },
        "InvalidConfigurationRequest: SSL Certificate is required for protocol HTTPS");
    row(
        "layers mixed", [](auto &p) { p.listeners[0].instanceProtocol = Protocol::Tcp; },
        "InvalidConfigurationRequest: Protocol HTTP and InstanceProtocol TCP must be of the same layer: HTTP with "
        "HTTPS, or TCP with SSL");
    row(
        "plain and encrypted on one instance port",
        [](auto &p) {
            p.listeners.push_back({Protocol::Http, 81, Protocol::Https, 8080, {}});
        },
        "InvalidConfigurationRequest: All listeners with InstancePort 8080 must use either a secure (HTTPS, SSL) or a "
        "plain (HTTP, TCP) InstanceProtocol");
    row(
        "too many listeners",
        [](auto &p) {
            p.listeners = {http(1), http(2), http(3), http(4)};
        },
        "InvalidConfigurationRequest: A load balancer may have at most 3 listeners");
    row(
        "one tag key twice",
        [](auto &p) {
            p.tags = {{"k", "1"}, {"a", ""}, {"k", "1"}};
        },
        "DuplicateTagKeys: Tag keys must be unique: 'k' is given twice");
    row(
        "too many tags",
        [](auto &p) {
            p.tags = {{"a", ""}, {"b", ""}, {"c", ""}};
        },
        "TooManyTags: The quota for the number of tags is 2");
}

void LoadBalancerTest::refusesCreationParameters()
{
    QFETCH(Change, change);
    QFETCH(std::string, message);
    auto given = parameters();
    change(given);
    Limits limits;
    limits.listeners = 3;
    limits.tags = 2;
    QCOMPARE(tests::describe(model::normalized(given, limits)), message);
}

void LoadBalancerTest::acceptsTags_data()
{
    QTest::addColumn<std::string>("key");
    QTest::addColumn<std::string>("value");
    QTest::addColumn<bool>("valid");
    QTest::newRow("plain") << std::string("env") << std::string("prod") << true;
    QTest::newRow("an empty value") << std::string("env") << std::string() << true;
    QTest::newRow("all signs") << std::string("a _.:/=+-@b") << std::string(" _.:/=+-@") << true;
    QTest::newRow("other scripts") << std::string("\xd1\x86\xd0\xb5\xd0\xbd\xd1\x82\xd1\x80") << std::string("\xc3\xa4")
                                   << true;
    QTest::newRow("128 letters of two bytes") << QString(128, QChar(0xe4)).toStdString() << std::string() << true;
    QTest::newRow("129 letters of two bytes") << QString(129, QChar(0xe4)).toStdString() << std::string() << false;
    QTest::newRow("a value of 256") << std::string("k") << std::string(256, 'v') << true;
    QTest::newRow("a value of 257") << std::string("k") << std::string(257, 'v') << false;
    QTest::newRow("an empty key") << std::string() << std::string() << false;
    QTest::newRow("aws:") << std::string("aws:x") << std::string() << false;
    QTest::newRow("AWS:") << std::string("AWS:x") << std::string() << false;
    QTest::newRow("aws without colon") << std::string("awsome") << std::string() << true;
    QTest::newRow("a quote") << std::string("a'b") << std::string() << false;
    QTest::newRow("a line end in the value") << std::string("a") << std::string("b\nc") << false;
}

void LoadBalancerTest::acceptsTags()
{
    QFETCH(std::string, key);
    QFETCH(std::string, value);
    QFETCH(bool, valid);
    auto given = parameters();
    given.tags = {{key, value}};
    const auto result = model::normalized(given, {});
    QCOMPARE(result.has_value(), valid);
    if (!valid)
        QCOMPARE(result.error().code, ErrorCode::ValidationError);
}

void LoadBalancerTest::isMadeAsElbMakesIt()
{
    auto given = parameters();
    given.securityGroups = {"sg-1"};
    given.scheme = model::Scheme::Internal;
    given.tags = {{"env", "prod"}};
    const auto made =
        model::makeLoadBalancer(LoadBalancerName::parse("web").value(), given, 8080, "dns", "key", kCreated);
    QCOMPARE(made.dnsName, std::string("dns"));
    QVERIFY(made.createdAt == kCreated);
    QVERIFY(made.scheme == model::Scheme::Internal);
    QVERIFY(made.listeners == given.listeners);
    QVERIFY(made.healthCheck == model::defaultHealthCheck(8080));
    QVERIFY(made.instances.empty() && made.formerInstances.empty());
    QVERIFY(made.availabilityZones == given.availabilityZones);
    QVERIFY(made.securityGroups == given.securityGroups);
    QVERIFY(made.tags == given.tags);
    QCOMPARE(made.cookieKey, std::string("key"));
    QVERIFY(made.creation == given);
}

void LoadBalancerTest::succeedsAgainWithTheSameParameters()
{
    QCOMPARE(tests::describe(model::checkSameCreation(web(), parameters())), std::string());
}

void LoadBalancerTest::succeedsAgainInAnyOrder()
{
    auto first = parameters();
    first.listeners = {http(80), http(81)};
    first.availabilityZones = {"a", "b"};
    first.securityGroups = {"x", "y"};
    first.tags = {{"k", "1"}, {"l", "2"}};
    auto second = first;
    std::ranges::reverse(second.listeners);
    std::ranges::reverse(second.availabilityZones);
    std::ranges::reverse(second.securityGroups);
    std::ranges::reverse(second.tags);
    const auto balancer = model::makeLoadBalancer(LoadBalancerName::parse("web").value(),
                                                  model::normalized(first, {}).value(), 8080, "dns", "key", kCreated);
    QCOMPARE(tests::describe(model::checkSameCreation(balancer, model::normalized(second, {}).value())), std::string());
}

void LoadBalancerTest::comparesWithWhatItWasCreatedWith()
{
    const auto changed = model::withoutListeners(web(), {80});
    QCOMPARE(tests::describe(model::checkSameCreation(changed, parameters())), std::string());
}

void LoadBalancerTest::saysWhatIsDifferent_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<std::string>("what");
    const auto row = [](const char *what, Change change) { QTest::newRow(what) << change << std::string(what); };
    row("listeners", [](auto &p) { p.listeners[0].instancePort = 81; });
    row("scheme", [](auto &p) { p.scheme = model::Scheme::Internal; });
    row("availability zones", [](auto &p) { p.availabilityZones = {"b"}; });
    row("subnets", [](auto &p) { p.subnets = {"s"}; });
    row("security groups", [](auto &p) { p.securityGroups = {"g"}; });
    row("tags", [](auto &p) { p.tags = {{"k", "v"}}; });
}

void LoadBalancerTest::saysWhatIsDifferent()
{
    QFETCH(Change, change);
    QFETCH(std::string, what);
    auto given = parameters();
    change(given);
    QCOMPARE(tests::describe(model::checkSameCreation(web(), given)),
             "DuplicateLoadBalancerName: Load Balancer named Web already exists and it is configured with different " +
                 what);
}

void LoadBalancerTest::addsListenersByPort()
{
    const auto changed = model::withListeners(web(), {http(443), http(22)}, {});
    QCOMPARE(tests::describe(changed), std::string());
    QCOMPARE(portsOf(changed->listeners), std::string("22 80 443"));
    QVERIFY(changed->creation == web().creation);
}

void LoadBalancerTest::addsAnIdenticalListenerWithoutAnyChange()
{
    QVERIFY(model::withListeners(web(), {http(80)}, {}) == web());
}

void LoadBalancerTest::refusesAPortThatIsTakenAndAddsNothing_data()
{
    QTest::addColumn<QByteArray>("what");
    QTest::newRow("instance port") << QByteArray("port");
    QTest::newRow("protocol") << QByteArray("protocol");
    QTest::newRow("certificate") << QByteArray("certificate");
}

void LoadBalancerTest::refusesAPortThatIsTakenAndAddsNothing()
{
    QFETCH(QByteArray, what);
    auto balancer = web();
    balancer.listeners[0] = {Protocol::Https, 443, Protocol::Http, 8080, kCertificate};
    auto other = balancer.listeners[0];
    if (what == "port")
        other.instancePort = 81;
    else if (what == "protocol")
        other.protocol = Protocol::Ssl, other.instanceProtocol = Protocol::Tcp;
    else
        other.certificateId += "2";
    QCOMPARE(tests::describe(model::withListeners(balancer, {http(22), other}, {})),
             std::string("DuplicateListener: A listener already exists for Web with LoadBalancerPort 443, but with a "
                         "different InstancePort, Protocol, or SSLCertificateId"));
}

void LoadBalancerTest::refusesNoListeners()
{
    QCOMPARE(tests::describe(model::withListeners(web(), {}, {})),
             std::string("ValidationError: Listeners cannot be empty"));
}

void LoadBalancerTest::refusesAnInstancePortThatIsPlainAndEncrypted()
{
    const Listener encrypted{Protocol::Http, 81, Protocol::Https, 8080, {}};
    QCOMPARE(model::withListeners(web(), {encrypted}, {}).error().code, ErrorCode::InvalidConfigurationRequest);
}

void LoadBalancerTest::refusesTooManyListeners()
{
    Limits limits;
    limits.listeners = 2;
    QVERIFY(model::withListeners(web(), {http(81)}, limits).has_value());
    QCOMPARE(model::withListeners(web(), {http(81), http(82)}, limits).error().code,
             ErrorCode::InvalidConfigurationRequest);
}

void LoadBalancerTest::keepsWhatALowerLimitWouldForbid()
{
    auto many = model::withListeners(web(), {http(81), http(82)}, {}).value();
    many = model::withInstances(many, {instance("i-1"), instance("i-2")}, {}).value();
    many = model::withTags(many, {{"a", "1"}, {"b", "1"}}, {}).value();
    Limits limits;
    limits.listeners = limits.instances = limits.tags = 1;
    QVERIFY(model::withListeners(many, {http(81)}, limits) == many);
    QVERIFY(!model::withListeners(many, {http(83)}, limits));
    QVERIFY(model::withInstances(many, {instance("i-1")}, limits) == many);
    QVERIFY(!model::withInstances(many, {instance("i-3")}, limits));
    QVERIFY(model::withTags(many, {{"a", "2"}}, limits).has_value());
    const auto refused = model::withTags(many, {{"c", "1"}}, limits);
    QCOMPARE(refused.error().message, std::string("The quota for the number of tags is 1"));
}

void LoadBalancerTest::removesListenersAndIgnoresUnknownPorts()
{
    const auto two = model::withListeners(web(), {http(81)}, {}).value();
    QCOMPARE(portsOf(model::withoutListeners(two, {80, 9999}).listeners), std::string("81"));
    QCOMPARE(portsOf(model::withoutListeners(two, {80, 81}).listeners), std::string());
    QVERIFY(model::withoutListeners(two, {}) == two);
}

void LoadBalancerTest::registersInstancesInTheOrderGiven()
{
    const auto first = model::withInstances(web(), {instance("i-2"), instance("i-1")}, {}).value();
    const auto second = model::withInstances(first, {instance("i-0")}, {}).value();
    QCOMPARE(idsOf(second), std::string("i-2 i-1 i-0"));
}

void LoadBalancerTest::registersAnInstanceOnce()
{
    const auto once = model::withInstances(web(), {instance("i-1"), instance("i-1")}, {}).value();
    QCOMPARE(idsOf(once), std::string("i-1"));
    QVERIFY(model::withInstances(once, {instance("i-1")}, {}) == once);
}

void LoadBalancerTest::keepsTheAddressOfARegisteredInstance()
{
    const auto once = model::withInstances(web(), {instance("i-1")}, {}).value();
    auto moved = instance("i-1");
    moved.address.port = 99;
    QVERIFY(model::withInstances(once, {moved}, {}) == once);
}

void LoadBalancerTest::refusesTooManyInstances()
{
    Limits limits;
    limits.instances = 2;
    const auto full = model::withInstances(web(), {instance("i-1"), instance("i-2")}, limits).value();
    QVERIFY(model::withInstances(full, {instance("i-1")}, limits) == full);
    QCOMPARE(model::withInstances(full, {instance("i-3")}, limits).error().code,
             ErrorCode::InvalidConfigurationRequest);
}

void LoadBalancerTest::deregistersIntoFormerInstances()
{
    const auto two = model::withInstances(web(), {instance("i-1"), instance("i-2")}, {}).value();
    const auto one = model::withoutInstances(two, {id("i-1"), id("i-1")}, kCreated).value();
    QCOMPARE(idsOf(one), std::string("i-2"));
    QCOMPARE(formerIdsOf(one), std::string("i-1"));
    QVERIFY(one.formerInstances[0].deregisteredAt == kCreated);
}

void LoadBalancerTest::deregistersAFormerInstanceWithoutAnyChange()
{
    const auto one = model::withInstances(web(), {instance("i-1")}, {}).value();
    const auto none = model::withoutInstances(one, {id("i-1")}, kCreated).value();
    QVERIFY(model::withoutInstances(none, {id("i-1")}, kCreated + 5min) == none);
}

void LoadBalancerTest::refusesToDeregisterWhatWasNeverRegistered()
{
    const auto one = model::withInstances(web(), {instance("i-1")}, {}).value();
    const auto result = model::withoutInstances(one, {id("i-1"), id("i-9")}, kCreated);
    QCOMPARE(tests::describe(result),
             std::string("InvalidInstance: Could not find EC2 instance ID. 'i-9' is not registered with Web"));
}

void LoadBalancerTest::forgetsAFormerInstanceThatComesBack()
{
    const auto two = model::withInstances(web(), {instance("i-1"), instance("i-2")}, {}).value();
    const auto none = model::withoutInstances(two, {id("i-1"), id("i-2")}, kCreated).value();
    const auto back = model::withInstances(none, {instance("i-2")}, {}).value();
    QCOMPARE(idsOf(back), std::string("i-2"));
    QCOMPARE(formerIdsOf(back), std::string("i-1"));
}

void LoadBalancerTest::remembersABoundedNumberOfFormerInstances()
{
    std::vector<model::Instance> many;
    std::vector<InstanceId> ids;
    for (std::size_t i = 0; i < model::kMaxFormerInstances + 5; ++i) {
        many.push_back(instance("i-" + std::to_string(i)));
        ids.push_back(many.back().id);
    }
    const auto none = model::withoutInstances(model::withInstances(web(), many, {}).value(), ids, kCreated).value();
    QCOMPARE(none.formerInstances.size(), model::kMaxFormerInstances);
    QCOMPARE(none.formerInstances.front().id.text(), std::string("i-5"));
    QCOMPARE(none.formerInstances.back().id.text(), ids.back().text());
}

void LoadBalancerTest::knowsAFormerInstanceForAnHour()
{
    const auto one = model::withInstances(web(), {instance("i-1")}, {}).value();
    const auto none = model::withoutInstances(one, {id("i-1")}, kCreated).value();
    QVERIFY(model::isFormerInstance(none, id("i-1"), kCreated + 1h));
    QVERIFY(!model::isFormerInstance(none, id("i-1"), kCreated + 1h + 1ms));
    QVERIFY(!model::isFormerInstance(none, id("i-2"), kCreated));
    QVERIFY(!model::isFormerInstance(one, id("i-1"), kCreated));
}

void LoadBalancerTest::movesAnInstance()
{
    const auto two = model::withInstances(web(), {instance("i-1"), instance("i-2")}, {}).value();
    const model::InstanceAddress address{IpAddress::parse("fd00::9").value(), 99};
    const auto moved = model::withInstanceAt(two, {id("i-2"), address, "b"});
    QCOMPARE(model::findInstance(moved, id("i-2"))->zone, std::string("b"));
    QVERIFY(model::findInstance(moved, id("i-2"))->address == address);
    QVERIFY(model::findInstance(moved, id("i-1"))->address == instance("i-1").address);
    QVERIFY(!model::findInstance(moved, id("i-3")));
}

void LoadBalancerTest::movesNothingThatIsNotRegistered()
{
    const auto one = model::withInstances(web(), {instance("i-1")}, {}).value();
    QVERIFY(model::withInstanceAt(one, {id("i-9"), {}}) == one);
}

void LoadBalancerTest::servesTheZonesThatAreEnabled()
{
    auto value = web();
    value.availabilityZones = {"a", "b"};
    QVERIFY(model::servesZone(value, "a") && model::servesZone(value, "b"));
    QVERIFY(!model::servesZone(value, "c") && !model::servesZone(value, "A"));
    QVERIFY(model::servesZone(value, ""));
    value.availabilityZones.clear();
    QVERIFY(model::servesZone(value, "c"));
}

void LoadBalancerTest::takesAHealthCheck()
{
    const model::HealthCheck check{{Protocol::Http, 80, "/ping"}, 10s, 5s, 2, 3};
    const auto changed = model::withHealthCheck(web(), check).value();
    QVERIFY(changed.healthCheck == check);
}

void LoadBalancerTest::refusesAWrongHealthCheck()
{
    auto check = model::defaultHealthCheck(80);
    check.timeout = check.interval;
    QCOMPARE(model::withHealthCheck(web(), check).error().code, ErrorCode::ValidationError);
}

void LoadBalancerTest::replacesACertificate()
{
    const Listener https{Protocol::Https, 443, Protocol::Http, 8080, kCertificate};
    const auto balancer = model::withListeners(web(), {https}, {}).value();
    auto expected = balancer;
    expected.listeners[1].certificateId = kCertificate + "-2";
    QVERIFY(model::withCertificate(balancer, 443, kCertificate + "-2") == expected);
    QVERIFY(model::withCertificate(balancer, 443, kCertificate) == balancer);
}

void LoadBalancerTest::refusesACertificate_data()
{
    QTest::addColumn<int>("port");
    QTest::addColumn<std::string>("certificate");
    QTest::addColumn<std::string>("message");
    QTest::newRow("no listener") << 81 << kCertificate
                                 << std::string(
                                        "ListenerNotFound: Load balancer Web has no listener with LoadBalancerPort 81");
    QTest::newRow("without TLS") << 80 << kCertificate
                                 << std::string("InvalidConfigurationRequest: SSL Certificate is not allowed for "
                                                "protocol HTTP");
    QTest::newRow("without TLS, none") << 80 << std::string()
                                       << std::string("InvalidConfigurationRequest: SSL Certificate is not allowed for "
                                                      "protocol HTTP");
    QTest::newRow("none") << 443 << std::string()
                          << std::string("InvalidConfigurationRequest: SSL Certificate is required for protocol HTTPS");
}

void LoadBalancerTest::refusesACertificate()
{
    QFETCH(int, port);
    QFETCH(std::string, certificate);
    QFETCH(std::string, message);
    const Listener https{Protocol::Https, 443, Protocol::Http, 8080, kCertificate};
    const auto balancer = model::withListeners(web(), {https}, {}).value();
    QCOMPARE(tests::describe(model::withCertificate(balancer, static_cast<std::uint16_t>(port), certificate)), message);
}

void LoadBalancerTest::saysWhichLoadBalancerIsMissing()
{
    const auto error = model::loadBalancerNotFound("x");
    QCOMPARE(error.code, ErrorCode::LoadBalancerNotFound);
    QCOMPARE(error.message, std::string("There is no ACTIVE Load Balancer named 'x'"));
}

QTEST_GUILESS_MAIN(LoadBalancerTest)
#include "tst_load_balancer.moc"

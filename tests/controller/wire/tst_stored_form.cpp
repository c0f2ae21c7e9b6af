#include "wire/stored_form.h"

#include "generated.h"

#include <QtTest/QtTest>

using namespace balancer;

class StoredFormTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void loadsWhatItStored();
    void keepsTheCaseOfTheName();
    void writesOneCompactLineInAFixedOrder();
    void loadsOlderDataWithTheStructuresDefaults();
    void ignoresMembersOfNewerVersions();
    void refusesWhatIsNoLoadBalancer_data();
    void refusesWhatIsNoLoadBalancer();
    void givesUpOnTruncatedData();
};

void StoredFormTest::loadsWhatItStored()
{
    for (unsigned seed = 0; seed < 300; ++seed) {
        const auto balancer = tests::Generator(seed).balancer();
        const auto text = wire::renderStored(balancer);
        const auto loaded = wire::parseStored(text);
        QVERIFY2(loaded.has_value(), loaded ? "" : loaded.error().message.c_str());
        QVERIFY2(*loaded == balancer, text.c_str());
        QCOMPARE(loaded->name.text(), balancer.name.text());
        QCOMPARE(wire::renderStored(*loaded), text);
    }
}

void StoredFormTest::keepsTheCaseOfTheName()
{
    const auto loaded = wire::parseStored(R"({"LoadBalancerName":"MyWeb"})");
    QVERIFY(loaded.has_value());
    QCOMPARE(loaded->name.text(), std::string("MyWeb"));
}

void StoredFormTest::writesOneCompactLineInAFixedOrder()
{
    model::LoadBalancer balancer;
    balancer.name = LoadBalancerName::parse("web").value();
    balancer.dnsName = "web-1.local.elb.internal";
    balancer.createdAt = model::Timestamp(std::chrono::milliseconds(1426735442650));
    balancer.listeners = {{model::Protocol::Http, 80, model::Protocol::Http, 8080, {}}};
    balancer.healthCheck = model::defaultHealthCheck(8080);
    const auto address = model::InstanceAddress{IpAddress::parse("fd00::5").value(), 8080};
    balancer.instances = {{InstanceId::parse("i-1").value(), address}};
    balancer.availabilityZones = {"a"};
    balancer.tags = {{"k", ""}};
    balancer.creation.availabilityZones = {"a"};
    QCOMPARE(wire::renderStored(balancer),
             std::string(R"({"LoadBalancerName":"web","DNSName":"web-1.local.elb.internal",)"
                         R"("CreatedTime":"2015-03-19T03:24:02.650Z","Scheme":"internet-facing",)"
                         R"("Listeners":[{"Protocol":"HTTP","LoadBalancerPort":80,"InstanceProtocol":"HTTP",)"
                         R"("InstancePort":8080}],)"
                         R"("HealthCheck":{"Target":"TCP:8080","Interval":30,"Timeout":5,"UnhealthyThreshold":2,)"
                         R"("HealthyThreshold":10},)"
                         R"("Instances":[{"InstanceId":"i-1","Address":"[fd00::5]:8080"}],"FormerInstances":[],)"
                         R"("AvailabilityZones":["a"],"Subnets":[],"SecurityGroups":[],"Tags":[{"Key":"k","Value":""}],)"
                         R"("Policies":[],"ListenerPolicies":[],"BackendPolicies":[],)"
                         R"("Attributes":{"CrossZoneLoadBalancing":{"Enabled":false},"AccessLog":{"Enabled":false},)"
                         R"("ConnectionDraining":{"Enabled":false,"Timeout":300},)"
                         R"("ConnectionSettings":{"IdleTimeout":60},)"
                         R"("AdditionalAttributes":[{"Key":"elb.http.desyncmitigationmode","Value":"defensive"}]},)"
                         R"("Creation":{"Listeners":[],"AvailabilityZones":["a"],"Subnets":[],"SecurityGroups":[],)"
                         R"("Scheme":"internet-facing","Tags":[]}})"));
}

void StoredFormTest::loadsOlderDataWithTheStructuresDefaults()
{
    const auto loaded = wire::parseStored(R"({"LoadBalancerName":"web","HealthCheck":{"Target":"TCP:80"},)"
                                          R"("Scheme":null,"Creation":{}})");
    QVERIFY(loaded.has_value());
    model::LoadBalancer expected;
    expected.name = LoadBalancerName::parse("web").value();
    expected.healthCheck = model::defaultHealthCheck(80);
    QVERIFY(*loaded == expected);
}

void StoredFormTest::ignoresMembersOfNewerVersions()
{
    const auto loaded = wire::parseStored(
        R"({"FromTheFuture":[{"a":{"b":[1,2.5,true,null]}}],"LoadBalancerName":"web","Instances":[{"InstanceId":"i","X":1}]})");
    QVERIFY(loaded.has_value());
    QCOMPARE(loaded->instances.size(), std::size_t(1));
}

void StoredFormTest::refusesWhatIsNoLoadBalancer_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const char *text) { QTest::newRow(name) << QByteArray(text); };
    row("nothing", "");
    row("null", "null");
    row("a number", "7");
    row("a list", "[]");
    row("an empty object", "{}");
    row("no name", R"({"DNSName":"x"})");
    row("a wrong name", R"({"LoadBalancerName":"-web"})");
    row("a number as the name", R"({"LoadBalancerName":7})");
    row("two values", R"({"LoadBalancerName":"web"}{})");
    row("a port too high", R"({"LoadBalancerName":"web","Listeners":[{"Protocol":"TCP","LoadBalancerPort":65536,)"
                           R"("InstancePort":1}]})");
    row("a listener without port", R"({"LoadBalancerName":"web","Listeners":[{"Protocol":"TCP","InstancePort":1}]})");
    row("an unknown protocol", R"({"LoadBalancerName":"web","Listeners":[{"Protocol":"QUIC"}]})");
    row("an instance without id", R"({"LoadBalancerName":"web","Instances":[{"Address":"10.0.0.1"}]})");
    row("an instance that is null", R"({"LoadBalancerName":"web","Instances":[null]})");
    row("a host name as address", R"({"LoadBalancerName":"web","Instances":[{"InstanceId":"i","Address":"a.b"}]})");
    row("a list that is an object", R"({"LoadBalancerName":"web","Instances":{}})");
    row("a structure that is a text", R"({"LoadBalancerName":"web","HealthCheck":"TCP:80"})");
    row("the 30th of February", R"({"LoadBalancerName":"web","CreatedTime":"2015-02-30T00:00:00.000Z"})");
    row("a time without zone", R"({"LoadBalancerName":"web","CreatedTime":"2015-02-20T00:00:00.000"})");
    row("wrong UTF-8", "{\"LoadBalancerName\":\"web\",\"DNSName\":\"\xff\"}");
}

void StoredFormTest::refusesWhatIsNoLoadBalancer()
{
    QFETCH(QByteArray, text);
    const auto loaded = wire::parseStored(text.toStdString());
    QVERIFY(!loaded.has_value());
    QCOMPARE(loaded.error().code, ErrorCode::Corrupt);
    QVERIFY(!loaded.error().message.empty());
}

void StoredFormTest::givesUpOnTruncatedData()
{
    const auto text = wire::renderStored(tests::Generator(1).balancer());
    for (std::size_t size = 0; size < text.size(); ++size)
        QVERIFY(!wire::parseStored(text.substr(0, size)).has_value());
}

QTEST_GUILESS_MAIN(StoredFormTest)
#include "tst_stored_form.moc"

#include "controller/base/readable.h"
#include "model/load_balancer.h"

#include <QTest>

using namespace balancer;
using model::LoadBalancer;

class PlacementTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void addsAZoneOnce();
    void removesWhatIsThereAndIgnoresTheRest();
    void keepsTheLastZoneAndSubnet();
    void replacesSecurityGroups();
    void wantsOneToFiveSecurityGroups();
    void overwritesATagOfTheSameKey();
    void countsAllTags();
    void ignoresTagsThatAreNotThere();
    void anInstanceDrainsOnlyWhereThatIsEnabled();
};

namespace {

LoadBalancer placed()
{
    LoadBalancer balancer;
    balancer.availabilityZones = {"a", "b"};
    balancer.subnets = {"s1", "s2"};
    return balancer;
}

using Names = std::vector<std::string>;

} // namespace

void PlacementTest::addsAZoneOnce()
{
    QCOMPARE(model::withZones(placed(), {"b", "c", "c"}).availabilityZones, Names({"a", "b", "c"}));
    QCOMPARE(model::withSubnets(placed(), {"s3", "s1"}).subnets, Names({"s1", "s2", "s3"}));
}

void PlacementTest::removesWhatIsThereAndIgnoresTheRest()
{
    QCOMPARE(model::withoutZones(placed(), {"a", "z"}).value().availabilityZones, Names({"b"}));
    QCOMPARE(model::withoutSubnets(placed(), {"s9"}).value().subnets, Names({"s1", "s2"}));
}

void PlacementTest::keepsTheLastZoneAndSubnet()
{
    for (const auto &refused :
         {model::withoutZones(placed(), {"a", "b"}), model::withoutSubnets(placed(), {"s2", "s1"})}) {
        QVERIFY(!refused);
        QCOMPARE(nameOf(refused.error().code), nameOf(ErrorCode::InvalidConfigurationRequest));
    }
}

void PlacementTest::replacesSecurityGroups()
{
    const auto first = model::withSecurityGroups(placed(), {"g1", "g1", "g2"}).value();
    QCOMPARE(first.securityGroups, Names({"g1", "g2"}));
    QCOMPARE(model::withSecurityGroups(first, {"g3"}).value().securityGroups, Names({"g3"}));
}

void PlacementTest::wantsOneToFiveSecurityGroups()
{
    QVERIFY(!model::withSecurityGroups(placed(), {}));
    QVERIFY(model::withSecurityGroups(placed(), {"1", "2", "3", "4", "5"}).has_value());
    QVERIFY(!model::withSecurityGroups(placed(), {"1", "2", "3", "4", "5", "6"}));
}

void PlacementTest::overwritesATagOfTheSameKey()
{
    const auto first = model::withTags(placed(), {{"b", "1"}, {"a", "1"}}, {}).value();
    const auto second = model::withTags(first, {{"b", "2"}}, {}).value();
    QVERIFY(second.tags == std::vector<model::Tag>({{"a", "1"}, {"b", "2"}}));
}

void PlacementTest::countsAllTags()
{
    model::Limits limits;
    limits.tags = 2;
    const auto first = model::withTags(placed(), {{"a", ""}, {"b", ""}}, limits).value();
    QVERIFY(model::withTags(first, {{"a", "again"}}, limits).has_value());
    const auto refused = model::withTags(first, {{"c", ""}}, limits);
    QVERIFY(!refused);
    QCOMPARE(nameOf(refused.error().code), nameOf(ErrorCode::TooManyTags));
}

void PlacementTest::ignoresTagsThatAreNotThere()
{
    const auto first = model::withTags(placed(), {{"a", "1"}}, {}).value();
    QVERIFY(model::withoutTags(first, {"z"}) == first);
    QVERIFY(model::withoutTags(first, {"a"}).tags.empty());
}

void PlacementTest::anInstanceDrainsOnlyWhereThatIsEnabled()
{
    const auto id = InstanceId::parse("i-1").value();
    const model::InstanceAddress address{IpAddress::parse("10.0.0.1").value(), 80};
    const model::Timestamp now(std::chrono::milliseconds(1000));
    auto balancer = model::withInstances(placed(), {{id, address}}, {}).value();
    const auto gone = model::withoutInstances(balancer, {id}, now).value();
    QVERIFY(gone.formerInstances.at(0).drainingUntil == model::Timestamp());
    balancer.attributes.draining = {true, std::chrono::seconds(5)};
    const auto draining = model::withoutInstances(balancer, {id}, now).value();
    QVERIFY(draining.formerInstances.at(0) == (model::FormerInstance{id, now, address, now + std::chrono::seconds(5)}));
    QVERIFY(model::withInstances(draining, {{id, address}}, {}).value().formerInstances.empty());
}

QTEST_GUILESS_MAIN(PlacementTest)
#include "tst_placement.moc"

#include "base/address_range.h"
#include "controller/base/readable.h"
#include "model/site.h"

#include <QTest>

using namespace balancer;
using namespace balancer::tests;
using model::SiteCatalogue;
using Names = std::vector<std::string>;

namespace {

const SiteCatalogue kSite{
    {"a", "b"},
    {{"subnet-1", "a"}, {"subnet-2", "b"}, {"subnet-3", "a"}},
    {{"office", {"10.0.0.0/8", "fd00::/8"}}, {"home", {"192.168.0.7", "10.0.0.0/8"}}, {"nobody", {}}}};

std::string said(const Result<void> &result)
{
    return result ? std::string() : describe(result);
}

} // namespace

class SiteTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesAnyNameWithoutACatalogue();
    void knowsItsZones();
    void knowsItsSubnets();
    void knowsItsGroups();
    void findsTheZonesOfSubnets();
    void addsTheRangesOfGroupsUp();
    void readsSourceRanges_data();
    void readsSourceRanges();
};

void SiteTest::takesAnyNameWithoutACatalogue()
{
    const SiteCatalogue none;
    QVERIFY(model::checkZones(none, {"x"}));
    QVERIFY(model::checkSubnets(none, {"x", "y"}));
    QVERIFY(model::checkSecurityGroups(none, {"x"}));
    QVERIFY(model::zonesOf(none, {"x"}).empty());
    QCOMPARE(model::sourceRanges(none, {"x"}), std::nullopt);
    QCOMPARE(model::sourceRanges(kSite, {}), std::nullopt);
}

void SiteTest::knowsItsZones()
{
    QVERIFY(model::checkZones(kSite, {"b", "a"}));
    QCOMPARE(said(model::checkZones(kSite, {"a", "c"})),
             std::string("ValidationError: The availability zone 'c' does not exist"));
}

void SiteTest::knowsItsSubnets()
{
    QVERIFY(model::checkSubnets(kSite, {"subnet-1", "subnet-2"}));
    QCOMPARE(said(model::checkSubnets(kSite, {"subnet-9"})),
             std::string("SubnetNotFound: The subnet ID 'subnet-9' does not exist"));
    QCOMPARE(said(model::checkSubnets(kSite, {"subnet-1", "subnet-3"})),
             std::string("InvalidConfigurationRequest: ELB cannot be attached to multiple subnets in the same AZ."));
}

void SiteTest::knowsItsGroups()
{
    QVERIFY(model::checkSecurityGroups(kSite, {"office", "nobody"}));
    QCOMPARE(said(model::checkSecurityGroups(kSite, {"office", "other"})),
             std::string("InvalidSecurityGroup: The security group 'other' does not exist"));
}

void SiteTest::findsTheZonesOfSubnets()
{
    QCOMPARE(model::zonesOf(kSite, {"subnet-2", "subnet-1", "subnet-3"}), (Names{"b", "a"}));
}

void SiteTest::addsTheRangesOfGroupsUp()
{
    QCOMPARE(model::sourceRanges(kSite, {"home", "office"}), (Names{"10.0.0.0/8", "192.168.0.7", "fd00::/8"}));
    QCOMPARE(model::sourceRanges(kSite, {"nobody", "home"}), (Names{"10.0.0.0/8", "192.168.0.7"}));
    QCOMPARE(model::sourceRanges(kSite, {"nobody"}), Names());
}

void SiteTest::readsSourceRanges_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("valid");
    const auto add = [](const char *text, bool valid) { QTest::newRow(text) << QString::fromUtf8(text) << valid; };
    for (const auto *text : {"0.0.0.0/0", "10.0.0.0/8", "10.0.0.128/25", "10.0.0.7/32", "10.0.0.7", "::/0", "fd00::/8",
                             "fd00::7/128", "fd00::7"})
        add(text, true);
    for (const auto *text : {"", "10.0.0.0/", "10.0.0.0/33", "10.0.0.7/8", "10.0.0.0/-1", "10.0.0.0/8 ", "10.0.0/8",
                             "fd00::/129", "fd00::7/64", "/8", "office", "10.0.0.0/8/8", "10.0.0.0/+8", "10.0.0.0/8\n"})
        add(text, false);
}

void SiteTest::readsSourceRanges()
{
    QFETCH(QString, text);
    QFETCH(bool, valid);
    QCOMPARE(isAddressRange(text.toStdString()), valid);
}

QTEST_GUILESS_MAIN(SiteTest)
#include "tst_site.moc"

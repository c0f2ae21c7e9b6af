#include "controller/base/readable.h"
#include "service/instance_health.h"
#include "support/builders.h"

using namespace balancer;
using namespace balancer::tests;
using plan::OperationalState;

/// Clients compare these texts: they are ELB's own.
class InstanceHealthTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysItInElbsWords_data();
    void saysItInElbsWords();
    void knowsNothingOfAnInstanceWithoutAServer();
    void saysThatItWasRegistered();
    void saysThatHaproxyCannotBeAsked();
    void saysThatItsZoneIsNotEnabled();

private:
    static std::string textOf(const model::InstanceHealth &health)
    {
        return health.state + " " + health.reasonCode + ": " + health.description;
    }
};

void InstanceHealthTest::saysItInElbsWords_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<unsigned>("admin");
    QTest::addColumn<int>("passed"); // checks in a row
    QTest::addColumn<std::string>("expected");
    const std::string registering = "OutOfService ELB: Instance registration is still in progress.";
    const std::string failing = "OutOfService Instance: Instance has failed at least the UnhealthyThreshold number of "
                                "health checks consecutively.";
    const std::string recovering = "OutOfService Instance: Instance has not passed the configured HealthyThreshold "
                                   "number of health checks consecutively.";
    const int up = int(OperationalState::Running);
    const int down = int(OperationalState::Stopped);
    QTest::newRow("well") << up << 0U << 11 << std::string("InService N/A: N/A");
    QTest::newRow("well, and some checks failed") << up << 0U << 10 << std::string("InService N/A: N/A");
    QTest::newRow("well, declared free in the file")
        << up << plan::admin::kConfiguredMaint << 11 << std::string("InService N/A: N/A");
    QTest::newRow("failing") << down << 0U << 0 << failing;
    QTest::newRow("recovering") << down << 0U << 3 << recovering;
    QTest::newRow("waiting for its first check") << down << plan::admin::kForcedDrain << 0 << registering;
    QTest::newRow("in drain and up for a moment") << up << plan::admin::kForcedDrain << 10 << registering;
    QTest::newRow("not yet in its slot") << down << plan::admin::kForcedMaint << 0 << registering;
}

void InstanceHealthTest::saysItInElbsWords()
{
    QFETCH(int, state);
    QFETCH(unsigned, admin);
    QFETCH(int, passed);
    QFETCH(std::string, expected);
    plan::ServerState server;
    server.state = static_cast<OperationalState>(state);
    server.admin = admin;
    server.checkHealth = passed;
    const auto health = service::describeHealth(id("i-1"), server);
    QCOMPARE(textOf(health), expected);
    QCOMPARE(health.id.text(), std::string("i-1"));
}

void InstanceHealthTest::knowsNothingOfAnInstanceWithoutAServer()
{
    QCOMPARE(textOf(service::describeHealth(id("i-1"), std::nullopt)),
             std::string("OutOfService ELB: Instance registration is still in progress."));
}

void InstanceHealthTest::saysThatItWasRegistered()
{
    QCOMPARE(textOf(service::describeFormer(id("i-1"))),
             std::string("OutOfService Instance: Instance is not currently registered with the LoadBalancer."));
}

void InstanceHealthTest::saysThatHaproxyCannotBeAsked()
{
    QCOMPARE(textOf(service::describeUnknown(id("i-1"))),
             std::string("Unknown ELB: A transient error occurred. Please try again later."));
}

void InstanceHealthTest::saysThatItsZoneIsNotEnabled()
{
    QCOMPARE(textOf(service::describeForeignZone(id("i-1"), false)),
             std::string("OutOfService ELB: Instance is in the EC2 Availability Zone for which LoadBalancer is not "
                         "configured to route traffic to."));
    QCOMPARE(textOf(service::describeForeignZone(id("i-1"), true)),
             std::string("OutOfService ELB: Disable Availability Zone is currently in progress."));
    QCOMPARE(textOf(service::describeDraining(id("i-1"))),
             std::string("InService N/A: Instance deregistration currently in progress."));
}

QTEST_GUILESS_MAIN(InstanceHealthTest)
#include "tst_instance_health.moc"

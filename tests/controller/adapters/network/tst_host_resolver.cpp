#include "adapters/network/host_resolver.h"
#include "controller/base/readable.h"

#include <QCoro/QCoroTask>

using namespace balancer;
using adapters::network::HostResolver;

class HostResolverTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsThisMachine();
    void tellsThatThereIsNoSuchHost();
};

void HostResolverTest::findsThisMachine()
{
    HostResolver resolver;
    const auto found = QCoro::waitFor(resolver.resolve("localhost"));
    QCOMPARE(tests::describe(found), std::string());
    QVERIFY(found->isLoopback());
}

void HostResolverTest::tellsThatThereIsNoSuchHost()
{
    HostResolver resolver;
    const auto found = QCoro::waitFor(resolver.resolve("no-such-host.invalid"));
    QVERIFY(!found);
    // Without a name server nobody can tell.
    QVERIFY(found.error().code == ErrorCode::NotFound || found.error().code == ErrorCode::Unavailable);
    QVERIFY(found.error().message.find("no-such-host.invalid") != std::string::npos);
}

QTEST_GUILESS_MAIN(HostResolverTest)
#include "tst_host_resolver.moc"

#include "model_watch.h"
#include "models/listener_model.h"
#include "support/read_values.h"

using namespace balancer;
using namespace balancer::tests;
using model::Protocol;
using models::ListenerModel;
using models::NodeState;

class ListenerModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void showsListenersByPort();
    void changesOnlyWhatDiffers();
    void comesAndGoesWithItsLoadBalancer();
    void saysNothingOfOtherChanges();
};

void ListenerModelTest::showsListenersByPort()
{
    NodeState state;
    auto secure = listener(Protocol::Https, 443, 8443);
    secure.certificateId = "arn:x";
    state.apply(model::LoadBalancerChanged{view("web", {secure, listener(Protocol::Tcp, 22, 2222)})});
    const ListenerModel model(state, QStringLiteral("web"));
    QCOMPARE(textsOf(model),
             (QStringList{QStringLiteral("TCP|22|TCP|2222|"), QStringLiteral("HTTPS|443|HTTPS|8443|arn:x")}));
    QCOMPARE(model.index(1, 0).data(ListenerModel::TextRole).toString(), QStringLiteral("HTTPS 443 → HTTPS 8443"));
    QCOMPARE(model.index(1, ListenerModel::PortColumn).data(models::SortRole), QVariant(443));
}

void ListenerModelTest::changesOnlyWhatDiffers()
{
    NodeState state;
    const auto http = [](std::uint16_t port, std::uint16_t to) { return listener(Protocol::Http, port, to); };
    state.apply(model::LoadBalancerChanged{view("web", {http(80, 8080), http(81, 8081), http(82, 8082)})});
    ListenerModel model(state, QStringLiteral("web"));
    ModelWatch watch(model);
    state.apply(model::LoadBalancerChanged{view("web", {http(79, 1), http(80, 9090), http(82, 8082)})});
    QCOMPARE(watch.take(), (QStringList{QStringLiteral("insert 0-0"), QStringLiteral("change 1-1 columns 0-4"),
                                        QStringLiteral("remove 2-2")}));
    QCOMPARE(model.rowCount(), 3);
}

void ListenerModelTest::comesAndGoesWithItsLoadBalancer()
{
    NodeState state;
    ListenerModel model(state, QStringLiteral("web"));
    ModelWatch watch(model);
    state.apply(model::LoadBalancerChanged{view("web")});
    state.apply(model::LoadBalancerDeleted{name("web")});
    QCOMPARE(watch.take(), (QStringList{QStringLiteral("insert 0-0"), QStringLiteral("remove 0-0")}));
    state.apply(model::LoadBalancerChanged{view("api", {})});
    model.setLoadBalancer(QStringLiteral("api"));
    QCOMPARE(watch.take(), QStringList{QStringLiteral("reset")});
    QCOMPARE(model.rowCount(), 0);
}

void ListenerModelTest::saysNothingOfOtherChanges()
{
    NodeState state;
    state.apply(list("e-1", {detail("api"), detail("web", {instanceView("i-1")})}));
    ListenerModel model(state, QStringLiteral("web"));
    ModelWatch watch(model);
    auto other = view("web");
    other.healthCheck.healthyThreshold = 3;
    state.apply(model::LoadBalancerChanged{other});
    state.apply(model::LoadBalancerChanged{view("api", {})});
    state.apply(model::InstanceChanged{name("web"), instanceView("i-1", "Unknown")});
    QCOMPARE(watch.take(), QStringList());
}

QTEST_GUILESS_MAIN(ListenerModelTest)
#include "tst_listener_model.moc"

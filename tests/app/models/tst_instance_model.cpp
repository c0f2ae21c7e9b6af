#include "model_watch.h"
#include "models/instance_model.h"
#include "support/read_values.h"

#include <QSignalSpy>
#include <QSortFilterProxyModel>

using namespace balancer;
using namespace balancer::tests;
using models::InstanceModel;
using models::NodeState;

namespace {

model::Event changed(std::string_view balancer, const model::InstanceView &instance)
{
    return model::InstanceChanged{name(balancer), instance};
}

model::Event deregistered(std::string_view balancer, std::string_view instance)
{
    return model::InstanceDeregistered{name(balancer), id(instance)};
}

} // namespace

class InstanceModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void showsInstancesById();
    void answersByRole();
    void changesOneRowForOneEvent();
    void saysNothingOfWhatDidNotChange();
    void insertsAndRemovesSingleRows();
    void hearsOnlyOfItsLoadBalancer();
    void losesItsRowsWithTheLoadBalancer();
    void changesOnlyWhatASnapshotDiffersIn();
    void keepsASelectionOverASnapshot();
    void staysInPlaceWhileItIsSorted();
    void showsAnotherLoadBalancer();
    void findsAnInstance();
    void showsNothingForNoName();

private:
    std::unique_ptr<NodeState> m_state;
};

void InstanceModelTest::init()
{
    m_state = std::make_unique<NodeState>();
    m_state->apply(list("e-1", {detail("api", {instanceView("i-1")}),
                                detail("web", {instanceView("i-3"), instanceView("i-1"), instanceView("i-2")})}));
}

void InstanceModelTest::showsInstancesById()
{
    auto sick = instanceView("i-2", "OutOfService", "10.0.0.2:8080");
    m_state->apply(changed("web", sick));
    const InstanceModel model(*m_state, QStringLiteral("web"));
    QCOMPARE(textsOf(model), (QStringList{QStringLiteral("i-1|10.0.0.1|InService||"),
                                          QStringLiteral("i-2|10.0.0.2:8080|OutOfService|Instance|It is not well."),
                                          QStringLiteral("i-3|10.0.0.1|InService||")}));
    QCOMPARE(model.headerData(InstanceModel::AddressColumn, Qt::Horizontal, Qt::DisplayRole).toString(),
             QStringLiteral("Address"));
    QCOMPARE(model.headerData(5, Qt::Horizontal, Qt::DisplayRole), QVariant());
}

void InstanceModelTest::answersByRole()
{
    const InstanceModel model(*m_state, QStringLiteral("web"));
    const auto cell = model.index(0, InstanceModel::DescriptionColumn);
    QCOMPARE(cell.data(InstanceModel::IdRole).toString(), QStringLiteral("i-1"));
    QCOMPARE(cell.data(InstanceModel::InServiceRole).toBool(), true);
    QCOMPARE(cell.data(InstanceModel::ReasonRole).toString(), QString());
    QCOMPARE(cell.data(Qt::DecorationRole), QVariant());
    QCOMPARE(model.roleNames().value(InstanceModel::AddressRole), QByteArray("address"));
}

void InstanceModelTest::changesOneRowForOneEvent()
{
    InstanceModel model(*m_state, QStringLiteral("web"));
    ModelWatch watch(model);
    m_state->apply(changed("web", instanceView("i-2", "OutOfService")));
    QCOMPARE(watch.take(), QStringList{QStringLiteral("change 1-1 columns 0-4")});
    QCOMPARE(model.index(1, InstanceModel::StateColumn).data().toString(), QStringLiteral("OutOfService"));
}

void InstanceModelTest::saysNothingOfWhatDidNotChange()
{
    InstanceModel model(*m_state, QStringLiteral("web"));
    ModelWatch watch(model);
    m_state->apply(changed("web", instanceView("i-2")));
    m_state->apply(deregistered("web", "i-9"));
    m_state->apply(deregistered("nowhere", "i-1"));
    m_state->apply(changed("nowhere", instanceView("i-1", "OutOfService")));
    QCOMPARE(watch.take(), QStringList());
}

void InstanceModelTest::insertsAndRemovesSingleRows()
{
    InstanceModel model(*m_state, QStringLiteral("web"));
    ModelWatch watch(model);
    m_state->apply(changed("web", instanceView("i-25")));
    m_state->apply(changed("web", instanceView("i-0")));
    m_state->apply(deregistered("web", "i-3"));
    QCOMPARE(watch.take(),
             (QStringList{QStringLiteral("insert 2-2"), QStringLiteral("insert 0-0"), QStringLiteral("remove 4-4")}));
    QCOMPARE(firstColumnOf(model), (QStringList{QStringLiteral("i-0"), QStringLiteral("i-1"), QStringLiteral("i-2"),
                                                QStringLiteral("i-25")}));
}

void InstanceModelTest::hearsOnlyOfItsLoadBalancer()
{
    InstanceModel model(*m_state, QStringLiteral("web"));
    ModelWatch watch(model);
    m_state->apply(changed("api", instanceView("i-1", "OutOfService")));
    m_state->apply(changed("api", instanceView("i-2")));
    m_state->apply(deregistered("api", "i-1"));
    m_state->apply(model::LoadBalancerDeleted{name("api")});
    m_state->apply(model::LoadBalancerChanged{view("aaa")});
    QCOMPARE(watch.take(), QStringList());
    QCOMPARE(model.rowCount(), 3);
    m_state->apply(changed("web", instanceView("i-1", "OutOfService"))); // its row has moved
    QCOMPARE(watch.take(), QStringList{QStringLiteral("change 0-0 columns 0-4")});
}

void InstanceModelTest::losesItsRowsWithTheLoadBalancer()
{
    InstanceModel model(*m_state, QStringLiteral("web"));
    ModelWatch watch(model);
    m_state->apply(model::LoadBalancerDeleted{name("web")});
    QCOMPARE(watch.take(), QStringList{QStringLiteral("remove 0-2")});
    QCOMPARE(model.rowCount(), 0);
    m_state->apply(model::LoadBalancerChanged{view("web")});
    QCOMPARE(watch.take(), QStringList());
    m_state->apply(changed("web", instanceView("i-7")));
    QCOMPARE(watch.take(), QStringList{QStringLiteral("insert 0-0")});
    m_state->clear();
    m_state->apply(list("f-1", {detail("WEB", {instanceView("i-1"), instanceView("i-2")})}));
    QCOMPARE(watch.take(), (QStringList{QStringLiteral("remove 0-0"), QStringLiteral("insert 0-1")}));
}

void InstanceModelTest::changesOnlyWhatASnapshotDiffersIn()
{
    InstanceModel model(*m_state, QStringLiteral("web"));
    ModelWatch watch(model);
    const auto same = detail("web", {instanceView("i-1"), instanceView("i-2"), instanceView("i-3")});
    m_state->apply(list("e-2", {same}));
    QCOMPARE(watch.take(), QStringList());
    m_state->apply(
        list("e-3", {detail("web", {instanceView("i-0"), instanceView("i-00"), instanceView("i-2", "Unknown"),
                                    instanceView("i-3"), instanceView("i-4")})}));
    QCOMPARE(watch.take(), (QStringList{QStringLiteral("insert 0-1"), QStringLiteral("remove 2-2"),
                                        QStringLiteral("change 2-2 columns 0-4"), QStringLiteral("insert 4-4")}));
}

void InstanceModelTest::keepsASelectionOverASnapshot()
{
    InstanceModel model(*m_state, QStringLiteral("web"));
    const QPersistentModelIndex selected = model.find(QStringLiteral("i-3"));
    const QPersistentModelIndex gone = model.find(QStringLiteral("i-1"));
    m_state->apply(list("e-2", {detail("web", {instanceView("i-3", "OutOfService"), instanceView("i-4")})}));
    QVERIFY(!gone.isValid());
    QCOMPARE(selected.data().toString(), QStringLiteral("i-3"));
    QCOMPARE(selected.row(), 0);
}

void InstanceModelTest::staysInPlaceWhileItIsSorted()
{
    InstanceModel model(*m_state, QStringLiteral("web"));
    QSortFilterProxyModel sorted;
    sorted.setSourceModel(&model);
    sorted.setSortRole(models::SortRole);
    sorted.sort(InstanceModel::IdColumn, Qt::DescendingOrder);
    ModelWatch watch(sorted);
    const QPersistentModelIndex selected = sorted.index(1, 0);
    m_state->apply(changed("web", instanceView("i-2", "OutOfService")));
    QCOMPARE(watch.take(), QStringList{QStringLiteral("change 1-1 columns 0-4")});
    m_state->apply(changed("web", instanceView("i-9")));
    m_state->apply(deregistered("web", "i-3"));
    QCOMPARE(watch.take(), (QStringList{QStringLiteral("insert 0-0"), QStringLiteral("remove 1-1")}));
    QCOMPARE(selected.data().toString(), QStringLiteral("i-2"));
    QCOMPARE(firstColumnOf(sorted), (QStringList{QStringLiteral("i-9"), QStringLiteral("i-2"), QStringLiteral("i-1")}));
}

void InstanceModelTest::showsAnotherLoadBalancer()
{
    InstanceModel model(*m_state, QStringLiteral("web"));
    ModelWatch watch(model);
    QSignalSpy spy(&model, &InstanceModel::loadBalancerChanged);
    model.setLoadBalancer(QStringLiteral("web"));
    QCOMPARE(watch.take(), QStringList());
    model.setLoadBalancer(QStringLiteral("api"));
    QCOMPARE(watch.take(), QStringList{QStringLiteral("reset")});
    QCOMPARE(spy.count(), 1);
    QCOMPARE(firstColumnOf(model), QStringList{QStringLiteral("i-1")});
}

void InstanceModelTest::findsAnInstance()
{
    const InstanceModel model(*m_state, QStringLiteral("WEB"));
    QCOMPARE(model.find(QStringLiteral("i-2")).row(), 1);
    QVERIFY(!model.find(QStringLiteral("i-9")).isValid());
    QVERIFY(!model.find(QStringLiteral("no id!")).isValid());
}

void InstanceModelTest::showsNothingForNoName()
{
    InstanceModel model(*m_state);
    ModelWatch watch(model);
    QCOMPARE(model.rowCount(), 0);
    QVERIFY(!model.find(QStringLiteral("i-1")).isValid());
    m_state->clear();
    QCOMPARE(watch.take(), QStringList());
}

QTEST_GUILESS_MAIN(InstanceModelTest)
#include "tst_instance_model.moc"

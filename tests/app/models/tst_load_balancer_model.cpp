#include "model_watch.h"
#include "models/load_balancer_model.h"
#include "support/read_values.h"

#include <QDateTime>
#include <QSignalSpy>
#include <QSortFilterProxyModel>

using namespace balancer;
using namespace balancer::tests;
using model::Protocol;
using models::LoadBalancerModel;
using models::NodeState;
using Health = LoadBalancerModel::Health;

namespace {

model::TrafficRate rate(std::string_view balancer, std::int64_t requests, std::int64_t connections = 0)
{
    model::TrafficRate made;
    made.loadBalancer = name(balancer);
    made.requestsPerSecond = requests;
    made.connectionsPerSecond = connections;
    return made;
}

} // namespace

class LoadBalancerModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void showsALoadBalancerInARow();
    void answersByRole();
    void ordersAsAReaderExpects_data();
    void ordersAsAReaderExpects();
    void tellsTheHealthInOneWord_data();
    void tellsTheHealthInOneWord();
    void changesOneRowForOneEvent();
    void countsInstancesAsTheyChange();
    void insertsAndRemovesSingleRows();
    void changesOnlyWhatASnapshotDiffersIn();
    void changesTheRatesThatDiffer();
    void forgetsRates();
    void staysInPlaceWhileItIsSorted();
    void findsByName();
    void tellsWhatIsApplied();

private:
    std::unique_ptr<NodeState> m_state;
};

void LoadBalancerModelTest::init()
{
    m_state = std::make_unique<NodeState>();
    m_state->apply(list("e-1", {detail("web", {instanceView("i-1"), instanceView("i-2", "OutOfService")}),
                                detail("Api"), detail("db")}));
}

void LoadBalancerModelTest::showsALoadBalancerInARow()
{
    auto changed = view("web", {listener(Protocol::Http, 80, 8080), listener(Protocol::Tcp, 22, 22)});
    changed.scheme = model::Scheme::Internal;
    m_state->apply(model::LoadBalancerChanged{changed});
    m_state->apply(model::RatesMeasured{{rate("web", 1234, 7)}});
    const LoadBalancerModel model(*m_state);
    QCOMPARE(firstColumnOf(model), (QStringList{QStringLiteral("Api"), QStringLiteral("db"), QStringLiteral("web")}));
    QCOMPARE(textsOf(model).at(2),
             QStringLiteral("web|web-1.local.elb.internal|HTTP 80 → HTTP 8080, TCP 22 → TCP 22|1 / 2|"
                            "internal||%1/s")
                 .arg(QLocale().toString(1234)));
    QCOMPARE(model.headerData(LoadBalancerModel::DnsNameColumn, Qt::Horizontal, Qt::DisplayRole).toString(),
             QStringLiteral("DNS name"));
}

void LoadBalancerModelTest::answersByRole()
{
    auto changed = view("web");
    changed.createdAt = model::Timestamp(std::chrono::seconds(1000));
    changed.revision.number = 7;
    m_state->apply(model::LoadBalancerChanged{changed});
    const LoadBalancerModel model(*m_state);
    const auto cell = model.find(QStringLiteral("web"));
    QCOMPARE(cell.data(LoadBalancerModel::InServiceRole), QVariant(1));
    QCOMPARE(cell.data(LoadBalancerModel::RegisteredRole), QVariant(2));
    QCOMPARE(cell.data(LoadBalancerModel::CreatedRole).toDateTime().toSecsSinceEpoch(), 1000);
    QCOMPARE(cell.data(LoadBalancerModel::HealthCheckTargetRole).toString(), QStringLiteral("TCP:8080"));
    QCOMPARE(cell.data(LoadBalancerModel::RevisionRole).toLongLong(), 7);
    QCOMPARE(cell.data(LoadBalancerModel::RequestRateRole).toLongLong(), -1);
    QCOMPARE(cell.data(LoadBalancerModel::SpeaksHttpRole).toBool(), true);
    QCOMPARE(model.roleNames().value(LoadBalancerModel::DnsNameRole), QByteArray("dnsName"));
}

void LoadBalancerModelTest::ordersAsAReaderExpects_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QStringList>("order");
    const auto row = [](int column, const char *order) {
        QTest::newRow(order) << column << QString::fromLatin1(order).split(QLatin1Char(' '));
    };
    row(LoadBalancerModel::NameColumn, "Api db web");
    row(LoadBalancerModel::InstancesColumn, "Api web db"); // nothing, half of them, all of them
    row(LoadBalancerModel::RateColumn, "db Api web");
    row(LoadBalancerModel::ListenersColumn, "db web Api"); // by the first port, as a number
    row(LoadBalancerModel::CreatedColumn, "web db Api");
}

void LoadBalancerModelTest::ordersAsAReaderExpects()
{
    QFETCH(int, column);
    auto api = view("Api", {listener(Protocol::Http, 443, 1)});
    api.createdAt = model::Timestamp(std::chrono::hours(100));
    auto db = view("db", {listener(Protocol::Tcp, 9, 1)});
    db.createdAt = model::Timestamp(std::chrono::hours(20));
    m_state->apply(model::LoadBalancerChanged{api});
    m_state->apply(model::LoadBalancerChanged{db});
    m_state->apply(model::InstanceChanged{name("db"), instanceView("i-1")});
    // A load balancer without HTTP counts connections.
    m_state->apply(model::RatesMeasured{{rate("Api", 20, 500), rate("db", 0, 9), rate("web", 100, 1)}});

    LoadBalancerModel model(*m_state);
    QSortFilterProxyModel sorted;
    sorted.setSourceModel(&model);
    sorted.setSortRole(models::SortRole);
    sorted.sort(column);
    QTEST(firstColumnOf(sorted), "order");
}

void LoadBalancerModelTest::tellsTheHealthInOneWord_data()
{
    QTest::addColumn<QStringList>("states");
    QTest::addColumn<Health>("health");
    const auto well = QStringLiteral("InService");
    const auto sick = QStringLiteral("OutOfService");
    QTest::newRow("none") << QStringList() << Health::Empty;
    QTest::newRow("all well") << QStringList{well, well} << Health::Healthy;
    QTest::newRow("some") << QStringList{well, sick} << Health::Reduced;
    QTest::newRow("no one") << QStringList{sick, QStringLiteral("Unknown")} << Health::Down;
}

void LoadBalancerModelTest::tellsTheHealthInOneWord()
{
    QFETCH(QStringList, states);
    int number = 0;
    for (const auto &state : states)
        m_state->apply(
            model::InstanceChanged{name("db"), instanceView("i-" + std::to_string(++number), state.toStdString())});
    const LoadBalancerModel model(*m_state);
    QTEST(model.find(QStringLiteral("db")).data(LoadBalancerModel::HealthRole).value<Health>(), "health");
}

void LoadBalancerModelTest::changesOneRowForOneEvent()
{
    LoadBalancerModel model(*m_state);
    ModelWatch watch(model);
    QSignalSpy spy(&model, &QAbstractItemModel::dataChanged);
    m_state->apply(model::LoadBalancerChanged{view("db", {})});
    QCOMPARE(spy.count(), 1);
    QCOMPARE(watch.take(), QStringList{QStringLiteral("change 1-1 columns 0-6")});
    m_state->apply(model::LoadBalancerChanged{view("db", {})});
    QCOMPARE(watch.take(), QStringList());
}

void LoadBalancerModelTest::countsInstancesAsTheyChange()
{
    LoadBalancerModel model(*m_state);
    ModelWatch watch(model);
    const auto shown = [&] { return model.index(2, LoadBalancerModel::InstancesColumn).data().toString(); };
    const auto once = QStringList{QStringLiteral("change 2-2 columns 3-3")};

    m_state->apply(model::InstanceChanged{name("web"), instanceView("i-2")});
    QCOMPARE(shown(), QStringLiteral("2 / 2"));
    QCOMPARE(watch.take(), once);
    m_state->apply(model::InstanceChanged{name("web"), instanceView("i-2", "InService", "10.0.0.9")});
    QCOMPARE(watch.take(), QStringList()); // no count has changed
    m_state->apply(model::InstanceChanged{name("web"), instanceView("i-3", "OutOfService")});
    QCOMPARE(shown(), QStringLiteral("2 / 3"));
    QCOMPARE(watch.take(), once);
    m_state->apply(model::InstanceDeregistered{name("web"), id("i-1")});
    QCOMPARE(shown(), QStringLiteral("1 / 2"));
    QCOMPARE(watch.take(), once);
    m_state->apply(model::InstanceChanged{name("web"), instanceView("i-2", "OutOfService")});
    QCOMPARE(shown(), QStringLiteral("0 / 2"));
}

void LoadBalancerModelTest::insertsAndRemovesSingleRows()
{
    LoadBalancerModel model(*m_state);
    ModelWatch watch(model);
    m_state->apply(model::LoadBalancerChanged{view("Cache")});
    m_state->apply(model::LoadBalancerDeleted{name("API")});
    m_state->apply(model::LoadBalancerDeleted{name("nowhere")});
    QCOMPARE(watch.take(), (QStringList{QStringLiteral("insert 1-1"), QStringLiteral("remove 0-0")}));
    QCOMPARE(firstColumnOf(model), (QStringList{QStringLiteral("Cache"), QStringLiteral("db"), QStringLiteral("web")}));
}

void LoadBalancerModelTest::changesOnlyWhatASnapshotDiffersIn()
{
    LoadBalancerModel model(*m_state);
    ModelWatch watch(model);
    const QPersistentModelIndex selected = model.find(QStringLiteral("web"));
    m_state->apply(list("e-9", {detail("a"), detail("b"), detail("db", {instanceView("i-1")}),
                                detail("web", {instanceView("i-1"), instanceView("i-2", "OutOfService")})}));
    QCOMPARE(watch.take(), (QStringList{QStringLiteral("insert 0-0"), QStringLiteral("remove 1-1"),
                                        QStringLiteral("insert 1-1"), QStringLiteral("change 2-2 columns 3-3")}));
    QCOMPARE(selected.data().toString(), QStringLiteral("web"));
}

void LoadBalancerModelTest::changesTheRatesThatDiffer()
{
    LoadBalancerModel model(*m_state);
    m_state->apply(model::RatesMeasured{{rate("api", 1), rate("db", 2), rate("web", 3), rate("gone", 4)}});
    ModelWatch watch(model);
    m_state->apply(model::RatesMeasured{{rate("api", 5), rate("db", 6), rate("web", 3)}});
    QCOMPARE(watch.take(), QStringList{QStringLiteral("change 0-1 columns 6-6")});
    m_state->apply(model::RatesMeasured{{rate("api", 1), rate("db", 6), rate("web", 4)}});
    QCOMPARE(watch.take(),
             (QStringList{QStringLiteral("change 0-0 columns 6-6"), QStringLiteral("change 2-2 columns 6-6")}));
    m_state->apply(model::RatesMeasured{{rate("db", 6), rate("web", 4)}});
    QCOMPARE(watch.take(), QStringList{QStringLiteral("change 0-0 columns 6-6")});
    QCOMPARE(model.index(0, LoadBalancerModel::RateColumn).data().toString(), QString());
}

void LoadBalancerModelTest::forgetsRates()
{
    LoadBalancerModel model(*m_state);
    m_state->apply(model::RatesMeasured{{rate("api", 1), rate("db", 2), rate("web", 3)}});
    ModelWatch watch(model);
    m_state->forgetRates();
    m_state->forgetRates();
    QCOMPARE(watch.take(), QStringList{QStringLiteral("change 0-2 columns 6-6")});
    QCOMPARE(model.index(1, 0).data(LoadBalancerModel::SessionsRole).toLongLong(), -1);
}

void LoadBalancerModelTest::staysInPlaceWhileItIsSorted()
{
    LoadBalancerModel model(*m_state);
    QSortFilterProxyModel sorted;
    sorted.setSourceModel(&model);
    sorted.setSortRole(models::SortRole);
    sorted.sort(LoadBalancerModel::RateColumn, Qt::DescendingOrder);
    ModelWatch watch(sorted);
    const QPersistentModelIndex selected = sorted.mapFromSource(model.find(QStringLiteral("db")));
    m_state->apply(model::RatesMeasured{{rate("api", 1), rate("db", 3), rate("web", 2)}});
    QCOMPARE(firstColumnOf(sorted), (QStringList{QStringLiteral("db"), QStringLiteral("web"), QStringLiteral("Api")}));
    QVERIFY(!watch.take().contains(QStringLiteral("reset")));
    m_state->apply(model::InstanceChanged{name("db"), instanceView("i-1")});
    QCOMPARE(watch.take(), QStringList{QStringLiteral("change 0-0 columns 3-3")});
    QCOMPARE(selected.row(), 0);
}

void LoadBalancerModelTest::findsByName()
{
    const LoadBalancerModel model(*m_state);
    QCOMPARE(model.find(QStringLiteral("API")).row(), 0);
    QVERIFY(!model.find(QStringLiteral("nowhere")).isValid());
    QVERIFY(!model.find(QStringLiteral("no name!")).isValid());
    QVERIFY(!model.find(QString()).isValid());
}

void LoadBalancerModelTest::tellsWhatIsApplied()
{
    QSignalSpy spy(m_state.get(), &NodeState::appliedChanged);
    m_state->apply(model::RevisionApplied{Revision{7}, 3});
    m_state->apply(model::RevisionApplied{Revision{7}, 3});
    QCOMPARE(spy.count(), 1);
    QCOMPARE(m_state->appliedRevision().number, 7);
    QCOMPARE(m_state->generation(), 3);
}

QTEST_GUILESS_MAIN(LoadBalancerModelTest)
#include "tst_load_balancer_model.moc"

#include "model_watch.h"
#include "models/instance_model.h"
#include "models/listener_model.h"
#include "models/load_balancer_model.h"
#include "support/read_values.h"

#include <QSortFilterProxyModel>

#include <map>
#include <random>

using namespace balancer;
using namespace balancer::tests;
using models::InstanceModel;
using models::ListenerModel;
using models::LoadBalancerModel;
using models::NodeState;

namespace {

/// A node as simple as can be, that changes by chance.
class ChanceNode
{
public:
    explicit ChanceNode(unsigned seed) : m_random(seed) {}

    /// Changes something; the event that says so.
    model::Event change()
    {
        const auto balancer = "lb-" + std::to_string(below(5));
        switch (below(6)) {
        case 0:
            return changeBalancer(balancer);
        case 1:
            m_balancers.erase(balancer);
            return model::LoadBalancerDeleted{name(balancer)};
        case 2:
            return remove(balancer, "i-" + std::to_string(below(8)));
        default:
            return changeInstance(balancer, "i-" + std::to_string(below(8)));
        }
    }

    model::LoadBalancerList snapshot()
    {
        model::LoadBalancerList all;
        all.eventId = "e-1";
        for (const auto &[key, balancer] : m_balancers) {
            model::LoadBalancerDetail told{balancer.view, {}};
            for (const auto &[instanceKey, instance] : balancer.instances)
                told.instances.push_back(instance);
            std::shuffle(told.instances.begin(), told.instances.end(), m_random); // in order of registration
            all.loadBalancers.push_back(told);
        }
        return all;
    }

    QStringList balancers() const
    {
        QStringList texts;
        for (const auto &[key, balancer] : m_balancers) {
            const auto well = std::ranges::count_if(
                balancer.instances, [](const auto &entry) { return entry.second.health.state == "InService"; });
            texts.append(
                QStringLiteral("%1 %2/%3").arg(QString::fromStdString(key)).arg(well).arg(balancer.instances.size()));
        }
        return texts;
    }

    QStringList instances(const std::string &balancer) const
    {
        QStringList texts;
        const auto found = m_balancers.find(balancer);
        if (found == m_balancers.end())
            return texts;
        for (const auto &[key, instance] : found->second.instances)
            texts.append(QString::fromStdString(key + " " + instance.health.state));
        return texts;
    }

    QStringList listeners(const std::string &balancer) const
    {
        QStringList texts;
        const auto found = m_balancers.find(balancer);
        if (found == m_balancers.end())
            return texts;
        for (const auto &listener : found->second.view.listeners)
            texts.append(models::textOf(listener));
        return texts;
    }

    std::size_t below(std::size_t limit) { return m_random() % limit; }

private:
    struct Balancer
    {
        model::LoadBalancerView view;
        std::map<std::string, model::InstanceView> instances;
    };

    model::Event changeBalancer(const std::string &balancer)
    {
        std::vector<model::Listener> listeners;
        for (std::uint16_t port = 80; port < 85; ++port) {
            if (below(2) == 0)
                listeners.push_back(listener(model::Protocol::Http, port, static_cast<std::uint16_t>(8080 + below(2))));
        }
        m_balancers[balancer].view = view(balancer, listeners);
        return model::LoadBalancerChanged{m_balancers[balancer].view};
    }

    model::Event changeInstance(const std::string &balancer, const std::string &instance)
    {
        const auto changed = instanceView(instance, below(2) == 0 ? "InService" : "OutOfService");
        if (const auto found = m_balancers.find(balancer); found != m_balancers.end())
            found->second.instances[instance] = changed;
        return model::InstanceChanged{name(balancer), changed};
    }

    model::Event remove(const std::string &balancer, const std::string &instance)
    {
        if (const auto found = m_balancers.find(balancer); found != m_balancers.end())
            found->second.instances.erase(instance);
        return model::InstanceDeregistered{name(balancer), id(instance)};
    }

    std::mt19937 m_random;
    std::map<std::string, Balancer> m_balancers;
};

QStringList cells(const QAbstractItemModel &model, std::initializer_list<int> roles, const QString &form)
{
    QStringList texts;
    for (int row = 0; row < model.rowCount(); ++row) {
        auto text = form;
        for (const int role : roles)
            text = text.arg(model.index(row, 0).data(role).toString());
        texts.append(text);
    }
    return texts;
}

} // namespace

/// Whatever happens on a node, in whatever order and with whatever gaps, all models show what it has, announce each
/// change as a row operation, and sorted views of them keep up.
class ModelLawTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void showsWhatTheNodeHas_data();
    void showsWhatTheNodeHas();
};

void ModelLawTest::showsWhatTheNodeHas_data()
{
    QTest::addColumn<unsigned>("seed");
    for (unsigned seed = 1; seed <= 8; ++seed)
        QTest::addRow("%u", seed) << seed;
}

void ModelLawTest::showsWhatTheNodeHas()
{
    QFETCH(unsigned, seed);
    ChanceNode node(seed);
    NodeState state;
    LoadBalancerModel balancers(state);
    InstanceModel instances(state, QStringLiteral("lb-2"));
    ListenerModel listeners(state, QStringLiteral("lb-2"));
    QSortFilterProxyModel sorted;
    sorted.setSourceModel(&instances);
    sorted.setSortRole(models::SortRole);
    sorted.sort(InstanceModel::StateColumn);
    ModelWatch balancerWatch(balancers);
    ModelWatch instanceWatch(instances);
    ModelWatch listenerWatch(listeners);
    ModelWatch sortedWatch(sorted);

    for (int round = 0; round < 300; ++round) {
        if (node.below(20) == 0) {
            for (int missed = 0; missed < 15; ++missed)
                node.change();
            state.apply(node.snapshot());
        } else {
            state.apply(node.change());
        }
        QCOMPARE(
            cells(balancers,
                  {LoadBalancerModel::NameRole, LoadBalancerModel::InServiceRole, LoadBalancerModel::RegisteredRole},
                  QStringLiteral("%1 %2/%3")),
            node.balancers());
        auto shown = cells(instances, {InstanceModel::IdRole, InstanceModel::StateRole}, QStringLiteral("%1 %2"));
        QCOMPARE(shown, node.instances("lb-2"));
        QCOMPARE(cells(listeners, {ListenerModel::TextRole}, QStringLiteral("%1")), node.listeners("lb-2"));
        auto shownSorted = cells(sorted, {InstanceModel::IdRole, InstanceModel::StateRole}, QStringLiteral("%1 %2"));
        shownSorted.sort();
        QCOMPARE(shownSorted, shown);
    }
    for (auto *watch : {&balancerWatch, &instanceWatch, &listenerWatch, &sortedWatch})
        QVERIFY(!watch->take().contains(QStringLiteral("reset")));
}

QTEST_GUILESS_MAIN(ModelLawTest)
#include "tst_model_law.moc"

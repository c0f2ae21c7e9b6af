#include "models/listener_model.h"

#include "models/row_merge.h"
#include "models/texts.h"

#include <algorithm>
#include <array>
#include <utility>

namespace balancer::models {

namespace {

using Row = model::Listener;

QString protocol(const Row &row)
{
    return text(model::renderProtocol(row.protocol));
}
QString instanceProtocol(const Row &row)
{
    return text(model::renderProtocol(row.instanceProtocol));
}
QString certificate(const Row &row)
{
    return text(row.certificateId);
}
QVariant port(const Row &row)
{
    return int(row.loadBalancerPort);
}
QVariant instancePort(const Row &row)
{
    return int(row.instancePort);
}

template <QString (*Text)(const Row &)>
QVariant asVariant(const Row &row)
{
    return Text(row);
}

template <QVariant (*Value)(const Row &)>
QString asText(const Row &row)
{
    return Value(row).toString();
}

const std::array kColumns{
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::ListenerModel", "Protocol"), &protocol, &asVariant<&protocol>},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::ListenerModel", "Port"), &asText<&port>, &port},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::ListenerModel", "Instance protocol"), &instanceProtocol,
                &asVariant<&instanceProtocol>},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::ListenerModel", "Instance port"), &asText<&instancePort>,
                &instancePort},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::ListenerModel", "Certificate"), &certificate,
                &asVariant<&certificate>},
};

const std::array kRoles{
    RowRole<Row>{ListenerModel::ProtocolRole, "protocol", &asVariant<&protocol>},
    RowRole<Row>{ListenerModel::PortRole, "port", &port},
    RowRole<Row>{ListenerModel::InstanceProtocolRole, "instanceProtocol", &asVariant<&instanceProtocol>},
    RowRole<Row>{ListenerModel::InstancePortRole, "instancePort", &instancePort},
    RowRole<Row>{ListenerModel::CertificateRole, "certificate", &asVariant<&certificate>},
    RowRole<Row>{ListenerModel::TextRole, "text", [](const Row &row) { return QVariant(textOf(row)); }},
};

} // namespace

QString textOf(const model::Listener &listener)
{
    return QStringLiteral("%1 %2 → %3 %4")
        .arg(protocol(listener))
        .arg(listener.loadBalancerPort)
        .arg(instanceProtocol(listener))
        .arg(listener.instancePort);
}

ListenerModel::ListenerModel(const NodeState &state, const QString &loadBalancer, QObject *parent)
    : TableModel(kColumns, kRoles, parent), m_followed(state, loadBalancer), m_shown(current())
{
    connect(&state, &NodeState::loadBalancersInserted, this, [this](int first, int last) {
        if (m_followed.isAmong(first, last))
            show(current());
    });
    connect(&state, &NodeState::loadBalancersAboutToBeRemoved, this, [this](int first, int last) {
        if (m_followed.isAmong(first, last))
            show({});
    });
    connect(&state, &NodeState::loadBalancerChanged, this, [this](int row) {
        if (m_followed.isAt(row))
            show(current());
    });
}

void ListenerModel::setLoadBalancer(const QString &name)
{
    if (name == loadBalancer())
        return;
    beginResetModel();
    m_followed.setName(name);
    m_shown = current();
    endResetModel();
    Q_EMIT loadBalancerChanged();
}

int ListenerModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

/// By port, each once, whatever the node told.
std::vector<model::Listener> ListenerModel::current() const
{
    const auto *loadBalancer = m_followed.find();
    auto listeners = loadBalancer ? loadBalancer->view.listeners : std::vector<model::Listener>();
    std::ranges::stable_sort(listeners, std::ranges::less{}, &model::Listener::loadBalancerPort);
    const auto repeated = std::ranges::unique(listeners, std::ranges::equal_to{}, &model::Listener::loadBalancerPort);
    listeners.erase(repeated.begin(), repeated.end());
    return listeners;
}

struct ListenerModel::Merge
{
    ListenerModel &model;
    std::vector<model::Listener> wanted;

    std::vector<model::Listener> &shown() const { return model.m_shown; }
    const model::Listener &at(int newRow) const { return wanted[static_cast<std::size_t>(newRow)]; }

    int count() const { return static_cast<int>(shown().size()); }
    int newCount() const { return static_cast<int>(wanted.size()); }
    std::strong_ordering compare(int row, int newRow) const
    {
        return model.at(row).loadBalancerPort <=> at(newRow).loadBalancerPort;
    }
    void insert(int row, int firstNew, int added)
    {
        model.beginInsertRows({}, row, row + added - 1);
        shown().insert(shown().begin() + row, wanted.begin() + firstNew, wanted.begin() + firstNew + added);
        model.endInsertRows();
    }
    void remove(int row, int gone)
    {
        model.beginRemoveRows({}, row, row + gone - 1);
        shown().erase(shown().begin() + row, shown().begin() + row + gone);
        model.endRemoveRows();
    }
    void update(int row, int newRow)
    {
        auto &old = shown()[static_cast<std::size_t>(row)];
        if (old == at(newRow))
            return;
        old = at(newRow);
        model.announceChange(row, row);
    }
};

void ListenerModel::show(std::vector<model::Listener> byPort)
{
    mergeRows(Merge{*this, std::move(byPort)});
}

} // namespace balancer::models

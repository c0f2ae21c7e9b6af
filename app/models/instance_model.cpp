#include "models/instance_model.h"

#include "models/texts.h"

#include <array>

namespace balancer::models {

namespace {

using Row = model::InstanceView;

QString orNothing(const std::string &word)
{
    return word == "N/A" ? QString() : text(word);
}

QString id(const Row &row)
{
    return text(row.health.id.text());
}
QString address(const Row &row)
{
    return text(row.address);
}
QString state(const Row &row)
{
    return text(row.health.state);
}
QString reason(const Row &row)
{
    return orNothing(row.health.reasonCode);
}
QString description(const Row &row)
{
    return orNothing(row.health.description);
}

template <QString (*Text)(const Row &)>
QVariant asVariant(const Row &row)
{
    return Text(row);
}

template <QString (*Text)(const Row &)>
constexpr Column<Row> column(const char *title)
{
    return {title, Text, &asVariant<Text>};
}

const std::array kColumns{
    column<&id>(QT_TRANSLATE_NOOP("balancer::models::InstanceModel", "Instance")),
    column<&address>(QT_TRANSLATE_NOOP("balancer::models::InstanceModel", "Address")),
    column<&state>(QT_TRANSLATE_NOOP("balancer::models::InstanceModel", "State")),
    column<&reason>(QT_TRANSLATE_NOOP("balancer::models::InstanceModel", "Reason")),
    column<&description>(QT_TRANSLATE_NOOP("balancer::models::InstanceModel", "Description")),
};

const std::array kRoles{
    RowRole<Row>{InstanceModel::IdRole, "instanceId", &asVariant<&id>},
    RowRole<Row>{InstanceModel::AddressRole, "address", &asVariant<&address>},
    RowRole<Row>{InstanceModel::StateRole, "state", &asVariant<&state>},
    RowRole<Row>{InstanceModel::InServiceRole, "inService", [](const Row &row) { return QVariant(isInService(row)); }},
    RowRole<Row>{InstanceModel::ReasonRole, "reason", &asVariant<&reason>},
    RowRole<Row>{InstanceModel::DescriptionRole, "description", &asVariant<&description>},
};

} // namespace

InstanceModel::InstanceModel(const NodeState &state, const QString &loadBalancer, QObject *parent)
    : TableModel(kColumns, kRoles, parent), m_followed(state, loadBalancer), m_shown(m_followed.find())
{
    followLoadBalancers();
    followInstances();
}

void InstanceModel::followLoadBalancers()
{
    const auto *state = &m_followed.state();
    connect(state, &NodeState::loadBalancersInserted, this, [this](int first, int last) {
        if (m_followed.isAmong(first, last))
            show(m_followed.find());
    });
    connect(state, &NodeState::loadBalancersAboutToBeRemoved, this, [this](int first, int last) {
        if (m_followed.isAmong(first, last))
            showNothing();
    });
}

void InstanceModel::followInstances()
{
    const auto *state = &m_followed.state();
    connect(state, &NodeState::instancesAboutToBeInserted, this, [this](int loadBalancer, int first, int last) {
        if (m_followed.isAt(loadBalancer))
            beginInsertRows({}, first, last);
    });
    connect(state, &NodeState::instancesInserted, this, [this](int loadBalancer) {
        if (m_followed.isAt(loadBalancer))
            endInsertRows();
    });
    connect(state, &NodeState::instancesAboutToBeRemoved, this, [this](int loadBalancer, int first, int last) {
        if (m_followed.isAt(loadBalancer))
            beginRemoveRows({}, first, last);
    });
    connect(state, &NodeState::instancesRemoved, this, [this](int loadBalancer) {
        if (m_followed.isAt(loadBalancer))
            endRemoveRows();
    });
    connect(state, &NodeState::instanceChanged, this, [this](int loadBalancer, int row) {
        if (m_followed.isAt(loadBalancer))
            announceChange(row, row);
    });
}

void InstanceModel::setLoadBalancer(const QString &name)
{
    if (name == loadBalancer())
        return;
    beginResetModel();
    m_followed.setName(name);
    m_shown = m_followed.find();
    endResetModel();
    Q_EMIT loadBalancerChanged();
}

int InstanceModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() || !m_shown ? 0 : m_shown->registered();
}

QModelIndex InstanceModel::find(const QString &id) const
{
    const auto parsed = InstanceId::parse(id.toStdString());
    const int row = parsed && m_shown ? m_shown->rowOf(*parsed) : -1;
    return row < 0 ? QModelIndex() : index(row, 0);
}

void InstanceModel::show(const LoadBalancerState *shown)
{
    if (shown == m_shown)
        return; // somebody who heard of it first told us to
    const int count = shown->registered();
    if (count > 0)
        beginInsertRows({}, 0, count - 1);
    m_shown = shown;
    if (count > 0)
        endInsertRows();
}

/// The rows go here before they do in the state, which is still whole.
void InstanceModel::showNothing()
{
    const int count = rowCount();
    if (count > 0)
        beginRemoveRows({}, 0, count - 1);
    m_shown = nullptr;
    if (count > 0)
        endRemoveRows();
}

} // namespace balancer::models

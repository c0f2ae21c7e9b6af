#include "models/load_balancer_model.h"

#include "models/listener_model.h"
#include "models/texts.h"

#include <algorithm>
#include <array>

namespace balancer::models {

namespace {

using Health = LoadBalancerModel::Health;

bool speaksHttp(const LoadBalancerState &row)
{
    return std::ranges::any_of(row.view.listeners,
                               [](const auto &listener) { return model::isHttpLayer(listener.protocol); });
}

QString listeners(const LoadBalancerState &row)
{
    QStringList texts;
    for (const auto &listener : row.view.listeners)
        texts.append(textOf(listener));
    return texts.join(QStringLiteral(", "));
}

QString instances(const LoadBalancerState &row)
{
    return QStringLiteral("%1 / %2").arg(row.inService).arg(row.registered());
}

/// The least served first; among the equally served the smaller one.
QVariant instancesKey(const LoadBalancerState &row)
{
    const double share = row.registered() > 0 ? static_cast<double>(row.inService) / row.registered() : -1;
    return share * 1e6 + row.registered();
}

Health healthOf(const LoadBalancerState &row)
{
    if (row.registered() == 0)
        return Health::Empty;
    if (row.inService == row.registered())
        return Health::Healthy;
    return row.inService > 0 ? Health::Reduced : Health::Down;
}

/// -1 while it is not measured.
template <std::int64_t model::TrafficRate::*Field>
QVariant rateOf(const LoadBalancerState &row)
{
    return row.rate ? static_cast<qlonglong>((*row.rate).*Field) : -1LL;
}

QVariant mainRate(const LoadBalancerState &row)
{
    return speaksHttp(row) ? rateOf<&model::TrafficRate::requestsPerSecond>(row)
                           : rateOf<&model::TrafficRate::connectionsPerSecond>(row);
}

QString rateText(const LoadBalancerState &row)
{
    return row.rate ? LoadBalancerModel::tr("%L1/s").arg(mainRate(row).toLongLong()) : QString();
}

using Row = LoadBalancerState;

const std::array kColumns{
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::LoadBalancerModel", "Name"),
                [](const Row &row) { return text(row.view.name.text()); },
                [](const Row &row) { return QVariant(text(row.view.name.folded())); }},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::LoadBalancerModel", "DNS name"),
                [](const Row &row) { return text(row.view.dnsName); },
                [](const Row &row) { return QVariant(text(row.view.dnsName)); }},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::LoadBalancerModel", "Listeners"), &listeners,
                [](const Row &row) {
                    return QVariant(row.view.listeners.empty() ? 0 : int(row.view.listeners.front().loadBalancerPort));
                }},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::LoadBalancerModel", "Instances"), &instances, &instancesKey},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::LoadBalancerModel", "Scheme"),
                [](const Row &row) { return text(model::renderScheme(row.view.scheme)); },
                [](const Row &row) { return QVariant(text(model::renderScheme(row.view.scheme))); }},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::LoadBalancerModel", "Created"),
                [](const Row &row) { return textOf(row.view.createdAt); },
                [](const Row &row) { return QVariant(dateTime(row.view.createdAt)); }},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::LoadBalancerModel", "Requests"), &rateText, &mainRate},
};

const std::array kRoles{
    RowRole<Row>{LoadBalancerModel::NameRole, "name",
                 [](const Row &row) { return QVariant(text(row.view.name.text())); }},
    RowRole<Row>{LoadBalancerModel::DnsNameRole, "dnsName",
                 [](const Row &row) { return QVariant(text(row.view.dnsName)); }},
    RowRole<Row>{LoadBalancerModel::ListenersRole, "listeners",
                 [](const Row &row) { return QVariant(listeners(row)); }},
    RowRole<Row>{LoadBalancerModel::InServiceRole, "inService", [](const Row &row) { return QVariant(row.inService); }},
    RowRole<Row>{LoadBalancerModel::RegisteredRole, "registered",
                 [](const Row &row) { return QVariant(row.registered()); }},
    RowRole<Row>{LoadBalancerModel::HealthRole, "health",
                 [](const Row &row) { return QVariant::fromValue(healthOf(row)); }},
    RowRole<Row>{LoadBalancerModel::SchemeRole, "scheme",
                 [](const Row &row) { return QVariant(text(model::renderScheme(row.view.scheme))); }},
    RowRole<Row>{LoadBalancerModel::CreatedRole, "created",
                 [](const Row &row) { return QVariant(dateTime(row.view.createdAt)); }},
    RowRole<Row>{LoadBalancerModel::HealthCheckTargetRole, "healthCheckTarget",
                 [](const Row &row) { return QVariant(text(model::renderTarget(row.view.healthCheck.target))); }},
    RowRole<Row>{LoadBalancerModel::RevisionRole, "revision",
                 [](const Row &row) { return QVariant(static_cast<qlonglong>(row.view.revision.number)); }},
    RowRole<Row>{LoadBalancerModel::RequestRateRole, "requestRate", &rateOf<&model::TrafficRate::requestsPerSecond>},
    RowRole<Row>{LoadBalancerModel::ConnectionRateRole, "connectionRate",
                 &rateOf<&model::TrafficRate::connectionsPerSecond>},
    RowRole<Row>{LoadBalancerModel::BytesInRateRole, "bytesInRate", &rateOf<&model::TrafficRate::bytesInPerSecond>},
    RowRole<Row>{LoadBalancerModel::BytesOutRateRole, "bytesOutRate", &rateOf<&model::TrafficRate::bytesOutPerSecond>},
    RowRole<Row>{LoadBalancerModel::SessionsRole, "sessions", &rateOf<&model::TrafficRate::sessions>},
    RowRole<Row>{LoadBalancerModel::SpeaksHttpRole, "speaksHttp",
                 [](const Row &row) { return QVariant(speaksHttp(row)); }},
};

} // namespace

LoadBalancerModel::LoadBalancerModel(const NodeState &state, QObject *parent)
    : TableModel(kColumns, kRoles, parent), m_state(state)
{
    connect(&state, &NodeState::loadBalancersAboutToBeInserted, this,
            [this](int first, int last) { beginInsertRows({}, first, last); });
    connect(&state, &NodeState::loadBalancersInserted, this, [this] { endInsertRows(); });
    connect(&state, &NodeState::loadBalancersAboutToBeRemoved, this,
            [this](int first, int last) { beginRemoveRows({}, first, last); });
    connect(&state, &NodeState::loadBalancersRemoved, this, [this] { endRemoveRows(); });
    connect(&state, &NodeState::loadBalancerChanged, this, [this](int row) { announceChange(row, row); });
    connect(&state, &NodeState::instanceCountsChanged, this,
            [this](int row) { announceChange(row, row, InstancesColumn); });
    connect(&state, &NodeState::ratesChanged, this,
            [this](int first, int last) { announceChange(first, last, RateColumn); });
}

int LoadBalancerModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_state.loadBalancerCount();
}

QModelIndex LoadBalancerModel::find(const QString &name) const
{
    const auto parsed = LoadBalancerName::parse(name.toStdString());
    const int row = parsed ? m_state.rowOf(*parsed) : -1;
    return row < 0 ? QModelIndex() : index(row, 0);
}

} // namespace balancer::models

#include "models/node_model.h"

#include <algorithm>
#include <array>
#include <utility>

namespace balancer::models {

namespace {

using Row = NodeSession;

QString name(const Row &row)
{
    return row.name();
}
QString address(const Row &row)
{
    return row.address();
}
QString stateText(const Row &row)
{
    return row.stateText();
}
QString reason(const Row &row)
{
    return row.reason();
}
QVariant state(const Row &row)
{
    return static_cast<int>(row.connectionState());
}

template <QString (*Text)(const Row &)>
QVariant asVariant(const Row &row)
{
    return Text(row);
}

const std::array kColumns{
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::NodeModel", "Node"), &name, &asVariant<&name>},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::NodeModel", "Address"), &address, &asVariant<&address>},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::NodeModel", "State"), &stateText, &state},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::NodeModel", "Reason"), &reason, &asVariant<&reason>},
};

const std::array kRoles{
    RowRole<Row>{NodeModel::IdRole, "nodeId", [](const Row &row) { return QVariant(row.id()); }},
    RowRole<Row>{NodeModel::NameRole, "name", &asVariant<&name>},
    RowRole<Row>{NodeModel::AddressRole, "address", &asVariant<&address>},
    RowRole<Row>{NodeModel::StateRole, "state", &state},
    RowRole<Row>{NodeModel::StateTextRole, "stateText", &asVariant<&stateText>},
    RowRole<Row>{NodeModel::ReasonRole, "reason", &asVariant<&reason>},
    RowRole<Row>{NodeModel::LiveRole, "live", [](const Row &row) { return QVariant(row.isLive()); }},
    RowRole<Row>{NodeModel::SessionRole, "session",
                 [](const Row &row) { return QVariant::fromValue(const_cast<NodeSession *>(&row)); }},
};

} // namespace

NodeModel::NodeModel(ports::HttpTransport &transport, const ports::Clock &clock, client::NodeClientOptions options,
                     QObject *parent)
    : TableModel(kColumns, kRoles, parent), m_transport(transport), m_clock(clock), m_options(std::move(options))
{
}

NodeModel::~NodeModel() = default;

Result<NodeSession *> NodeModel::add(NodeEntry entry)
{
    if (entry.id.isEmpty() || find(entry.id))
        return fail(ErrorCode::InvalidInput, "there is a node '" + entry.id.toStdString() + "' already");
    auto made = std::make_unique<NodeSession>(m_transport, m_clock, std::move(entry), m_options);
    auto *session = made.get();
    connect(session, &NodeSession::changed, this, [this, session] {
        const int row = rowOf(session->id());
        announceChange(row, row);
    });
    beginInsertRows({}, rowCount(), rowCount());
    m_sessions.push_back(std::move(made));
    endInsertRows();
    session->start();
    return session;
}

bool NodeModel::edit(const QString &id, const QString &name, client::NodeAccess access)
{
    auto *session = find(id);
    if (session)
        session->edit(name, std::move(access));
    return session != nullptr;
}

bool NodeModel::remove(const QString &id)
{
    const int row = rowOf(id);
    if (row < 0)
        return false;
    beginRemoveRows({}, row, row);
    const auto gone = std::move(m_sessions[static_cast<std::size_t>(row)]);
    m_sessions.erase(m_sessions.begin() + row);
    endRemoveRows();
    return true;
}

bool NodeModel::move(const QString &id, int to)
{
    const int from = rowOf(id);
    if (from < 0 || to < 0 || to >= rowCount())
        return false;
    if (from == to)
        return true;
    // Qt names the row before which it goes.
    beginMoveRows({}, from, from, {}, to > from ? to + 1 : to);
    const auto rows = m_sessions.begin();
    if (from < to)
        std::rotate(rows + from, rows + from + 1, rows + to + 1);
    else
        std::rotate(rows + to, rows + from, rows + from + 1);
    endMoveRows();
    return true;
}

int NodeModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_sessions.size());
}

int NodeModel::rowOf(const QString &id) const
{
    const auto found = std::ranges::find(m_sessions, id, [](const auto &session) { return session->id(); });
    return found == m_sessions.end() ? -1 : static_cast<int>(found - m_sessions.begin());
}

NodeSession *NodeModel::find(const QString &id) const
{
    const int row = rowOf(id);
    return row < 0 ? nullptr : &at(row);
}

} // namespace balancer::models

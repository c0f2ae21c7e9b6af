#pragma once

#include "models/node_session.h"
#include "models/table_model.h"

#include <memory>
#include <vector>

namespace balancer::models {

/// The nodes in the console, in the operator's order. Each row owns its session, which runs while it is in the list.
class NodeModel : public TableModel<NodeSession>
{
    Q_OBJECT

public:
    enum ColumnIndex { NameColumn, AddressColumn, StateColumn, ReasonColumn };
    Q_ENUM(ColumnIndex)

    enum Role {
        IdRole = kOwnRoles,
        NameRole,
        AddressRole,
        StateRole,     ///< int: client::ConnectionState
        StateTextRole, ///< for people
        ReasonRole,
        LiveRole,    ///< bool
        SessionRole, ///< NodeSession *
    };
    Q_ENUM(Role)

    /// Transport and clock live longer.
    NodeModel(ports::HttpTransport &transport, const ports::Clock &clock, client::NodeClientOptions options = {},
              QObject *parent = nullptr);
    ~NodeModel() override;

    /// At the end; starts it. InvalidInput when the id is empty or taken.
    Result<NodeSession *> add(NodeEntry entry);
    /// False when there is no such node, as with the next two.
    bool edit(const QString &id, const QString &name, client::NodeAccess access);
    bool remove(const QString &id);
    /// So that it stands in row `to`.
    bool move(const QString &id, int to);

    int rowCount(const QModelIndex &parent = {}) const override;
    /// -1 when there is no such node.
    Q_INVOKABLE int rowOf(const QString &id) const;
    /// Null when there is no such node. Sessions live until they are removed.
    Q_INVOKABLE balancer::models::NodeSession *find(const QString &id) const;
    NodeSession &at(int row) const { return *m_sessions[static_cast<std::size_t>(row)]; }

protected:
    const NodeSession &rowAt(int row) const override { return at(row); }

private:
    ports::HttpTransport &m_transport;
    const ports::Clock &m_clock;
    client::NodeClientOptions m_options;
    std::vector<std::unique_ptr<NodeSession>> m_sessions;
};

} // namespace balancer::models

#pragma once

#include "models/node_state.h"
#include "models/table_model.h"

namespace balancer::models {

/// The load balancers of a node, by name.
class LoadBalancerModel : public TableModel<LoadBalancerState>
{
    Q_OBJECT

public:
    enum ColumnIndex {
        NameColumn,
        DnsNameColumn,
        ListenersColumn, ///< "HTTP 80 → HTTP 8080, TCP 22 → TCP 22"
        InstancesColumn, ///< in service / registered
        SchemeColumn,
        CreatedColumn,
        RateColumn, ///< requests per second; connections where no listener speaks HTTP
    };
    Q_ENUM(ColumnIndex)

    enum Role {
        NameRole = kOwnRoles,
        DnsNameRole,
        ListenersRole,
        InServiceRole,  ///< int
        RegisteredRole, ///< int
        HealthRole,     ///< Health
        SchemeRole,     ///< "internet-facing", "internal"
        CreatedRole,    ///< QDateTime
        HealthCheckTargetRole,
        RevisionRole,       ///< qlonglong
        RequestRateRole,    ///< qlonglong per second; -1 while unknown, as the next four
        ConnectionRateRole, ///< qlonglong per second
        BytesInRateRole,    ///< qlonglong per second
        BytesOutRateRole,   ///< qlonglong per second
        SessionsRole,       ///< qlonglong, open now
        SpeaksHttpRole,     ///< bool: whether any listener counts requests
    };
    Q_ENUM(Role)

    /// All its instances in one word.
    enum class Health {
        Empty,   ///< none is registered
        Healthy, ///< all are in service
        Reduced, ///< some are
        Down,    ///< none is
    };
    Q_ENUM(Health)

    /// `state` lives longer than the model.
    explicit LoadBalancerModel(const NodeState &state, QObject *parent = nullptr);

    int rowCount(const QModelIndex &parent = {}) const override;
    /// The first cell of its row; invalid when there is none of that name. Case does not matter.
    Q_INVOKABLE QModelIndex find(const QString &name) const;
    /// Everything about the row.
    const LoadBalancerState &at(int row) const { return m_state.loadBalancer(row); }

protected:
    const LoadBalancerState &rowAt(int row) const override { return at(row); }

private:
    const NodeState &m_state;
};

} // namespace balancer::models

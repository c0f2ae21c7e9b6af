#pragma once

#include "models/load_balancer_follower.h"
#include "models/table_model.h"

namespace balancer::models {

/// The instances of one load balancer, by id. No rows while there is no such load balancer; they come when it does.
class InstanceModel : public TableModel<model::InstanceView>
{
    Q_OBJECT
    Q_PROPERTY(QString loadBalancer READ loadBalancer WRITE setLoadBalancer NOTIFY loadBalancerChanged)

public:
    enum ColumnIndex {
        IdColumn,
        AddressColumn,
        StateColumn,
        ReasonColumn, ///< ELB's code, empty for "N/A"
        DescriptionColumn,
    };
    Q_ENUM(ColumnIndex)

    enum Role {
        IdRole = kOwnRoles,
        AddressRole,
        StateRole,     ///< "InService", "OutOfService", "Unknown"
        InServiceRole, ///< bool
        ReasonRole,    ///< "ELB", "Instance", "N/A"
        DescriptionRole,
    };
    Q_ENUM(Role)

    /// `state` lives longer than the model.
    explicit InstanceModel(const NodeState &state, const QString &loadBalancer = {}, QObject *parent = nullptr);

    QString loadBalancer() const { return m_followed.name(); }
    /// Another one: the model is reset.
    void setLoadBalancer(const QString &name);

    int rowCount(const QModelIndex &parent = {}) const override;
    /// The first cell of its row; invalid when it is not registered.
    Q_INVOKABLE QModelIndex find(const QString &id) const;
    const model::InstanceView &at(int row) const { return rowAt(row); }

Q_SIGNALS:
    void loadBalancerChanged();

protected:
    const model::InstanceView &rowAt(int row) const override
    {
        return *m_shown->instances[static_cast<std::size_t>(row)];
    }

private:
    void followLoadBalancers();
    void followInstances();
    void show(const LoadBalancerState *shown);
    void showNothing();

    LoadBalancerFollower m_followed;
    const LoadBalancerState *m_shown = nullptr; ///< null while there is none
};

} // namespace balancer::models

#pragma once

#include "models/load_balancer_follower.h"
#include "models/table_model.h"

#include <vector>

namespace balancer::models {

/// The listeners of one load balancer, by port. No rows while there is no such load balancer; they come when it does.
class ListenerModel : public TableModel<model::Listener>
{
    Q_OBJECT
    Q_PROPERTY(QString loadBalancer READ loadBalancer WRITE setLoadBalancer NOTIFY loadBalancerChanged)

public:
    enum ColumnIndex {
        ProtocolColumn,
        PortColumn,
        InstanceProtocolColumn,
        InstancePortColumn,
        CertificateColumn,
    };
    Q_ENUM(ColumnIndex)

    enum Role {
        ProtocolRole = kOwnRoles,
        PortRole, ///< int
        InstanceProtocolRole,
        InstancePortRole, ///< int
        CertificateRole,
        TextRole, ///< "HTTP 80 → HTTP 8080"
    };
    Q_ENUM(Role)

    /// `state` lives longer than the model.
    explicit ListenerModel(const NodeState &state, const QString &loadBalancer = {}, QObject *parent = nullptr);

    QString loadBalancer() const { return m_followed.name(); }
    /// Another one: the model is reset.
    void setLoadBalancer(const QString &name);

    int rowCount(const QModelIndex &parent = {}) const override;
    const model::Listener &at(int row) const { return rowAt(row); }

Q_SIGNALS:
    void loadBalancerChanged();

protected:
    const model::Listener &rowAt(int row) const override { return m_shown[static_cast<std::size_t>(row)]; }

private:
    struct Merge;
    std::vector<model::Listener> current() const;
    void show(std::vector<model::Listener> byPort);

    LoadBalancerFollower m_followed;
    std::vector<model::Listener> m_shown;
};

/// "HTTP 80 → HTTP 8080"
QString textOf(const model::Listener &listener);

} // namespace balancer::models

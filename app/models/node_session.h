#pragma once

#include "client/node_client.h"
#include "models/history_model.h"
#include "models/load_balancer_model.h"
#include "models/node_state.h"
#include "models/traffic_history.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>

namespace balancer::models {

/// What the console has to know to reach a node.
struct NodeEntry
{
    QString id;   ///< the console's own, never changes; whoever keeps the list makes it up
    QString name; ///< what the operator calls it
    client::NodeAccess access;

    bool operator==(const NodeEntry &) const = default;
};

/// One node in the console: its client and everything that is known of it. What was known stays readable while the
/// node cannot be reached; rates do not.
class NodeSession : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QString nodeId READ id CONSTANT)
    Q_PROPERTY(QString name READ name NOTIFY changed)
    Q_PROPERTY(QString address READ address NOTIFY changed)
    Q_PROPERTY(bool live READ isLive NOTIFY changed)
    Q_PROPERTY(QString stateText READ stateText NOTIFY changed)
    Q_PROPERTY(QString reason READ reason NOTIFY changed)
    Q_PROPERTY(balancer::models::LoadBalancerModel *loadBalancers READ loadBalancers CONSTANT)
    Q_PROPERTY(balancer::models::HistoryModel *history READ history CONSTANT)
    Q_PROPERTY(balancer::models::TrafficHistory *traffic READ traffic CONSTANT)

public:
    /// Transport and clock live longer. Nothing is sent before start().
    NodeSession(ports::HttpTransport &transport, const ports::Clock &clock, NodeEntry entry,
                client::NodeClientOptions options = {}, QObject *parent = nullptr);
    ~NodeSession() override;

    void start();
    void stop();
    /// Another name or access; the id stays. What was known of another address is forgotten.
    void edit(const QString &name, client::NodeAccess access);

    const QString &id() const { return m_entry.id; }
    const QString &name() const { return m_entry.name; }
    QString address() const; ///< the URL
    const NodeEntry &entry() const { return m_entry; }

    client::ConnectionState connectionState() const;
    bool isLive() const { return connectionState() == client::ConnectionState::Live; }
    QString stateText() const; ///< for people, translated
    QString reason() const;    ///< why it is not live; empty when it is

    client::NodeClient &client() { return *m_client; }
    const NodeState &state() const { return m_state; }
    LoadBalancerModel *loadBalancers() { return &m_loadBalancers; }
    HistoryModel *history() { return &m_history; }
    TrafficHistory *traffic() { return &m_traffic; }
    /// What the node says of itself; nothing before it was first reached.
    const std::optional<model::NodeStatus> &status() const { return m_status; }

Q_SIGNALS:
    /// Its name, address, connection state or reason.
    void changed();
    void statusChanged();

private:
    void follow();
    void apply(const model::Event &event);
    void readOn();
    void forget();

    const ports::Clock &m_clock;
    NodeEntry m_entry;
    NodeState m_state;
    LoadBalancerModel m_loadBalancers;
    HistoryModel m_history;
    TrafficHistory m_traffic;
    std::optional<model::NodeStatus> m_status;
    std::unique_ptr<client::NodeClient> m_client;
};

/// "Live", "Not reachable" …, translated.
QString textOf(client::ConnectionState state);

} // namespace balancer::models

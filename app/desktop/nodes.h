#pragma once

#include "desktop/node_registry.h"
#include "desktop/secret_store.h"
#include "models/node_model.h"

#include <QObject>
#include <QSet>

namespace balancer::desktop {

/// The user's nodes: the list on disk, their secrets in the keychain, and a running session for each. What the user
/// changes is saved at once.
class Nodes : public QObject
{
    Q_OBJECT

public:
    /// All of them live longer.
    Nodes(NodeRegistry registry, SecretStore &secrets, ports::HttpTransport &transport, const ports::Clock &clock,
          QObject *parent = nullptr);

    /// Reads the list and connects to its nodes. Where there was never one, it begins with `localSocket`, if that is
    /// there. A list that cannot be read is a problem(), and then nothing is written over it.
    void load(const QString &localSocket);

    models::NodeModel &model() { return m_model; }
    ports::HttpTransport &transport() { return m_transport; }
    const ports::Clock &clock() const { return m_clock; }
    /// Null when there is no such node.
    const NodeEntry *find(const QString &id) const;
    /// Its key's secret is not known, so the node refuses us until enterSecret.
    bool wantsSecret(const QString &id) const { return m_secretless.contains(id); }

    /// A new one at the end. Its id, which is made here, is the answer.
    QString add(NodeEntry entry, const QString &secret);
    /// By its id. An empty secret keeps the one there is.
    void edit(const NodeEntry &entry, const QString &secret);
    void remove(const QString &id);
    void move(const QString &id, int to);
    /// Pins another certificate.
    void setFingerprint(const QString &id, const QString &fingerprint);

Q_SIGNALS:
    /// A sentence for the user.
    void problem(const QString &sentence);
    void secretWantedChanged(const QString &id);

private:
    void save();
    /// The next three say of themselves what failed.
    QCoro::Task<void> loadSecret(QString id);
    QCoro::Task<void> saveSecret(QString id, QString secret);
    QCoro::Task<void> removeSecret(QString id);
    NodeEntry *entry(const QString &id);
    void start(const NodeEntry &entry, const QString &secret);
    client::NodeAccess accessOf(const NodeEntry &entry, const QString &secret) const;
    QString secretOf(const QString &id) const;
    void setWanted(const QString &id, bool wanted);

    NodeRegistry m_registry;
    SecretStore &m_secrets;
    ports::HttpTransport &m_transport;
    const ports::Clock &m_clock;
    bool m_writable = true;
    std::vector<NodeEntry> m_entries;
    QSet<QString> m_secretless;
    models::NodeModel m_model;
};

} // namespace balancer::desktop

#include "desktop/nodes.h"

#include <QFileInfo>
#include <QPointer>
#include <QUuid>

#include <algorithm>

namespace balancer::desktop {

namespace {

QString newId()
{
    return QUuid::createUuid().toString(QUuid::WithoutBraces);
}

QString textOf(const Error &error)
{
    return QString::fromStdString(error.message);
}

} // namespace

Nodes::Nodes(NodeRegistry registry, SecretStore &secrets, ports::HttpTransport &transport, const ports::Clock &clock,
             QObject *parent)
    : QObject(parent), m_registry(std::move(registry)), m_secrets(secrets), m_transport(transport), m_clock(clock),
      m_model(transport, clock)
{
}

void Nodes::load(const QString &localSocket)
{
    auto loaded = m_registry.load();
    if (!loaded && loaded.error().code != ErrorCode::NotFound) {
        m_writable = false;
        Q_EMIT problem(tr("The list of nodes cannot be read, and will not be changed: %1").arg(textOf(loaded.error())));
        return;
    }
    if (!loaded && !localSocket.isEmpty() && QFileInfo::exists(localSocket)) {
        add({{}, tr("This machine"), QStringLiteral("unix:") + localSocket, {}, {}}, {});
        return;
    }
    if (loaded)
        m_entries = std::move(*loaded);
    for (const NodeEntry &node : m_entries) {
        start(node, {});
        if (!node.accessKeyId.isEmpty())
            loadSecret(node.id);
    }
}

const NodeEntry *Nodes::find(const QString &id) const
{
    const auto found = std::ranges::find(m_entries, id, &NodeEntry::id);
    return found == m_entries.end() ? nullptr : &*found;
}

NodeEntry *Nodes::entry(const QString &id)
{
    const auto found = std::ranges::find(m_entries, id, &NodeEntry::id);
    return found == m_entries.end() ? nullptr : &*found;
}

void Nodes::start(const NodeEntry &node, const QString &secret)
{
    const auto started = m_model.add({node.id, node.name, accessOf(node, secret)});
    if (!started)
        Q_EMIT problem(tr("%1 cannot be shown: %2").arg(node.name, textOf(started.error())));
}

QString Nodes::add(NodeEntry node, const QString &secret)
{
    node.id = newId();
    m_entries.push_back(node);
    save();
    start(node, secret);
    if (!secret.isEmpty())
        saveSecret(node.id, secret);
    return node.id;
}

void Nodes::edit(const NodeEntry &changed, const QString &secret)
{
    NodeEntry *node = entry(changed.id);
    if (!node)
        return;
    const bool otherKey = node->accessKeyId != changed.accessKeyId;
    const QString used = secret.isEmpty() && !otherKey ? secretOf(changed.id) : secret;
    *node = changed;
    save();
    m_model.edit(changed.id, changed.name, accessOf(changed, used));
    setWanted(changed.id, !changed.accessKeyId.isEmpty() && used.isEmpty());
    if (!secret.isEmpty())
        saveSecret(changed.id, secret);
    else if (changed.accessKeyId.isEmpty())
        removeSecret(changed.id);
}

void Nodes::remove(const QString &id)
{
    std::erase_if(m_entries, [&id](const NodeEntry &node) { return node.id == id; });
    save();
    m_model.remove(id);
    m_secretless.remove(id);
    removeSecret(id);
}

void Nodes::move(const QString &id, int to)
{
    const int from = m_model.rowOf(id);
    if (from < 0 || to < 0 || to >= m_model.rowCount() || from == to)
        return;
    NodeEntry moved = m_entries[static_cast<std::size_t>(from)];
    m_entries.erase(m_entries.begin() + from);
    m_entries.insert(m_entries.begin() + to, std::move(moved));
    save();
    m_model.move(id, to);
}

void Nodes::setFingerprint(const QString &id, const QString &fingerprint)
{
    if (const NodeEntry *node = find(id)) {
        NodeEntry changed = *node;
        changed.fingerprint = fingerprint;
        edit(changed, {});
    }
}

void Nodes::save()
{
    if (!m_writable)
        return;
    if (const auto saved = m_registry.save(m_entries); !saved)
        Q_EMIT problem(tr("The list of nodes is not saved: %1").arg(textOf(saved.error())));
}

QCoro::Task<void> Nodes::loadSecret(QString id)
{
    const QPointer<Nodes> self(this);
    const auto secret = co_await m_secrets.load(id);
    const NodeEntry *node = self ? find(id) : nullptr;
    if (!node)
        co_return;
    if (secret) {
        m_model.edit(id, node->name, accessOf(*node, *secret));
        setWanted(id, false);
        co_return;
    }
    setWanted(id, true);
    if (secret.error().code != ErrorCode::NotFound)
        Q_EMIT problem(tr("%1: %2").arg(node->name, textOf(secret.error())));
}

QCoro::Task<void> Nodes::saveSecret(QString id, QString secret)
{
    const QPointer<Nodes> self(this);
    const auto saved = co_await m_secrets.save(id, secret);
    const NodeEntry *node = self ? find(id) : nullptr;
    if (node && !saved)
        Q_EMIT problem(tr("The secret of %1 is kept until this window is closed, and nowhere else: %2")
                           .arg(node->name, textOf(saved.error())));
}

QCoro::Task<void> Nodes::removeSecret(QString id)
{
    const QPointer<Nodes> self(this);
    const auto removed = co_await m_secrets.remove(id);
    if (self && !removed)
        Q_EMIT problem(tr("A secret stays in the keychain: %1").arg(textOf(removed.error())));
}

client::NodeAccess Nodes::accessOf(const NodeEntry &node, const QString &secret) const
{
    client::NodeAccess access;
    access.target = {node.url.toStdString(), node.fingerprint.toStdString()};
    if (!node.accessKeyId.isEmpty() && !secret.isEmpty())
        access.credentials = client::Credentials{node.accessKeyId.toStdString(), secret.toStdString()};
    return access;
}

QString Nodes::secretOf(const QString &id) const
{
    const auto *session = m_model.find(id);
    if (!session || !session->entry().access.credentials)
        return {};
    return QString::fromStdString(session->entry().access.credentials->secretAccessKey);
}

void Nodes::setWanted(const QString &id, bool wanted)
{
    if (wanted == m_secretless.contains(id))
        return;
    if (wanted)
        m_secretless.insert(id);
    else
        m_secretless.remove(id);
    Q_EMIT secretWantedChanged(id);
}

} // namespace balancer::desktop

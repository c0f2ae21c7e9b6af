#pragma once

#include "base/result.h"

#include <QString>

#include <vector>

namespace balancer::desktop {

/// A node the user wants to see. No secret is in here: that of the key lies in the SecretStore, under `id`.
struct NodeEntry
{
    QString id; ///< made once, never shown
    QString name;
    QString url;         ///< as ports::HttpTarget takes it
    QString fingerprint; ///< https: of the certificate the user accepted
    QString accessKeyId; ///< empty over a unix socket that knows us by our user

    bool operator==(const NodeEntry &) const = default;
};

/// The list of nodes, in the user's order, in a file of JSON.
class NodeRegistry
{
public:
    explicit NodeRegistry(QString file) : m_file(std::move(file)) {}
    /// nodes.json in the user's configuration directory.
    static QString defaultFile();

    /// NotFound: there was never one. Corrupt: it is not what we write; the sentence names the place.
    Result<std::vector<NodeEntry>> load() const;
    /// All or nothing; readable by its user only. Unavailable: it could not be written.
    Result<void> save(const std::vector<NodeEntry> &nodes) const;

    const QString &file() const { return m_file; }

private:
    QString m_file;
};

/// "https://10.0.0.5:9999", "http://127.0.0.1:9999" or "unix:/path" from what people type: blanks at the ends and a
/// slash at the end are dropped, and "10.0.0.5:9999" is https, or http on loopback. InvalidInput: it is no place of a
/// node, or plain http to another machine, which would show the traffic to everyone on the way.
Result<QString> nodeUrl(const QString &typed);

bool isRemote(const QString &url);
bool isUnixSocket(const QString &url);

/// A fingerprint as people compare it: "AB:CD:…".
QString readableFingerprint(const QString &fingerprint);

} // namespace balancer::desktop

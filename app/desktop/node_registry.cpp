#include "desktop/node_registry.h"

#include "base/endpoint.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QStandardPaths>
#include <QUrl>

#include <array>

namespace balancer::desktop {

namespace {

struct Member
{
    QLatin1String name;
    QString NodeEntry::*value;
    bool required;
};

const std::array kMembers = {
    Member{QLatin1String("Id"), &NodeEntry::id, true},
    Member{QLatin1String("Name"), &NodeEntry::name, true},
    Member{QLatin1String("Url"), &NodeEntry::url, true},
    Member{QLatin1String("Fingerprint"), &NodeEntry::fingerprint, false},
    Member{QLatin1String("AccessKeyId"), &NodeEntry::accessKeyId, false},
};

QJsonObject written(const NodeEntry &node)
{
    QJsonObject object;
    for (const Member &member : kMembers) {
        if (member.required || !(node.*member.value).isEmpty())
            object.insert(member.name, node.*member.value);
    }
    return object;
}

std::string describe(const QString &file, const QString &what)
{
    return (file + QStringLiteral(": ") + what).toStdString();
}

bool isLoopbackHost(const QString &host)
{
    if (host.compare(QLatin1String("localhost"), Qt::CaseInsensitive) == 0)
        return true;
    const auto address = IpAddress::parse(host.toStdString());
    return address && address->isLoopback();
}

QString withScheme(const QString &text)
{
    if (text.contains(QLatin1String("://")) || text.startsWith(QLatin1String("unix:")))
        return text;
    if (text.startsWith(u'/'))
        return QStringLiteral("unix:") + text;
    const bool local = isLoopbackHost(QUrl(QStringLiteral("http://") + text).host());
    return (local ? QStringLiteral("http://") : QStringLiteral("https://")) + text;
}

} // namespace

QString NodeRegistry::defaultFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
           QStringLiteral("/elastic-haproxy/nodes.json");
}

Result<std::vector<NodeEntry>> NodeRegistry::load() const
{
    QFile file(m_file);
    if (!file.exists())
        return fail(ErrorCode::NotFound, describe(m_file, QStringLiteral("there is no such file")));
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Unavailable, describe(m_file, file.errorString()));
    QJsonParseError error;
    const auto document = QJsonDocument::fromJson(file.readAll(), &error);
    if (error.error != QJsonParseError::NoError)
        return fail(ErrorCode::Corrupt,
                    describe(m_file, QStringLiteral("byte %1: %2").arg(error.offset).arg(error.errorString())));
    const auto listed = document.object().value(QLatin1String("Nodes"));
    if (!listed.isArray())
        return fail(ErrorCode::Corrupt, describe(m_file, QStringLiteral("the list Nodes is missing")));
    std::vector<NodeEntry> nodes;
    for (const auto &value : listed.toArray()) {
        NodeEntry node;
        for (const Member &member : kMembers) {
            node.*member.value = value.toObject().value(member.name).toString();
            if (member.required && (node.*member.value).isEmpty())
                return fail(
                    ErrorCode::Corrupt,
                    describe(m_file, QStringLiteral("node %1: %2 is missing").arg(nodes.size() + 1).arg(member.name)));
        }
        nodes.push_back(std::move(node));
    }
    return nodes;
}

Result<void> NodeRegistry::save(const std::vector<NodeEntry> &nodes) const
{
    if (!QDir().mkpath(QFileInfo(m_file).path()))
        return fail(ErrorCode::Unavailable, describe(m_file, QStringLiteral("its directory cannot be made")));
    QJsonArray list;
    for (const NodeEntry &node : nodes)
        list.append(written(node));
    const QJsonObject object{{QStringLiteral("Nodes"), list}};
    QSaveFile file(m_file);
    if (!file.open(QIODevice::WriteOnly) || !file.setPermissions(QFile::ReadOwner | QFile::WriteOwner) ||
        file.write(QJsonDocument(object).toJson()) < 0 || !file.commit())
        return fail(ErrorCode::Unavailable, describe(m_file, file.errorString()));
    return {};
}

Result<QString> nodeUrl(const QString &typed)
{
    const QString text = withScheme(typed.trimmed());
    if (isUnixSocket(text)) {
        if (!text.startsWith(QLatin1String("unix:/")))
            return fail(ErrorCode::InvalidInput,
                        "The socket needs its whole path, such as unix:/run/elastic-haproxy/control.sock");
        return text;
    }
    QUrl url(text, QUrl::StrictMode);
    const bool http = url.scheme() == QLatin1String("http");
    if ((!http && url.scheme() != QLatin1String("https")) || !url.isValid() || url.host().isEmpty() || url.hasQuery() ||
        url.hasFragment() || !url.userInfo().isEmpty() || url.path().size() > 1)
        return fail(ErrorCode::InvalidInput, "Type an address such as https://10.0.0.5:9999, http://127.0.0.1:9999 or "
                                             "unix:/run/elastic-haproxy/control.sock");
    if (http && !isLoopbackHost(url.host()))
        return fail(ErrorCode::InvalidInput, "Another machine is reached by https only: https://" +
                                                 url.host().toStdString() + ":" + std::to_string(url.port(9999)));
    url.setPath(QString());
    url.setPort(url.port(9999));
    return url.toString(QUrl::FullyEncoded);
}

bool isRemote(const QString &url)
{
    return !isUnixSocket(url) && !isLoopbackHost(QUrl(url).host());
}

bool isUnixSocket(const QString &url)
{
    return url.startsWith(QLatin1String("unix:"));
}

QString readableFingerprint(const QString &fingerprint)
{
    QStringList pairs;
    for (qsizetype i = 0; i < fingerprint.size(); i += 2)
        pairs.append(fingerprint.mid(i, 2).toUpper());
    return pairs.join(u':');
}

} // namespace balancer::desktop

#pragma once

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslSocket>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QUrl>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace balancer::tests {

/// A command line's words, where none has a blank in it.
inline QStringList words(const char *line)
{
    return QString::fromLatin1(line).split(u' ');
}

/// Certificates for a test, made by openssl.
class Certificates
{
public:
    struct Pair
    {
        QSslCertificate certificate;
        QSslKey key;

        QString fingerprint() const
        {
            return QString::fromLatin1(certificate.digest(QCryptographicHash::Sha256).toHex());
        }
    };

    Certificates()
    {
        make("-subj /CN=authority -keyout ca.key -out ca.pem");
        make("-subj /CN=localhost -keyout trusted.key -out trusted.pem -CA ca.pem -CAkey ca.key", kNames);
        make("-subj /CN=localhost -keyout own.key -out own.pem", kNames);
    }
    /// Of the authority, for this machine under all its usual names.
    Pair trusted() const { return pair("trusted"); }
    /// Signed by itself alone.
    Pair own() const { return pair("own"); }
    /// From now on the browsers of this home trust the authority. False when that cannot be.
    bool letBrowsersTrustTheAuthority() const
    {
        const QString base = qEnvironmentVariable("HOME") + QStringLiteral("/.pki/nssdb");
        const QStringList store = {QStringLiteral("-d"), QStringLiteral("sql:") + base};
        return QDir().mkpath(base) && run("certutil", store + words("-N --empty-password")) &&
               run("certutil", store + words("-A -n authority -t C,, -i ca.pem"));
    }

private:
    static constexpr auto kNames = "-addext subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1 "
                                   "-addext basicConstraints=critical,CA:FALSE";

    void make(const char *what, const char *more = nullptr) const
    {
        auto arguments = words("req -x509 -newkey rsa:2048 -nodes -days 2") + words(what);
        if (more)
            arguments += words(more);
        if (!run("openssl", arguments))
            qFatal("openssl makes no certificates");
    }
    bool run(const char *program, const QStringList &arguments) const
    {
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.start(QLatin1String(program), arguments);
        return process.waitForFinished() && process.exitCode() == 0;
    }
    QByteArray content(const QString &name) const
    {
        QFile file(m_folder.filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    Pair pair(const char *name) const
    {
        return {QSslCertificate(content(QLatin1String(name) + QStringLiteral(".pem"))),
                QSslKey(content(QLatin1String(name) + QStringLiteral(".key")), QSsl::Rsa)};
    }

    QTemporaryDir m_folder;
};

/// A web server on loopback that answers what it was told to and remembers what it was asked for.
class Site : public QTcpServer
{
public:
    struct Request
    {
        QByteArray path;
        QByteArray head;
    };

    /// With a certificate it speaks TLS.
    explicit Site(std::optional<Certificates::Pair> certificate = {}) : m_certificate(std::move(certificate))
    {
        if (!listen(QHostAddress::LocalHost))
            qFatal("no port is free");
    }
    QString address() const
    {
        return QStringLiteral("%1://127.0.0.1:%2")
            .arg(m_certificate ? QStringLiteral("https") : QStringLiteral("http"))
            .arg(serverPort());
    }
    QUrl page() const { return QUrl(address() + u'/'); }
    /// `headers` are whole lines.
    void setAnswer(const QByteArray &path, const QByteArray &body, const QByteArray &headers = {})
    {
        m_answers[path] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: no-store\r\n" + headers +
                          "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
    }
    bool wasAskedFor(const QByteArray &path) const { return find(path) != nullptr; }
    auto timesAskedFor(const QByteArray &path) const { return std::ranges::count(m_requests, path, &Request::path); }
    const Request *find(const QByteArray &path) const
    {
        for (const auto &request : m_requests) {
            if (request.path == path)
                return &request;
        }
        return nullptr;
    }
    const std::vector<Request> &requests() const { return m_requests; }

protected:
    void incomingConnection(qintptr descriptor) override
    {
        auto *socket = new QSslSocket(this);
        socket->setSocketDescriptor(descriptor);
        connect(socket, &QSslSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QSslSocket::readyRead, socket, [this, socket, unread = QByteArray()]() mutable {
            unread += socket->readAll();
            for (auto end = unread.indexOf("\r\n\r\n"); end >= 0; end = unread.indexOf("\r\n\r\n")) {
                answer(socket, unread.left(end));
                unread.remove(0, end + 4);
            }
        });
        if (!m_certificate)
            return;
        auto configuration = QSslConfiguration::defaultConfiguration();
        configuration.setLocalCertificate(m_certificate->certificate);
        configuration.setPrivateKey(m_certificate->key);
        configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
        socket->setSslConfiguration(configuration);
        socket->startServerEncryption();
    }

private:
    void answer(QSslSocket *socket, const QByteArray &head)
    {
        const QByteArray path = head.split(' ').value(1);
        m_requests.push_back({path, head});
        const auto known = m_answers.find(path);
        socket->write(known != m_answers.end() ? known->second : "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    }

    std::optional<Certificates::Pair> m_certificate;
    std::map<QByteArray, QByteArray> m_answers;
    std::vector<Request> m_requests;
};

} // namespace balancer::tests

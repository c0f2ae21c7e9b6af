#pragma once

#include <QFile>
#include <QHostAddress>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <cmath>
#include <csignal>
#include <memory>
#include <vector>

#include <sys/prctl.h>

namespace balancer::tests {

inline quint16 freePort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

/// A daemon with a HAProxy of its own, on loopback.
class RealNode
{
public:
    explicit RealNode(bool tls) : m_tls(tls), m_port(freePort())
    {
        QFile config(path("elastic.toml"));
        if (!config.open(QIODevice::WriteOnly))
            qFatal("no configuration can be written");
        config.write(QStringLiteral("[api]\nlisten = [\"127.0.0.1:%1\"]\n%2\n[haproxy]\naddresses = [\"127.0.0.1\"]\n")
                         .arg(m_port)
                         .arg(tls ? QStringLiteral("tls = \"always\"") : QString())
                         .toUtf8());
    }
    ~RealNode()
    {
        kill();
        QProcess::execute(QStringLiteral(ELASTIC_HAPROXY),
                          arguments({QStringLiteral("stop"), QStringLiteral("--traffic")}));
    }

    void start()
    {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        // It does not outlive a test that crashed.
        m_process.setChildProcessModifier([] { prctl(PR_SET_PDEATHSIG, SIGKILL); });
        m_process.start(QStringLiteral(ELASTIC_HAPROXY), arguments({QStringLiteral("--daemon")}));
        QVERIFY(m_process.waitForStarted());
        m_log.clear();
        QTRY_VERIFY_WITH_TIMEOUT(isReady(), 30000);
    }
    void kill()
    {
        if (m_process.state() == QProcess::NotRunning)
            return;
        m_process.kill();
        m_process.waitForFinished();
    }

    QString url() const
    {
        return QStringLiteral("%1://127.0.0.1:%2")
            .arg(m_tls ? QStringLiteral("https") : QStringLiteral("http"))
            .arg(m_port);
    }
    QString socket() const { return path("d/run/control.sock"); }
    QString path(const char *name) const { return m_folder.filePath(QLatin1String(name)); }
    QString keyId() const { return key(QStringLiteral("AccessKeyId")); }
    QString secret() const { return key(QStringLiteral("SecretAccessKey")); }

private:
    QStringList arguments(QStringList first) const
    {
        return first << QStringLiteral("--config") << path("elastic.toml") << QStringLiteral("--data-dir") << path("d");
    }
    bool isReady()
    {
        m_log += m_process.readAll();
        return m_log.contains("ready:");
    }
    QString key(const QString &member) const
    {
        QFile file(path("d/first-key.json"));
        return file.open(QIODevice::ReadOnly)
                   ? QJsonDocument::fromJson(file.readAll()).object().value(member).toString()
                   : QString();
    }

    QTemporaryDir m_folder{QStringLiteral("/tmp/eh-XXXXXX")}; // the sockets in it may have 107 bytes
    bool m_tls;
    quint16 m_port;
    QByteArray m_log;
    QProcess m_process;
};

/// A web server that answers everything with two letters.
class Backend : public QTcpServer
{
public:
    Backend()
    {
        if (!listen(QHostAddress::LocalHost))
            qFatal("no port is free");
        connect(this, &QTcpServer::newConnection, this, [this] {
            auto *socket = nextPendingConnection();
            connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            connect(socket, &QTcpSocket::readyRead, socket, [socket] {
                const auto requests = socket->readAll().count("\r\n\r\n");
                for (qsizetype i = 0; i < requests; ++i)
                    socket->write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            });
        });
    }
    QString address() const { return QStringLiteral("127.0.0.1:%1").arg(serverPort()); }
};

/// Requests to a port, more and fewer of them by turns.
class Visitors : public QObject
{
public:
    Visitors(quint16 port, double perSecond) : m_port(port), m_perSecond(perSecond)
    {
        m_socket.connectToHost(QHostAddress::LocalHost, port);
        connect(&m_socket, &QTcpSocket::readyRead, &m_socket, [this] { m_socket.readAll(); });
        connect(&m_timer, &QTimer::timeout, this, [this] { ask(); });
        m_timer.start(50);
    }

private:
    void ask()
    {
        if (m_socket.state() == QTcpSocket::UnconnectedState)
            m_socket.connectToHost(QHostAddress::LocalHost, m_port);
        ++m_turn;
        m_due += m_perSecond / 20 * (1 + 0.5 * std::sin(m_turn / 60.0) + 0.2 * std::sin(m_turn / 11.0));
        for (; m_due >= 1; --m_due)
            m_socket.write("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    }

    quint16 m_port;
    double m_perSecond;
    double m_due = 0;
    int m_turn = 0;
    QTcpSocket m_socket;
    QTimer m_timer;
};

} // namespace balancer::tests

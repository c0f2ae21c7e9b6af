#pragma once

#include <QObject>
#include <QTcpServer>

namespace balancer::desktop {

/// A port of this machine whose connections go on to another host, byte for byte: nothing of them is read, so TLS stays
/// between the two ends.
class LoopbackRelay : public QObject
{
    Q_OBJECT

public:
    /// Where its connections go to.
    LoopbackRelay(const QString &host, quint16 port, QObject *parent = nullptr);

    /// On a free port. False when there is none.
    bool listen() { return m_server.listen(QHostAddress::LocalHost); }
    quint16 port() const { return m_server.serverPort(); }

private:
    void accept();

    QString m_host;
    quint16 m_port;
    QTcpServer m_server;
};

} // namespace balancer::desktop

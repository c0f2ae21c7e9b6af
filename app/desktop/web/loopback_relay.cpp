#include "desktop/web/loopback_relay.h"

#include <QTcpSocket>

namespace balancer::desktop {

namespace {

constexpr qint64 kMostWaiting = 256 * 1024; // bytes, for each direction

/// What `from` brings goes to `to`, not faster than that takes it. `to` ends when `from` has ended.
void join(QTcpSocket *from, QTcpSocket *to)
{
    from->setReadBufferSize(kMostWaiting);
    const auto pass = [from, to] {
        const qint64 room = kMostWaiting - to->bytesToWrite();
        if (room > 0 && from->isOpen() && from->bytesAvailable() > 0 && to->state() == QAbstractSocket::ConnectedState)
            to->write(from->read(room));
    };
    QObject::connect(from, &QTcpSocket::readyRead, to, pass);
    QObject::connect(to, &QTcpSocket::bytesWritten, from, pass);
    QObject::connect(to, &QTcpSocket::connected, from, pass);
    QObject::connect(from, &QTcpSocket::disconnected, to, [from, to] {
        if (from->isOpen() && to->state() == QAbstractSocket::ConnectedState)
            to->write(from->readAll());
        to->disconnectFromHost();
    });
}

} // namespace

LoopbackRelay::LoopbackRelay(const QString &host, quint16 port, QObject *parent)
    : QObject(parent), m_host(host), m_port(port)
{
    connect(&m_server, &QTcpServer::newConnection, this, &LoopbackRelay::accept);
}

void LoopbackRelay::accept()
{
    while (auto *near = m_server.nextPendingConnection()) {
        auto *far = new QTcpSocket(near);
        join(near, far);
        join(far, near);
        connect(far, &QTcpSocket::errorOccurred, near, &QTcpSocket::disconnectFromHost);
        connect(near, &QTcpSocket::errorOccurred, far, &QTcpSocket::disconnectFromHost);
        connect(near, &QTcpSocket::disconnected, near, &QObject::deleteLater);
        far->connectToHost(m_host, m_port);
    }
}

} // namespace balancer::desktop

#pragma once

#include "base/endpoint.h"

#include <QtCore/QObject>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

#include <limits>
#include <string>

/// Stands between a client and a server on 127.0.0.1, and closes both connections when so many bytes have passed in one
/// direction.
class CuttingProxy : public QObject
{
public:
    static constexpr qint64 kNever = std::numeric_limits<qint64>::max();

    CuttingProxy(const balancer::Endpoint &server, qint64 toServer, qint64 toClient)
    {
        m_listener.listen(QHostAddress::LocalHost);
        connect(&m_listener, &QTcpServer::newConnection, this, [=, this] {
            auto *client = m_listener.nextPendingConnection();
            auto *onward = new QTcpSocket(client);
            onward->connectToHost(QHostAddress(QString::fromStdString(server.address.text())), server.port);
            onward->waitForConnected();
            pass(client, onward, toServer, m_toServer);
            pass(onward, client, toClient, m_toClient);
        });
    }

    std::string authority() const { return "127.0.0.1:" + std::to_string(m_listener.serverPort()); }
    qint64 bytesToServer() const { return m_toServer; }
    qint64 bytesToClient() const { return m_toClient; }

private:
    void pass(QTcpSocket *from, QTcpSocket *to, qint64 most, qint64 &passed)
    {
        const auto forward = [=, &passed] {
            const auto bytes = from->readAll().left(most - passed);
            passed += bytes.size();
            to->write(bytes);
            if (passed < most)
                return;
            to->flush();
            from->disconnectFromHost();
            to->disconnectFromHost();
        };
        connect(from, &QTcpSocket::readyRead, to, forward);
        connect(from, &QTcpSocket::disconnected, to, [to] { to->disconnectFromHost(); });
        if (most == 0)
            forward();
    }

    qint64 m_toServer = 0;
    qint64 m_toClient = 0;
    QTcpServer m_listener;
};

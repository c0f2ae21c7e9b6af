#pragma once

#include "adapters/http/http_server.h"

#include <QtCore/QByteArray>
#include <QtCore/QObject>
#include <QtNetwork/QHostAddress>
#include <QtNetwork/QLocalSocket>
#include <QtNetwork/QTcpSocket>

#include <memory>
#include <string>
#include <utility>

/// What the tests of HttpServer have in common.

inline const QByteArray kGet = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";
inline const QByteArray kLastGet = "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

/// A client that sends bytes and keeps all it receives.
class Client : public QObject
{
public:
    explicit Client(const balancer::Endpoint &server, const QHostAddress &from = {})
    {
        auto socket = std::make_unique<QTcpSocket>();
        if (!from.isNull())
            socket->bind(from);
        socket->connectToHost(QHostAddress(QString::fromStdString(server.address.text())), server.port);
        connect(socket.get(), &QTcpSocket::disconnected, this, [this] { m_isClosed = true; });
        connect(socket.get(), &QTcpSocket::errorOccurred, this, [this] { m_isClosed = true; });
        m_isUsable = socket->waitForConnected();
        m_tcp = socket.get();
        adopt(std::move(socket));
    }
    explicit Client(const QString &socketPath)
    {
        auto socket = std::make_unique<QLocalSocket>();
        socket->connectToServer(socketPath);
        connect(socket.get(), &QLocalSocket::disconnected, this, [this] { m_isClosed = true; });
        m_isUsable = socket->waitForConnected();
        adopt(std::move(socket));
    }

    bool isConnected() const { return m_isUsable; }
    bool isClosed() const { return m_isClosed; }
    const QByteArray &received() const { return m_received; }
    QTcpSocket &tcp() { return *m_tcp; }

    void send(const QByteArray &bytes) { m_socket->write(bytes); }
    void leave() { m_socket->close(); }

    int answers() const { return int(m_received.count("HTTP/1.1 ")); }
    QByteArray body() const { return m_received.mid(m_received.indexOf("\r\n\r\n") + 4); }
    bool answeredWith(int status) const
    {
        return m_received.startsWith("HTTP/1.1 " + QByteArray::number(status) + ' ');
    }
    bool wasRefusedWith(int status) const { return m_isClosed && answers() == 1 && answeredWith(status); }

private:
    void adopt(std::unique_ptr<QIODevice> socket)
    {
        m_socket = std::move(socket);
        connect(m_socket.get(), &QIODevice::readyRead, this, [this] { m_received += m_socket->readAll(); });
    }

    QByteArray m_received;
    bool m_isUsable = false;
    bool m_isClosed = false;
    QTcpSocket *m_tcp = nullptr;
    std::unique_ptr<QIODevice> m_socket;
};

inline balancer::ports::HttpResponse text(std::string body)
{
    return {.status = 200, .headers = {{"Content-Type", "text/plain"}}, .body = std::move(body)};
}

/// Answers at once with method, target and body.
inline void echo(const balancer::ports::HttpRequest &request, const balancer::ports::HttpResponder &respond)
{
    respond(text(request.method + " " + request.target + " " + request.body));
}

inline balancer::adapters::http::HttpServerOptions onLoopback(balancer::adapters::http::HttpLimits limits = {})
{
    balancer::adapters::http::HttpServerOptions options;
    options.listen = {balancer::Endpoint{balancer::IpAddress::parse("127.0.0.1").value(), 0}};
    options.limits = limits;
    return options;
}

#pragma once

#include "adapters/http/http_server.h"

#include "client.h"

#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <memory>
#include <utility>
#include <vector>

namespace balancer::adapters::http {

/// A server, a folder for its socket, and clients: what each test of it begins with.
class HttpServerBench
{
protected:
    void begin()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
    }

    void end()
    {
        m_server.reset();
        m_requests.clear();
        m_responders.clear();
        m_folder.reset();
    }

    void serve(ports::HttpHandler handler, HttpLimits limits = {}) { serve(onLoopback(limits), std::move(handler)); }
    void serve(const HttpServerOptions &options, ports::HttpHandler handler)
    {
        auto server = HttpServer::open(options, std::move(handler));
        QVERIFY2(server, server ? "" : server.error().message.c_str());
        m_server = std::move(*server);
    }

    std::unique_ptr<Client> connectClient(const QByteArray &bytes = {}) const
    {
        auto client = std::make_unique<Client>(m_server->endpoints().front());
        client->send(bytes);
        return client;
    }

    HttpServerOptions onUnixSocket() const
    {
        HttpServerOptions options;
        options.unixSocketPath = socketPath().toStdString();
        return options;
    }

    QString socketPath() const { return m_folder->filePath(QStringLiteral("control.sock")); }

    /// Leaves a socket file behind on which nobody answers.
    void leaveStaleSocket() const
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        socketPath().toStdString().copy(address.sun_path, sizeof address.sun_path - 1);
        const int left = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        QCOMPARE(bind(left, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        close(left);
    }

    /// Keeps responders for later.
    ports::HttpHandler collect()
    {
        return [this](ports::HttpRequest request, ports::HttpResponder respond) {
            m_requests.push_back(std::move(request));
            m_responders.push_back(std::move(respond));
        };
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<HttpServer> m_server;
    std::vector<ports::HttpRequest> m_requests;
    std::vector<ports::HttpResponder> m_responders;
};

} // namespace balancer::adapters::http

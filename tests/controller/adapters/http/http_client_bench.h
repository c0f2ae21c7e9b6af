#pragma once

#include "adapters/http/http_client.h"
#include "adapters/http/http_server.h"

#include "byte_server.h"

#include <QCoro/QCoroTask>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace balancer::adapters::http {

using namespace std::chrono_literals;

inline const QByteArray kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

inline ports::HttpRequest get(std::string target = "/")
{
    ports::HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    return request;
}

inline ports::HttpRequest post(std::string body)
{
    auto request = get();
    request.method = "POST";
    request.body = std::move(body);
    return request;
}

inline ports::HttpResponse text(std::string body)
{
    ports::HttpResponse response;
    response.headers = {{"Content-Type", "text/plain"}};
    response.body = std::move(body);
    return response;
}

inline void echo(const ports::HttpRequest &request, const ports::HttpResponder &respond)
{
    respond(text(request.method + " " + request.target + " " + request.body));
}

/// What a task gave once it has ended; the loop turns until then.
template <typename T>
class Awaited
{
public:
    explicit Awaited(QCoro::Task<T> task) { wait(std::move(task), m_value); }

    bool isReady() const { return m_value->has_value(); }
    T &value() const { return **m_value; }

private:
    using Value = std::shared_ptr<std::optional<T>>;
    static QCoro::Task<> wait(QCoro::Task<T> task, Value value)
    {
        auto got = co_await task;
        value->emplace(std::move(got));
    }
    Value m_value = std::make_shared<std::optional<T>>();
};

/// A client, and servers of both kinds for it: what each test of it begins with.
class HttpClientBench
{
protected:
    void begin()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(m_folder->isValid());
        m_client = std::make_unique<HttpClient>();
        m_step = 0;
    }

    void end()
    {
        m_client.reset();
        m_server.reset();
        m_bytes.reset();
        m_folder.reset();
    }

    using Response = Result<ports::HttpResponse>;
    using Reader = std::unique_ptr<ports::HttpBodyReader>;

    void serve(ports::HttpHandler handler)
    {
        HttpServerOptions options;
        options.listen = {Endpoint{IpAddress::parse("127.0.0.1").value(), 0}};
        options.unixSocketPath = path();
        options.limits.maxBodyBytes = 16 * 1024 * 1024;
        auto server = HttpServer::open(options, std::move(handler));
        QVERIFY2(server, server ? "" : server.error().message.c_str());
        m_server = std::move(*server);
    }

    void serveBytes(std::vector<ByteServer::Turn> turns)
    {
        m_bytes.reset();
        m_bytes = std::make_unique<ByteServer>(std::move(turns));
    }

    ports::HttpTarget overUnixSocket() const { return {"unix:" + path(), {}}; }
    ports::HttpTarget overTcp() const { return {"http://" + m_server->endpoints().front().text(), {}}; }
    ports::HttpTarget toBytes() const { return {"http://" + m_bytes->authority(), {}}; }
    std::string path() const { return m_folder->filePath(QStringLiteral("node.sock")).toStdString(); }

    Response exchange(const ports::HttpTarget &target, const ports::HttpRequest &request,
                      std::chrono::milliseconds deadline = 30s)
    {
        return QCoro::waitFor(m_client->exchange(target, request, deadline));
    }
    Result<Reader> open(const ports::HttpTarget &target) { return QCoro::waitFor(m_client->open(target, get(), 30s)); }
    static Result<std::string> read(ports::HttpBodyReader &reader, std::chrono::milliseconds patience = 30s)
    {
        return QCoro::waitFor(reader.read(patience));
    }
    /// Reads until the end or an error, which is left in `end`.
    static std::string readAll(ports::HttpBodyReader &reader, Result<std::string> &end)
    {
        std::string all;
        for (;;) {
            end = read(reader);
            if (!end || end->empty())
                return all;
            all += *end;
        }
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<HttpServer> m_server;
    std::unique_ptr<ByteServer> m_bytes;
    std::atomic<int> m_step = 0; // how far a server of bytes may go
    std::unique_ptr<HttpClient> m_client;
};

} // namespace balancer::adapters::http

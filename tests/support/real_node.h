#pragma once

#include "client/access.h"
#include "ports/clock.h"
#include "support/haproxy_bench.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QtTest/QtTest>

#include <chrono>
#include <string>

namespace balancer::tests {

class SystemClock : public ports::Clock
{
public:
    model::Timestamp now() const override
    {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

/// The real daemon on ports and in a folder of its own; all of it, HAProxy too, is gone at the end. The program is that
/// of the environment's ELASTIC_HAPROXY.
class RealNode
{
public:
    enum class Transport { Plain, Tls };

    explicit RealNode(Transport transport = Transport::Plain) : m_transport(transport)
    {
        m_scratch.write("elastic.toml", "[api]\nlisten = [\"127.0.0.1:" + std::to_string(m_port) + "\"]\ntls = \"" +
                                            (isTls() ? "always" : "auto") +
                                            "\"\n[haproxy]\naddresses = [\"127.0.0.1\"]\n");
        m_process.setProgram(qEnvironmentVariable("ELASTIC_HAPROXY"));
        m_process.setArguments({QStringLiteral("--daemon"), QStringLiteral("--config"), path("elastic.toml"),
                                QStringLiteral("--data-dir"), path("d")});
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    }
    ~RealNode()
    {
        if (m_process.state() == QProcess::NotRunning)
            return;
        m_process.terminate();
        if (!m_process.waitForFinished())
            kill();
    }
    RealNode(const RealNode &) = delete;
    RealNode &operator=(const RealNode &) = delete;

    /// Does not wait until it is ready.
    void start() { m_process.start(); }
    /// kill -9 of the daemon; HAProxy goes on.
    void kill()
    {
        m_process.kill();
        m_process.waitForFinished();
    }
    bool isRunning() const { return m_process.state() == QProcess::Running; }

    std::string url() const { return (isTls() ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(m_port); }
    std::string socketUrl() const { return "unix:" + m_scratch.path("d/run/control.sock"); }
    /// The key of the first start; empty before.
    client::Credentials firstKey() const
    {
        QFile file(path("d/first-key.json"));
        if (!file.open(QFile::ReadOnly))
            return {};
        const auto key = QJsonDocument::fromJson(file.readAll()).object();
        return {key[QLatin1String("AccessKeyId")].toString().toStdString(),
                key[QLatin1String("SecretAccessKey")].toString().toStdString()};
    }

private:
    bool isTls() const { return m_transport == Transport::Tls; }
    QString path(const std::string &name) const { return QString::fromStdString(m_scratch.path(name)); }

    Transport m_transport;
    Scratch m_scratch;
    std::uint16_t m_port = freePort();
    QProcess m_process;
};

} // namespace balancer::tests

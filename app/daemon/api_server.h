#pragma once

#include "adapters/http/http_server.h"
#include "api/request_router.h"
#include "daemon/config.h"
#include "daemon/node_paths.h"
#include "service/access_key_service.h"

#include <QObject>

#include <memory>
#include <string>
#include <vector>

namespace balancer::daemon {

/// The API and the dashboard on the addresses of the settings and on the control socket. What it is given outlives it.
class ApiServer : public QObject
{
    Q_OBJECT

public:
    ApiServer(const Settings &settings, const NodePaths &paths, api::RouterSources sources,
              service::AccessKeyService &keys, const ports::Clock &clock);
    ~ApiServer() override;

    /// Until then verbs and reads are answered with "the node is starting".
    void setReady(bool ready) { m_ready = ready; }

    /// Serves from now on. Unavailable, naming the address, where somebody else listens.
    Result<void> open();
    /// Ends event streams and connections; answers that are still made reach nobody.
    void close();

    /// Where it listens; none before it does.
    std::vector<std::string> urls() const;
    /// SHA-256 of the certificate it shows; empty where no TLS is spoken.
    const std::string &fingerprint() const { return m_fingerprint; }

private:
    api::RouterSettings routerSettings() const;
    Result<adapters::http::HttpServerOptions> serverOptions();

    const Settings &m_settings;
    const NodePaths &m_paths;
    const ports::Clock &m_clock;
    bool m_ready = false;
    std::string m_fingerprint;
    std::unique_ptr<api::RequestRouter> m_router;
    std::unique_ptr<adapters::http::HttpServer> m_server;
};

} // namespace balancer::daemon

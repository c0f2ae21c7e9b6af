#include "daemon/api_server.h"

#include "daemon/api_certificate.h"
#include "dashboard/dashboard_files.h"
#include "service/spawn.h"

#include <QLoggingCategory>
#include <QSysInfo>

#include <unistd.h>

#include <utility>

namespace balancer::daemon {

namespace {

Q_LOGGING_CATEGORY(lcApi, "daemon")

api::SignatureSettings signatureSettings(const ApiSettings &settings)
{
    api::SignatureSettings signature;
    signature.strictScope = settings.strictScope;
    signature.regions = settings.regions;
    signature.regions.insert(signature.regions.begin(), settings.region);
    signature.ignoreTokens = settings.ignoreSessionTokens;
    signature.version2 = settings.signatureV2;
    return signature;
}

QCoro::Task<Result<void>> answer(api::RequestRouter &router, ports::HttpRequest request, ports::HttpResponder respond)
{
    auto response = co_await router.handle(std::move(request));
    respond(std::move(response));
    co_return Result<void>();
}

} // namespace

ApiServer::ApiServer(const Settings &settings, const NodePaths &paths, api::RouterSources sources,
                     service::AccessKeyService &keys, const ports::Clock &clock)
    : m_settings(settings), m_paths(paths), m_clock(clock)
{
    const auto readiness = [this]() -> Result<void> {
        if (m_ready)
            return {};
        return fail(ErrorCode::Unavailable, "the node is starting");
    };
    const auto findKey = [&keys](std::string_view id) { return keys.find(id); };
    m_router = std::make_unique<api::RequestRouter>(sources, findKey, clock, readiness, routerSettings());
    connect(&keys, &service::AccessKeyService::keysChanged, this, [this] { m_router->recheckStreams(); });
}

ApiServer::~ApiServer() = default;

api::RouterSettings ApiServer::routerSettings() const
{
    api::RouterSettings settings;
    settings.authentication.signature = signatureSettings(m_settings.api);
    settings.authentication.accountId = m_settings.api.accountId;
    settings.authentication.ownUserId = geteuid();
    settings.endpoint = [this] {
        const auto all = urls();
        return all.empty() ? std::string() : all.front();
    };
    if (m_settings.dashboard.enabled) {
        settings.dashboard = [pages = api::StaticFiles("/dashboard", dashboard::files())](const auto &request) {
            return pages.answer(request);
        };
    }
    return settings;
}

Result<adapters::http::HttpServerOptions> ApiServer::serverOptions()
{
    const auto endpoints = apiEndpoints(m_settings.api);
    adapters::http::HttpServerOptions options;
    options.listen = endpoints.plain;
    options.listenEncrypted = endpoints.encrypted;
    options.unixSocketPath = m_paths.controlSocket();
    if (endpoints.encrypted.empty())
        return options;
    auto certificate = ensureApiCertificate(m_paths.dataDirectory, QSysInfo::machineHostName().toStdString(),
                                            endpoints.encrypted, m_clock.now());
    if (!certificate)
        return fail(certificate.error());
    options.identity = std::move(certificate->identity);
    m_fingerprint = certificate->fingerprint;
    return options;
}

Result<void> ApiServer::open()
{
    auto options = serverOptions();
    if (!options)
        return fail(options.error());
    const auto handle = [this](ports::HttpRequest request, ports::HttpResponder respond) {
        service::spawn(answer(*m_router, std::move(request), std::move(respond)), "answering a request");
    };
    auto server = adapters::http::HttpServer::open(std::move(*options), handle);
    if (!server)
        return fail(server.error());
    m_server = std::move(*server);
    for (const auto &url : urls()) {
        const auto shown = url.starts_with("https:") ? ", certificate SHA-256 " + m_fingerprint : std::string();
        qCInfo(lcApi).noquote() << "API at" << QString::fromStdString(url + shown);
    }
    return {};
}

void ApiServer::close()
{
    m_ready = false;
    m_router->closeStreams();
    m_server.reset();
}

std::vector<std::string> ApiServer::urls() const
{
    std::vector<std::string> urls;
    if (!m_server)
        return urls;
    for (const auto &endpoint : m_server->endpoints())
        urls.push_back("http://" + endpoint.text());
    for (const auto &endpoint : m_server->encryptedEndpoints())
        urls.push_back("https://" + endpoint.text());
    return urls;
}

} // namespace balancer::daemon

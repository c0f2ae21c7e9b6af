#include "daemon/daemon.h"

#include "adapters/access_log/access_log_writer.h"
#include "adapters/haproxy/generation_keeper.h"
#include "adapters/haproxy/log_socket.h"
#include "adapters/http/http_server.h"
#include "adapters/network/host_resolver.h"
#include "adapters/network/instance_probe.h"
#include "adapters/openssl/certificate_examiner.h"
#include "adapters/sqlite/sqlite_store.h"
#include "api/request_router.h"
#include "daemon/address_file.h"
#include "daemon/api_certificate.h"
#include "daemon/descriptors.h"
#include "daemon/first_key.h"
#include "daemon/key_maker.h"
#include "daemon/name_files.h"
#include "daemon/node_facts.h"
#include "daemon/notify.h"
#include "daemon/system_clock.h"
#include "dashboard/dashboard_files.h"
#include "service/access_key_service.h"
#include "service/access_log_follower.h"
#include "service/drain_watcher.h"
#include "service/event_log.h"
#include "service/load_balancer_service.h"
#include "service/node_reads.h"
#include "service/read_model.h"
#include "service/spawn.h"
#include "service/traffic_meter.h"

#include <QLoggingCategory>
#include <QSysInfo>
#include <QThreadPool>
#include <QTimer>
#include <QUuid>

#include <unistd.h>

#include <filesystem>

namespace balancer::daemon {

namespace {

Q_LOGGING_CATEGORY(lcDaemon, "daemon")

QString text(const std::string &string)
{
    return QString::fromStdString(string);
}

adapters::haproxy::KeeperOptions keeperOptions(const HaproxySettings &settings, const NodePaths &paths)
{
    adapters::haproxy::KeeperOptions options;
    options.dataDirectory = paths.haproxyDirectory();
    options.runDirectory = paths.runtimeDirectory;
    options.logSocket = paths.logSocket();
    options.maxOldGenerations = settings.maxOldGenerations;
    options.oldGenerationMemory = physicalMemory() / 100 * static_cast<std::size_t>(settings.oldGenerationMemory);
    options.maxReloadDelay = settings.maxReloadDelay;
    for (const auto &file : settings.extra)
        options.extraFiles << text(file);
    return options;
}

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

adapters::access_log::AccessLogOptions accessLogOptions(const Settings &settings, const DataDirectory &data)
{
    adapters::access_log::AccessLogOptions options;
    options.root = settings.log.accessRoot.empty() ? data.path("access-logs") : settings.log.accessRoot;
    options.createBuckets = settings.log.createBuckets;
    options.owner = {settings.api.accountId, settings.api.region};
    return options;
}

Result<void> makePrivateDirectory(const std::string &path)
{
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (!error)
        std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
    if (error)
        return fail(ErrorCode::Unavailable, "cannot make the directory " + path + ": " + error.message());
    return {};
}

QCoro::Task<Result<void>> answer(api::RequestRouter &router, ports::HttpRequest request, ports::HttpResponder respond)
{
    auto response = co_await router.handle(std::move(request));
    respond(std::move(response));
    co_return Result<void>();
}

} // namespace

/// Everything real, in order of creation; it goes in the opposite one.
struct Daemon::Parts
{
    std::optional<DataDirectory> directory;
    SystemClock clock;
    ServiceNotifier notifier = ServiceNotifier::fromEnvironment();
    std::unique_ptr<adapters::sqlite::SqliteStore> store;
    std::unique_ptr<adapters::haproxy::LogSocket> healthLog;
    std::unique_ptr<adapters::access_log::AccessLogWriter> accessLog;
    std::unique_ptr<adapters::haproxy::GenerationKeeper> haproxy;
    std::unique_ptr<AddressFile> addresses;
    adapters::network::InstanceProbe probe;
    adapters::network::HostResolver resolver;
    adapters::openssl::CertificateExaminer examiner;
    service::DesiredStateCache desired;
    service::Turnstile turn;
    std::unique_ptr<service::HealthWatcher> watcher;
    std::unique_ptr<service::Reconciler> reconciler;
    std::unique_ptr<service::AccessLogFollower> accessLogFollower;
    std::unique_ptr<service::DrainWatcher> drains;
    std::unique_ptr<service::ChangeQueue> changes;
    std::unique_ptr<service::AccessKeyService> keys;
    std::unique_ptr<service::LoadBalancerService> service;
    std::unique_ptr<service::EventLog> events;
    std::unique_ptr<service::ReadModel> readModel;
    std::unique_ptr<service::NodeReads> reads;
    std::unique_ptr<service::TrafficMeter> traffic;
    std::unique_ptr<api::RequestRouter> router;
    std::string fingerprint; ///< of the API's certificate; empty where no TLS is spoken
    std::unique_ptr<adapters::http::HttpServer> server;
    bool ready = false;
    QThreadPool writer; ///< for files that only people and name servers read
};

Daemon::Daemon(Settings settings, NodePaths paths)
    : m_settings(std::move(settings)), m_paths(std::move(paths)), m_parts(std::make_unique<Parts>())
{
    m_parts->writer.setMaxThreadCount(1);
}

Daemon::~Daemon() = default;

QCoro::Task<Result<void>> Daemon::start()
{
    const auto limit = raiseDescriptorLimit();
    if (!limit)
        co_return fail(limit.error());
    m_descriptorLimit = *limit;
    auto directory = DataDirectory::open(m_paths.dataDirectory);
    if (!directory)
        co_return fail(directory.error());
    m_parts->directory.emplace(std::move(*directory));
    if (const auto made = makeDirectories(); !made)
        co_return made;
    if (const auto opened = co_await openStore(); !opened)
        co_return opened;
    if (const auto opened = co_await openHaproxy(); !opened)
        co_return opened;
    const auto started = co_await startService();
    co_return started;
}

Result<void> Daemon::makeDirectories() const
{
    if (const auto made = makePrivateDirectory(m_paths.runtimeDirectory); !made)
        return made;
    return makePrivateDirectory(m_paths.haproxyDirectory());
}

QCoro::Task<Result<void>> Daemon::openStore()
{
    auto store = adapters::sqlite::SqliteStore::open(m_parts->directory->path("state.db"));
    if (!store)
        co_return fail(store.error());
    m_parts->store = std::move(*store);

    const auto first = co_await ensureFirstKey(*m_parts->store, m_paths.dataDirectory, m_parts->clock);
    if (!first)
        co_return fail(first.error());
    if (*first)
        qCInfo(lcDaemon).noquote() << "made the first access key" << text(**first) << "— its secret is in"
                                   << text(m_parts->directory->path("first-key.json"));
    auto state = co_await m_parts->store->load();
    if (!state)
        co_return fail(state.error());
    m_parts->desired.reset(std::move(*state));
    co_return Result<void>();
}

QCoro::Task<Result<void>> Daemon::openHaproxy()
{
    auto binary = adapters::haproxy::HaproxyBinary::find(text(m_settings.haproxy.binary));
    if (!binary)
        co_return fail(binary.error());
    const auto version = co_await binary->version();
    if (!version)
        co_return fail(version.error());
    qCInfo(lcDaemon).noquote() << "HAProxy" << text(*version) << "at" << binary->path();

    auto log = adapters::haproxy::LogSocket::open(m_paths.logSocket());
    if (!log)
        co_return fail(log.error());
    m_parts->healthLog = std::move(*log);
    auto accessLog = adapters::access_log::AccessLogWriter::open(
        m_paths.accessLogSockets(), accessLogOptions(m_settings, *m_parts->directory), m_parts->clock);
    if (!accessLog)
        co_return fail(accessLog.error());
    m_parts->accessLog = std::move(*accessLog);
    m_parts->haproxy = std::make_unique<adapters::haproxy::GenerationKeeper>(
        std::move(*binary), keeperOptions(m_settings.haproxy, m_paths));
    m_parts->addresses = std::make_unique<AddressFile>(m_parts->directory->path("addresses"));
    co_return Result<void>();
}

QCoro::Task<Result<void>> Daemon::startService()
{
    auto &parts = *m_parts;
    service::NodePlan node(nodeView(m_settings.haproxy, m_descriptorLimit), m_settings.haproxy.addressPool);
    parts.watcher = std::make_unique<service::HealthWatcher>(*parts.haproxy, parts.probe, *parts.healthLog, parts.turn);
    parts.reconciler =
        std::make_unique<service::Reconciler>(parts.desired, std::move(node), *parts.addresses, *parts.haproxy,
                                              *parts.haproxy, *parts.watcher, parts.turn, service::ReconcilerOptions());
    parts.accessLogFollower = std::make_unique<service::AccessLogFollower>(parts.desired, *parts.reconciler,
                                                                           *parts.haproxy, *parts.accessLog);
    parts.drains = std::make_unique<service::DrainWatcher>(*parts.reconciler, *parts.haproxy, parts.clock);
    parts.changes = std::make_unique<service::ChangeQueue>(*parts.store, parts.desired);
    parts.keys = std::make_unique<service::AccessKeyService>(*parts.changes, *parts.store, parts.clock, makeAccessKey);
    if (const auto loaded = co_await parts.keys->load(); !loaded)
        co_return loaded;
    service::ServiceOptions options;
    options.region = m_settings.api.region;
    options.domain = m_settings.api.domain;
    options.accessLog = parts.accessLog.get();
    options.accountId = m_settings.api.accountId;
    options.limits = m_settings.limits;
    options.stopNode = [this](bool traffic) {
        // The answer goes first.
        QTimer::singleShot(50, this, [this, traffic] { stop(traffic); });
    };
    parts.service =
        std::make_unique<service::LoadBalancerService>(*parts.changes, parts.desired, *parts.reconciler, *parts.haproxy,
                                                       parts.resolver, parts.examiner, parts.clock, std::move(options));
    buildReadSide();
    // Whether the API's address is free shows before HAProxy is touched.
    if (const auto opened = openApi(); !opened)
        co_return opened;

    const auto started = co_await parts.reconciler->start();
    if (!started)
        co_return started;
    parts.accessLogFollower->settle();
    connect(parts.reconciler.get(), &service::Reconciler::balancersChanged, this, &Daemon::writeNames);
    writeNames();
    parts.readModel->beginTelling();
    parts.ready = true;
    const auto count = std::to_string(parts.desired.state().balancers.size());
    if (const auto told = parts.notifier.ready("Serving " + count + " load balancers"); !told)
        qCWarning(lcDaemon).noquote() << text(told.error().message);
    qCInfo(lcDaemon).noquote() << "ready:" << text(count) << "load balancers, HAProxy generation"
                               << parts.haproxy->currentGeneration();
    co_return Result<void>();
}

void Daemon::buildReadSide()
{
    auto &parts = *m_parts;
    const auto epoch = QUuid::createUuid().toString(QUuid::Id128).toStdString();
    parts.events = std::make_unique<service::EventLog>(epoch, api::renderServerSentEvent);
    parts.readModel =
        std::make_unique<service::ReadModel>(parts.desired, *parts.reconciler, *parts.watcher, *parts.haproxy);
    connect(parts.readModel.get(), &service::ReadModel::changed, parts.events.get(), &service::EventLog::append);
    const auto basics = factsOf(m_settings, parts.clock.now());
    const auto facts = [this, basics] {
        auto status = basics;
        status.endpoints = endpointUrls();
        status.fingerprint = m_parts->fingerprint;
        status.dashboard = m_settings.dashboard.enabled && dashboard::isBuilt();
        return status;
    };
    parts.reads = std::make_unique<service::NodeReads>(*parts.readModel, *parts.events, *parts.store, parts.desired,
                                                       *parts.reconciler, *parts.haproxy, facts);
    parts.traffic = std::make_unique<service::TrafficMeter>(parts.desired, *parts.haproxy, *parts.haproxy, parts.clock);
}

/// Where the API listens, as addresses; none before it does.
std::vector<std::string> Daemon::endpointUrls() const
{
    std::vector<std::string> urls;
    if (!m_parts->server)
        return urls;
    for (const auto &endpoint : m_parts->server->endpoints())
        urls.push_back("http://" + endpoint.text());
    for (const auto &endpoint : m_parts->server->encryptedEndpoints())
        urls.push_back("https://" + endpoint.text());
    return urls;
}

Result<void> Daemon::openApi()
{
    auto &parts = *m_parts;
    const auto readiness = [this]() -> Result<void> {
        if (m_parts->ready)
            return {};
        return fail(ErrorCode::Unavailable, "the node is starting");
    };
    const auto findKey = [this](std::string_view id) { return m_parts->keys->find(id); };
    api::RouterSettings settings;
    settings.authentication.signature = signatureSettings(m_settings.api);
    settings.authentication.accountId = m_settings.api.accountId;
    settings.authentication.ownUserId = geteuid();
    settings.endpoint = [this] {
        const auto urls = endpointUrls();
        return urls.empty() ? std::string() : urls.front();
    };
    if (m_settings.dashboard.enabled) {
        settings.dashboard = [pages = api::StaticFiles("/dashboard", dashboard::files())](const auto &request) {
            return pages.answer(request);
        };
    }
    const api::RouterSources sources{*parts.service, *parts.keys, *parts.reads, *parts.events, *parts.traffic};
    parts.router = std::make_unique<api::RequestRouter>(sources, findKey, parts.clock, readiness, settings);
    connect(parts.keys.get(), &service::AccessKeyService::keysChanged, this,
            [this] { m_parts->router->recheckStreams(); });

    auto options = apiServerOptions();
    if (!options)
        return fail(options.error());
    const auto handle = [this](ports::HttpRequest request, ports::HttpResponder respond) {
        service::spawn(answer(*m_parts->router, std::move(request), std::move(respond)), "answering a request");
    };
    auto server = adapters::http::HttpServer::open(std::move(*options), handle);
    if (!server)
        return fail(server.error());
    parts.server = std::move(*server);
    for (const auto &url : endpointUrls()) {
        const auto shown = url.starts_with("https:") ? ", certificate SHA-256 " + parts.fingerprint : std::string();
        qCInfo(lcDaemon).noquote() << "API at" << text(url + shown);
    }
    return {};
}

Result<adapters::http::HttpServerOptions> Daemon::apiServerOptions()
{
    const auto endpoints = apiEndpoints(m_settings.api);
    adapters::http::HttpServerOptions options;
    options.listen = endpoints.plain;
    options.listenEncrypted = endpoints.encrypted;
    options.unixSocketPath = m_paths.controlSocket();
    if (endpoints.encrypted.empty())
        return options;
    auto certificate = ensureApiCertificate(m_paths.dataDirectory, QSysInfo::machineHostName().toStdString(),
                                            endpoints.encrypted, m_parts->clock.now());
    if (!certificate)
        return fail(certificate.error());
    options.identity = std::move(certificate->identity);
    m_parts->fingerprint = certificate->fingerprint;
    return options;
}

void Daemon::writeNames()
{
    const auto &addresses = m_settings.haproxy.addresses;
    const auto shared = addresses.empty() ? IpAddress::parse("127.0.0.1").value() : addresses.front();
    const auto entries = nameEntries(m_parts->desired.balancers(), m_parts->reconciler->node().addresses(), shared);
    for (const auto &[name, content] :
         {std::pair("hosts", renderHosts(entries)), std::pair("zone", renderZone(entries))}) {
        // One after another on a thread of its own: the disk may take its time.
        m_parts->writer.start([path = m_parts->directory->path(name), content = content] {
            if (const auto written = writeFileAtomically(path, content, 0644); !written)
                qCWarning(lcDaemon).noquote() << text(written.error().message);
        });
    }
}

void Daemon::stop(bool traffic)
{
    service::spawn(end(traffic), "stopping");
}

QCoro::Task<Result<void>> Daemon::end(bool traffic)
{
    if (!m_parts->notifier.stopping())
        qCDebug(lcDaemon) << "the service manager does not hear us";
    m_stopping = true;
    m_parts->ready = false;
    if (m_parts->router)
        m_parts->router->closeStreams();
    m_parts->server.reset();
    Result<void> result;
    if (m_parts->reconciler)
        m_parts->reconciler->stop();
    if (m_parts->drains)
        m_parts->drains->stop();
    if (m_parts->watcher)
        m_parts->watcher->stop();
    m_parts->probe.stop();
    if (m_parts->traffic)
        co_await m_parts->traffic->finish();
    if (traffic && m_parts->haproxy)
        result = co_await m_parts->haproxy->stopAll();
    Q_EMIT stopped();
    co_return result;
}

} // namespace balancer::daemon

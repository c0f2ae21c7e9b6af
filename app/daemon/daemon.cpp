#include "daemon/daemon.h"

#include "adapters/access_log/access_log_writer.h"
#include "adapters/haproxy/generation_keeper.h"
#include "adapters/haproxy/log_socket.h"
#include "adapters/network/host_resolver.h"
#include "adapters/network/instance_probe.h"
#include "adapters/openssl/certificate_examiner.h"
#include "adapters/sqlite/sqlite_store.h"
#include "api/event_streams.h"
#include "daemon/address_file.h"
#include "daemon/api_server.h"
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
#include "service/key_watcher.h"
#include "service/leaving_generations.h"
#include "service/load_balancer_service.h"
#include "service/node_reads.h"
#include "service/outage_watcher.h"
#include "service/read_model.h"
#include "service/spawn.h"
#include "service/traffic_meter.h"

#include <QLoggingCategory>
#include <QThreadPool>
#include <QTimer>
#include <QUuid>

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
    std::unique_ptr<service::LeavingGenerations> leaving;
    std::unique_ptr<service::DrainWatcher> drains;
    std::unique_ptr<service::OutageWatcher> outages;
    std::unique_ptr<service::KeyWatcher> backendKeys;
    std::unique_ptr<service::ChangeQueue> changes;
    std::unique_ptr<service::AccessKeyService> keys;
    std::unique_ptr<service::LoadBalancerService> service;
    std::unique_ptr<service::EventLog> events;
    std::unique_ptr<service::ReadModel> readModel;
    std::unique_ptr<service::NodeReads> reads;
    std::unique_ptr<service::TrafficMeter> traffic;
    std::unique_ptr<ApiServer> api;
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
    service::NodePlan node(nodeView(m_settings, m_descriptorLimit), m_settings.haproxy.addressPool);
    parts.watcher = std::make_unique<service::HealthWatcher>(*parts.haproxy, parts.probe, *parts.healthLog, parts.turn);
    parts.reconciler =
        std::make_unique<service::Reconciler>(parts.desired, std::move(node), *parts.addresses, *parts.haproxy,
                                              *parts.haproxy, *parts.watcher, parts.turn, service::ReconcilerOptions());
    parts.accessLogFollower = std::make_unique<service::AccessLogFollower>(parts.desired, *parts.reconciler,
                                                                           *parts.haproxy, *parts.accessLog);
    parts.leaving = std::make_unique<service::LeavingGenerations>(*parts.reconciler, *parts.haproxy);
    parts.drains =
        std::make_unique<service::DrainWatcher>(*parts.reconciler, *parts.haproxy, *parts.leaving, parts.clock);
    parts.outages = std::make_unique<service::OutageWatcher>(parts.desired, *parts.reconciler, *parts.watcher,
                                                             *parts.haproxy, *parts.leaving, parts.turn);
    parts.backendKeys = std::make_unique<service::KeyWatcher>(parts.desired, *parts.reconciler, *parts.watcher,
                                                              parts.probe, parts.examiner, *parts.haproxy);
    parts.changes = std::make_unique<service::ChangeQueue>(*parts.store, parts.desired);
    parts.keys = std::make_unique<service::AccessKeyService>(*parts.changes, *parts.store, parts.clock, makeAccessKey);
    if (const auto loaded = co_await parts.keys->load(); !loaded)
        co_return loaded;
    service::ServiceOptions options;
    options.region = m_settings.api.region;
    options.domain = m_settings.api.domain;
    options.accessLog = parts.accessLog.get();
    options.keys = parts.backendKeys.get();
    options.accountId = m_settings.api.accountId;
    options.limits = m_settings.limits;
    options.site = siteOf(m_settings.api);
    options.stopNode = [this](bool traffic) {
        // The answer goes first.
        QTimer::singleShot(50, this, [this, traffic] { stop(traffic); });
    };
    parts.service =
        std::make_unique<service::LoadBalancerService>(*parts.changes, parts.desired, *parts.reconciler, *parts.haproxy,
                                                       parts.resolver, parts.examiner, parts.clock, std::move(options));
    buildReadSide();
    // Whether the API's address is free shows before HAProxy is touched.
    const api::RouterSources sources{*parts.service, *parts.keys, *parts.reads, *parts.events, *parts.traffic};
    parts.api = std::make_unique<ApiServer>(m_settings, m_paths, sources, *parts.keys, parts.clock);
    if (const auto opened = parts.api->open(); !opened)
        co_return opened;

    const auto prepared = co_await parts.backendKeys->prepareAll();
    if (!prepared)
        co_return prepared;
    const auto started = co_await parts.reconciler->start();
    if (!started)
        co_return started;
    parts.backendKeys->start();
    parts.accessLogFollower->settle();
    connect(parts.reconciler.get(), &service::Reconciler::balancersChanged, this, &Daemon::writeNames);
    writeNames();
    parts.readModel->beginTelling();
    parts.api->setReady(true);
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
        if (const auto &api = m_parts->api) {
            status.endpoints = api->urls();
            status.fingerprint = api->fingerprint();
        }
        status.dashboard = m_settings.dashboard.enabled && dashboard::isBuilt();
        return status;
    };
    parts.reads = std::make_unique<service::NodeReads>(*parts.readModel, *parts.events, *parts.store, parts.desired,
                                                       *parts.reconciler, *parts.haproxy, facts);
    parts.traffic = std::make_unique<service::TrafficMeter>(parts.desired, *parts.haproxy, *parts.haproxy, parts.clock);
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
    if (m_parts->api)
        m_parts->api->close();
    Result<void> result;
    if (m_parts->reconciler)
        m_parts->reconciler->stop();
    if (m_parts->drains)
        m_parts->drains->stop();
    if (m_parts->leaving)
        m_parts->leaving->stop();
    if (m_parts->backendKeys)
        m_parts->backendKeys->stop();
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

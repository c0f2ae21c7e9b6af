#include "adapters/haproxy/generation_keeper.h"

#include "adapters/haproxy/listening_sockets.h"
#include "adapters/haproxy/runtime_socket.h"
#include "base/text.h"
#include "plan/render.h"
#include "plan/stats.h"
#include "ports/pause.h"

#include <QCoro/QCoroAbstractSocket>
#include <QDeadlineTimer>
#include <QNetworkProxy>
#include <QTcpSocket>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace balancer::adapters::haproxy {

namespace {

using namespace std::chrono_literals;

/// Whether the process is the HAProxy that was started with this pid file: the number in a file that was left behind
/// may have gone to another program, or to an HAProxy that is not ours.
bool isOurs(qint64 pid, const std::string &pidFile)
{
    const auto directory = "/proc/" + std::to_string(pid);
    std::ifstream nameFile(directory + "/comm");
    std::string name;
    nameFile >> name;
    std::ifstream argumentsFile(directory + "/cmdline");
    std::string argument;
    bool named = false;
    while (!named && std::getline(argumentsFile, argument, '\0')) {
        std::error_code error;
        named = argument.ends_with(".pid") && std::filesystem::equivalent(argument, pidFile, error);
    }
    return named && name.starts_with("haproxy");
}

/// Resident memory in bytes; 0 when the process is gone.
std::size_t memoryOf(qint64 pid)
{
    std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    file >> total >> resident;
    return file ? resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

QString connectAddress(const plan::Bind &bind)
{
    return bind.address.isEmpty() ? QStringLiteral("127.0.0.1") : QString::fromStdString(bind.address.text());
}

QCoro::Task<Result<void>> connectTo(plan::Bind bind)
{
    QTcpSocket socket;
    socket.setProxy(QNetworkProxy::NoProxy);
    const auto address = connectAddress(bind);
    socket.connectToHost(address, bind.port);
    auto coSocket = qCoro(socket);
    if (!co_await coSocket.waitForConnected(2s))
        co_return fail(ErrorCode::Timeout, "the new HAProxy does not accept connections on " + bind.text() + ": " +
                                               socket.errorString().toStdString());
    // Ends with a reset: a mere close would leave a TCP session half open, and its generation alive, for a minute.
    const linger reset{.l_onoff = 1, .l_linger = 0};
    setsockopt(static_cast<int>(socket.socketDescriptor()), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    socket.abort();
    co_return Result<void>();
}

/// The listening sockets among those a process has open.
std::vector<ListeningSocket> listenersOf(qint64 pid, const std::vector<ListeningSocket> &all)
{
    const auto open = socketsOf(pid);
    std::vector<ListeningSocket> own;
    std::ranges::copy_if(all, std::back_inserter(own),
                         [&](const ListeningSocket &socket) { return open.contains(socket.inode); });
    return own;
}

bool hasBind(const std::vector<ListeningSocket> &sockets, const plan::Bind &bind)
{
    return std::ranges::find(sockets, bind, &ListeningSocket::bind) != sockets.end();
}

/// Whether `pid` still listens where `successor` does not.
bool holdsOldListeners(qint64 pid, qint64 successor)
{
    const auto all = listeningSockets();
    const auto old = listenersOf(pid, all);
    const auto kept = socketsOf(successor);
    return std::ranges::any_of(old, [&](const ListeningSocket &socket) { return !kept.contains(socket.inode); });
}

} // namespace

GenerationKeeper::GenerationKeeper(HaproxyBinary binary, KeeperOptions options)
    : m_binary(std::move(binary)), m_options(std::move(options)),
      m_files(m_options.dataDirectory, m_options.runDirectory, m_options.logSocket)
{
}

GenerationKeeper::~GenerationKeeper()
{
    for (const auto &generation : m_leaving) {
        if (generation->remaining)
            generation->remaining->close();
    }
}

QCoro::Task<Result<std::string>> GenerationKeeper::probe()
{
    return m_binary.version();
}

QCoro::Task<Result<std::vector<std::string>>> GenerationKeeper::send(std::vector<std::string> commands)
{
    if (!m_current)
        co_return fail(ErrorCode::Unavailable, "HAProxy is not running");
    const auto connection = m_current->connection;
    auto replies = co_await RuntimeConnection::exchange(connection, std::move(commands), m_options.commandDeadline);
    co_return replies;
}

std::vector<int> GenerationKeeper::leavingGenerations() const
{
    std::vector<int> numbers;
    for (const auto &generation : m_leaving) {
        if (generation->remaining && generation->remaining->isOpen())
            numbers.push_back(generation->number);
    }
    std::ranges::sort(numbers);
    return numbers;
}

QCoro::Task<Result<std::vector<std::string>>> GenerationKeeper::sendToLeaving(int generation,
                                                                              std::vector<std::string> commands)
{
    const auto found = std::ranges::find_if(m_leaving, [&](const auto &known) { return known->number == generation; });
    if (found == m_leaving.end() || !(*found)->remaining)
        co_return fail(ErrorCode::Unavailable, "HAProxy generation " + std::to_string(generation) + " has gone");
    const auto connection = (*found)->remaining;
    auto replies = co_await LeavingConnection::exchange(connection, std::move(commands), m_options.commandDeadline);
    co_return replies;
}

QCoro::Task<Result<std::string>> GenerationKeeper::ask(int number, std::string command)
{
    const auto socket = QString::fromStdString(m_files.socket(number));
    std::vector<std::string> commands(1, std::move(command));
    auto replies = co_await exchange(socket, std::move(commands), m_options.commandDeadline);
    if (!replies)
        co_return fail(replies.error());
    co_return std::move(replies->front());
}

QCoro::Task<bool> GenerationKeeper::identifies(int number, qint64 pid)
{
    const auto reply = co_await ask(number, "show info");
    if (!reply)
        co_return false;
    auto info = plan::parseInfo(*reply);
    co_return info["description"] == plan::generationDescription(number) && info["Pid"] == std::to_string(pid) &&
        info["Stopping"] == "0";
}

QCoro::Task<Result<std::optional<ports::RunningGeneration>>> GenerationKeeper::adopt()
{
    std::vector<GenerationPointer> superseded;
    for (const int number : m_files.numbers()) {
        m_lastNumber = std::max(m_lastNumber, number);
        const auto pid = m_files.readPid(number);
        auto process = pid == 0 ? nullptr : ProcessHandle::open(pid);
        // A dead process may stay visible until whoever started it takes notice.
        if (!process || !process->isAlive() || !isOurs(pid, m_files.pidFile(number))) {
            m_files.remove(number);
            continue;
        }
        auto generation = std::make_unique<Generation>();
        generation->number = number;
        generation->process = std::move(process);
        // A generation that is leaving no longer takes connections to its socket.
        if (!co_await identifies(number, pid))
            keepLeaving(std::move(generation));
        else if (!m_current)
            setCurrent(std::move(generation));
        else
            superseded.push_back(std::move(generation));
    }

    for (auto &generation : superseded) {
        const auto retired = co_await retire(std::move(generation), m_current->process->pid());
        if (!retired)
            co_return fail(retired.error());
    }
    if (!m_current)
        co_return std::optional<ports::RunningGeneration>();
    ports::RunningGeneration running;
    running.number = m_current->number;
    // Without its file nothing is known of it but its sockets: the next reload replaces it.
    if (const auto config = m_files.readConfig(running.number))
        running.config = *config;
    co_return running;
}

bool GenerationKeeper::isCrowded() const
{
    if (m_leaving.size() > m_options.maxOldGenerations)
        return true;
    if (m_options.oldGenerationMemory == 0)
        return false;
    std::size_t held = 0;
    for (const auto &generation : m_leaving)
        held += memoryOf(generation->process->pid());
    return held > m_options.oldGenerationMemory;
}

QCoro::Task<Result<void>> GenerationKeeper::makeRoom()
{
    const QDeadlineTimer deadline(m_options.maxReloadDelay);
    while (isCrowded() && !deadline.hasExpired())
        co_await ports::pause(20ms);
    while (isCrowded()) {
        const auto oldest = std::ranges::min_element(
            m_leaving, {}, [](const GenerationPointer &generation) { return generation->number; });
        const auto number = (*oldest)->number;
        (*oldest)->process->sendSignal(SIGTERM);
        const QDeadlineTimer gone(2s);
        const auto isThere = [this, number] {
            return std::ranges::any_of(m_leaving, [number](const auto &known) { return known->number == number; });
        };
        while (isThere()) {
            if (gone.hasExpired())
                co_return fail(ErrorCode::Timeout, "HAProxy generation " + std::to_string(number) + " does not end");
            co_await ports::pause(5ms);
        }
    }
    co_return Result<void>();
}

QCoro::Task<Result<void>> GenerationKeeper::startGeneration(plan::HaproxyConfig config, plan::SlotHealths healths,
                                                            std::vector<std::string> farewell)
{
    if (const auto room = co_await makeRoom(); !room)
        co_return room;
    const int number = ++m_lastNumber;
    if (const auto written = m_files.write(number, config, healths); !written) {
        m_files.remove(number);
        co_return written;
    }
    auto generation = co_await launch(number);
    if (!generation) {
        const auto ended = co_await endLeftover(number);
        m_files.keepAsFailed(number);
        co_return fail(ended ? generation.error() : inContext(generation.error().message, ended.error()));
    }
    const auto proved = co_await prove(**generation, config);
    if (!proved) {
        const auto ended = co_await end(*(*generation)->process, SIGKILL, 2s);
        m_files.keepAsFailed(number);
        co_return fail(ended ? proved.error() : inContext(proved.error().message, ended.error()));
    }

    for (const int dead : std::exchange(m_dead, {}))
        m_files.remove(dead);
    auto remaining = co_await lastConnection();
    auto old = std::move(m_current);
    const auto successor = (*generation)->process->pid();
    setCurrent(std::move(*generation));
    if (!old)
        co_return Result<void>();
    old->remaining = std::move(remaining);
    if (!farewell.empty()) {
        const auto connection = old->connection;
        const auto said =
            co_await RuntimeConnection::exchange(connection, std::move(farewell), m_options.commandDeadline);
        if (!said)
            qWarning("cannot end what is left of removed instances: %s", said.error().message.c_str());
    }
    const auto retired = co_await retire(std::move(old), successor);
    co_return retired;
}

QCoro::Task<Result<GenerationKeeper::GenerationPointer>> GenerationKeeper::launch(int number)
{
    QStringList arguments;
    arguments << QStringLiteral("-D") << QStringLiteral("-C") << QString::fromStdString(m_files.directory(number))
              << QStringLiteral("-f") << QString::fromUtf8(plan::kConfigFile.data(), plan::kConfigFile.size());
    for (const auto &file : m_options.extraFiles)
        arguments << QStringLiteral("-f") << file;
    arguments << QStringLiteral("-p") << QString::fromStdString(m_files.pidFile(number));
    if (m_current)
        arguments << QStringLiteral("-x") << QString::fromStdString(m_files.socket(m_current->number));

    const auto started = co_await m_binary.run(arguments, m_options.startDeadline);
    if (!started)
        co_return fail(started.error());
    const auto pid = m_files.readPid(number);
    auto generation = std::make_unique<Generation>();
    generation->number = number;
    generation->process = pid == 0 ? nullptr : ProcessHandle::open(pid);
    if (!generation->process)
        co_return fail(ErrorCode::Refused, "HAProxy ended right after its start");
    co_return std::move(generation);
}

QCoro::Task<Result<void>> GenerationKeeper::prove(const Generation &generation, const plan::HaproxyConfig &config)
{
    if (const auto answered = co_await waitForSocket(generation); !answered)
        co_return answered;
    if (const auto open = co_await proveFrontends(generation.number, config); !open)
        co_return open;
    const auto listening = co_await proveListeners(generation, config);
    co_return listening;
}

QCoro::Task<Result<void>> GenerationKeeper::waitForSocket(const Generation &generation)
{
    const QDeadlineTimer deadline(m_options.proofDeadline);
    while (!deadline.hasExpired()) {
        if (co_await identifies(generation.number, generation.process->pid()))
            co_return Result<void>();
        if (!generation.process->isAlive())
            co_return fail(ErrorCode::Refused, "HAProxy ended right after its start");
        co_await ports::pause(5ms);
    }
    co_return fail(ErrorCode::Timeout, "the new HAProxy does not answer on its socket");
}

QCoro::Task<Result<void>> GenerationKeeper::proveFrontends(int number, const plan::HaproxyConfig &config)
{
    const auto reply = co_await ask(number, "show stat -1 1 -1");
    if (!reply)
        co_return fail(reply.error());
    const auto table = plan::StatsTable::parse(*reply);
    if (!table)
        co_return fail(table.error());
    std::set<std::string, std::less<>> open;
    for (std::size_t row = 0; row < table->rowCount(); ++row) {
        if (table->value(row, "status") == "OPEN")
            open.emplace(table->value(row, "pxname"));
    }
    for (const auto &name : plan::frontendNames(config)) {
        if (!open.contains(name))
            co_return fail(ErrorCode::Refused, "frontend " + name + " is not open in the new HAProxy");
    }
    co_return Result<void>();
}

QCoro::Task<Result<void>> GenerationKeeper::proveListeners(const Generation &generation,
                                                           const plan::HaproxyConfig &config)
{
    const auto all = listeningSockets();
    const auto own = listenersOf(generation.process->pid(), all);
    const auto before = m_current ? listenersOf(m_current->process->pid(), all) : std::vector<ListeningSocket>();
    for (const auto &bind : plan::allBinds(config)) {
        if (!hasBind(own, bind))
            co_return fail(ErrorCode::Refused, "the new HAProxy does not listen on " + bind.text());
        // On a shared socket the old generation may be the one that accepts, which proves nothing.
        if (hasBind(before, bind))
            continue;
        if (const auto connected = co_await connectTo(bind); !connected)
            co_return connected;
    }
    co_return Result<void>();
}

QCoro::Task<Result<void>> GenerationKeeper::retire(GenerationPointer generation, qint64 successor)
{
    const auto pid = generation->process->pid();
    generation->connection.reset();
    generation->process->sendSignal(SIGUSR1);
    if (generation->remaining)
        LeavingConnection::guard(generation->remaining);
    keepLeaving(std::move(generation));
    // A listener that was removed is really gone when we say so. It takes the old one some milliseconds.
    const QDeadlineTimer deadline(2s);
    while (holdsOldListeners(pid, successor)) {
        if (deadline.hasExpired())
            co_return fail(ErrorCode::Timeout, "the old HAProxy, process " + std::to_string(pid) +
                                                   ", still listens on addresses that were removed");
        co_await ports::pause(2ms);
    }
    co_return Result<void>();
}

QCoro::Task<std::shared_ptr<LeavingConnection>> GenerationKeeper::lastConnection()
{
    if (!m_current)
        co_return std::shared_ptr<LeavingConnection>();
    // It has to be open before HAProxy is told to leave.
    const auto connection = m_current->connection;
    std::vector<std::string> question(1, "show version");
    const auto answered =
        co_await RuntimeConnection::exchange(connection, std::move(question), m_options.commandDeadline);
    if (!answered)
        co_return std::shared_ptr<LeavingConnection>();
    co_return std::make_shared<LeavingConnection>(connection);
}

QCoro::Task<Result<void>> GenerationKeeper::end(ProcessHandle &process, int signal, std::chrono::milliseconds deadline)
{
    process.sendSignal(signal);
    const QDeadlineTimer timer(deadline);
    while (process.isAlive()) {
        if (timer.hasExpired())
            co_return fail(ErrorCode::Timeout, "HAProxy, process " + std::to_string(process.pid()) + ", does not end");
        co_await ports::pause(2ms);
    }
    co_return Result<void>();
}

QCoro::Task<Result<void>> GenerationKeeper::endLeftover(int number)
{
    const auto pid = m_files.readPid(number);
    const auto process = pid == 0 ? nullptr : ProcessHandle::open(pid);
    if (!process || !isOurs(pid, m_files.pidFile(number)))
        co_return Result<void>();
    const auto ended = co_await end(*process, SIGKILL, 2s);
    co_return ended;
}

QCoro::Task<Result<void>> GenerationKeeper::stopAll()
{
    std::vector<GenerationPointer> all = std::move(m_leaving);
    m_leaving.clear();
    if (m_current)
        all.push_back(std::move(m_current));
    for (const int dead : std::exchange(m_dead, {}))
        m_files.remove(dead);
    for (const auto &generation : all) {
        generation->process->disconnect(this);
        auto ended = co_await end(*generation->process, SIGTERM, 5s);
        if (!ended)
            ended = co_await end(*generation->process, SIGKILL, 5s);
        if (!ended)
            co_return ended;
        m_files.remove(generation->number);
    }
    co_return Result<void>();
}

Result<void> GenerationKeeper::saveConfig(const plan::HaproxyConfig &config)
{
    if (!m_current)
        return fail(ErrorCode::Unavailable, "HAProxy is not running");
    return m_files.rewrite(m_current->number, config);
}

Result<void> GenerationKeeper::checkBindable(const std::vector<plan::Bind> &binds) const
{
    for (const auto &bind : binds) {
        if (const auto free = haproxy::checkBindable(bind); !free)
            return free;
    }
    return {};
}

void GenerationKeeper::setCurrent(GenerationPointer generation)
{
    m_current = std::move(generation);
    m_current->connection =
        std::make_shared<RuntimeConnection>(QString::fromStdString(m_files.socket(m_current->number)));
    connect(m_current->process.get(), &ProcessHandle::ended, this, [this] {
        // Not before this signal has been delivered: it comes from the object that goes. Its files stay until another
        // generation runs: they say which instance had which slot.
        m_current->process.release()->deleteLater();
        m_dead.push_back(m_current->number);
        m_current.reset();
        Q_EMIT died();
    });
}

void GenerationKeeper::keepLeaving(GenerationPointer generation)
{
    generation->process->disconnect(this);
    auto *leaving = generation.get();
    m_leaving.push_back(std::move(generation));
    const auto forget = [this, leaving] {
        if (leaving->remaining)
            leaving->remaining->close();
        m_files.remove(leaving->number);
        leaving->process.release()->deleteLater();
        std::erase_if(m_leaving, [&](const GenerationPointer &known) { return known.get() == leaving; });
    };
    connect(leaving->process.get(), &ProcessHandle::ended, this, forget);
}

} // namespace balancer::adapters::haproxy

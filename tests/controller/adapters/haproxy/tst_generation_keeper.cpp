#include "adapters/haproxy/generation_keeper.h"
#include "adapters/haproxy/listening_sockets.h"
#include "controller/base/readable.h"
#include "plan/project.h"
#include "plan/server_sessions.h"
#include "support/builders.h"
#include "support/haproxy_bench.h"

#include <QCoro/QCoroTask>
#include <QSignalSpy>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>

using namespace balancer;
using namespace balancer::tests;
using namespace std::chrono_literals;
using namespace balancer::adapters::haproxy;
using plan::HaproxyConfig;

namespace {

namespace fs = std::filesystem;

/// Stands in front of the real HAProxy; what it does is said by the file `mode` beside it.
constexpr const char *kWrapper = R"sh(
dir=$(dirname "$0")
mode=$(cat "$dir/mode" 2>/dev/null)
pidfile=
previous=
for argument in "$@"; do
    [ "$previous" = -p ] && pidfile=$argument
    previous=$argument
done
case $mode in
refuse) exec haproxy "$@" -f "$dir/bad.cfg" ;;
hang) exec sleep 100 ;;
die) haproxy "$@" && kill -9 "$(cat "$pidfile")" ;;
freeze) haproxy "$@" && kill -STOP "$(cat "$pidfile")" ;;
start-and-hang) haproxy "$@"; exec sleep 100 ;;
start-and-fail) haproxy "$@"; exit 1 ;;
no-pid) exit 0 ;;
*) exec haproxy "$@" ;;
esac
)sh";

/// A connection that stays open.
int connectedTo(std::uint16_t port)
{
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        qFatal("cannot connect to port %d", port);
    return descriptor;
}

/// By the other side.
bool isClosed(int descriptor)
{
    char byte = 0;
    const auto size = recv(descriptor, &byte, 1, MSG_DONTWAIT);
    return size == 0 || (size < 0 && errno != EAGAIN);
}

bool listensOn(std::uint16_t port)
{
    const auto all = listeningSockets();
    return std::ranges::any_of(all, [port](const ListeningSocket &socket) { return socket.bind.port == port; });
}

} // namespace

class GenerationKeeperTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void startsAndServes();
    void handsOverWithoutLosingARequest();
    void closesARemovedListenerBeforeItReturns();
    void takesANewListener();
    void saysFarewellToTheOneThatLeaves();
    void saysNoFarewellWhenTheNextOneFails();
    void asksOneThatIsLeavingUntilItHasGone();
    void asksNoneThatIsIdle();
    void goesOnWhenTheNextOneFails_data();
    void goesOnWhenTheNextOneFails();
    void goesOnWhenTheNextOneCannotBind();
    void keepsWhatAFailedGenerationWasGiven();

    void adoptsWhatItLeft();
    void adoptsTheNewestOfTwo();
    void adoptsNothingWhereNothingRuns();
    void forgetsAStalePidFile_data();
    void forgetsAStalePidFile();
    void leavesAnotherHaproxyAlone();
    void adoptsBesideOneThatIsLeaving();

    void tellsWhenHaproxyDies();
    void startsAgainAfterADeath();
    void stopsEverything();
    void endsTheOldestWhenTooManyAreLeaving();
    void saysThatItIsNotRunning();
    void savesTheConfigInPlace();
    void passesNoneOfOurSocketsOn();

private:
    std::unique_ptr<GenerationKeeper> makeKeeper() const;
    HaproxyConfig config(const std::vector<std::uint16_t> &ports) const;
    /// The listener passes bytes on to an instance at `port`.
    HaproxyConfig tunnelTo(std::uint16_t port) const;
    Result<void> start(const HaproxyConfig &config)
    {
        return QCoro::waitFor(m_keeper->startGeneration(config, m_healths, {}));
    }
    void setMode(const std::string &mode) const { m_scratch->write("mode", mode); }
    std::string served(std::uint16_t port) const { return get(port); }
    /// Leaves HAProxy running, as when our process ends.
    void forgetKeeper() { m_keeper.reset(); }
    qint64 pidOf(int generation) const;
    std::set<std::string> files() const;

    std::unique_ptr<Scratch> m_scratch;
    std::unique_ptr<WebInstance> m_web;
    std::unique_ptr<GenerationKeeper> m_keeper;
    KeeperOptions m_options;
    plan::SlotHealths m_healths;
    std::uint16_t m_port = 0;
};

void GenerationKeeperTest::init()
{
    m_scratch = std::make_unique<Scratch>();
    m_web = std::make_unique<WebInstance>("web");
    m_scratch->script("haproxy", kWrapper);
    m_scratch->write("bad.cfg", "nonsense\n");
    fs::create_directory(m_scratch->path("data"));
    fs::create_directory(m_scratch->path("run"));
    m_options = KeeperOptions();
    m_options.dataDirectory = m_scratch->path("data");
    m_options.runDirectory = m_scratch->path("run");
    m_options.logSocket = m_scratch->path("log.sock");
    m_healths = {{plan::ServerKey("hc:web", "s1"), plan::SlotHealth::Up}};
    m_port = freePort();
    m_keeper = makeKeeper();
}

void GenerationKeeperTest::cleanup()
{
    m_keeper.reset();
    m_scratch.reset();
    m_web.reset();
}

std::unique_ptr<GenerationKeeper> GenerationKeeperTest::makeKeeper() const
{
    const auto binary = HaproxyBinary::find(QString::fromStdString(m_scratch->path("haproxy"))).value();
    return std::make_unique<GenerationKeeper>(binary, m_options);
}

HaproxyConfig GenerationKeeperTest::config(const std::vector<std::uint16_t> &ports) const
{
    auto web = loadBalancer("web").with(instance("i-1", "127.0.0.1")).checkedBy("TCP:" + std::to_string(m_web->port()));
    for (const auto port : ports)
        web = web.with(http(port, m_web->port()));
    plan::NodeView node;
    node.sharedAddresses = {address("127.0.0.1")};
    return projected({web}, node);
}

HaproxyConfig GenerationKeeperTest::tunnelTo(std::uint16_t port) const
{
    plan::NodeView node;
    node.sharedAddresses = {address("127.0.0.1")};
    return projected({loadBalancer("web").with(tcp(m_port, port)).with(instance("i-1", "127.0.0.1"))}, node);
}

qint64 GenerationKeeperTest::pidOf(int generation) const
{
    return GenerationFiles(m_options.dataDirectory, m_options.runDirectory, m_options.logSocket).readPid(generation);
}

std::set<std::string> GenerationKeeperTest::files() const
{
    std::set<std::string> found;
    for (const auto *directory : {"data", "run"}) {
        for (const auto &entry : fs::directory_iterator(m_scratch->path(directory)))
            found.insert(entry.path().filename().string());
    }
    return found;
}

void GenerationKeeperTest::startsAndServes()
{
    QVERIFY(QCoro::waitFor(m_keeper->probe())->starts_with("2."));
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QCOMPARE(served(m_port), std::string("web"));
    QCOMPARE(m_keeper->currentGeneration(), 1);
    const auto replies = QCoro::waitFor(m_keeper->send(std::vector<std::string>{"show version", "show info"}));
    QVERIFY(replies && replies->at(0).starts_with("2."));
    QVERIFY(replies->at(1).find("description: gen=1") != std::string::npos);
}

void GenerationKeeperTest::handsOverWithoutLosingARequest()
{
    QCOMPARE(describe(start(config({m_port}))), std::string());
    Hammer hammer(m_port);
    for (int generation = 2; generation <= 6; ++generation) {
        QCOMPARE(describe(start(config({m_port}))), std::string());
        QCOMPARE(m_keeper->currentGeneration(), generation);
    }
    const int before = hammer.successCount();
    QTRY_VERIFY(hammer.successCount() > before + 10);
    const auto errors = hammer.stop();
    QVERIFY2(errors.empty(), errors.empty() ? "" : errors.front().c_str());
    QTRY_COMPARE(m_scratch->haproxies().size(), std::size_t(1));
    QTRY_COMPARE(files(), (std::set<std::string>{"gen-6", "gen-6.sock", "gen-6.pid"}));
}

void GenerationKeeperTest::closesARemovedListenerBeforeItReturns()
{
    const auto other = freePort();
    QCOMPARE(describe(start(config({m_port, other}))), std::string());
    QVERIFY(listensOn(other));
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QVERIFY(!listensOn(other));
    QVERIFY(served(other).starts_with("error: connect"));
    QCOMPARE(served(m_port), std::string("web"));
    QCOMPARE(describe(start(config({}))), std::string());
    QVERIFY(!listensOn(m_port));
}

void GenerationKeeperTest::takesANewListener()
{
    const auto other = freePort();
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QCOMPARE(describe(start(config({m_port, other}))), std::string());
    QCOMPARE(served(other), std::string("web"));
}

void GenerationKeeperTest::saysFarewellToTheOneThatLeaves()
{
    const Listening waiting;
    QCOMPARE(describe(start(tunnelTo(waiting.port()))), std::string());
    // Without it, this connection would go on for as long as the client likes.
    const int client = connectedTo(m_port);
    QVERIFY(!isClosed(client));
    const auto backend = "b:web:" + std::to_string(m_port);
    const std::vector<std::string> farewell{"set server hc:web/s1 state maint",
                                            "shutdown sessions server " + backend + "/s1"};
    const auto next = QCoro::waitFor(m_keeper->startGeneration(tunnelTo(waiting.port()), m_healths, farewell));
    QCOMPARE(describe(next), std::string());
    QTRY_VERIFY(isClosed(client));
    ::close(client);
    const auto replies = QCoro::waitFor(m_keeper->send(std::vector<std::string>{"show servers state hc:web"}));
    const auto states = plan::parseServersState(replies.value().front()).value();
    QVERIFY(states.at(plan::ServerKey("hc:web", "s1")).isUp()); // it was not said to the new one
}

void GenerationKeeperTest::asksOneThatIsLeavingUntilItHasGone()
{
    const Listening waiting;
    QCOMPARE(describe(start(tunnelTo(waiting.port()))), std::string());
    const int client = connectedTo(m_port);
    const auto ask = [this](const std::string &command) {
        return QCoro::waitFor(m_keeper->sendToLeaving(1, std::vector<std::string>{command}));
    };
    QVERIFY(!ask("show version"));
    QVERIFY(m_keeper->leavingGenerations().empty());
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QCOMPARE(m_keeper->leavingGenerations(), std::vector{1});

    const auto sessions = plan::parseSessions(ask("show sess").value().front());
    const plan::ServerKey server("b:web:" + std::to_string(m_port), "s1");
    QCOMPARE(sessions.size(), std::size_t(1));
    QVERIFY(sessions.front().server == server);
    // Longer than any pause between questions: it has not been given up.
    QTest::qWait(1200);
    QVERIFY(!isClosed(client) && m_keeper->leavingGenerations() == std::vector{1});

    QVERIFY(ask(plan::sessionShutdowns(sessions, {server}).front()));
    QTRY_VERIFY(isClosed(client));
    QTRY_COMPARE(m_scratch->haproxies().size(), std::size_t(1));
    QTRY_VERIFY(m_keeper->leavingGenerations().empty());
    QVERIFY(!ask("show version"));
    close(client);
}

void GenerationKeeperTest::asksNoneThatIsIdle()
{
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QTRY_COMPARE_WITH_TIMEOUT(m_scratch->haproxies().size(), std::size_t(1), 2000);
    QTRY_VERIFY(m_keeper->leavingGenerations().empty());
}

void GenerationKeeperTest::saysNoFarewellWhenTheNextOneFails()
{
    QCOMPARE(describe(start(config({m_port}))), std::string());
    setMode("refuse");
    const std::vector<std::string> farewell{"set server hc:web/s1 state maint"};
    QVERIFY(!QCoro::waitFor(m_keeper->startGeneration(config({m_port}), m_healths, farewell)));
    QCOMPARE(served(m_port), std::string("web"));
}

void GenerationKeeperTest::goesOnWhenTheNextOneFails_data()
{
    QTest::addColumn<std::string>("mode");
    QTest::addColumn<ErrorCode>("code");
    QTest::addColumn<std::string>("words");
    const auto row = [](const char *mode, ErrorCode code, const char *words) {
        QTest::newRow(mode) << std::string(mode) << code << std::string(words);
    };
    row("refuse", ErrorCode::Refused, "unknown keyword 'nonsense'");
    row("die", ErrorCode::Refused, "ended right after its start");
    row("no-pid", ErrorCode::Refused, "ended right after its start");
    row("freeze", ErrorCode::Timeout, "does not answer on its socket");
    row("hang", ErrorCode::Timeout, "did not come up within");
    row("start-and-hang", ErrorCode::Timeout, "did not come up within");
    row("start-and-fail", ErrorCode::Refused, "refused");
}

void GenerationKeeperTest::goesOnWhenTheNextOneFails()
{
    QFETCH(std::string, mode);
    QFETCH(ErrorCode, code);
    QFETCH(std::string, words);
    m_options.startDeadline = mode == "hang" || mode == "start-and-hang" ? 500ms : 30000ms;
    m_options.proofDeadline = 300ms;
    m_options.commandDeadline = 100ms;
    m_keeper = makeKeeper();
    QCOMPARE(describe(start(config({m_port}))), std::string());
    const auto serving = m_scratch->haproxies();
    QCOMPARE(serving.size(), std::size_t(1));

    QSignalSpy died(m_keeper.get(), &ports::HaproxyProcess::died);
    Hammer hammer(m_port);
    QTRY_VERIFY(hammer.successCount() > 10);
    setMode(mode);
    const auto started = start(config({m_port, freePort()}));
    QVERIFY(!started);
    QCOMPARE(started.error().code, code);
    QVERIFY2(started.error().message.find(words) != std::string::npos, started.error().message.c_str());
    const int before = hammer.successCount();
    QTRY_VERIFY(hammer.successCount() > before + 10);
    const auto errors = hammer.stop();
    // One that came up and was stopped then took what it had accepted with it.
    const std::set<std::string> accepting{"die", "freeze", "start-and-hang", "start-and-fail"};
    QVERIFY2(errors.empty() || accepting.contains(mode), errors.empty() ? "" : errors.front().c_str());

    QCOMPARE(m_keeper->currentGeneration(), 1);
    QCOMPARE(died.count(), 0);
    QTRY_COMPARE(m_scratch->haproxies(), serving); // and nothing else of ours
    setMode("");
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QCOMPARE(m_keeper->currentGeneration(), 3);
    QCOMPARE(served(m_port), std::string("web"));
}

void GenerationKeeperTest::goesOnWhenTheNextOneCannotBind()
{
    const Listening taken;
    QCOMPARE(describe(start(config({m_port}))), std::string());
    Hammer hammer(m_port);
    const auto started = start(config({m_port, taken.port()}));
    QVERIFY(!started);
    QCOMPARE(started.error().code, ErrorCode::Refused);
    QVERIFY2(started.error().message.find(std::to_string(taken.port())) != std::string::npos,
             started.error().message.c_str());
    const int before = hammer.successCount();
    QTRY_VERIFY(hammer.successCount() > before + 10);
    QVERIFY(hammer.stop().empty());
    QCOMPARE(m_keeper->currentGeneration(), 1);

    // It could have been known before.
    const auto bindable = m_keeper->checkBindable({plan::Bind{address("127.0.0.1"), taken.port()}});
    QVERIFY(!bindable);
    QCOMPARE(bindable.error().code, ErrorCode::InvalidConfigurationRequest);
    QVERIFY(bindable.error().message.find("process " + std::to_string(getpid())) != std::string::npos);
    QVERIFY(m_keeper->checkBindable({plan::Bind{address("127.0.0.1"), freePort()}}));
}

void GenerationKeeperTest::keepsWhatAFailedGenerationWasGiven()
{
    setMode("refuse");
    QVERIFY(!start(config({m_port})));
    QVERIFY(!start(config({m_port})));
    QCOMPARE(files(), std::set<std::string>{"failed"});
    QVERIFY(fs::exists(m_scratch->path("data/failed/haproxy.cfg")));
}

void GenerationKeeperTest::adoptsWhatItLeft()
{
    const auto running = config({m_port});
    QCOMPARE(describe(start(running)), std::string());
    forgetKeeper();
    QCOMPARE(served(m_port), std::string("web"));

    m_keeper = makeKeeper();
    const auto adopted = QCoro::waitFor(m_keeper->adopt());
    QCOMPARE(describe(adopted), std::string());
    QVERIFY(*adopted);
    QCOMPARE((*adopted)->number, 1);
    QCOMPARE(plan::parseFingerprint((*adopted)->config), plan::structureFingerprint(running));
    QVERIFY(QCoro::waitFor(m_keeper->send(std::vector<std::string>{"show info"})));
    QCOMPARE(describe(start(running)), std::string());
    QCOMPARE(m_keeper->currentGeneration(), 2);
    QTRY_COMPARE(m_scratch->haproxies().size(), std::size_t(1));
}

void GenerationKeeperTest::adoptsTheNewestOfTwo()
{
    // Our process ended after the second had started and before the first was told to leave: both serve.
    QCOMPARE(describe(start(config({m_port}))), std::string());
    const GenerationFiles ours(m_options.dataDirectory, m_options.runDirectory, m_options.logSocket);
    QVERIFY(ours.write(2, config({m_port}), m_healths));
    const QStringList arguments{QStringLiteral("-D"),
                                QStringLiteral("-C"),
                                QString::fromStdString(ours.directory(2)),
                                QStringLiteral("-f"),
                                QStringLiteral("haproxy.cfg"),
                                QStringLiteral("-p"),
                                QString::fromStdString(ours.pidFile(2)),
                                QStringLiteral("-x"),
                                QString::fromStdString(ours.socket(1))};
    const auto binary = HaproxyBinary::find(QStringLiteral("haproxy")).value();
    QCOMPARE(describe(QCoro::waitFor(binary.run(arguments, 10s))), std::string());
    const auto newest = pidOf(2);
    QCOMPARE(m_scratch->haproxies().size(), std::size_t(2));
    forgetKeeper();

    m_keeper = makeKeeper();
    const auto adopted = QCoro::waitFor(m_keeper->adopt());
    QCOMPARE(describe(adopted), std::string());
    QCOMPARE((*adopted)->number, 2);
    QTRY_COMPARE(m_scratch->haproxies(), std::vector<qint64>{newest});
    QCOMPARE(served(m_port), std::string("web"));
    QTRY_COMPARE(files(), (std::set<std::string>{"gen-2", "gen-2.sock", "gen-2.pid"}));
}

void GenerationKeeperTest::adoptsNothingWhereNothingRuns()
{
    const auto adopted = QCoro::waitFor(m_keeper->adopt());
    QCOMPARE(describe(adopted), std::string());
    QVERIFY(!*adopted);
    QCOMPARE(m_keeper->currentGeneration(), 0);
}

void GenerationKeeperTest::forgetsAStalePidFile_data()
{
    QTest::addColumn<std::string>("content");
    QTest::newRow("of a process that has gone") << std::string("1073741823\n");
    QTest::newRow("of another program") << std::to_string(getpid()) + "\n";
    QTest::newRow("empty") << std::string();
    QTest::newRow("garbage") << std::string("garbage");
    QTest::newRow("of the first process") << std::string("1\n");
    QTest::newRow("negative") << std::string("-5\n");
    QTest::newRow("too large") << std::string("99999999999999999999999\n");
}

void GenerationKeeperTest::forgetsAStalePidFile()
{
    QFETCH(std::string, content);
    m_scratch->write("run/gen-7.pid", content);
    m_scratch->write("run/gen-7.sock", "");
    fs::create_directory(m_scratch->path("data/gen-7"));
    fs::create_directory(m_scratch->path("data/other"));
    const auto adopted = QCoro::waitFor(m_keeper->adopt());
    QCOMPARE(describe(adopted), std::string());
    QVERIFY(!*adopted);
    QCOMPARE(files(), std::set<std::string>{"other"});
    // Numbers are not used again: the next life must not mistake old files for new ones.
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QCOMPARE(m_keeper->currentGeneration(), 8);
}

void GenerationKeeperTest::leavesAnotherHaproxyAlone()
{
    // Another HAProxy of this machine has got the number that stands in a stale file.
    const Scratch elsewhere;
    KeeperOptions options = m_options;
    options.dataDirectory = options.runDirectory = elsewhere.path("");
    GenerationKeeper other(HaproxyBinary::find(QStringLiteral("haproxy")).value(), options);
    QVERIFY(QCoro::waitFor(other.startGeneration(config({m_port}), m_healths, {})));
    const auto foreign = elsewhere.haproxies();
    QCOMPARE(foreign.size(), std::size_t(1));

    m_scratch->write("run/gen-1.pid", std::to_string(foreign.front()) + "\n");
    const auto adopted = QCoro::waitFor(m_keeper->adopt());
    QCOMPARE(describe(adopted), std::string());
    QVERIFY(!*adopted);
    QCOMPARE(describe(QCoro::waitFor(m_keeper->stopAll())), std::string());
    QCOMPARE(elsewhere.haproxies(), foreign);
    QCOMPARE(served(m_port), std::string("web"));
}

void GenerationKeeperTest::adoptsBesideOneThatIsLeaving()
{
    auto waiting = std::make_unique<Listening>();
    QCOMPARE(describe(start(tunnelTo(waiting->port()))), std::string());
    // An open connection keeps the first from leaving.
    const auto client = connectedTo(m_port);
    QCOMPARE(describe(start(tunnelTo(waiting->port()))), std::string());
    QCOMPARE(m_scratch->haproxies().size(), std::size_t(2));
    forgetKeeper();

    m_keeper = makeKeeper();
    const auto adopted = QCoro::waitFor(m_keeper->adopt());
    QCOMPARE(describe(adopted), std::string());
    QCOMPARE((*adopted)->number, 2);
    QCOMPARE(m_scratch->haproxies().size(), std::size_t(2));
    ::close(client);
    waiting.reset();
    QTRY_COMPARE(m_scratch->haproxies().size(), std::size_t(1));
    QTRY_COMPARE(files(), (std::set<std::string>{"gen-2", "gen-2.sock", "gen-2.pid"}));
}

void GenerationKeeperTest::tellsWhenHaproxyDies()
{
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QSignalSpy died(m_keeper.get(), &ports::HaproxyProcess::died);
    kill(static_cast<pid_t>(pidOf(1)), SIGKILL);
    QTRY_COMPARE(died.count(), 1);
    QCOMPARE(m_keeper->currentGeneration(), 0);
    const auto replies = QCoro::waitFor(m_keeper->send(std::vector<std::string>{"show info"}));
    QVERIFY(!replies);
    QCOMPARE(replies.error().code, ErrorCode::Unavailable);
}

void GenerationKeeperTest::startsAgainAfterADeath()
{
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QSignalSpy died(m_keeper.get(), &ports::HaproxyProcess::died);
    kill(static_cast<pid_t>(pidOf(1)), SIGKILL);
    QTRY_COMPARE(died.count(), 1);
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QCOMPARE(served(m_port), std::string("web"));
    QCOMPARE(files(), (std::set<std::string>{"gen-2", "gen-2.sock", "gen-2.pid"}));
}

void GenerationKeeperTest::stopsEverything()
{
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QCOMPARE(describe(start(config({m_port}))), std::string());
    QSignalSpy died(m_keeper.get(), &ports::HaproxyProcess::died);
    QCOMPARE(describe(QCoro::waitFor(m_keeper->stopAll())), std::string());
    QVERIFY(m_scratch->haproxies().empty());
    QVERIFY(files().empty());
    QVERIFY(!listensOn(m_port));
    QCOMPARE(died.count(), 0);
    QCOMPARE(m_keeper->currentGeneration(), 0);
    QCOMPARE(describe(QCoro::waitFor(m_keeper->stopAll())), std::string());
}

void GenerationKeeperTest::endsTheOldestWhenTooManyAreLeaving()
{
    m_options.maxOldGenerations = 1;
    m_options.maxReloadDelay = 50ms;
    m_keeper = makeKeeper();
    const Listening waiting;
    std::vector<int> clients;
    for (int generation = 1; generation <= 4; ++generation) {
        QCOMPARE(describe(start(tunnelTo(waiting.port()))), std::string());
        clients.push_back(connectedTo(m_port));
    }
    // The present one, and those that may still be leaving when another is started.
    const auto count = m_scratch->haproxies().size();
    QVERIFY2(count == 2 || count == 3, std::to_string(count).c_str());
    for (const int client : clients)
        ::close(client);
}

void GenerationKeeperTest::saysThatItIsNotRunning()
{
    const auto replies = QCoro::waitFor(m_keeper->send(std::vector<std::string>{"show info"}));
    QVERIFY(!replies);
    QCOMPARE(replies.error().code, ErrorCode::Unavailable);
    const auto saved = m_keeper->saveConfig(config({m_port}));
    QVERIFY(!saved);
    QCOMPARE(saved.error().code, ErrorCode::Unavailable);
}

void GenerationKeeperTest::savesTheConfigInPlace()
{
    QCOMPARE(describe(start(config({m_port}))), std::string());
    auto value = loadBalancer("web").with(http(m_port, 80)).with(instance("i-9", "10.0.0.9"));
    QCOMPARE(describe(m_keeper->saveConfig(projected({value}))), std::string());
    forgetKeeper();
    m_keeper = makeKeeper();
    const auto adopted = QCoro::waitFor(m_keeper->adopt());
    const auto slots = plan::parseSlots((*adopted)->config);
    QCOMPARE(slots.at("web").front()->text(), std::string("i-9"));
}

void GenerationKeeperTest::passesNoneOfOurSocketsOn()
{
    const Listening ours;
    const int inherited = fcntl(ours.descriptor(), F_DUPFD, 60); // without close-on-exec
    QCOMPARE(describe(start(config({m_port}))), std::string());
    ::close(inherited);
    const auto theirs = socketsOf(pidOf(1));
    QVERIFY(!theirs.empty());
    for (const auto inode : socketsOf(getpid()))
        QVERIFY(!theirs.contains(inode));
}

QTEST_GUILESS_MAIN(GenerationKeeperTest)
#include "tst_generation_keeper.moc"

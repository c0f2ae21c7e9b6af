#include "adapters/haproxy/log_socket.h"
#include "controller/base/readable.h"
#include "support/haproxy_bench.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

using namespace balancer;
using namespace balancer::tests;
using adapters::haproxy::LogSocket;

namespace {

/// Whether the kernel took it.
bool sendRecord(const std::string &path, const std::string &record)
{
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    const auto sent = sendto(descriptor, record.data(), record.size(), 0, reinterpret_cast<const sockaddr *>(&address),
                             sizeof address);
    close(descriptor);
    return sent == ssize_t(record.size());
}

std::string passed(int server)
{
    return "<133>Nov 23 13:07:21 haproxy[1]: Health check for server hc:web/s" + std::to_string(server) +
           " succeeded, reason: Layer4 check passed";
}

} // namespace

class LogSocketTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatIsLogged();
    void ignoresEverythingElse();
    void takesManyRecordsAtOnce();
    void replacesWhatAnEarlierLifeLeft();
    void refusesPathsItCannotUse();
};

void LogSocketTest::tellsWhatIsLogged()
{
    const Scratch scratch;
    const auto log = LogSocket::open(scratch.path("log")).value();
    std::vector<plan::HealthEvent> events;
    connect(log.get(), &ports::HealthLog::eventLogged, this, [&](const auto &event) { events.push_back(event); });
    QVERIFY(sendRecord(scratch.path("log"), passed(7)));
    QTRY_COMPARE(events.size(), std::size_t(1));
    QCOMPARE(events.front().backend, std::string("hc:web"));
    QCOMPARE(events.front().server, std::string("s7"));
    QVERIFY(events.front().kind == plan::HealthEvent::Kind::CheckPassed);
}

void LogSocketTest::ignoresEverythingElse()
{
    const Scratch scratch;
    const auto log = LogSocket::open(scratch.path("log")).value();
    std::vector<std::string> servers;
    connect(log.get(), &ports::HealthLog::eventLogged, this,
            [&](const auto &event) { servers.push_back(event.server); });
    QVERIFY(sendRecord(scratch.path("log"), ""));
    QVERIFY(sendRecord(scratch.path("log"), "garbage"));
    QVERIFY(sendRecord(scratch.path("log"), std::string(60000, 'x'))); // cut
    QVERIFY(sendRecord(scratch.path("log"), passed(1)));
    QTRY_COMPARE(servers, std::vector<std::string>{"s1"});
}

void LogSocketTest::takesManyRecordsAtOnce()
{
    const Scratch scratch;
    const auto log = LogSocket::open(scratch.path("log")).value();
    int events = 0;
    connect(log.get(), &ports::HealthLog::eventLogged, this, [&events] { ++events; });
    int sent = 0;
    while (sent < 3000 && sendRecord(scratch.path("log"), passed(sent + 1)))
        ++sent;
    QVERIFY(sent > 0); // how many depends on the kernel's limit for datagrams that wait
    QTRY_COMPARE(events, sent);
}

void LogSocketTest::replacesWhatAnEarlierLifeLeft()
{
    const Scratch scratch;
    { // Closed, but not removed: as after a crash.
        const auto earlier = LogSocket::open(scratch.path("log")).value();
    }
    const auto log = LogSocket::open(scratch.path("log"));
    QCOMPARE(describe(log), std::string());
    int events = 0;
    connect(log->get(), &ports::HealthLog::eventLogged, this, [&events] { ++events; });
    QVERIFY(sendRecord(scratch.path("log"), passed(1)));
    QTRY_COMPARE(events, 1);
}

void LogSocketTest::refusesPathsItCannotUse()
{
    const Scratch scratch;
    const auto tooLong = LogSocket::open(scratch.path(std::string(120, 'x')));
    QVERIFY(!tooLong);
    QCOMPARE(tooLong.error().code, ErrorCode::Unavailable);
    const auto nowhere = LogSocket::open(scratch.path("no/such/directory"));
    QVERIFY(!nowhere);
    QCOMPARE(nowhere.error().code, ErrorCode::Unavailable);
}

QTEST_GUILESS_MAIN(LogSocketTest)
#include "tst_log_socket.moc"

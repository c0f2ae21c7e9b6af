#include "daemon/notify.h"

#include <QTemporaryDir>
#include <QTest>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>

using namespace balancer;
using daemon::ServiceNotifier;

namespace {

/// A service manager's end of the socket.
class Manager
{
public:
    explicit Manager(const std::string &path) : m_socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.data(), path.size());
        if (path.starts_with('@'))
            address.sun_path[0] = '\0';
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
        m_isBound = ::bind(m_socket, reinterpret_cast<const sockaddr *>(&address), length) == 0;
    }
    ~Manager() { ::close(m_socket); }
    Manager(const Manager &) = delete;
    Manager &operator=(const Manager &) = delete;

    bool isBound() const { return m_isBound; }
    std::string receive() const
    {
        std::array<char, 1024> buffer{};
        const auto size = ::recv(m_socket, buffer.data(), buffer.size(), 0);
        return size < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(size));
    }

private:
    int m_socket;
    bool m_isBound = false;
};

} // namespace

class NotifyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsHowTheDaemonIs();
    void takesAnAbstractSocket();
    void keepsAStatusOnOneLine();
    void doesNothingWithoutAServiceManager();
    void takesTheVariableOutOfTheEnvironment();
    void saysThatNobodyListens();
    void refusesATooLongPath();

private:
    std::string path(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)).toStdString(); }

    QTemporaryDir m_folder;
};

void NotifyTest::tellsHowTheDaemonIs()
{
    const Manager manager(path("notify"));
    QVERIFY(manager.isBound());
    const ServiceNotifier notifier(path("notify"));
    QVERIFY(notifier.status("reading the store"));
    QCOMPARE(manager.receive(), "STATUS=reading the store");
    QVERIFY(notifier.ready("2 load balancers"));
    QCOMPARE(manager.receive(), "READY=1\nSTATUS=2 load balancers");
    QVERIFY(notifier.stopping());
    QCOMPARE(manager.receive(), "STOPPING=1");
}

void NotifyTest::takesAnAbstractSocket()
{
    const auto name = '@' + path("abstract");
    const Manager manager(name);
    QVERIFY(manager.isBound());
    QVERIFY(ServiceNotifier(name).stopping());
    QCOMPARE(manager.receive(), "STOPPING=1");
}

void NotifyTest::keepsAStatusOnOneLine()
{
    const Manager manager(path("lines"));
    QVERIFY(ServiceNotifier(path("lines")).status("a\nREADY=1"));
    QCOMPARE(manager.receive(), "STATUS=a READY=1");
}

void NotifyTest::doesNothingWithoutAServiceManager()
{
    QVERIFY(ServiceNotifier().ready("fine"));
    QVERIFY(ServiceNotifier().stopping());
}

void NotifyTest::takesTheVariableOutOfTheEnvironment()
{
    const Manager manager(path("environment"));
    ::setenv("NOTIFY_SOCKET", path("environment").c_str(), 1);
    const auto notifier = ServiceNotifier::fromEnvironment();
    QVERIFY(!::getenv("NOTIFY_SOCKET"));
    QVERIFY(notifier.stopping());
    QCOMPARE(manager.receive(), "STOPPING=1");
    QVERIFY(ServiceNotifier::fromEnvironment().stopping()); // unset: nothing
    QCOMPARE(manager.receive(), "nothing");
}

void NotifyTest::saysThatNobodyListens()
{
    const auto sent = ServiceNotifier(path("nobody")).stopping();
    QVERIFY(!sent);
    QCOMPARE(sent.error().code, ErrorCode::Unavailable);
}

void NotifyTest::refusesATooLongPath()
{
    QVERIFY(!ServiceNotifier('/' + std::string(200, 'x')).stopping());
}

QTEST_GUILESS_MAIN(NotifyTest)
#include "tst_notify.moc"

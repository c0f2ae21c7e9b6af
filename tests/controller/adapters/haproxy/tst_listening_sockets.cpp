#include "adapters/haproxy/listening_sockets.h"
#include "controller/base/readable.h"
#include "support/builders.h"
#include "support/haproxy_bench.h"

#include <QCoreApplication>

#include <unistd.h>

#include <algorithm>

using namespace balancer;
using namespace balancer::tests;
using namespace balancer::adapters::haproxy;

namespace {

plan::Bind bindOf(const char *host, std::uint16_t port)
{
    plan::Bind bind;
    if (*host != '\0')
        bind.address = address(host);
    bind.port = port;
    return bind;
}

} // namespace

class ListeningSocketsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTheKernelsList();
    void skipsWhatItCannotRead();
    void findsOurOwnSockets();
    void tellsWhatCanBeBound_data();
    void tellsWhatCanBeBound();
    void namesWhoIsInTheWay();
};

void ListeningSocketsTest::readsTheKernelsList()
{
    const auto sockets = parseListeningSockets(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0 100 0 0 "
        "10 0\n"
        "   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1 0 100 0 0 10 "
        "0\n"
        "   2: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 99 1 0 20 4 30 10 "
        "-1\n"
        "   3: 00000000000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 "
        "00:00000000 00000000     0        0 88 1 0 100 0 0 10 0\n"
        "   4: 00000000000000000000000000000000:01BC 00000000000000000000000000000000:0000 0A 00000000:00000000 "
        "00:00000000 00000000     0        0 89 1 0 100 0 0 10 0\n");
    const std::vector<ListeningSocket> expected{
        {bindOf("127.0.0.1", 8080), 12345}, {bindOf("", 80), 77}, {bindOf("::1", 443), 88}, {bindOf("", 444), 89}};
    QVERIFY(sockets == expected);
}

void ListeningSocketsTest::skipsWhatItCannotRead()
{
    QVERIFY(parseListeningSockets("").empty());
    QVERIFY(parseListeningSockets("\n\n  0: \n").empty());
    QVERIFY(parseListeningSockets("0: 0100007:1F90 x 0A a b c d e 1\n").empty());
    QVERIFY(parseListeningSockets("0: 0100007F1F90 x 0A a b c d e 1\n").empty());
    QVERIFY(parseListeningSockets("0: 0100007F:1F9000 x 0A a b c d e 1\n").empty());
    QVERIFY(parseListeningSockets("0: ZZZZZZZZ:1F90 x 0A a b c d e 1\n").empty());
    QVERIFY(parseListeningSockets("0: 0100007F:1F90 x 0A a b c d e inode\n").empty());
    QVERIFY(parseListeningSockets("0: 0100007F:1F90 x 0A\n").empty());
}

void ListeningSocketsTest::findsOurOwnSockets()
{
    const Listening ours;
    const auto all = listeningSockets();
    const auto found = std::ranges::find(all, bindOf("127.0.0.1", ours.port()), &ListeningSocket::bind);
    QVERIFY(found != all.end());
    QVERIFY(socketsOf(getpid()).contains(found->inode));
    QVERIFY(ownerOf(found->inode).ends_with(", process " + std::to_string(getpid())));
    QCOMPARE(ownerOf(0), std::string("another program"));
    QVERIFY(socketsOf(0x7fffffff).empty());
}

void ListeningSocketsTest::tellsWhatCanBeBound_data()
{
    QTest::addColumn<std::string>("host");
    QTest::addColumn<bool>("bindable");
    QTest::newRow("loopback") << std::string("127.0.0.1") << true;
    QTest::newRow("all addresses") << std::string() << true;
    QTest::newRow("IPv6") << std::string("::1") << true;
    QTest::newRow("not on this machine") << std::string("192.0.2.77") << false;
    QTest::newRow("IPv6, not on this machine") << std::string("2001:db8::77") << false;
}

void ListeningSocketsTest::tellsWhatCanBeBound()
{
    QFETCH(std::string, host);
    QFETCH(bool, bindable);
    const auto checked = adapters::haproxy::checkBindable(bindOf(host.c_str(), freePort()));
    QCOMPARE(checked.has_value(), bindable);
    if (!bindable) {
        QCOMPARE(checked.error().code, ErrorCode::InvalidConfigurationRequest);
        QVERIFY2(checked.error().message.find("ip addr add " + host) != std::string::npos,
                 checked.error().message.c_str());
    }
}

void ListeningSocketsTest::namesWhoIsInTheWay()
{
    const Listening ours;
    for (const auto *host : {"127.0.0.1", ""}) {
        const auto checked = adapters::haproxy::checkBindable(bindOf(host, ours.port()));
        QVERIFY(!checked);
        QCOMPARE(checked.error().code, ErrorCode::InvalidConfigurationRequest);
        const auto owner = "process " + std::to_string(getpid());
        QVERIFY2(checked.error().message.find(owner) != std::string::npos, checked.error().message.c_str());
    }
}

QTEST_GUILESS_MAIN(ListeningSocketsTest)
#include "tst_listening_sockets.moc"

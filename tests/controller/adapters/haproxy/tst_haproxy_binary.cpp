#include "adapters/haproxy/haproxy_binary.h"
#include "controller/base/readable.h"
#include "support/haproxy_bench.h"

#include <QCoro/QCoroTask>
#include <QFile>

#include <fcntl.h>
#include <unistd.h>

using namespace balancer;
using namespace balancer::tests;
using namespace std::chrono_literals;
using namespace balancer::adapters::haproxy;

class HaproxyBinaryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsVersions_data();
    void readsVersions();
    void supportsVersions_data();
    void supportsVersions();
    void readsAlerts_data();
    void readsAlerts();
    void findsTheInstalledHaproxy();
    void tellsThatThereIsNone();
    void refusesOtherPrograms_data();
    void refusesOtherPrograms();
    void killsWhatDoesNotEnd();
    void tellsWhatHaproxySaid();
    void passesNothingOfOursOn();
};

void HaproxyBinaryTest::readsVersions_data()
{
    QTest::addColumn<std::string>("output");
    QTest::addColumn<std::string>("version");
    const auto row = [](const char *output, const char *version) {
        QTest::newRow(output) << std::string(output) << std::string(version);
    };
    row("HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\n", "2.6.12");
    row("HAProxy version 3.0.11-1+deb13u1 2025/06/17 - https://haproxy.org/", "3.0.11");
    row("HAProxy version 3.4-dev1 2026/01/01", "3.4");
    row("HA-Proxy version 2.2.9-2+deb11u6 2023/08/15", "2.2.9");
    row("HAProxy version 2.8.0\n", "2.8.0");
    row("nginx version: nginx/1.22.1", "");
    row("", "");
    row("HAProxy", "");
}

void HaproxyBinaryTest::readsVersions()
{
    QFETCH(std::string, output);
    QFETCH(std::string, version);
    QCOMPARE(parseVersion(output), version);
}

void HaproxyBinaryTest::supportsVersions_data()
{
    QTest::addColumn<std::string>("version");
    QTest::addColumn<bool>("supported");
    for (const auto *version : {"2.4", "2.4.0", "2.6.12", "3.0", "3.4", "10.0"})
        QTest::newRow(version) << std::string(version) << true;
    for (const auto *version : {"", "2", "1.9.9", "2.3.99", "x.y", "0.0"})
        QTest::newRow(version) << std::string(version) << false;
}

void HaproxyBinaryTest::supportsVersions()
{
    QFETCH(std::string, version);
    QFETCH(bool, supported);
    QCOMPARE(isSupportedVersion(version), supported);
}

void HaproxyBinaryTest::readsAlerts_data()
{
    QTest::addColumn<std::string>("output");
    QTest::addColumn<std::string>("alerts");
    const auto row = [](const char *label, const char *output, const char *alerts) {
        QTest::newRow(label) << std::string(output) << std::string(alerts);
    };
    row("one", "[NOTICE]   (1) : version\n[ALERT]    (1) : config : bad line\n", "config : bad line");
    row("three at most", "[ALERT] (1) : a\n[ALERT] (1) : b\n[ALERT] (1) : c\n[ALERT] (1) : d\n", "a; b; c");
    row("none: the last line", "something\nwent wrong\n\n", "went wrong");
    row("nothing", "", "");
    row("only line ends", "\n\n", "");
}

void HaproxyBinaryTest::readsAlerts()
{
    QFETCH(std::string, output);
    QFETCH(std::string, alerts);
    QCOMPARE(parseAlerts(output), alerts);
}

void HaproxyBinaryTest::findsTheInstalledHaproxy()
{
    const auto binary = HaproxyBinary::find(QStringLiteral("haproxy"));
    QCOMPARE(describe(binary), std::string());
    const auto version = QCoro::waitFor(binary->version());
    QCOMPARE(describe(version), std::string());
    QVERIFY(isSupportedVersion(*version));
}

void HaproxyBinaryTest::tellsThatThereIsNone()
{
    const auto missing = HaproxyBinary::find(QStringLiteral("no-such-haproxy"));
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::Unavailable);
    QVERIFY(missing.error().message.find("no-such-haproxy") != std::string::npos);

    const Scratch scratch;
    scratch.write("haproxy", "not a program");
    QVERIFY(!HaproxyBinary::find(QString::fromStdString(scratch.path("haproxy"))));
}

void HaproxyBinaryTest::refusesOtherPrograms_data()
{
    QTest::addColumn<std::string>("script");
    QTest::addColumn<std::string>("words");
    QTest::newRow("too old") << std::string("echo 'HA-Proxy version 2.2.9-2 2023/08/15'") << std::string("2.2.9");
    QTest::newRow("not HAProxy") << std::string("echo hello") << std::string("is not HAProxy");
    QTest::newRow("fails") << std::string("echo '[ALERT] (1) : no' ; exit 1") << std::string("no");
    QTest::newRow("crashes") << std::string("kill -SEGV $$") << std::string("refused");
}

void HaproxyBinaryTest::refusesOtherPrograms()
{
    QFETCH(std::string, script);
    QFETCH(std::string, words);
    const Scratch scratch;
    const auto binary = HaproxyBinary::find(QString::fromStdString(scratch.script("haproxy", script))).value();
    const auto version = QCoro::waitFor(binary.version());
    QVERIFY(!version);
    QCOMPARE(version.error().code, ErrorCode::Unavailable);
    QVERIFY2(version.error().message.find(words) != std::string::npos, version.error().message.c_str());
}

void HaproxyBinaryTest::killsWhatDoesNotEnd()
{
    const Scratch scratch;
    const auto path = scratch.script("haproxy", "echo $$ > " + scratch.path("pid") + "\nexec sleep 100\n");
    const auto binary = HaproxyBinary::find(QString::fromStdString(path)).value();
    const auto ended = QCoro::waitFor(binary.run(QStringList(), 300ms));
    QVERIFY(!ended);
    QCOMPARE(ended.error().code, ErrorCode::Timeout);
    QFile pid(QString::fromStdString(scratch.path("pid")));
    QVERIFY(pid.open(QIODevice::ReadOnly));
    const auto number = QString::fromLatin1(pid.readAll()).trimmed();
    QVERIFY(!number.isEmpty());
    QTRY_VERIFY(!QFile::exists(QStringLiteral("/proc/") + number));
}

void HaproxyBinaryTest::tellsWhatHaproxySaid()
{
    const Scratch scratch;
    scratch.write("bad.cfg", "nonsense\n");
    const auto binary = HaproxyBinary::find(QStringLiteral("haproxy")).value();
    const QStringList arguments{QStringLiteral("-c"), QStringLiteral("-f"),
                                QString::fromStdString(scratch.path("bad.cfg"))};
    const auto checked = QCoro::waitFor(binary.run(arguments, 10s));
    QVERIFY(!checked);
    QCOMPARE(checked.error().code, ErrorCode::Refused);
    QVERIFY2(checked.error().message.find("unknown keyword 'nonsense'") != std::string::npos,
             checked.error().message.c_str());
    QVERIFY(checked.error().message.find("[ALERT]") == std::string::npos);
}

void HaproxyBinaryTest::passesNothingOfOursOn()
{
    qputenv("NOTIFY_SOCKET", "/run/ours");
    qputenv("LISTEN_FDS", "1");
    const Listening ours; // close-on-exec does not even matter
    const int inherited = fcntl(ours.descriptor(), F_DUPFD, 50);
    QVERIFY(inherited >= 50);
    const Scratch scratch;
    const auto path = scratch.script("haproxy", "ls -l /proc/self/fd; env");
    const auto output = QCoro::waitFor(HaproxyBinary::find(QString::fromStdString(path)).value().run({}, 10s));
    close(inherited);
    qunsetenv("NOTIFY_SOCKET");
    qunsetenv("LISTEN_FDS");
    QCOMPARE(describe(output), std::string());
    QVERIFY2(output->find("socket:") == std::string::npos, output->c_str());
    QVERIFY(output->find("NOTIFY_SOCKET") == std::string::npos);
    QVERIFY(output->find("LISTEN_FDS") == std::string::npos);
    QVERIFY(output->find("PATH=") != std::string::npos);
}

QTEST_GUILESS_MAIN(HaproxyBinaryTest)
#include "tst_haproxy_binary.moc"

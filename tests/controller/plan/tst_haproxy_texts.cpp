#include "controller/base/readable.h"
#include "plan/health_log.h"
#include "plan/project.h"
#include "plan/servers_state.h"
#include "plan/stats.h"
#include "support/builders.h"

#include <QFile>

#include <set>

using namespace balancer;
using namespace balancer::tests;
using plan::ServerKey;
using plan::SlotHealth;

namespace {

std::string read(const char *file)
{
    QFile opened(QStringLiteral(BALANCER_TEST_DATA "/plan/") + QString::fromLatin1(file));
    if (!opened.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", file);
    return opened.readAll().toStdString();
}

/// "UP", "DOWN", "MAINT" and what an operator forced.
std::string stateOf(const plan::ServerStates &states, const char *backend, const char *server)
{
    const auto &state = states.at(ServerKey(backend, server));
    std::string text = state.isUp() ? "up" : "down";
    if (state.isInMaintenance())
        text += " maint";
    if (state.isForcedToDrain())
        text += " drain";
    return text + " at " + state.address + " " + std::to_string(state.port);
}

model::LoadBalancer web()
{
    return loadBalancer("web")
        .with(http(80, 18080))
        .with(instance("i-1", "127.0.0.1"))
        .with(instance("i-2", "127.0.0.1"))
        .with(instance("i-3", "127.0.0.1"))
        .checkedBy("HTTP:18080/ping");
}

/// Each beginning of `text`, and `text` with each byte changed.
template <typename Parse>
void tryBroken(const std::string &text, Parse parse)
{
    for (std::size_t length = 0; length < text.size(); ++length)
        parse(text.substr(0, length));
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto broken = text;
        broken[i] = static_cast<char>(broken[i] ^ 0x15);
        parse(broken);
    }
}

} // namespace

class HaproxyTextsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsServersState();
    void refusesABrokenServersState_data();
    void refusesABrokenServersState();
    void survivesAnyServersState();
    void writesAStateThatIsReadAgain();
    void tellsHealthsOnlyOfServersThatAreWhereTheyShould();
    void findsWhatDiffers_data();
    void findsWhatDiffers();

    void readsStatistics();
    void refusesBrokenStatistics_data();
    void refusesBrokenStatistics();
    void readsQuotedFields();
    void survivesAnyStatistics();
    void readsInfo();

    void readsTheHealthLog();
    void ignoresOtherRecords_data();
    void ignoresOtherRecords();
    void survivesAnyRecord();
};

void HaproxyTextsTest::readsServersState()
{
    const auto states = plan::parseServersState(read("servers_state.txt")).value();
    QCOMPARE(states.size(), std::size_t(8));
    QCOMPARE(stateOf(states, "hc:web", "s1"), std::string("down drain at 127.0.0.1 18080"));
    QCOMPARE(stateOf(states, "hc:web", "s2"), std::string("down at 127.0.0.1 18081"));
    QCOMPARE(stateOf(states, "hc:web", "s3"), std::string("up at 127.0.0.1 18081"));
    QCOMPARE(stateOf(states, "b:web:80", "s4"), std::string("down at fd00::4 8080"));
    QCOMPARE(states.at(ServerKey("b:web:80", "s4")).admin, plan::admin::kInheritedDrain);
    QCOMPARE(states.at(ServerKey("hc:web", "s3")).checkHealth, 11);
}

void HaproxyTextsTest::refusesABrokenServersState_data()
{
    QTest::addColumn<std::string>("text");
    for (const auto *file : {"servers_state_cut_off.txt", "servers_state_of_another_version.txt",
                             "servers_state_with_a_port_too_large.txt", "servers_state_with_a_short_line.txt",
                             "servers_state_with_an_unknown_state.txt", "empty.txt", "stat.csv"})
        QTest::newRow(file) << read(file);
    QTest::newRow("an error message") << std::string("Can't find backend.\n");
    QTest::newRow("a lone blank") << std::string(" ");
}

void HaproxyTextsTest::refusesABrokenServersState()
{
    QFETCH(std::string, text);
    const auto parsed = plan::parseServersState(text);
    QVERIFY(!parsed);
    QCOMPARE(parsed.error().code, ErrorCode::Corrupt);
}

void HaproxyTextsTest::survivesAnyServersState()
{
    tryBroken(read("servers_state.txt"),
              [](const std::string &text) { (void)plan::parseServersState(text).has_value(); });
}

void HaproxyTextsTest::writesAStateThatIsReadAgain()
{
    const auto config = projected({web()});
    const plan::SlotHealths healths{{ServerKey("hc:web", "s1"), SlotHealth::Up},
                                    {ServerKey("hc:web", "s2"), SlotHealth::Down},
                                    {ServerKey("hc:other", "s1"), SlotHealth::Up}};
    const auto text = plan::renderServersState(config, healths);
    QCOMPARE(text, plan::renderServersState(config, healths));
    const auto states = plan::parseServersState(text).value();
    QCOMPARE(states.size(), std::size_t(3)); // the free slot has no line, nor has what is not ours
    QCOMPARE(stateOf(states, "hc:web", "s1"), std::string("up at 127.0.0.1 18080"));
    QCOMPARE(stateOf(states, "hc:web", "s2"), std::string("down at 127.0.0.1 18080"));
    QCOMPARE(stateOf(states, "hc:web", "s3"), std::string("down drain at 127.0.0.1 18080"));

    auto expected = healths;
    expected.erase(ServerKey("hc:other", "s1"));
    expected.emplace(ServerKey("hc:web", "s3"), SlotHealth::Registering);
    QVERIFY(plan::healthsOf(config, states) == expected);
}

void HaproxyTextsTest::tellsHealthsOnlyOfServersThatAreWhereTheyShould()
{
    const auto states = plan::parseServersState(read("servers_state.txt")).value();
    const plan::SlotHealths all{{ServerKey("hc:web", "s1"), SlotHealth::Registering},
                                {ServerKey("hc:web", "s2"), SlotHealth::Down},
                                {ServerKey("hc:web", "s3"), SlotHealth::Up}};
    // The port is the health check's affair.
    QVERIFY(plan::healthsOf(projected({web()}), states) == all);

    auto moved = web();
    moved.instances[2].address.address = address("10.0.0.9");
    QCOMPARE(plan::healthsOf(projected({moved}), states).size(), std::size_t(2));

    auto inMaintenance = states;
    inMaintenance.at(ServerKey("hc:web", "s3")).admin = plan::admin::kForcedMaint;
    QVERIFY(!plan::healthsOf(projected({web()}), inMaintenance).contains(ServerKey("hc:web", "s3")));
}

void HaproxyTextsTest::findsWhatDiffers_data()
{
    QTest::addColumn<std::string>("server");
    QTest::addColumn<std::string>("change");
    QTest::addColumn<std::string>("expected");
    const auto row = [](const char *server, const char *change, const char *expected) {
        QTest::addRow("%s: %s", server, change) << std::string(server) << std::string(change) << std::string(expected);
    };
    row("hc:web/s1", "nothing", "");
    row("hc:web/s1", "health", "");
    row("hc:web/s1", "missing", "hc:web/s1 is missing");
    row("hc:web/s1", "address", "hc:web/s1 has address 10.9.9.9:18080 instead of 127.0.0.1:18080");
    row("b:web:80/s2", "address", "b:web:80/s2 has address 10.9.9.9:18080 instead of 127.0.0.1:18080");
    row("b:web:80/s2", "port", "b:web:80/s2 has address 127.0.0.1:9 instead of 127.0.0.1:18080");
    row("hc:web/s4", "address", "hc:web/s4 has address 10.9.9.9:1 instead of 192.0.2.4:1");
    row("hc:web/s4", "ready", "hc:web/s4 is in use though it has no instance");
    row("hc:web/s1", "maintenance", "hc:web/s1 is in maintenance though it has an instance");
    row("b:web:80/s1", "maintenance", "b:web:80/s1 drains though it should not");
}

void HaproxyTextsTest::findsWhatDiffers()
{
    QFETCH(std::string, server);
    QFETCH(std::string, change);
    QFETCH(std::string, expected);
    const auto config = projected({web()});
    const auto &balancerConfig = *config.balancers.at("web");
    plan::ServerStates states;
    const auto add = [&](const plan::Backend &backend) {
        for (std::size_t slot = 0; slot < backend.servers.size(); ++slot) {
            plan::ServerState state;
            state.backend = backend.name;
            state.server = backend.servers[slot].name;
            state.address = plan::effectiveAddress(backend.servers[slot], slot).address.text();
            state.port = plan::effectiveAddress(backend.servers[slot], slot).port;
            const auto maintenance = backend.tracks.empty() ? plan::admin::kForcedMaint : plan::admin::kInheritedMaint;
            state.admin = backend.servers[slot].address ? 0 : maintenance;
            states.emplace(ServerKey(state.backend, state.server), state);
        }
    };
    add(balancerConfig.check);
    add(balancerConfig.backends.front());

    const auto slash = server.find('/');
    const ServerKey key(server.substr(0, slash), server.substr(slash + 1));
    auto &state = states.at(key);
    if (change == "missing")
        states.erase(key);
    else if (change == "address")
        state.address = "10.9.9.9";
    else if (change == "port")
        state.port = 9;
    else if (change == "ready")
        state.admin = plan::admin::kConfiguredMaint;
    else if (change == "maintenance")
        state.admin = plan::admin::kForcedMaint;
    else if (change == "health")
        state.state = plan::OperationalState::Running;
    const auto found = plan::differences(balancerConfig, states);
    QCOMPARE(found.empty() ? std::string() : found.front(), expected);
    QVERIFY(found.size() <= 1);
}

void HaproxyTextsTest::readsStatistics()
{
    const auto table = plan::StatsTable::parse(read("stat.csv")).value();
    QCOMPARE(table.rowCount(), std::size_t(11));
    QCOMPARE(table.value(0, "pxname"), std::string_view("f:web:80"));
    QCOMPARE(table.value(0, "svname"), std::string_view("FRONTEND"));
    QCOMPARE(table.value(0, "status"), std::string_view("OPEN"));
    QCOMPARE(table.value(1, "tracked"), std::string_view("hc:web/s1"));
    QCOMPARE(table.value(1, "status"), std::string_view("DOWN 1/10"));
    QCOMPARE(table.value(0, "no such column"), std::string_view());
    QCOMPARE(table.value(99, "pxname"), std::string_view());
}

void HaproxyTextsTest::refusesBrokenStatistics_data()
{
    QTest::addColumn<std::string>("text");
    for (const auto *file : {"stat_without_a_header.csv", "stat_with_a_longer_line.csv", "empty.txt", "info.txt"})
        QTest::newRow(file) << read(file);
    QTest::newRow("only line ends") << std::string("\n\n");
}

void HaproxyTextsTest::refusesBrokenStatistics()
{
    QFETCH(std::string, text);
    const auto parsed = plan::StatsTable::parse(text);
    QVERIFY(!parsed);
    QCOMPARE(parsed.error().code, ErrorCode::Corrupt);
}

void HaproxyTextsTest::readsQuotedFields()
{
    const auto table = plan::StatsTable::parse("# a,b,c,\n1,\"x, \"\"y\"\"\",3,\n4,\n").value();
    QCOMPARE(table.value(0, "b"), std::string_view("x, \"y\""));
    QCOMPARE(table.value(0, "c"), std::string_view("3"));
    QCOMPARE(table.value(1, "a"), std::string_view("4"));
    QCOMPARE(table.value(1, "c"), std::string_view()); // the line is shorter than the header
}

void HaproxyTextsTest::survivesAnyStatistics()
{
    tryBroken(read("stat.csv"), [](const std::string &text) { (void)plan::StatsTable::parse(text).has_value(); });
}

void HaproxyTextsTest::readsInfo()
{
    auto info = plan::parseInfo(read("info.txt"));
    QCOMPARE(info["Name"], std::string("HAProxy"));
    QCOMPARE(info["Pid"], std::string("13330"));
    QCOMPARE(info["description"], std::string("gen=1"));
    QCOMPARE(info["Stopping"], std::string("0"));
    QCOMPARE(info["Uptime"], std::string("0d 0h01m16s"));
    QVERIFY(plan::parseInfo("").empty());
    QVERIFY(plan::parseInfo("no colon\n").empty());
}

void HaproxyTextsTest::readsTheHealthLog()
{
    std::vector<std::string> seen;
    const auto log = QString::fromStdString(read("health.log"));
    for (const auto &line : log.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        const auto event = plan::parseHealthRecord(line.toStdString());
        if (!event)
            continue;
        const std::vector<std::string> words{"passed", "failed", "up", "down"};
        QCOMPARE(event->backend, std::string("hc:web"));
        QVERIFY(!event->text.empty() && event->text.find("haproxy[") == std::string::npos);
        seen.push_back(event->server + " " + words[std::size_t(event->kind)]);
    }
    // What follows from our own commands is no news.
    const std::vector<std::string> expected{"s1 passed", "s1 up", "s2 passed", "s1 failed", "s1 down"};
    QCOMPARE(seen, expected);
}

void HaproxyTextsTest::ignoresOtherRecords_data()
{
    QTest::addColumn<std::string>("record");
    const auto row = [](const char *text) { QTest::newRow(text) << std::string(text); };
    row("");
    row("]: ");
    row("<133>Nov 23 13:07:21 haproxy[1]: ");
    row("<133>Nov 23 13:07:21 haproxy[1]: Server hc:web/s1");
    row("<133>Nov 23 13:07:21 haproxy[1]: Server hc:web is UP.");
    row("<133>Nov 23 13:07:21 haproxy[1]: Server b:web:80/s1 is UP.");
    row("<133>Nov 23 13:07:21 haproxy[1]: Server b:web:80/s1 is DOWN via hc:web/s1. 1 active");
    row("<133>Nov 23 13:07:21 haproxy[1]: Server hc:web/s1 is going DOWN for maintenance.");
    row("<133>Nov 23 13:07:21 haproxy[1]: Health check for backup server hc:web/s1 failed, reason: x");
    row("<134>Nov 23 13:07:21 haproxy[1]: 10.0.0.1:80 [23/Nov] f:web:80 b:web:80/s1 \"GET /Server hc:web/s1 is UP. "
        "HTTP/1.1\"");
    row("Server hc:web/s1 is UP.");
}

void HaproxyTextsTest::ignoresOtherRecords()
{
    QFETCH(std::string, record);
    QVERIFY(!plan::parseHealthRecord(record));
}

void HaproxyTextsTest::survivesAnyRecord()
{
    tryBroken(read("health.log"), [](const std::string &text) { (void)plan::parseHealthRecord(text); });
}

QTEST_GUILESS_MAIN(HaproxyTextsTest)
#include "tst_haproxy_texts.moc"

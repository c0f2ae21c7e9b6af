#include "daemon/config.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <set>

using namespace balancer;
using namespace balancer::daemon;

namespace {

QString dataPath(const QString &name)
{
    return QStringLiteral(BALANCER_TEST_DATA "/config/") + name + QStringLiteral(".toml");
}

std::string contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

Settings parse(std::string_view text)
{
    const auto settings = parseSettings(text, "elastic.toml");
    if (!settings)
        QTest::qFail(settings.error().message.c_str(), __FILE__, __LINE__);
    return settings.value_or(Settings());
}

} // namespace

class ConfigTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasDefaultsForEverything();
    void knowsTheDefaultsOthersRelyOn();
    void showsEveryKeyWithItsDefaultInTheShippedFile();
    void rendersDefaultsThatItReads();
    void readsEveryKey();
    void readsAnAddressPoolByScheme();
    void readsAnAddressPoolForBothSchemes();
    void takesAStarForEveryAddress();
    void listensOnTheSocketAloneWhenToldTo();

    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void hasARowForEachBrokenFile();
    void saysWhatIsAllowed();
    void reportsAllProblemsInTheOrderOfTheFile();
    void tellsAMissingFileFromABrokenOne();
};

void ConfigTest::hasDefaultsForEverything()
{
    QCOMPARE(parse(""), Settings());
    QCOMPARE(parse("[haproxy]\n[store]\n"), Settings());
}

void ConfigTest::knowsTheDefaultsOthersRelyOn()
{
    const Settings settings;
    QCOMPARE(settings.api.listen.size(), 1U);
    QCOMPARE(settings.api.listen.front().text(), "127.0.0.1:9999");
    QCOMPARE(settings.haproxy.maxReloadDelay, std::chrono::seconds(10));
    QCOMPARE(settings.haproxy.hardStopAfter, std::chrono::hours(1));
    QVERIFY(settings.haproxy.addressPool.isEmpty());
    QVERIFY(settings.haproxy.addresses.empty());
    QVERIFY(settings.dashboard.enabled);
    QVERIFY(!settings.cluster.enabled);
}

void ConfigTest::showsEveryKeyWithItsDefaultInTheShippedFile()
{
    const auto shipped = loadSettings(BALANCER_CONFIG_FILE);
    QVERIFY2(shipped, shipped ? "" : shipped.error().message.c_str());
    QCOMPARE(*shipped, Settings());

    const auto text = contentOf(QStringLiteral(BALANCER_CONFIG_FILE));
    for (const auto &setting : describeSettings()) {
        const auto section = text.find("\n[" + std::string(setting.section) + "]\n");
        QVERIFY2(section != std::string::npos, setting.section.data());
        const auto line = '\n' + std::string(setting.key) + " = " + setting.defaultValue + '\n';
        const auto found = text.find(line, section + 1);
        QVERIFY2(found != std::string::npos && found < text.find("\n[", section + 1), line.c_str());
    }
}

void ConfigTest::rendersDefaultsThatItReads()
{
    std::string text;
    for (const auto &setting : describeSettings())
        text += std::string(setting.section) + '.' + std::string(setting.key) + " = " + setting.defaultValue + '\n';
    QCOMPARE(parse(text), Settings());
}

void ConfigTest::readsEveryKey()
{
    const auto settings = parse(R"(
        [haproxy]
        binary = "/opt/haproxy/sbin/haproxy"
        addresses = ["10.0.0.1", "fd00::1"]
        reload = "generation"
        extra = ["/etc/haproxy/a.cfg", "/etc/haproxy/b.cfg"]
        nbthread = 4
        maxconn = 100000
        max_old_generations = 3
        old_generation_memory = "10%"
        max_reload_delay = "500ms"
        hard_stop_after = "30m"
        [api]
        listen = ["127.0.0.1:80", "[::1]:9999", "10.0.0.5:443"]
        tls = "always"
        region = "eu-west-1"
        domain = "lb.example"
        socket_groups = {}
        account_id = "123456789012"
        strict_scope = true
        regions = ["us-east-1", "local"]
        ignore_session_tokens = true
        signature_v2 = true
        zones = ["a", "b"]
        subnets = { subnet-1 = "a" }
        security_groups = { sg-1 = ["10.0.0.0/8", "fd00::7"], sg-2 = [] }
        [limits]
        classic-load-balancers = 20
        classic-listeners = 101
        classic-registered-instances = 1000
        policies = 102
        tags = 10
        server-certificates = 21
        [dashboard]
        enabled = false
        [cluster]
        enabled = false
        endpoints = ["https://etcd-1:2379", "https://etcd-2:2379"]
        prefix = "/lb"
        node = "n1"
        zone = "a"
        [statsd]
        enabled = false
        hostname = "fd00::2"
        port = 8126
        protocol = "tcp"
        dialect = "dogstatsd"
        prefix = "prod.lb"
        interval = "1m"
        [docker]
        endpoint = "https://docker.corp:2376"
        [route53]
        zone_id = "Z1"
        endpoint = "http://127.0.0.1:4566"
        [log]
        level = "warning"
    )");

    const auto address = [](const char *text) { return IpAddress::parse(text).value(); };
    Settings expected;
    expected.haproxy = {.binary = "/opt/haproxy/sbin/haproxy",
                        .addresses = {address("10.0.0.1"), address("fd00::1")},
                        .addressPool = {},
                        .reload = ReloadMode::Generation,
                        .extra = {"/etc/haproxy/a.cfg", "/etc/haproxy/b.cfg"},
                        .nbthread = 4,
                        .maxconn = 100000,
                        .maxOldGenerations = 3,
                        .oldGenerationMemory = 10,
                        .maxReloadDelay = std::chrono::milliseconds(500),
                        .hardStopAfter = std::chrono::minutes(30)};
    expected.api = {.listen = {{address("127.0.0.1"), 80}, {address("::1"), 9999}, {address("10.0.0.5"), 443}},
                    .tls = ApiTls::Always,
                    .region = "eu-west-1",
                    .domain = "lb.example",
                    .socketGroups = {},
                    .accountId = "123456789012",
                    .strictScope = true,
                    .regions = {"us-east-1", "local"},
                    .ignoreSessionTokens = true,
                    .signatureV2 = true,
                    .zones = {"a", "b"},
                    .subnets = {{"subnet-1", "a"}},
                    .securityGroups = {{"sg-1", {"10.0.0.0/8", "fd00::7"}}, {"sg-2", {}}}};
    expected.limits = {
        .loadBalancers = 20, .listeners = 101, .instances = 1000, .tags = 10, .policies = 102, .certificates = 21};
    expected.dashboard.enabled = false;
    expected.cluster = {.enabled = false,
                        .endpoints = {"https://etcd-1:2379", "https://etcd-2:2379"},
                        .prefix = "/lb",
                        .node = "n1",
                        .zone = "a"};
    expected.statsd = {.enabled = false,
                       .hostname = "fd00::2",
                       .port = 8126,
                       .protocol = StatsdProtocol::Tcp,
                       .dialect = StatsdDialect::Dogstatsd,
                       .prefix = "prod.lb",
                       .interval = std::chrono::minutes(1)};
    expected.docker.endpoint = "https://docker.corp:2376";
    expected.route53 = {.enabled = false, .zoneId = "Z1", .endpoint = "http://127.0.0.1:4566"};
    expected.log.level = LogLevel::Warning;
    QCOMPARE(settings, expected);
}

void ConfigTest::readsAnAddressPoolByScheme()
{
    const auto pool = parse("[haproxy]\naddress_pool = { internet-facing = [\"10.0.0.1-10.0.0.3\"], "
                            "internal = [\"127.0.1.1\"] }")
                          .haproxy.addressPool;
    QCOMPARE(pool.forScheme(model::Scheme::InternetFacing).size(), 3U);
    QCOMPARE(pool.forScheme(model::Scheme::Internal).size(), 1U);
    QCOMPARE(pool.forScheme(model::Scheme::Internal).front().text(), "127.0.1.1");
}

void ConfigTest::readsAnAddressPoolForBothSchemes()
{
    const auto pool = parse("[haproxy]\naddress_pool = [\"127.0.1.1-127.0.1.250\"]").haproxy.addressPool;
    QCOMPARE(pool.internal.size(), 250U);
    QCOMPARE(pool.internetFacing, pool.internal);
}

void ConfigTest::takesAStarForEveryAddress()
{
    QVERIFY(parse("[haproxy]\naddresses = [\"*\"]").haproxy.addresses.empty());
}

void ConfigTest::listensOnTheSocketAloneWhenToldTo()
{
    QVERIFY(parse("[api]\nlisten = []").api.listen.empty());
}

void ConfigTest::saysWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("message");
    const auto row = [](const char *file, const char *message) { QTest::newRow(file) << QByteArray(message); };
    row("account_too_short", "2:14: [api] account_id: \"123\" is not allowed");
    row("boolean_in_quotes", "2:11: [dashboard] enabled: must be true or false without quotes, not a text");
    row("choice_that_does_not_exist", "2:10: [haproxy] reload: \"soft\" is not allowed");
    row("cluster_enabled", "2:11: [cluster] enabled: clustering is not available yet in this version");
    row("control_character_in_a_path", "2:10: [haproxy] extra: \"/etc/a?b\" is not allowed");
    row("docker_enabled", "2:11: [docker] enabled: Docker support is not available yet in this version");
    row("domain_in_capitals", "2:10: [api] domain: \"Internal\" is not allowed");
    row("duration_not_in_whole_seconds", "2:19: [haproxy] hard_stop_after: \"1500ms\" is no duration such as \"10s\"");
    row("duration_of_an_unknown_unit",
        "2:20: [haproxy] max_reload_delay: \"10 seconds\" is no duration such as \"10s\"");
    row("duration_too_long", "2:20: [haproxy] max_reload_delay: \"11m\" is out of range");
    row("duration_without_a_unit",
        "2:20: [haproxy] max_reload_delay: must be a number with a unit in quotes, such as \"10s\", not a number");
    row("host_name_as_address", "2:13: [haproxy] addresses: 'localhost' is not an IP address");
    row("key_before_any_section", "1:1: listen: stands before any section");
    row("key_in_the_store_section", "2:1: [store] path: there is no such key");
    row("key_twice", "3:10: Error while parsing key-value pair: cannot redefine existing string 'region'");
    row("level_in_capitals", "2:9: [log] level: \"DEBUG\" is not allowed");
    row("limit_of_nothing", "2:26: [limits] classic-load-balancers: 0 is out of range");
    row("list_of_the_wrong_type", "2:36: [haproxy] extra: must be a text in quotes, not a number");
    row("listening_twice", "2:29: [api] listen: is in the list twice");
    row("listening_without_a_port", "2:11: [api] listen: '127.0.0.1' has no port");
    row("no_addresses", "2:13: [haproxy] addresses: must name an address; \"*\" stands for every address");
    row("not_utf8", "2:10: Encountered invalid utf-8 sequence");
    row("number_above_its_range", "2:8: [statsd] port: 65536 is out of range");
    row("number_below_its_range", "2:11: [haproxy] maxconn: -1 is out of range");
    row("number_in_quotes", "2:12: [haproxy] nbthread: must be a whole number without quotes, not a text");
    row("number_with_a_fraction", "2:12: [haproxy] nbthread: must be a whole number without quotes, not a fraction");
    row("other_word_for_every_address", "2:13: [haproxy] addresses: write \"*\" for every address, not \"0.0.0.0\"");
    row("percentage_as_a_number", "2:25: [haproxy] old_generation_memory: must be a text in quotes, not a number");
    row("percentage_of_nothing", "2:25: [haproxy] old_generation_memory: \"0%\" is no percentage");
    row("pool_address_twice", "2:16: [haproxy] address_pool: 127.0.1.5 is there twice");
    row("pool_block", "2:16: [haproxy] address_pool: '10.1.0.0/28' is a block; write the range that you mean");
    row("pool_for_an_unknown_scheme", "2:18: [haproxy] address_pool: \"external\" is no scheme");
    row("pool_of_unusable_addresses", "2:16: [haproxy] address_pool: nobody can listen on 0.0.0.0");
    row("pool_range_backwards", "2:16: [haproxy] address_pool: '127.0.1.9-127.0.1.1' ends before it begins");
    row("pool_range_of_two_families",
        "2:16: [haproxy] address_pool: '127.0.1.1-fd00::1' begins with IPv4 and ends with IPv6");
    row("pool_too_large", "2:16: [haproxy] address_pool: more than 65536 addresses");
    row("program_that_looks_like_an_option", "2:10: [haproxy] binary: \"-D\" is not allowed");
    row("program_with_a_relative_path", "2:10: [haproxy] binary: \"sbin/haproxy\" is not allowed");
    row("region_in_a_list_in_capitals", "2:25: [api] regions: \"US-WEST-2\" is not allowed");
    row("region_with_a_blank", "2:10: [api] region: \"eu west\" is not allowed");
    row("reload_in_a_classic_way",
        "2:10: [haproxy] reload: another way to reload than \"generation\" is not available yet in this version");
    row("relative_path", "2:10: [haproxy] extra: \"extra.cfg\" is not allowed");
    row("role_that_does_not_exist", "2:27: [api] socket_groups: \"root\" is not allowed");
    row("roles_by_group", "2:17: [api] socket_groups: access by group is not available yet in this version");
    row("route53_enabled", "2:11: [route53] enabled: Route 53 support is not available yet in this version");
    row("section_is_a_list_of_tables", "1:3: [api]: must be a section, not a list");
    row("section_is_not_a_table", "1:1: [api]: must be a section, not a number");
    row("star_among_addresses", "2:13: [haproxy] addresses: \"*\" must stand alone");
    row("statsd_enabled", "2:11: [statsd] enabled: statsd is not available yet in this version");
    row("syntax_error", "2:16: Error while parsing string: unescaped control characters other than TAB (U+0009) are "
                        "explicitly prohibited");
    row("text_instead_of_a_list", "2:9: [haproxy] extra: must be a list in brackets, not a text");
    row("text_without_quotes_is_a_date", "2:10: [api] region: must be a text in quotes, not a date or time");
    row("tls_switched_off", "3:7: [api] tls: \"never\" is not allowed");
    row("unknown_key", "2:1: [api] listn: there is no such key; did you mean listen?");
    row("unknown_key_of_another_section",
        "2:1: [api] level: there is no such key here; did you mean the one of [log]?");
    row("unknown_section", "1:2: [haprox]: there is no such section; did you mean [haproxy]?");
    row("url_without_a_scheme", "2:14: [cluster] endpoints: \"127.0.0.1:2379\" is not allowed");
}

void ConfigTest::saysWhatIsWrong()
{
    QFETCH(QByteArray, message);
    const auto path = dataPath(QString::fromLatin1(QTest::currentDataTag()));
    const auto settings = loadSettings(path.toStdString());
    QVERIFY(!settings);
    QCOMPARE(settings.error().code, ErrorCode::InvalidInput);

    const auto said = QByteArray::fromStdString(settings.error().message);
    const QByteArray expected = path.toUtf8() + ':' + message;
    QCOMPARE(said.left(expected.size()), expected);
    QVERIFY2(said.size() == expected.size() || said.mid(expected.size()).startsWith("; allowed: "), said.constData());
    QVERIFY2(!said.contains('\n'), said.constData());
}

void ConfigTest::hasARowForEachBrokenFile()
{
    const auto count = QDir(QStringLiteral(BALANCER_TEST_DATA "/config")).entryList({QStringLiteral("*.toml")}).size();
    QFile source(QStringLiteral(BALANCER_TEST_DATA "/../app/daemon/tst_config.cpp"));
    QVERIFY(source.open(QIODevice::ReadOnly));
    QCOMPARE(source.readAll().count("\n    row(\"") + 1, count); // several_problems has a test of its own
}

void ConfigTest::saysWhatIsAllowed()
{
    const auto settings = parseSettings("[log]\nlevel = \"loud\"\n", "/etc/elastic.toml");
    QVERIFY(!settings);
    QCOMPARE(QByteArray::fromStdString(settings.error().message),
             QByteArray("/etc/elastic.toml:2:9: [log] level: \"loud\" is not allowed; "
                        "allowed: \"debug\", \"info\", \"warning\", \"error\""));
}

void ConfigTest::reportsAllProblemsInTheOrderOfTheFile()
{
    const auto settings = parseSettings(contentOf(dataPath(QStringLiteral("several_problems"))), "f");
    QVERIFY(!settings);
    const auto lines = QByteArray::fromStdString(settings.error().message).split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY2(lines[0].startsWith("f:2:9: [log] level: "), lines[0].constData());
    QVERIFY2(lines[1].startsWith("f:5:1: [api] regoin: "), lines[1].constData());
    QVERIFY2(lines[2].startsWith("f:6:14: [api] account_id: "), lines[2].constData());
}

void ConfigTest::tellsAMissingFileFromABrokenOne()
{
    QCOMPARE(loadSettings("/nonexistent/elastic.toml").error().code, ErrorCode::NotFound);
    QCOMPARE(loadSettings("/").error().code, ErrorCode::Unavailable);
    QCOMPARE(loadSettings("/dev/zero").error().code, ErrorCode::Unavailable);
}

QTEST_GUILESS_MAIN(ConfigTest)
#include "tst_config.moc"

#include "daemon/setting_values.h"

#include <QTest>

using namespace balancer::daemon;
using namespace std::chrono_literals;

class SettingValuesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsDurations_data();
    void readsDurations();
    void refusesOtherDurations_data();
    void refusesOtherDurations();
    void rendersDurationsInTheLargestUnit();
    void readsPercentages();
    void findsTheNearestWord();
    void findsNoWordFarAway();
    void checksTexts_data();
    void checksTexts();
};

void SettingValuesTest::readsDurations_data()
{
    QTest::addColumn<qint64>("milliseconds");
    QTest::newRow("0s") << qint64(0);
    QTest::newRow("500ms") << qint64(500);
    QTest::newRow("10s") << qint64(10000);
    QTest::newRow("5m") << qint64(300000);
    QTest::newRow("1h") << qint64(3600000);
    QTest::newRow("7d") << qint64(604800000);
}

void SettingValuesTest::readsDurations()
{
    QFETCH(qint64, milliseconds);
    const auto duration = parseDuration(QTest::currentDataTag());
    QVERIFY(duration);
    QCOMPARE(duration->count(), milliseconds);
}

void SettingValuesTest::refusesOtherDurations_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const auto *text : {"", "10", "s", "10 s", " 10s", "10s ", "-1s", "+1s", "1.5s", "1h30m", "10S", "10sec",
                             "367d", "99999999999999999999s", "9223372036854775807d"})
        QTest::newRow(text) << QByteArray(text);
}

void SettingValuesTest::refusesOtherDurations()
{
    QFETCH(QByteArray, text);
    QVERIFY(!parseDuration(text.constData()));
}

void SettingValuesTest::rendersDurationsInTheLargestUnit()
{
    QCOMPARE(renderDuration(0ms), "0s");
    QCOMPARE(renderDuration(1500ms), "1500ms");
    QCOMPARE(renderDuration(90s), "90s");
    QCOMPARE(renderDuration(60s), "1m");
    QCOMPARE(renderDuration(48h), "2d");
}

void SettingValuesTest::readsPercentages()
{
    QCOMPARE(parsePercent("1%"), 1);
    QCOMPARE(parsePercent("100%"), 100);
    for (const auto *text : {"", "%", "0%", "101%", "25", "25 %", "2.5%", "-1%"})
        QVERIFY2(!parsePercent(text), text);
}

void SettingValuesTest::findsTheNearestWord()
{
    QCOMPARE(nearestWord("listn", {"region", "listen"}), "listen");
    QCOMPARE(nearestWord("Listen", {"region", "listen"}), "listen");
    QCOMPARE(nearestWord("max_old_generation", {"max_old_generations", "maxconn"}), "max_old_generations");
    QCOMPARE(nearestWord("haprox", {"haproxy", "api"}), "haproxy");
    QCOMPARE(nearestWord("apo", {"haproxy", "api"}), "api");
}

void SettingValuesTest::findsNoWordFarAway()
{
    QCOMPARE(nearestWord("timeout", {"listen", "region"}), std::nullopt);
    QCOMPARE(nearestWord("x", {"api", "log"}), std::nullopt);
    QCOMPARE(nearestWord("x", {}), std::nullopt);
}

void SettingValuesTest::checksTexts_data()
{
    QTest::addColumn<QByteArray>("kind");
    QTest::addColumn<QByteArray>("good");
    QTest::addColumn<QByteArray>("bad");
    const auto row = [](const char *kind, const char *good, const char *bad) {
        QTest::newRow((QByteArray(kind) + ": " + good).constData())
            << QByteArray(kind) << QByteArray(good) << QByteArray(bad);
    };
    row("plain",
        "Gr\xc3\xbc\xc3\x9f"
        "e",
        "");
    row("plain", "a b", "a\nb");
    row("plain", "\"", "a\x7f");
    row("path", "/etc/a b.cfg", "etc");
    row("path", "/a", "/");
    row("program", "haproxy", "./haproxy");
    row("program", "/usr/sbin/haproxy", "-D");
    row("host", "localhost", "local host");
    row("host", "Node-1.corp", "-node");
    row("host", "fd00::1", "a..b");
    row("domain", "lb.example", "LB.example");
    row("domain", "internal", "internal.");
    row("region", "eu-west-1", "eu.west");
    row("account", "000000000000", "00000000000a");
    row("url", "https://a:1/x", "ftp://a");
    row("url", "http://a", "http://");
    row("url", "http://[::1]:1", "http://a b");
    row("metric", "prod.elastic_haproxy", "prod..lb");
    row("metric", "A-1", "lb:prod");
}

void SettingValuesTest::checksTexts()
{
    const std::map<QByteArray, bool (*)(std::string_view)> checks = {
        {"plain", isPlainText},   {"path", isAbsolutePath}, {"program", isProgram},
        {"host", isHostName},     {"domain", isDomainName}, {"region", isRegion},
        {"account", isAccountId}, {"url", isHttpUrl},       {"metric", isMetricPrefix}};
    QFETCH(QByteArray, kind);
    QFETCH(QByteArray, good);
    QFETCH(QByteArray, bad);
    QVERIFY(checks.at(kind)(good.toStdString()));
    QVERIFY(!checks.at(kind)(bad.toStdString()));
}

QTEST_GUILESS_MAIN(SettingValuesTest)
#include "tst_setting_values.moc"

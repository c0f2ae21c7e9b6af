#include "controller/base/readable.h"
#include "model/attributes.h"

#include <QTest>

#include <string>

using namespace balancer;
using model::Attributes;
using model::AttributesChange;

class AttributesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hasTheDefaultsOfElb();
    void keepsTheDrainingTimeoutWhenOnlyTheFlagIsGiven();
    void changesOnlyTheGroupsThatAreNamed();
    void forgetsTheBucketWhenLogsAreSwitchedOff();
    void refusesWhatElbRefuses_data();
    void refusesWhatElbRefuses();
    void takesTheEdgesOfEachRange();
    void tellsEveryGroup();
    void tellsOnlyTheGroupsThatWereNamed();
};

namespace {

AttributesChange idle(int seconds)
{
    AttributesChange change;
    change.idleTimeoutSeconds = seconds;
    return change;
}

AttributesChange draining(bool enabled, std::optional<int> timeout)
{
    AttributesChange change;
    change.draining = model::ConnectionDrainingChange{enabled, timeout};
    return change;
}

AttributesChange logs(std::optional<std::string> bucket, std::optional<std::string> prefix = {},
                      std::optional<int> minutes = {})
{
    AttributesChange change;
    change.accessLog = model::AccessLogChange{true, std::move(bucket), std::move(prefix), minutes};
    return change;
}

AttributesChange additional(const std::string &key, const std::string &value)
{
    AttributesChange change;
    change.additional = {{key, value}};
    return change;
}

} // namespace

void AttributesTest::hasTheDefaultsOfElb()
{
    const Attributes attributes;
    QVERIFY(!attributes.crossZone && !attributes.accessLog.enabled && !attributes.draining.enabled);
    QCOMPARE(attributes.draining.timeout.count(), 300);
    QCOMPARE(attributes.idleTimeout.count(), 60);
    QVERIFY(attributes.desyncMode == model::DesyncMode::Defensive);
}

void AttributesTest::keepsTheDrainingTimeoutWhenOnlyTheFlagIsGiven()
{
    const auto set = model::withChange({}, draining(true, 20)).value();
    const auto flagged = model::withChange(set, draining(false, std::nullopt)).value();
    QVERIFY(!flagged.draining.enabled);
    QCOMPARE(flagged.draining.timeout.count(), 20);
}

void AttributesTest::changesOnlyTheGroupsThatAreNamed()
{
    const auto set = model::withChange({}, draining(true, 20)).value();
    auto expected = set;
    expected.idleTimeout = std::chrono::seconds(7);
    QVERIFY(model::withChange(set, idle(7)).value() == expected);
    QVERIFY(model::withChange(set, {}).value() == set);
}

void AttributesTest::forgetsTheBucketWhenLogsAreSwitchedOff()
{
    const auto on = model::withChange({}, logs("my-bucket", "web/a", 5)).value();
    QCOMPARE(on.accessLog.emitInterval.count(), 5);
    AttributesChange off;
    off.accessLog = model::AccessLogChange{};
    QVERIFY(model::withChange(on, off).value() == Attributes());
}

void AttributesTest::refusesWhatElbRefuses_data()
{
    QTest::addColumn<AttributesChange>("change");
    QTest::addColumn<ErrorCode>("code");
    const auto row = [](const char *name, const AttributesChange &change, ErrorCode code) {
        QTest::newRow(name) << change << code;
    };
    row("no idle time", idle(0), ErrorCode::ValidationError);
    row("too long an idle time", idle(4001), ErrorCode::ValidationError);
    row("no time to drain", draining(true, 0), ErrorCode::ValidationError);
    row("too long a time to drain", draining(true, 3601), ErrorCode::ValidationError);
    row("logs without a bucket", logs(std::nullopt), ErrorCode::InvalidConfigurationRequest);
    row("a bucket that climbs", logs(".."), ErrorCode::InvalidConfigurationRequest);
    row("a bucket with a slash", logs("a/bc"), ErrorCode::InvalidConfigurationRequest);
    row("a bucket in capitals", logs("Bucket"), ErrorCode::InvalidConfigurationRequest);
    row("a prefix that climbs", logs("bucket", "a/../b"), ErrorCode::InvalidConfigurationRequest);
    row("a prefix from the root", logs("bucket", "/a"), ErrorCode::InvalidConfigurationRequest);
    row("a prefix with AWSLogs", logs("bucket", "a/AWSLogs"), ErrorCode::InvalidConfigurationRequest);
    row("a prefix with a line break", logs("bucket", "a\nb"), ErrorCode::InvalidConfigurationRequest);
    row("an interval between", logs("bucket", "", 42), ErrorCode::ValidationError);
    row("an attribute nobody knows", additional("elb.http.other", "x"), ErrorCode::InvalidConfigurationRequest);
    row("a mode nobody knows", additional("elb.http.desyncmitigationmode", "lax"),
        ErrorCode::InvalidConfigurationRequest);
    row("a key that is none", additional("a b", "x"), ErrorCode::ValidationError);
    row("an empty value", additional("elb.http.desyncmitigationmode", ""), ErrorCode::ValidationError);
}

void AttributesTest::refusesWhatElbRefuses()
{
    QFETCH(AttributesChange, change);
    QFETCH(ErrorCode, code);
    const auto changed = model::withChange({}, change);
    QVERIFY(!changed);
    QCOMPARE(nameOf(changed.error().code), nameOf(code));
}

void AttributesTest::takesTheEdgesOfEachRange()
{
    for (const auto seconds : {1, 4000})
        QVERIFY(model::withChange({}, idle(seconds)).has_value());
    for (const auto seconds : {1, 3600})
        QVERIFY(model::withChange({}, draining(true, seconds)).has_value());
    for (const auto minutes : {5, 60})
        QVERIFY(model::withChange({}, logs("bucket", "", minutes)).has_value());
}

void AttributesTest::tellsEveryGroup()
{
    const auto all = model::allGroups({});
    QVERIFY(all.crossZone && all.accessLog && all.draining && all.idleTimeoutSeconds);
    QVERIFY(!all.accessLog->bucket && !all.accessLog->prefix && !all.accessLog->emitIntervalMinutes);
    QCOMPARE(all.draining->timeoutSeconds.value(), 300);
    QCOMPARE(all.additional.size(), std::size_t(1));
    const auto on = model::allGroups(model::withChange({}, logs("bucket")).value());
    QCOMPARE(on.accessLog->prefix.value(), std::string());
    QCOMPARE(on.accessLog->emitIntervalMinutes.value(), 60);
    QVERIFY(model::withChange({}, on).value() == model::withChange({}, logs("bucket")).value());
}

void AttributesTest::tellsOnlyTheGroupsThatWereNamed()
{
    const auto told = model::onlyGroupsOf(model::allGroups({}), idle(60));
    QVERIFY(told == idle(60));
}

QTEST_GUILESS_MAIN(AttributesTest)
#include "tst_attributes.moc"

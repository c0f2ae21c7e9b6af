#include "base/endpoint.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/text.h"
#include "controller/base/readable.h"

#include <set>

using namespace balancer;

class BaseTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void acceptsLoadBalancerNames_data();
    void acceptsLoadBalancerNames();
    void comparesNamesWithoutRegardToCase();
    void acceptsInstanceIds_data();
    void acceptsInstanceIds();
    void readsAddressesIntoTheirCanonicalForm_data();
    void readsAddressesIntoTheirCanonicalForm();
    void readsEndpoints_data();
    void readsEndpoints();
    void acceptsPorts_data();
    void acceptsPorts();
    void knowsLoopback();
    void namesEveryErrorCodeOnce();
    void putsContextInFrontOfAnError();
    void changesTheCaseOfAsciiOnly();
    void splitsIntoAllParts();
    void trimsBlanksOnBothSides();
    void hashesAsPublished();
};

void BaseTest::acceptsLoadBalancerNames_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<bool>("valid");
    QTest::newRow("one letter") << std::string("a") << true;
    QTest::newRow("one digit") << std::string("7") << true;
    QTest::newRow("letters, digits, hyphens") << std::string("My-Web-2") << true;
    QTest::newRow("two hyphens inside") << std::string("a--b") << true;
    QTest::newRow("32 characters") << std::string(32, 'a') << true;
    QTest::newRow("33 characters") << std::string(33, 'a') << false;
    QTest::newRow("nothing") << std::string() << false;
    QTest::newRow("a hyphen first") << std::string("-a") << false;
    QTest::newRow("a hyphen last") << std::string("a-") << false;
    QTest::newRow("only a hyphen") << std::string("-") << false;
    QTest::newRow("an underscore") << std::string("a_b") << false;
    QTest::newRow("a dot") << std::string("a.b") << false;
    QTest::newRow("a blank") << std::string("a b") << false;
    QTest::newRow("a slash") << std::string("a/b") << false;
    QTest::newRow("a line end") << std::string("ab\n") << false;
    QTest::newRow("a zero byte") << std::string("a\0b", 3) << false;
    QTest::newRow("an umlaut") << std::string("m\xc3\xbcller") << false;
}

void BaseTest::acceptsLoadBalancerNames()
{
    QFETCH(std::string, text);
    QFETCH(bool, valid);
    const auto name = LoadBalancerName::parse(text);
    QCOMPARE(name.has_value(), valid);
    if (valid)
        QCOMPARE(name->text(), text);
    else
        QCOMPARE(tests::describe(name), std::string("ValidationError: Member must satisfy regular expression pattern: "
                                                    "^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$"));
}

void BaseTest::comparesNamesWithoutRegardToCase()
{
    const auto upper = LoadBalancerName::parse("WEB").value();
    const auto lower = LoadBalancerName::parse("web").value();
    QVERIFY(upper == lower);
    QVERIFY((upper <=> lower) == std::strong_ordering::equal);
    QCOMPARE(upper.text(), std::string("WEB"));
    QCOMPARE(upper.folded(), std::string("web"));
    QVERIFY(LoadBalancerName::parse("Alpha").value() < lower);
}

void BaseTest::acceptsInstanceIds_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<bool>("valid");
    for (const std::string text :
         {"i-0abc", "10.0.0.5", "10.0.0.5:8080", "[fd00::5]:80", "fd00::5", "web1.corp:80", "a/b_c", "0"})
        QTest::newRow(text.c_str()) << text << true;
    QTest::newRow("255 characters") << std::string(255, 'i') << true;
    QTest::newRow("256 characters") << std::string(256, 'i') << false;
    QTest::newRow("nothing") << std::string() << false;
    for (const std::string text : {"-a", ".a", ":a", "]a", "a b", "a\n", "a;b", "a\"b", "a#b", "a,b", "\xc3\xa4"})
        QTest::newRow(("not " + text).c_str()) << text << false;
    QTest::newRow("a zero byte") << std::string("a\0", 2) << false;
}

void BaseTest::acceptsInstanceIds()
{
    QFETCH(std::string, text);
    QFETCH(bool, valid);
    const auto id = InstanceId::parse(text);
    QCOMPARE(id.has_value(), valid);
    if (valid)
        QCOMPARE(id->text(), text);
    else
        QVERIFY(tests::describe(id).starts_with("ValidationError: Member must "));
}

void BaseTest::readsAddressesIntoTheirCanonicalForm_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<std::string>("canonical"); // empty: refused
    const auto row = [](const std::string &text, const std::string &canonical) {
        QTest::newRow(text.empty() ? "nothing" : text.c_str()) << text << canonical;
    };
    row("10.0.0.5", "10.0.0.5");
    row("FD00:0::5", "fd00::5");
    row("::ffff:10.0.0.1", "::ffff:10.0.0.1");
    row("::1", "::1");
    row("", "");
    row("10.0.0", "");
    row("10.0.0.256", "");
    row("010.0.0.1", "");
    row("localhost", "");
    row("fe80::1%eth0", "");
    row("[::1]", "");
    row(" 10.0.0.1", "");
}

void BaseTest::readsAddressesIntoTheirCanonicalForm()
{
    QFETCH(std::string, text);
    QFETCH(std::string, canonical);
    const auto address = IpAddress::parse(text);
    QCOMPARE(address ? address->text() : std::string(), canonical);
    if (!address)
        QCOMPARE(address.error().code, ErrorCode::ValidationError);
}

void BaseTest::readsEndpoints_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<bool>("valid");
    for (const std::string text : {"10.0.0.5:80", "[fd00::5]:65535", "127.0.0.1:1"})
        QTest::newRow(text.c_str()) << text << true;
    for (const std::string text : {"10.0.0.5", "10.0.0.5:", "10.0.0.5:0", "10.0.0.5:65536", "fd00::5:80", "[fd00::5]",
                                   ":80", "host:80", "10.0.0.5:80:90", "[]:80", "10.0.0.5:+80", "10.0.0.5:8 0"})
        QTest::newRow(("not " + text).c_str()) << text << false;
}

void BaseTest::readsEndpoints()
{
    QFETCH(std::string, text);
    QFETCH(bool, valid);
    const auto endpoint = Endpoint::parse(text);
    QCOMPARE(endpoint.has_value(), valid);
    if (valid)
        QCOMPARE(endpoint->text(), text);
    else
        QCOMPARE(endpoint.error().code, ErrorCode::ValidationError);
}

void BaseTest::acceptsPorts_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<int>("port"); // 0: refused
    QTest::newRow("the first") << std::string("1") << 1;
    QTest::newRow("the last") << std::string("65535") << 65535;
    QTest::newRow("leading zeroes") << std::string("080") << 80;
    for (const std::string text :
         {"", "0", "65536", "4294967377", "99999999999999999999", "-1", "+80", "80 ", " 80", "8o", "0x50", "80.0"})
        QTest::newRow(("not '" + text + "'").c_str()) << text << 0;
}

void BaseTest::acceptsPorts()
{
    QFETCH(std::string, text);
    QFETCH(int, port);
    const auto parsed = parsePort(text);
    QCOMPARE(parsed ? int(*parsed) : 0, port);
}

void BaseTest::knowsLoopback()
{
    QVERIFY(IpAddress::parse("127.0.0.1")->isLoopback());
    QVERIFY(IpAddress::parse("127.255.0.9")->isLoopback());
    QVERIFY(IpAddress::parse("::1")->isLoopback());
    QVERIFY(!IpAddress::parse("128.0.0.1")->isLoopback());
    QVERIFY(!IpAddress::parse("::")->isLoopback());
    QVERIFY(!IpAddress().isLoopback());
}

void BaseTest::namesEveryErrorCodeOnce()
{
    std::set<std::string_view> names;
    int count = 0;
    for (auto code = 0; code <= int(ErrorCode::Internal); ++code, ++count)
        names.insert(nameOf(static_cast<ErrorCode>(code)));
    QCOMPARE(int(names.size()), count);
}

void BaseTest::putsContextInFrontOfAnError()
{
    const auto error = inContext("registering i-42 with web", Error{ErrorCode::Timeout, "no answer"});
    QCOMPARE(error.code, ErrorCode::Timeout);
    QCOMPARE(error.message, std::string("registering i-42 with web: no answer"));
}

void BaseTest::changesTheCaseOfAsciiOnly()
{
    QCOMPARE(toLower("ABCxyz[\xc3\x84"), std::string("abcxyz[\xc3\x84"));
    QCOMPARE(toUpper("abcXYZ{\xc3\xa4"), std::string("ABCXYZ{\xc3\xa4"));
}

void BaseTest::splitsIntoAllParts()
{
    using Parts = std::vector<std::string_view>;
    QVERIFY(split("a,b", ',') == (Parts{"a", "b"}));
    QVERIFY(split("", ',') == (Parts{""}));
    QVERIFY(split(",a,", ',') == (Parts{"", "a", ""}));
}

void BaseTest::trimsBlanksOnBothSides()
{
    QCOMPARE(std::string(trimmed(" \t a b\r\n")), std::string("a b"));
    QCOMPARE(std::string(trimmed(" \n")), std::string());
    QCOMPARE(std::string(trimmed("")), std::string());
}

void BaseTest::hashesAsPublished()
{
    // The vectors of FNV's authors.
    QCOMPARE(hashOf(""), 0xcbf29ce484222325U);
    QCOMPARE(hashOf("a"), 0xaf63dc4c8601ec8cU);
    QCOMPARE(hashOf("foobar"), 0x85944171f73967e8U);
}

QTEST_GUILESS_MAIN(BaseTest)
#include "tst_base.moc"

#include "controller/base/readable.h"
#include "wire/json_text.h"
#include "wire/leaves.h"
#include "wire/utf8.h"

#include <random>

using namespace balancer;

class JsonTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesWhatItRead_data();
    void writesWhatItRead();
    void refusesWhatIsNoJson_data();
    void refusesWhatIsNoJson();
    void refusesDeepNesting();
    void refusesTooManyValues();
    void writesOnlyUtf8();
    void survivesAnyBytes();
    void tellsPlainText_data();
    void tellsPlainText();
    void readsTheTimesItWrites_data();
    void readsTheTimesItWrites();
};

void JsonTextTest::writesWhatItRead_data()
{
    QTest::addColumn<std::string>("json");
    for (const std::string json :
         {"null", "true", "false", "0", "-7", "18446744073709551615", "1.50", "1e5", R"("")", R"("a\"b\\c/d\u0001")",
          "[]", "{}", R"([1,[2,[]],{"a":null}])", R"({"b":1,"a":{"c":[]},"":"x"})", R"({"a":1,"a":2})",
          "\"\xc3\xa4\xf0\x9f\x98\x80\""})
        QTest::newRow(json.c_str()) << json;
}

void JsonTextTest::writesWhatItRead()
{
    QFETCH(std::string, json);
    const auto node = wire::parseJson(json);
    QCOMPARE(tests::describe(node), std::string());
    QCOMPARE(wire::renderJson(*node), json);
}

void JsonTextTest::refusesWhatIsNoJson_data()
{
    QTest::addColumn<std::string>("json");
    for (const std::string json :
         {"", " ", "{", "}", "[1,]", "{\"a\"}", "{'a':1}", "nul", "NaN", "01", "1 2", "\"\n\"", "\"\\x\"",
          "\"\\ud800\"", "\"\xff\"", "\"\xed\xa0\x80\"", "1e999", "// c\n1", "{\"a\":1}}"})
        QTest::newRow(("not " + json).c_str()) << json;
}

void JsonTextTest::refusesWhatIsNoJson()
{
    QFETCH(std::string, json);
    const auto node = wire::parseJson(json);
    QVERIFY(!node.has_value());
    QVERIFY(tests::describe(node).starts_with("MalformedRequest: This is not valid JSON: "));
}

void JsonTextTest::refusesDeepNesting()
{
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    QVERIFY(wire::parseJson(nested(32)).has_value());
    QVERIFY(!wire::parseJson(nested(33)).has_value());
    QVERIFY(!wire::parseJson(std::string(1000000, '[')).has_value());
    QVERIFY(!wire::parseJson(std::string(1000000, '{')).has_value());
}

void JsonTextTest::refusesTooManyValues()
{
    std::string list = "[0";
    for (int i = 1; i < 1000; ++i)
        list += ",0";
    list += "]";
    const wire::JsonLimits enough{32, 1001};
    const wire::JsonLimits tooFew{32, 1000};
    QVERIFY(wire::parseJson(list, enough).has_value());
    QVERIFY(!wire::parseJson(list, tooFew).has_value());
}

void JsonTextTest::writesOnlyUtf8()
{
    const wire::Node node{wire::Node::Kind::Text, "a\xff\xc3(\xe2\x82", {}};
    const auto json = wire::renderJson(node);
    QVERIFY(wire::parseJson(json).has_value());
    QVERIFY(json.find("\xef\xbf\xbd") != std::string::npos);
}

void JsonTextTest::survivesAnyBytes()
{
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes(random() % 40, ' ');
        for (auto &byte : bytes)
            byte = random() % 4 ? "{}[]\":,\\u0019ea."[random() % 16] : static_cast<char>(random());
        if (const auto node = wire::parseJson(bytes))
            QVERIFY(wire::parseJson(wire::renderJson(*node)).has_value());
    }
}

void JsonTextTest::tellsPlainText_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<bool>("plain");
    QTest::newRow("nothing") << std::string() << true;
    QTest::newRow("ASCII") << std::string("a b~") << true;
    QTest::newRow("all lengths of UTF-8") << std::string("a\xc2\xa0\xe2\x82\xac\xf4\x8f\xbf\xbd") << true;
    QTest::newRow("tab") << std::string("\t") << false;
    QTest::newRow("zero") << std::string("\0", 1) << false;
    QTest::newRow("delete") << std::string("\x7f") << false;
    QTest::newRow("next line, U+0085") << std::string("\xc2\x85") << false;
    QTest::newRow("cut short") << std::string("\xe2\x82") << false;
    QTest::newRow("a lone continuation") << std::string("\x80") << false;
    QTest::newRow("overlong slash") << std::string("\xc0\xaf") << false;
    QTest::newRow("overlong of three") << std::string("\xe0\x80\xaf") << false;
    QTest::newRow("surrogate") << std::string("\xed\xa0\x80") << false;
    QTest::newRow("beyond Unicode") << std::string("\xf4\x90\x80\x80") << false;
    QTest::newRow("U+FFFE") << std::string("\xef\xbf\xbe") << false;
}

void JsonTextTest::tellsPlainText()
{
    QFETCH(std::string, text);
    QFETCH(bool, plain);
    QCOMPARE(wire::isPlainText(text), plain);
    if (plain)
        QCOMPARE(wire::legalText(text), text);
    QCOMPARE(wire::legalText(wire::legalText(text)), wire::legalText(text));
}

void JsonTextTest::readsTheTimesItWrites_data()
{
    QTest::addColumn<std::string>("text");
    QTest::addColumn<bool>("valid");
    for (const std::string text : {"2015-03-19T03:24:02.650Z", "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z",
                                   "2024-02-29T23:59:59.001Z", "0000-01-01T00:00:00.000Z", "9999-12-31T00:00:00.000Z"})
        QTest::newRow(text.c_str()) << text << true;
    for (const std::string text : {"", "2015-03-19T03:24:02Z", "2015-03-19 03:24:02.650Z", "2023-02-29T00:00:00.000Z",
                                   "2015-13-01T00:00:00.000Z", "2015-00-01T00:00:00.000Z", "2015-01-01T24:00:00.000Z",
                                   "2015-01-01T00:60:00.000Z", "2015-01-01T00:00:60.000Z", "2015-01-01T00:00:00.000+",
                                   "-015-01-01T00:00:00.000Z", "2015-01-01T00:00:00.000ZZ"})
        QTest::newRow(("not " + text).c_str()) << text << false;
}

void JsonTextTest::readsTheTimesItWrites()
{
    QFETCH(std::string, text);
    QFETCH(bool, valid);
    const auto time = wire::Leaf<model::Timestamp>::parse(text);
    QCOMPARE(time.has_value(), valid);
    if (valid)
        QCOMPARE(wire::Leaf<model::Timestamp>::render(*time), text);
}

QTEST_GUILESS_MAIN(JsonTextTest)
#include "tst_json_text.moc"

#include "controller/base/readable.h"
#include "wire/query_text.h"

#include <random>

using namespace balancer;
using wire::Node;

namespace {

/// "{a='1' b={member={1='x'}}}": the tree in one line.
std::string outline(const Node &node)
{
    std::string text = node.text.empty() && !node.children.empty() ? "" : "'" + node.text + "'";
    if (node.children.empty())
        return text;
    text += "{";
    for (const auto &[name, child] : node.children)
        text += (text.ends_with('{') ? "" : " ") + name + "=" + outline(child);
    return text + "}";
}

std::string outlineOf(std::string_view query)
{
    return outline(wire::formFrom(wire::parseParameters(query).value()));
}

} // namespace

class QueryTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void decodesNamesAndValues();
    void keepsTheOrderAndRepetitions();
    void refusesBrokenPercentCodes_data();
    void refusesBrokenPercentCodes();
    void refusesTooManyParameters();
    void buildsATree_data();
    void buildsATree();
    void ordersNumbersByValueHoweverLong();
    void leavesOutNamesDeeperThanAnyOfOurs();
    void readsTenThousandMembersQuickly();
    void survivesAnyBytes();
};

void QueryTextTest::decodesNamesAndValues()
{
    const auto parameters = wire::parseParameters("a%2Eb=1+2%203&c=%c3%A4&d&=e&f==g=").value();
    const wire::Parameters expected{{"a.b", "1 2 3"}, {"c", "\xc3\xa4"}, {"d", ""}, {"", "e"}, {"f", "=g="}};
    QVERIFY(parameters == expected);
    QVERIFY(wire::parseParameters("")->empty());
    QVERIFY(wire::parseParameters("&&")->empty());
}

void QueryTextTest::keepsTheOrderAndRepetitions()
{
    const auto parameters = wire::parseParameters("b=1&a=2&b=3").value();
    QCOMPARE(parameters.size(), std::size_t(3));
    QCOMPARE(std::string(wire::findParameter(parameters, "b").value()), std::string("1"));
    QVERIFY(!wire::findParameter(parameters, "c"));
}

void QueryTextTest::refusesBrokenPercentCodes_data()
{
    QTest::addColumn<std::string>("query");
    for (const std::string query : {"%", "a=%", "a=%4", "a=%zz", "a=%4g", "%4=1", "a=%%41", "a=% 1", "a=1&b=%2"})
        QTest::newRow(query.c_str()) << query;
}

void QueryTextTest::refusesBrokenPercentCodes()
{
    QFETCH(std::string, query);
    QCOMPARE(wire::parseParameters(query).error().code, ErrorCode::MalformedRequest);
}

void QueryTextTest::refusesTooManyParameters()
{
    std::string query;
    for (std::size_t i = 0; i < wire::kMaxParameters; ++i)
        query += "a=1&";
    QVERIFY(wire::parseParameters(query).has_value());
    QCOMPARE(wire::parseParameters(query + "a=1").error().code, ErrorCode::MalformedRequest);
}

void QueryTextTest::buildsATree_data()
{
    QTest::addColumn<std::string>("query");
    QTest::addColumn<std::string>("tree");
    const auto row = [](const char *name, const char *query, const char *tree) {
        QTest::newRow(name) << std::string(query) << std::string(tree);
    };
    row("nothing", "", "''");
    row("one", "Action=X", "{Action='X'}");
    row("names in order of their bytes", "b=1&a=2&B=3", "{B='3' a='2' b='1'}");
    row("dots", "H.Target=T&H.Interval=5", "{H={Interval='5' Target='T'}}");
    row("members in order of their numbers", "L.member.10=c&L.member.9=b&L.member.2=a",
        "{L={member={2='a' 9='b' 10='c'}}}");
    row("gaps", "L.member.7=b&L.member.3=a", "{L={member={3='a' 7='b'}}}");
    row("the first of a repeated name", "a=1&a=2", "{a='1'}");
    row("a name that is also a folder", "P=&P.member.1.N=x&P.member.1=y", "{P={member={1='y'{N='x'}}}}");
}

void QueryTextTest::buildsATree()
{
    QFETCH(std::string, query);
    QFETCH(std::string, tree);
    QCOMPARE(outlineOf(query), tree);
}

void QueryTextTest::ordersNumbersByValueHoweverLong()
{
    QCOMPARE(outlineOf("L.99999999999999999999999=z&L.100000000000000000000000=zz&L.007=b&L.8=c&L.5=a"),
             std::string("{L={5='a' 007='b' 8='c' 99999999999999999999999='z' 100000000000000000000000='zz'}}"));
}

void QueryTextTest::leavesOutNamesDeeperThanAnyOfOurs()
{
    QCOMPARE(outlineOf("b=1&a" + std::string(1000000, '.') + "=1"), std::string("{b='1'}"));
}

void QueryTextTest::readsTenThousandMembersQuickly()
{
    std::string query;
    for (auto i = wire::kMaxParameters; i > 0; --i)
        query += "Instances.member." + std::to_string(i) + ".InstanceId=i-" + std::to_string(i) + "&";
    QElapsedTimer timer;
    timer.start();
    const auto form = wire::formFrom(wire::parseParameters(query).value());
    QVERIFY2(timer.elapsed() < 2000, "not linear any more"); // some 10 ms
    const auto &members = form.find("Instances")->find("member")->children;
    QCOMPARE(members.size(), wire::kMaxParameters);
    QCOMPARE(members.front().name, std::string("1"));
}

void QueryTextTest::survivesAnyBytes()
{
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
        std::string bytes(random() % 60, ' ');
        for (auto &byte : bytes)
            byte = random() % 3 ? "%.=&+1member"[random() % 12] : static_cast<char>(random());
        if (const auto parameters = wire::parseParameters(bytes))
            static_cast<void>(wire::formFrom(*parameters));
    }
}

QTEST_GUILESS_MAIN(QueryTextTest)
#include "tst_query_text.moc"

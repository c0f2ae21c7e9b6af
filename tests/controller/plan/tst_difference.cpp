#include "plan/difference.h"

#include "controller/base/readable.h"
#include "support/builders.h"

#include <algorithm>
#include <random>

using namespace balancer;
using namespace balancer::tests;
using plan::configDifference;
using plan::lineDifference;

namespace {

using Lines = std::vector<std::string>;

/// One line a character.
Lines lines(const std::string &text)
{
    Lines result;
    for (const char c : text)
        result.emplace_back(1, c);
    return result;
}

std::string joined(const Lines &all, const std::string &separator = "\n")
{
    std::string text;
    for (const auto &line : all)
        text += (text.empty() ? "" : separator) + line;
    return text;
}

/// What a reader makes of `before` with a difference that leaves nothing out.
Lines applied(const Lines &difference, char gone)
{
    Lines result;
    for (const auto &line : difference) {
        if (line.front() != gone)
            result.push_back(line.substr(2));
    }
    return result;
}

} // namespace

class DifferenceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void showsLines_data();
    void showsLines();
    void turnsOneTextIntoTheOther();
    void isShort();
    void replacesWhatIsTooFarApart();

    void showsNothingForEqualConfigurations();
    void showsAnInstanceInItsSlot();
    void showsSectionsThatComeAndGo();
    void leavesOutWhatDoesNotDiffer();
    void isBounded();
};

void DifferenceTest::showsLines_data()
{
    QTest::addColumn<std::string>("before");
    QTest::addColumn<std::string>("after");
    QTest::addColumn<std::string>("expected");
    const auto row = [](const char *name, const char *before, const char *after, const char *expected) {
        QTest::newRow(name) << std::string(before) << std::string(after) << std::string(expected);
    };
    row("nothing", "abc", "abc", "");
    row("both empty", "", "", "");
    row("all new", "", "ab", "+ a|+ b");
    row("all gone", "ab", "", "- a|- b");
    row("one inside", "abcdefg", "abcDefg", "  b|  c|- d|+ D|  e|  f");
    row("one added", "abcdefg", "abcdXefg", "  c|  d|+ X|  e|  f");
    row("one removed at the end", "abcd", "abc", "  b|  c|- d");
    row("one added at the beginning", "abc", "Xabc", "+ X|  a|  b");
    row("two far apart", "abcdefghijk", "AbcdefghijK", "- a|+ A|  b|  c|@@|  i|  j|- k|+ K");
    row("two near enough", "abcdef", "AbcdeF", "- a|+ A|  b|  c|  d|  e|- f|+ F");
    row("repetitions", "aaa", "aaaa", "  a|  a|+ a");
}

void DifferenceTest::showsLines()
{
    QFETCH(std::string, before);
    QFETCH(std::string, after);
    QFETCH(std::string, expected);
    QCOMPARE(joined(lineDifference(lines(before), lines(after)), "|"), expected);
}

void DifferenceTest::turnsOneTextIntoTheOther()
{
    std::mt19937 chance(3);
    const auto text = [&] {
        std::string made(chance() % 12, 'a');
        for (auto &c : made)
            c = static_cast<char>('a' + chance() % 3);
        return made;
    };
    for (int i = 0; i < 3000; ++i) {
        const auto before = lines(text());
        const auto after = lines(text());
        const auto all = lineDifference(before, after, 100);
        if (before == after)
            continue;
        QCOMPARE(joined(applied(all, '-')), joined(after));
        QCOMPARE(joined(applied(all, '+')), joined(before));
    }
}

void DifferenceTest::isShort()
{
    const auto difference = lineDifference(lines("abcabba"), lines("cbabac"), 0);
    const auto edits = std::ranges::count_if(difference, [](const auto &line) { return line.front() != '@'; });
    QCOMPARE(edits, std::ptrdiff_t(5)); // Myers' own example
}

void DifferenceTest::replacesWhatIsTooFarApart()
{
    Lines before;
    Lines after;
    for (int i = 0; i < 600; ++i) {
        before.push_back("b" + std::to_string(i));
        after.push_back("a" + std::to_string(i));
    }
    const auto difference = lineDifference(before, after);
    QCOMPARE(difference.size(), std::size_t(1200));
    QCOMPARE(difference.front(), std::string("- b0"));
    QCOMPARE(difference.back(), std::string("+ a599"));
}

void DifferenceTest::showsNothingForEqualConfigurations()
{
    const auto config = projected({loadBalancer("web").with(http(80, 8080))});
    QVERIFY(configDifference(config, config).empty());
}

void DifferenceTest::showsAnInstanceInItsSlot()
{
    const auto before = projected({loadBalancer("web").with(tcp(80, 8080))});
    const auto after = projected({loadBalancer("web").with(tcp(80, 8080)).with(instance("i-1", "10.0.0.1"))});
    const std::string expected = "      retries 3\n"
                                 "      option redispatch\n"
                                 "-     server s1 192.0.2.1:1 track hc:web/s1\n"
                                 "+     server s1 10.0.0.1:8080 track hc:web/s1 # i-1\n"
                                 "      server s2 192.0.2.2:1 track hc:web/s2\n"
                                 "@@\n";
    const auto text = joined(configDifference(before, after));
    QVERIFY2(text.starts_with(expected), text.c_str());
    QVERIFY2(text.find("+     server s1 10.0.0.1:8080 check inter 30s fall 2 rise 10 # i-1") != std::string::npos,
             text.c_str());
}

void DifferenceTest::showsSectionsThatComeAndGo()
{
    const auto before = projected({loadBalancer("web").with(tcp(80, 8080)), loadBalancer("old").with(tcp(81, 8080))});
    const auto after = projected({loadBalancer("web").with(tcp(80, 8080)), loadBalancer("new").with(tcp(82, 8080))});
    const auto difference = configDifference(before, after);
    for (const auto *line : {"- frontend f:81", "- backend b:old:81", "- backend hc:old", "+ frontend f:82",
                             "+ backend b:new:82", "+ backend hc:new", "+     bind :82"})
        QVERIFY2(std::ranges::find(difference, line) != difference.end(), line);
    QVERIFY(joined(difference).find("web") == std::string::npos);
}

void DifferenceTest::leavesOutWhatDoesNotDiffer()
{
    auto before = projected({loadBalancer("web").with(tcp(80, 8080))});
    auto after = before;
    after.global.emplace_back("maxconn 1000");
    QCOMPARE(joined(configDifference(before, after)),
             std::string("  global\n      hard-stop-after 3600s\n+     maxconn 1000"));
}

void DifferenceTest::isBounded()
{
    auto balancer = loadBalancer("web").with(tcp(80, 8080));
    const auto before = projected({balancer});
    for (int i = 0; i < 500; ++i)
        balancer = balancer.with(instance("i-" + std::to_string(i), "10.0.1." + std::to_string(i % 250 + 1)));
    const auto difference = configDifference(before, projected({balancer}));
    QCOMPARE(difference.size(), std::size_t(401));
    QVERIFY2(difference.back().starts_with("@@ ") && difference.back().ends_with(" more lines"),
             difference.back().c_str());
    QVERIFY(std::ranges::none_of(difference, [](const auto &line) { return line.starts_with("-     mode"); }));
}

QTEST_GUILESS_MAIN(DifferenceTest)
#include "tst_difference.moc"

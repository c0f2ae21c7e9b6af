#include "adapters/sqlite/undo.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <random>

using namespace balancer;
using adapters::sqlite::applyUndo;
using adapters::sqlite::makeUndo;
using adapters::sqlite::Undo;
using nlohmann::json;

namespace {

/// Any JSON with few different parts, so that two of them have much in common.
json randomJson(std::mt19937 &random, int depth)
{
    const auto pick = [&](unsigned count) { return random() % count; };
    const auto kind = pick(depth > 0 ? 5 : 3);
    if (kind == 0)
        return static_cast<int>(pick(3));
    if (kind == 1)
        return std::string(1, static_cast<char>('a' + pick(3)));
    if (kind == 2)
        return pick(2) == 0;
    json value = kind == 3 ? json::array() : json::object();
    for (auto count = pick(6); count > 0; --count) {
        if (kind == 3)
            value.push_back(randomJson(random, depth - 1));
        else
            value["k/~" + std::to_string(pick(4))] = randomJson(random, depth - 1);
    }
    return value;
}

} // namespace

class UndoTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void patchesWhatChanged_data();
    void patchesWhatChanged();
    void keepsTheWholeValueWhenThatIsShorter();
    void keepsTheWholeValueOfSomethingDeleted();
    void knowsThatThereWasNothing();
    void leadsBackFromAnyValueToAnyOther();
    void refusesWhatIsNotJson();
    void refusesAPatchThatDoesNotFit();
    void namesItsKinds();
};

void UndoTest::patchesWhatChanged_data()
{
    QTest::addColumn<std::string>("before");
    QTest::addColumn<std::string>("after");
    QTest::addColumn<std::string>("patch");

    const std::string filler = R"("filler":")" + std::string(200, 'x') + '"';
    const auto row = [&](const char *name, const std::string &before, const std::string &after, const char *patch) {
        QTest::newRow(name) << "{" + before + "," + filler + "}"
                            << "{" + after + "," + filler + "}" << std::string(patch);
    };
    row("nothing changed", R"("a":1)", R"("a":1)", "[]");
    row("a member changed", R"("a":1)", R"("a":2)", R"([{"op":"replace","path":"/a","value":1}])");
    row("a member came", R"("a":1)", R"("a":1,"b":2)", R"([{"op":"remove","path":"/b"}])");
    row("a member went", R"("a":1,"b":2)", R"("a":1)", R"([{"op":"add","path":"/b","value":2}])");
    row("an element was added first", R"("a":[1,2,3])", R"("a":[0,1,2,3])", R"([{"op":"remove","path":"/a/0"}])");
    row("an element was added last", R"("a":[1,2])", R"("a":[1,2,3])", R"([{"op":"remove","path":"/a/2"}])");
    row("an element was removed between", R"("a":[1,2,3])", R"("a":[1,3])",
        R"([{"op":"add","path":"/a/1","value":2}])");
    row("an equal element was removed", R"("a":[1,1,1])", R"("a":[1,1])", R"([{"op":"add","path":"/a/2","value":1}])");
    row("an element's member changed", R"("a":[1,{"b":1},3])", R"("a":[1,{"b":2},3])",
        R"([{"op":"replace","path":"/a/1/b","value":1}])");
}

void UndoTest::patchesWhatChanged()
{
    QFETCH(std::string, before);
    QFETCH(std::string, after);
    QFETCH(std::string, patch);
    const auto undo = makeUndo(before, after);
    QVERIFY(undo);
    QCOMPARE(undo->before, Undo::Before::Patch);
    QCOMPARE(undo->text, patch);
    QVERIFY(json::parse(**applyUndo(*undo, after)) == json::parse(before));
}

void UndoTest::keepsTheWholeValueWhenThatIsShorter()
{
    const auto undo = makeUndo(R"({"a":1})", R"({"b":2})");
    QCOMPARE(*undo, (Undo{Undo::Before::Value, R"({"a":1})"}));
    QCOMPARE(**applyUndo(*undo, R"({"b":2})"), R"({"a":1})");
}

void UndoTest::keepsTheWholeValueOfSomethingDeleted()
{
    const auto undo = makeUndo(R"({"a":1})", std::nullopt);
    QCOMPARE(*undo, (Undo{Undo::Before::Value, R"({"a":1})"}));
    QCOMPARE(**applyUndo(*undo, std::nullopt), R"({"a":1})");
}

void UndoTest::knowsThatThereWasNothing()
{
    const auto undo = makeUndo(std::nullopt, R"({"a":1})");
    QCOMPARE(*undo, Undo());
    QCOMPARE(*applyUndo(*undo, R"({"a":1})"), std::nullopt);
}

void UndoTest::leadsBackFromAnyValueToAnyOther()
{
    std::mt19937 random(42);
    for (int i = 0; i < 2000; ++i) {
        const json before = {{"x", randomJson(random, 4)}, {"filler", std::string(2000, 'x')}};
        const json after = {{"x", randomJson(random, 4)}, {"filler", std::string(2000, 'x')}};
        const auto undo = makeUndo(before.dump(), after.dump());
        QVERIFY(undo);
        const auto back = applyUndo(*undo, after.dump());
        QVERIFY2(back, back ? "" : back.error().message.c_str());
        QVERIFY(json::parse(**back) == before);
    }
}

void UndoTest::refusesWhatIsNotJson()
{
    QCOMPARE(makeUndo("{", "{}").error().code, ErrorCode::Corrupt);
    QCOMPARE(makeUndo("{}", "").error().code, ErrorCode::Corrupt);
}

void UndoTest::refusesAPatchThatDoesNotFit()
{
    const Undo undo{Undo::Before::Patch, R"([{"op":"remove","path":"/a"}])"};
    QCOMPARE(applyUndo(undo, "{}").error().code, ErrorCode::Corrupt);
    QCOMPARE(applyUndo(undo, std::nullopt).error().code, ErrorCode::Corrupt);
}

void UndoTest::namesItsKinds()
{
    for (const auto before : {Undo::Before::Absent, Undo::Before::Value, Undo::Before::Patch})
        QCOMPARE(*adapters::sqlite::parseBefore(adapters::sqlite::renderBefore(before)), before);
    QCOMPARE(adapters::sqlite::parseBefore("other").error().code, ErrorCode::Corrupt);
}

QTEST_GUILESS_MAIN(UndoTest)
#include "tst_undo.moc"

#include "controller/base/readable.h"
#include "plan/slots.h"
#include "support/builders.h"

#include <QRandomGenerator>

#include <algorithm>
#include <bit>
#include <set>

using namespace balancer;
using namespace balancer::tests;
using plan::Slots;

namespace {

std::vector<model::Instance> instances(const std::vector<std::string> &ids)
{
    std::vector<model::Instance> made;
    for (const auto &text : ids)
        made.push_back(instance(text, "10.0.0.1"));
    return made;
}

/// "a - b" for a in s1, nothing in s2, b in s3.
std::string describe(const Slots &slots)
{
    std::string text;
    for (const auto &slot : slots)
        text += (text.empty() ? "" : " ") + (slot ? slot->text() : std::string("-"));
    return text;
}

Slots slotsOf(const std::string &text)
{
    Slots slots;
    for (const auto &part : QString::fromStdString(text).split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        if (part == QLatin1String("-"))
            slots.emplace_back();
        else
            slots.emplace_back(id(part.toStdString()));
    }
    return slots;
}

} // namespace

class SlotsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void assigns_data();
    void assigns();
    void growsToTheNextPowerOfTwoAboveWhatIsRegistered_data();
    void growsToTheNextPowerOfTwoAboveWhatIsRegistered();
    void keepsEveryInstanceInPlaceWhateverHappens();
    void keepsTheSlotOfADrainingInstance();
};

void SlotsTest::assigns_data()
{
    QTest::addColumn<std::string>("previous");
    QTest::addColumn<std::string>("registered");
    QTest::addColumn<std::string>("expected");
    const auto row = [](const char *label, const char *previous, const char *registered, const char *expected) {
        QTest::newRow(label) << std::string(previous) << std::string(registered) << std::string(expected);
    };
    row("two slots at least", "", "", "- -");
    row("in order of registration", "", "b a", "b a");
    row("repeating changes nothing", "a b", "a b", "a b");
    row("order of registration does not move anyone", "a b", "b a", "a b");
    row("a freed slot stays free", "a b", "b", "- b");
    row("the lowest free slot is taken", "- b - d", "b d e", "e b - d");
    row("two newcomers, two free slots", "- b - d", "b d e f", "e b f d");
    row("one leaves, one comes", "a b", "b c", "c b");
    row("slots never become fewer", "a b c - - - - -", "a", "a - - - - - - -");
    row("grows when full", "a b", "a b c", "a b c -");
    row("grows behind those in place", "- b", "b c d", "c b d -");
    row("an instance twice in a damaged file keeps its first slot", "a a", "a", "a -");
    row("an instance given twice has one slot", "", "a a", "a -");
    row("a single slot from a damaged file becomes two", "a", "a", "a -");
}

void SlotsTest::assigns()
{
    QFETCH(std::string, previous);
    QFETCH(std::string, registered);
    QFETCH(std::string, expected);
    std::vector<std::string> ids;
    for (const auto &slot : slotsOf(registered))
        ids.push_back(slot->text());
    QCOMPARE(describe(plan::assignSlots(slotsOf(previous), instances(ids))), expected);
}

void SlotsTest::growsToTheNextPowerOfTwoAboveWhatIsRegistered_data()
{
    QTest::addColumn<int>("registered");
    QTest::addColumn<int>("slotCount");
    for (const auto &[registered, slotCount] :
         {std::pair(0, 2), {1, 2}, {2, 2}, {3, 4}, {4, 8}, {5, 8}, {7, 8}, {8, 16}, {1000, 1024}, {1024, 2048}})
        QTest::addRow("%d instances", registered) << registered << slotCount;
}

void SlotsTest::growsToTheNextPowerOfTwoAboveWhatIsRegistered()
{
    QFETCH(int, registered);
    QFETCH(int, slotCount);
    std::vector<std::string> ids;
    for (int i = 0; i < registered; ++i)
        ids.push_back("i-" + std::to_string(i));
    QCOMPARE(plan::assignSlots({}, instances(ids)).size(), std::size_t(slotCount));
}

void SlotsTest::keepsEveryInstanceInPlaceWhateverHappens()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    for (int sequence = 0; sequence < 200; ++sequence) {
        Slots slots;
        std::vector<std::string> registered;
        int next = 0;
        for (int step = 0; step < 20; ++step) {
            const auto before = slots;
            for (int leaving = random.bounded(4); leaving > 0 && !registered.empty(); --leaving)
                registered.erase(registered.begin() + random.bounded(int(registered.size())));
            for (int coming = random.bounded(5); coming > 0; --coming)
                registered.push_back("i-" + std::to_string(++next));
            slots = plan::assignSlots(before, instances(registered));

            const auto label = "seed " + std::to_string(seed) + ": " + describe(before) + " → " + describe(slots);
            std::multiset<std::string> placed;
            for (std::size_t i = 0; i < slots.size(); ++i) {
                if (slots[i])
                    placed.insert(slots[i]->text());
                const bool stays = i < before.size() && before[i] &&
                                   std::ranges::find(registered, before[i]->text()) != registered.end();
                QVERIFY2(!stays || slots[i] == before[i], label.c_str());
            }
            QVERIFY2(placed == std::multiset<std::string>(registered.begin(), registered.end()), label.c_str());
            QVERIFY2(std::has_single_bit(slots.size()), label.c_str());
            QVERIFY2(slots.size() >= before.size(), label.c_str());
            // A newcomer never sits above a free slot.
            const auto firstFree = std::ranges::find(slots, std::optional<InstanceId>()) - slots.begin();
            for (std::size_t i = std::size_t(firstFree); i < slots.size(); ++i)
                QVERIFY2(!slots[i] || (i < before.size() && slots[i] == before[i]), label.c_str());
        }
    }
}

void SlotsTest::keepsTheSlotOfADrainingInstance()
{
    model::FormerInstance draining;
    draining.id = id("a");
    draining.drainingUntil = model::Timestamp(std::chrono::hours(1));
    const auto after = [&](const std::string &previous, const std::vector<std::string> &registered) {
        return describe(plan::assignSlots(slotsOf(previous), instances(registered), {draining}));
    };
    QCOMPARE(after("a b", {"b"}), std::string("a b"));
    QCOMPARE(after("a -", {"b"}), std::string("a b"));
    QCOMPARE(after("a b", {"b", "c"}), std::string("a b c -")); // it takes room
    QCOMPARE(after("- b", {"b"}), std::string("- b"));          // but gets none anew
    QCOMPARE(after("a b", {"a", "b"}), std::string("a b"));     // registered again
    draining.drainingUntil = {};
    QCOMPARE(after("a b", {"b"}), std::string("- b"));
}

QTEST_GUILESS_MAIN(SlotsTest)
#include "tst_slots.moc"

#include "model_watch.h"
#include "models/history_model.h"

#include <QDateTime>

using namespace balancer;
using namespace balancer::tests;
using models::HistoryModel;

namespace {

model::HistoryRevision revision(std::int64_t number, const std::vector<std::string> &targets = {"web"})
{
    model::HistoryRevision made;
    made.revision.number = number;
    for (const auto &target : targets)
        made.changes.push_back({model::Timestamp(std::chrono::seconds(number)), "AKID", "RegisterInstances", target});
    return made;
}

QString revisionsOf(const HistoryModel &model)
{
    return firstColumnOf(model).join(QLatin1Char(' '));
}

} // namespace

class HistoryModelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void showsARowForEachVerb();
    void putsWhatIsNewOnTop();
    void takesNothingTwice();
    void addsWhatWasMissed();
    void replacesAllAfterAGap();
    void replacesAllWhenTheNodeTellsAnotherStory();
    void dropsTheOldest();
};

void HistoryModelTest::showsARowForEachVerb()
{
    HistoryModel model;
    model.apply(model::HistoryPage{{revision(8, {"web", "api"}), revision(7)}});
    QCOMPARE(revisionsOf(model), QStringLiteral("8 8 7"));
    QCOMPARE(model.index(1, HistoryModel::TargetColumn).data().toString(), QStringLiteral("api"));
    QCOMPARE(model.index(2, 0).data(HistoryModel::VerbRole).toString(), QStringLiteral("RegisterInstances"));
    QCOMPARE(model.index(2, 0).data(HistoryModel::ActorRole).toString(), QStringLiteral("AKID"));
    QCOMPARE(model.index(2, HistoryModel::TimeColumn).data(models::SortRole).toDateTime().toSecsSinceEpoch(), 7);
}

void HistoryModelTest::putsWhatIsNewOnTop()
{
    HistoryModel model;
    model.apply(model::HistoryPage{{revision(7)}});
    ModelWatch watch(model);
    model.apply(revision(8, {"web", "api"}));
    QCOMPARE(watch.take(), QStringList{QStringLiteral("insert 0-1")});
    QCOMPARE(revisionsOf(model), QStringLiteral("8 8 7"));
}

void HistoryModelTest::takesNothingTwice()
{
    HistoryModel model;
    model.apply(revision(8));
    ModelWatch watch(model);
    model.apply(revision(8));
    model.apply(revision(7));
    model.apply(model::HistoryPage{{revision(8)}});
    QCOMPARE(watch.take(), QStringList());
}

void HistoryModelTest::addsWhatWasMissed()
{
    HistoryModel model;
    model.apply(model::HistoryPage{{revision(7), revision(6)}});
    ModelWatch watch(model);
    model.apply(model::HistoryPage{{revision(9), revision(8), revision(7), revision(6)}});
    QCOMPARE(watch.take(), QStringList{QStringLiteral("insert 0-1")});
    QCOMPARE(revisionsOf(model), QStringLiteral("9 8 7 6"));
}

void HistoryModelTest::replacesAllAfterAGap()
{
    HistoryModel model;
    model.apply(model::HistoryPage{{revision(3)}});
    ModelWatch watch(model);
    model.apply(model::HistoryPage{{revision(9), revision(8)}});
    QCOMPARE(watch.take(), (QStringList{QStringLiteral("remove 0-0"), QStringLiteral("insert 0-1")}));
    QCOMPARE(revisionsOf(model), QStringLiteral("9 8"));
}

void HistoryModelTest::replacesAllWhenTheNodeTellsAnotherStory()
{
    HistoryModel model;
    model.apply(model::HistoryPage{{revision(7, {"old"})}});
    model.apply(model::HistoryPage{{revision(7, {"new"})}});
    QCOMPARE(model.index(0, HistoryModel::TargetColumn).data().toString(), QStringLiteral("new"));
    QCOMPARE(model.rowCount(), 1);
}

void HistoryModelTest::dropsTheOldest()
{
    HistoryModel model(3);
    model.apply(model::HistoryPage{{revision(4), revision(3), revision(2), revision(1)}});
    QCOMPARE(revisionsOf(model), QStringLiteral("4 3 2"));
    ModelWatch watch(model);
    model.apply(revision(5));
    QCOMPARE(watch.take(), (QStringList{QStringLiteral("insert 0-0"), QStringLiteral("remove 3-3")}));
    QCOMPARE(revisionsOf(model), QStringLiteral("5 4 3"));
}

QTEST_GUILESS_MAIN(HistoryModelTest)
#include "tst_history_model.moc"

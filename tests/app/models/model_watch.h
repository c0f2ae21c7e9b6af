#pragma once

#include <QAbstractItemModel>
#include <QAbstractItemModelTester>
#include <QStringList>
#include <QTest>

namespace balancer::tests {

/// What a model announces, in order, as text: "insert 0-2", "remove 1-1", "change 3-3 columns 0-4", "move 0 to 2",
/// "reset". Qt's own tester watches that each is announced as it must be.
class ModelWatch : public QObject
{
public:
    explicit ModelWatch(QAbstractItemModel &model)
        : m_tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest)
    {
        const auto say = [this](const QString &what, int first, int last) {
            m_all.append(QStringLiteral("%1 %2-%3").arg(what).arg(first).arg(last));
        };
        connect(&model, &QAbstractItemModel::rowsInserted, this,
                [say](const QModelIndex &, int first, int last) { say(QStringLiteral("insert"), first, last); });
        connect(&model, &QAbstractItemModel::rowsRemoved, this,
                [say](const QModelIndex &, int first, int last) { say(QStringLiteral("remove"), first, last); });
        connect(&model, &QAbstractItemModel::rowsMoved, this,
                [this](const QModelIndex &, int first, int, const QModelIndex &, int before) {
                    m_all.append(QStringLiteral("move %1 before %2").arg(first).arg(before));
                });
        connect(&model, &QAbstractItemModel::dataChanged, this, [this](const QModelIndex &from, const QModelIndex &to) {
            m_all.append(QStringLiteral("change %1-%2 columns %3-%4")
                             .arg(from.row())
                             .arg(to.row())
                             .arg(from.column())
                             .arg(to.column()));
        });
        connect(&model, &QAbstractItemModel::modelReset, this, [this] { m_all.append(QStringLiteral("reset")); });
        connect(&model, &QAbstractItemModel::layoutChanged, this, [this] { m_all.append(QStringLiteral("layout")); });
    }

    /// Since the last time.
    QStringList take() { return std::exchange(m_all, {}); }

private:
    QAbstractItemModelTester m_tester;
    QStringList m_all;
};

/// The rows' texts, cells joined by '|'.
inline QStringList textsOf(const QAbstractItemModel &model)
{
    QStringList rows;
    for (int row = 0; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column)
            cells.append(model.index(row, column).data().toString());
        rows.append(cells.join(QLatin1Char('|')));
    }
    return rows;
}

inline QStringList firstColumnOf(const QAbstractItemModel &model)
{
    QStringList texts;
    for (int row = 0; row < model.rowCount(); ++row)
        texts.append(model.index(row, 0).data().toString());
    return texts;
}

} // namespace balancer::tests

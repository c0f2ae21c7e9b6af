#include "models/history_model.h"

#include "models/texts.h"

#include <algorithm>
#include <array>

namespace balancer::models {

namespace {

using Row = HistoryRow;

QVariant revision(const Row &row)
{
    return static_cast<qlonglong>(row.revision.number);
}
QString actor(const Row &row)
{
    return text(row.entry.actor);
}
QString verb(const Row &row)
{
    return text(row.entry.verb);
}
QString target(const Row &row)
{
    return text(row.entry.target);
}
QVariant time(const Row &row)
{
    return dateTime(row.entry.at);
}

template <QString (*Text)(const Row &)>
QVariant asVariant(const Row &row)
{
    return Text(row);
}

const std::array kColumns{
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::HistoryModel", "Revision"),
                [](const Row &row) { return QString::number(row.revision.number); }, &revision},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::HistoryModel", "Time"),
                [](const Row &row) { return textOf(row.entry.at); }, &time},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::HistoryModel", "Who"), &actor, &asVariant<&actor>},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::HistoryModel", "Action"), &verb, &asVariant<&verb>},
    Column<Row>{QT_TRANSLATE_NOOP("balancer::models::HistoryModel", "Target"), &target, &asVariant<&target>},
};

const std::array kRoles{
    RowRole<Row>{HistoryModel::RevisionRole, "revision", &revision},
    RowRole<Row>{HistoryModel::TimeRole, "time", &time},
    RowRole<Row>{HistoryModel::ActorRole, "actor", &asVariant<&actor>},
    RowRole<Row>{HistoryModel::VerbRole, "verb", &asVariant<&verb>},
    RowRole<Row>{HistoryModel::TargetRole, "target", &asVariant<&target>},
};

void append(std::vector<HistoryRow> &rows, const model::HistoryRevision &revision)
{
    for (const auto &entry : revision.changes)
        rows.push_back({revision.revision, entry});
}

} // namespace

HistoryModel::HistoryModel(int mostRows, QObject *parent) : TableModel(kColumns, kRoles, parent), m_mostRows(mostRows)
{
}

void HistoryModel::apply(const model::HistoryPage &page)
{
    std::vector<HistoryRow> rows;
    for (const auto &revision : page.revisions)
        append(rows, revision);

    // The newest that is here already marks where what is new ends.
    const auto known =
        m_rows.empty() ? rows.end() : std::ranges::find(rows, m_rows.front().revision, &HistoryRow::revision);
    const auto common = std::min(rows.end() - known, static_cast<std::ptrdiff_t>(m_rows.size()));
    const bool fits = known != rows.end() && std::equal(known, known + common, m_rows.begin());
    if (!fits)
        clear();
    prepend({rows.begin(), fits ? known : rows.end()});
}

void HistoryModel::apply(const model::HistoryRevision &revision)
{
    if (!m_rows.empty() && revision.revision <= m_rows.front().revision)
        return;
    std::vector<HistoryRow> rows;
    append(rows, revision);
    prepend(rows);
}

void HistoryModel::clear()
{
    if (m_rows.empty())
        return;
    beginRemoveRows({}, 0, rowCount() - 1);
    m_rows.clear();
    endRemoveRows();
}

int HistoryModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

void HistoryModel::prepend(const std::vector<HistoryRow> &newestFirst)
{
    const int added = std::min(static_cast<int>(newestFirst.size()), m_mostRows);
    if (added == 0)
        return;
    beginInsertRows({}, 0, added - 1);
    m_rows.insert(m_rows.begin(), newestFirst.begin(), newestFirst.begin() + added);
    endInsertRows();
    dropOldest();
}

void HistoryModel::dropOldest()
{
    if (rowCount() <= m_mostRows)
        return;
    beginRemoveRows({}, m_mostRows, rowCount() - 1);
    m_rows.erase(m_rows.begin() + m_mostRows, m_rows.end());
    endRemoveRows();
}

} // namespace balancer::models

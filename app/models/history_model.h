#pragma once

#include "model/reads.h"
#include "models/table_model.h"

#include <deque>
#include <vector>

namespace balancer::models {

/// One verb of the history with the revision it was saved as.
struct HistoryRow
{
    Revision revision;
    model::HistoryEntry entry;

    bool operator==(const HistoryRow &) const = default;
};

/// What was changed on a node, newest first: a row a verb. Keeps so many and drops the oldest.
class HistoryModel : public TableModel<HistoryRow>
{
    Q_OBJECT

public:
    enum ColumnIndex { RevisionColumn, TimeColumn, ActorColumn, VerbColumn, TargetColumn };
    Q_ENUM(ColumnIndex)

    enum Role {
        RevisionRole = kOwnRoles, ///< qlonglong
        TimeRole,                 ///< QDateTime
        ActorRole,
        VerbRole,
        TargetRole,
    };
    Q_ENUM(Role)

    static constexpr int kMostRows = 1000;

    explicit HistoryModel(int mostRows = kMostRows, QObject *parent = nullptr);

    /// The node's newest revisions: what is new is put on top, and where both disagree or leave a gap all of it is
    /// replaced.
    void apply(const model::HistoryPage &page);
    /// One more; a revision that is there already changes nothing.
    void apply(const model::HistoryRevision &revision);
    void clear();

    int rowCount(const QModelIndex &parent = {}) const override;
    const HistoryRow &at(int row) const { return rowAt(row); }

protected:
    const HistoryRow &rowAt(int row) const override { return m_rows[static_cast<std::size_t>(row)]; }

private:
    void prepend(const std::vector<HistoryRow> &newestFirst);
    void dropOldest();

    int m_mostRows;
    std::deque<HistoryRow> m_rows;
};

} // namespace balancer::models

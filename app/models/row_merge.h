#pragma once

namespace balancer::models {

/// Turns rows into others, both ordered by their keys and without repetitions, by what differs alone. `Rows` says how:
///   int count() const;                    rows now, as the calls below change them
///   int newCount() const;
///   std::strong_ordering compare(int row, int newRow) const;
///   void insert(int row, int firstNew, int count);
///   void remove(int row, int count);
///   void update(int row, int newRow);     the same key; the rest may differ
/// Rows next to each other that come or go do so in one call.
template <typename Rows>
void mergeRows(Rows &&rows)
{
    int row = 0;
    int newRow = 0;
    while (row < rows.count() || newRow < rows.newCount()) {
        const auto isGone = [&](int at) {
            return at < rows.count() && (newRow == rows.newCount() || rows.compare(at, newRow) < 0);
        };
        const auto isNew = [&](int at) {
            return at < rows.newCount() && (row == rows.count() || rows.compare(row, at) > 0);
        };
        int run = 0;
        while (isGone(row + run))
            ++run;
        if (run > 0) {
            rows.remove(row, run);
            continue;
        }
        while (isNew(newRow + run))
            ++run;
        if (run > 0)
            rows.insert(row, newRow, run);
        else
            rows.update(row++, newRow++);
        row += run;
        newRow += run;
    }
}

} // namespace balancer::models

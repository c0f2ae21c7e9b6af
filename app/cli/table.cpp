#include "cli/table.h"

#include <unistd.h>

#include <algorithm>

namespace balancer::cli {

namespace {

constexpr std::size_t kGap = 2;

std::vector<std::size_t> widthsOf(const std::vector<TableRow> &rows)
{
    std::vector<std::size_t> widths;
    for (const auto &row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], row[column].size());
    }
    return widths;
}

} // namespace

std::string renderTable(const std::vector<TableRow> &rows, bool forPeople)
{
    const auto widths = widthsOf(rows);
    std::string text;
    for (const auto &row : rows) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            const bool last = column + 1 == row.size();
            const auto padding = widths[column] + kGap - row[column].size();
            text += row[column] + (last ? "\n" : forPeople ? std::string(padding, ' ') : "\t");
        }
    }
    return text;
}

bool isTerminal()
{
    return isatty(STDOUT_FILENO) == 1;
}

} // namespace balancer::cli

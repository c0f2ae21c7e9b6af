#pragma once

#include <string>
#include <vector>

namespace balancer::cli {

using TableRow = std::vector<std::string>;

/// For people the columns stand below each other; for programs one tab stands between two cells.
std::string renderTable(const std::vector<TableRow> &rows, bool forPeople);

/// Whether somebody looks at what is printed.
bool isTerminal();

} // namespace balancer::cli

#pragma once

#include "base/result.h"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::plan {

/// `show stat` as a table: columns are found by name, for their number and order differ between versions.
class StatsTable
{
public:
    /// Corrupt when there is no header or a line has more fields than it.
    static Result<StatsTable> parse(std::string_view csv);

    std::size_t rowCount() const { return m_rows.size(); }
    /// Empty when the column does not exist or holds nothing.
    std::string_view value(std::size_t row, std::string_view column) const;

private:
    std::map<std::string, std::size_t, std::less<>> m_columns;
    std::vector<std::vector<std::string>> m_rows;
};

/// `show info`: "Name: value" lines.
std::map<std::string, std::string> parseInfo(std::string_view text);

} // namespace balancer::plan

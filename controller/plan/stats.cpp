#include "plan/stats.h"

#include "base/text.h"

#include <utility>

namespace balancer::plan {

namespace {

/// Fields of one CSV line; quotes protect commas and are doubled inside (RFC 4180).
std::vector<std::string> splitCsv(std::string_view line)
{
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            fields.back() += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    return fields;
}

} // namespace

Result<StatsTable> StatsTable::parse(std::string_view csv)
{
    StatsTable table;
    for (const auto line : split(csv, '\n')) {
        if (trimmed(line).empty())
            continue;
        if (table.m_columns.empty()) {
            if (!line.starts_with("# "))
                return fail(ErrorCode::Corrupt, "show stat: the first line is not a header");
            const auto names = splitCsv(line.substr(2));
            for (std::size_t i = 0; i < names.size(); ++i)
                table.m_columns.emplace(names[i], i);
            continue;
        }
        auto fields = splitCsv(line);
        // Lines end in a comma, as the header does; two header fields then have the empty name.
        if (fields.size() > table.m_columns.size() + 1)
            return fail(ErrorCode::Corrupt, "show stat: a line has more fields than the header");
        table.m_rows.push_back(std::move(fields));
    }
    if (table.m_columns.empty())
        return fail(ErrorCode::Corrupt, "show stat: there is no header");
    return table;
}

std::string_view StatsTable::value(std::size_t row, std::string_view column) const
{
    const auto found = m_columns.find(column);
    if (found == m_columns.end() || row >= m_rows.size() || found->second >= m_rows[row].size())
        return {};
    return m_rows[row][found->second];
}

std::map<std::string, std::string> parseInfo(std::string_view text)
{
    std::map<std::string, std::string> info;
    for (const auto line : split(text, '\n')) {
        const auto colon = line.find(':');
        if (colon != std::string_view::npos)
            info.emplace(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)));
    }
    return info;
}

} // namespace balancer::plan

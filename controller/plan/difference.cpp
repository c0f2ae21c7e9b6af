#include "plan/difference.h"

#include "base/text.h"
#include "plan/render.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace balancer::plan {

namespace {

using Lines = std::vector<std::string>;

/// Two texts that differ in more lines than this are shown as removed and added.
constexpr int kMostEdits = 500;

struct Edit
{
    char kind = ' '; ///< ' ', '-' or '+'
    const std::string *line = nullptr;
};

using Edits = std::vector<Edit>;

/// Myers' greedy walk ("An O(ND) Difference Algorithm", 1986): for each number of edits, how far each diagonal gets.
/// Returns the frontiers of every step, or nothing when the texts are further apart than `most` edits.
std::vector<std::vector<int>> frontiers(const Lines &before, const Lines &after, int most)
{
    const auto rows = static_cast<int>(before.size());
    const auto columns = static_cast<int>(after.size());
    most = std::min(most, rows + columns);
    const auto at = [most](int diagonal) { return static_cast<std::size_t>(diagonal + most + 1); };
    std::vector<int> reach(at(most + 1) + 1, 0);
    std::vector<std::vector<int>> steps;
    for (int edits = 0; edits <= most; ++edits) {
        steps.push_back(reach);
        for (int diagonal = -edits; diagonal <= edits; diagonal += 2) {
            const bool down =
                diagonal == -edits || (diagonal != edits && reach[at(diagonal - 1)] < reach[at(diagonal + 1)]);
            int x = down ? reach[at(diagonal + 1)] : reach[at(diagonal - 1)] + 1;
            while (x < rows && x - diagonal < columns &&
                   before[static_cast<std::size_t>(x)] == after[static_cast<std::size_t>(x - diagonal)])
                ++x;
            reach[at(diagonal)] = x;
            if (x >= rows && x - diagonal >= columns)
                return steps;
        }
    }
    return {};
}

/// The way back through the frontiers.
Edits shortestEdits(const Lines &before, const Lines &after, const std::vector<std::vector<int>> &steps, int most)
{
    auto x = static_cast<int>(before.size());
    auto y = static_cast<int>(after.size());
    most = std::min(most, x + y);
    const auto at = [most](int diagonal) { return static_cast<std::size_t>(diagonal + most + 1); };
    Edits edits;
    const auto keepDownTo = [&](int lastX, int lastY) {
        for (; x > lastX && y > lastY; --x, --y)
            edits.push_back({' ', &before[static_cast<std::size_t>(x - 1)]});
    };
    for (auto step = static_cast<int>(steps.size()) - 1; step > 0; --step) {
        const auto &reach = steps[static_cast<std::size_t>(step)];
        const int diagonal = x - y;
        const bool down = diagonal == -step || (diagonal != step && reach[at(diagonal - 1)] < reach[at(diagonal + 1)]);
        const int from = down ? diagonal + 1 : diagonal - 1;
        const int fromX = reach[at(from)];
        keepDownTo(down ? fromX : fromX + 1, down ? fromX - from + 1 : fromX - from);
        if (down)
            edits.push_back({'+', &after[static_cast<std::size_t>(--y)]});
        else
            edits.push_back({'-', &before[static_cast<std::size_t>(--x)]});
    }
    keepDownTo(0, 0);
    std::ranges::reverse(edits);
    return edits;
}

Edits replaced(const Lines &before, const Lines &after)
{
    Edits edits;
    for (const auto &line : before)
        edits.push_back({'-', &line});
    for (const auto &line : after)
        edits.push_back({'+', &line});
    return edits;
}

Edits editsBetween(const Lines &before, const Lines &after)
{
    const auto steps = frontiers(before, after, kMostEdits);
    return steps.empty() ? replaced(before, after) : shortestEdits(before, after, steps, kMostEdits);
}

/// The edits with `context` unchanged lines around them; a gap between those that lie further apart.
Lines shown(const Edits &edits, std::size_t context)
{
    std::vector<bool> near(edits.size(), false);
    for (std::size_t i = 0; i < edits.size(); ++i) {
        if (edits[i].kind == ' ')
            continue;
        const auto last = std::min(edits.size(), i + context + 1);
        for (auto j = i - std::min(i, context); j < last; ++j)
            near[j] = true;
    }
    Lines lines;
    bool gap = false;
    for (std::size_t i = 0; i < edits.size(); ++i) {
        if (!near[i]) {
            gap = !lines.empty();
            continue;
        }
        if (gap)
            lines.emplace_back("@@");
        gap = false;
        lines.push_back(std::string(1, edits[i].kind) + " " + *edits[i].line);
    }
    return lines;
}

/// A text in sections, each with its first line, in the order of the file.
using Sections = std::vector<std::pair<std::string, Lines>>;

Sections sectionsOf(const std::string &text)
{
    Sections sections;
    for (const auto line : split(text, '\n')) {
        if (line.empty())
            continue;
        if (line.front() != ' ')
            sections.emplace_back(std::string(line), Lines());
        if (!sections.empty())
            sections.back().second.emplace_back(line);
    }
    return sections;
}

const Lines *find(const Sections &sections, const std::string &name)
{
    const auto found = std::ranges::find(sections, name, &Sections::value_type::first);
    return found == sections.end() ? nullptr : &found->second;
}

/// Collects the differences of sections, a gap between each two.
class Collector
{
public:
    explicit Collector(std::size_t context) : m_context(context) {}

    void compare(const std::string &before, const std::string &after)
    {
        const auto old = sectionsOf(before);
        const auto now = sectionsOf(after);
        for (const auto &[name, lines] : old) {
            if (!find(now, name))
                add(lineDifference(lines, Lines(), m_context));
        }
        for (const auto &[name, lines] : now) {
            const auto *previous = find(old, name);
            add(lineDifference(previous ? *previous : Lines(), lines, m_context));
        }
    }

    Lines take(std::size_t most)
    {
        if (m_lines.size() > most) {
            const auto more = m_lines.size() - most;
            m_lines.resize(most);
            m_lines.push_back("@@ " + std::to_string(more) + " more lines");
        }
        return std::move(m_lines);
    }

private:
    void add(const Lines &difference)
    {
        if (!m_lines.empty() && !difference.empty())
            m_lines.emplace_back("@@");
        m_lines.insert(m_lines.end(), difference.begin(), difference.end());
    }

    const std::size_t m_context;
    Lines m_lines;
};

} // namespace

Lines lineDifference(const Lines &before, const Lines &after, std::size_t context)
{
    if (before == after)
        return {};
    // What both begin and end with costs nothing more: only context is needed of it.
    const auto [first, second] = std::ranges::mismatch(before, after);
    const auto head = static_cast<std::size_t>(first - before.begin());
    std::size_t tail = 0;
    while (tail < std::min(before.size(), after.size()) - head &&
           before[before.size() - tail - 1] == after[after.size() - tail - 1])
        ++tail;
    const auto skippedHead = head - std::min(head, context);
    const auto keptTail = std::min(tail, context);
    const auto part = [&](const Lines &lines) {
        const auto begin = lines.begin() + static_cast<Lines::difference_type>(skippedHead);
        return Lines(begin, lines.end() - static_cast<Lines::difference_type>(tail - keptTail));
    };
    const auto oldPart = part(before);
    const auto newPart = part(after);
    return shown(editsBetween(oldPart, newPart), context);
}

Lines configDifference(const HaproxyConfig &before, const HaproxyConfig &after, const DifferenceLimits &limits)
{
    Collector collector(limits.context);
    collector.compare(renderGlobal(before), renderGlobal(after));
    if (before.sharedFrontends != after.sharedFrontends)
        collector.compare(renderFrontends(before.sharedFrontends), renderFrontends(after.sharedFrontends));
    std::map<std::string_view, std::pair<const Shared<BalancerConfig> *, const Shared<BalancerConfig> *>> both;
    for (const auto &[name, balancer] : before.balancers)
        both[name].first = &balancer;
    for (const auto &[name, balancer] : after.balancers)
        both[name].second = &balancer;
    for (const auto &[name, pair] : both) {
        const auto &[old, now] = pair;
        if (!old || !now || *old != *now)
            collector.compare(old ? renderBalancer(**old) : "", now ? renderBalancer(**now) : "");
    }
    return collector.take(limits.lines);
}

} // namespace balancer::plan

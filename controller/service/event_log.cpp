#include "service/event_log.h"

#include <charconv>
#include <utility>

namespace balancer::service {

EventLog::EventLog(std::string epoch, EventRenderer render, EventLimits limits)
    : m_epoch(std::move(epoch)), m_render(std::move(render)), m_limits(limits)
{
}

void EventLog::append(const model::Event &event)
{
    m_entries.push_back(Entry{++m_newest, m_render(event)});
    m_bytes += m_entries.back().text.size();
    while (m_entries.size() > m_limits.events || (m_bytes > m_limits.bytes && m_entries.size() > 1)) {
        m_bytes -= m_entries.front().text.size();
        m_entries.pop_front();
    }
    Q_EMIT appended();
}

std::string EventLog::idOf(std::int64_t number) const
{
    return m_epoch + "-" + std::to_string(number);
}

std::optional<std::int64_t> EventLog::numberOf(std::string_view id) const
{
    if (!id.starts_with(m_epoch + "-"))
        return std::nullopt;
    const auto digits = id.substr(m_epoch.size() + 1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    return whole && number >= 0 && number <= m_newest ? std::optional(number) : std::nullopt;
}

bool EventLog::visitAfter(std::int64_t number, const std::function<void(const Entry &)> &visit) const
{
    const auto oldest = m_newest - static_cast<std::int64_t>(m_entries.size());
    if (number < oldest)
        return false;
    for (auto index = static_cast<std::size_t>(number - oldest); index < m_entries.size(); ++index)
        visit(m_entries[index]);
    return true;
}

} // namespace balancer::service

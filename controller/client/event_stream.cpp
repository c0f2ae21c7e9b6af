#include "client/event_stream.h"

#include <utility>

namespace balancer::client {

Result<std::vector<StreamEvent>> EventStreamParser::feed(std::string_view bytes)
{
    std::vector<StreamEvent> completed;
    while (!bytes.empty()) {
        if (std::exchange(m_afterReturn, false) && bytes.front() == '\n') {
            bytes.remove_prefix(1);
            continue;
        }
        const auto end = bytes.find_first_of("\r\n");
        m_line += bytes.substr(0, end);
        if (m_line.size() + m_event.data.size() > m_longestEvent)
            return fail(ErrorCode::Corrupt,
                        "the node sent an event of more than " + std::to_string(m_longestEvent) + " bytes");
        if (end == std::string_view::npos)
            break;
        m_afterReturn = bytes[end] == '\r';
        bytes.remove_prefix(end + 1);
        takeLine(m_line, completed);
        m_line.clear();
    }
    return completed;
}

void EventStreamParser::takeLine(std::string_view line, std::vector<StreamEvent> &completed)
{
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (std::exchange(m_isFirstLine, false) && line.starts_with(kByteOrderMark))
        line.remove_prefix(kByteOrderMark.size());
    if (line.empty())
        return dispatch(completed);
    const auto colon = line.find(':');
    auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' '))
        value.remove_prefix(1);
    takeField(line.substr(0, colon), value);
}

void EventStreamParser::takeField(std::string_view name, std::string_view value)
{
    if (name == "event") {
        m_event.name = value;
    } else if (name == "data") {
        if (m_hasData)
            m_event.data += '\n';
        m_event.data += value;
        m_hasData = true;
    } else if (name == "id" && value.find('\0') == std::string_view::npos) {
        m_event.id = value;
    }
}

void EventStreamParser::dispatch(std::vector<StreamEvent> &completed)
{
    if (m_event.name.empty())
        m_event.name = "message";
    if (m_hasData)
        completed.push_back(m_event);
    m_event.name.clear();
    m_event.data.clear();
    m_hasData = false;
}

} // namespace balancer::client

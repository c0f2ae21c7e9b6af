#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::client {

/// One of the server-sent events of a text/event-stream.
struct StreamEvent
{
    std::string id;   ///< the newest one the stream has named so far; empty when none was
    std::string name; ///< "message" when it has none
    std::string data; ///< lines joined by '\n'

    bool operator==(const StreamEvent &) const = default;
};

/// Reads a text/event-stream as it comes, cut anywhere (HTML Standard, 9.2.6). Comments, `retry` and unknown fields are
/// skipped, and an event without data is none. One parser for each connection: what is unfinished at its end never was.
class EventStreamParser
{
public:
    /// The longest event, in bytes.
    static constexpr std::size_t kLongestEvent = 16 * 1024 * 1024;

    explicit EventStreamParser(std::size_t longestEvent = kLongestEvent) : m_longestEvent(longestEvent) {}

    /// The events that these bytes complete. Corrupt when one is too long; the stream is of no use then.
    Result<std::vector<StreamEvent>> feed(std::string_view bytes);

private:
    void takeLine(std::string_view line, std::vector<StreamEvent> &completed);
    void takeField(std::string_view name, std::string_view value);
    void dispatch(std::vector<StreamEvent> &completed);

    std::size_t m_longestEvent;
    std::string m_line;  ///< the beginning of a line whose end has not come
    StreamEvent m_event; ///< the lines so far
    bool m_hasData = false;
    bool m_afterReturn = false; ///< the last byte was '\r': a '\n' that follows belongs to it
    bool m_isFirstLine = true;
};

} // namespace balancer::client

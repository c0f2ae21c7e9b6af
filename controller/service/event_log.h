#pragma once

#include "model/events.h"

#include <QObject>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace balancer::service {

struct EventLimits
{
    std::size_t events = 10000;
    std::size_t bytes = 4 * 1024 * 1024; ///< of their texts
};

/// An event's form outside, without its id.
using EventRenderer = std::function<std::string(const model::Event &event)>;

/// The last events of this node, numbered from 1, so that whoever was away for a moment misses none. An event's id is
/// "EPOCH-N"; the epoch is another one each time the node starts, for the numbers begin anew then.
class EventLog : public QObject
{
    Q_OBJECT

public:
    /// `epoch` has no hyphen.
    EventLog(std::string epoch, EventRenderer render, EventLimits limits = {});

    void append(const model::Event &event);

    std::string idOf(std::int64_t number) const;
    /// The id of the newest event; "EPOCH-0" before the first.
    std::string newestId() const { return idOf(m_newest); }
    std::int64_t newest() const { return m_newest; }
    /// The number in an id of this epoch that has been given out; nothing for any other text.
    std::optional<std::int64_t> numberOf(std::string_view id) const;

    struct Entry
    {
        std::int64_t number = 0;
        std::string text;
    };
    /// Calls `visit` with each event after that number, oldest first. False, without a call, when some are gone.
    bool visitAfter(std::int64_t number, const std::function<void(const Entry &)> &visit) const;

Q_SIGNALS:
    void appended();

private:
    const std::string m_epoch;
    const EventRenderer m_render;
    const EventLimits m_limits;
    std::deque<Entry> m_entries;
    std::size_t m_bytes = 0;
    std::int64_t m_newest = 0;
};

} // namespace balancer::service

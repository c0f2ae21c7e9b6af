#pragma once

#include "base/result.h"
#include "ports/http.h"
#include "service/event_log.h"
#include "service/traffic_meter.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace balancer::api {

constexpr std::string_view kEventsPath = "/v1/events";

/// An event as server-sent events have it, without its id.
std::string renderServerSentEvent(const model::Event &event);

struct StreamOptions
{
    std::size_t most = 200;
    std::chrono::milliseconds keepAlive = std::chrono::seconds(15);
    /// Who has missed more than this reads everything anew, which is less by then.
    std::size_t longestBacklog = 1024 * 1024;
};

/// Those who follow /v1/events. Events of one turn of the loop go out together. Who does not read is dropped, and so is
/// who may no longer listen.
class EventStreams : public QObject
{
public:
    /// Both outlive this.
    EventStreams(const service::EventLog &log, service::TrafficMeter &meter, StreamOptions options = {});

    /// The answer that becomes a stream, beginning after the event that the request names. `isAllowed` is asked again
    /// from time to time. Unavailable when there are too many already.
    Result<ports::HttpResponse> open(const ports::HttpRequest &request, std::function<bool()> isAllowed);

    /// Ends the streams of those who may no longer listen.
    void recheck();
    /// Ends all streams.
    void closeAll();
    std::size_t count() const { return m_streams.size(); }

private:
    struct Stream
    {
        std::unique_ptr<ports::HttpBodyWriter> writer;
        std::function<bool()> isAllowed;
        bool wantsRates = false;
        std::int64_t position = 0; ///< number of the last event it was sent
    };

    void begin(Stream stream);
    void flush();
    bool catchUp(Stream &stream);
    /// What follows that position; nothing when there is nothing.
    std::string textAfter(std::int64_t position) const;
    std::string resetText() const;
    void tellRates(const model::RatesMeasured &rates);
    void keepAlive();
    void dropUnless(const std::function<bool(Stream &)> &stays);

    const service::EventLog &m_log;
    service::TrafficMeter &m_meter;
    const StreamOptions m_options;
    std::list<Stream> m_streams;
    QTimer m_flush;
    QTimer m_keepAlive;
};

} // namespace balancer::api

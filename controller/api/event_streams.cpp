#include "api/event_streams.h"

#include "api/responses.h"
#include "api/target.h"
#include "wire/json_text.h"
#include "wire/query_text.h"
#include "wire/read_forms.h"

#include <QPointer>

#include <iterator>
#include <utility>

namespace balancer::api {

namespace {

constexpr std::string_view kKeepAlive = ": keep-alive\n\n";

std::string idLine(const std::string &id)
{
    return "id: " + id + "\n";
}

/// The id that the request begins after; empty: from now on.
std::string_view lastIdOf(const ports::HttpRequest &request, const wire::Parameters &query)
{
    const auto header = ports::findHeader(request.headers, "Last-Event-ID").value_or("");
    return header.empty() ? wire::findParameter(query, "after").value_or("") : header;
}

} // namespace

std::string renderServerSentEvent(const model::Event &event)
{
    return "event: " + std::string(wire::eventName(event)) + "\ndata: " + wire::renderJson(wire::writeEvent(event)) +
           "\n\n";
}

EventStreams::EventStreams(const service::EventLog &log, service::TrafficMeter &meter, StreamOptions options)
    : m_log(log), m_meter(meter), m_options(options)
{
    m_flush.setSingleShot(true);
    m_flush.setInterval(0);
    m_keepAlive.setInterval(m_options.keepAlive);
    connect(&m_flush, &QTimer::timeout, this, &EventStreams::flush);
    connect(&m_keepAlive, &QTimer::timeout, this, &EventStreams::keepAlive);
    connect(&log, &service::EventLog::appended, this, [this] {
        if (!m_streams.empty() && !m_flush.isActive())
            m_flush.start();
    });
    connect(&meter, &service::TrafficMeter::measured, this, &EventStreams::tellRates);
}

Result<ports::HttpResponse> EventStreams::open(const ports::HttpRequest &request, std::function<bool()> isAllowed)
{
    const auto query = wire::parseParameters(queryOf(request.target));
    if (!query)
        return fail(query.error());
    if (m_streams.size() >= m_options.most)
        return fail(ErrorCode::Unavailable, "there are " + std::to_string(m_options.most) + " event streams already");

    auto response = respond(200, "text/event-stream", std::string(kKeepAlive));
    auto position = m_log.newest();
    if (const auto lastId = lastIdOf(request, *query); !lastId.empty()) {
        const auto known = m_log.numberOf(lastId);
        response.body += known ? std::string() : resetText();
        position = known.value_or(position);
    }
    const bool wantsRates = wire::findParameter(*query, "rates").value_or("") == "1";
    response.continueBody = [self = QPointer<EventStreams>(this), isAllowed = std::move(isAllowed), wantsRates,
                             position](std::unique_ptr<ports::HttpBodyWriter> writer) {
        if (self)
            self->begin(Stream{std::move(writer), isAllowed, wantsRates, position});
    };
    return response;
}

/// What happened since the answer is caught up with first; who may listen may have changed, too.
void EventStreams::begin(Stream stream)
{
    if (m_streams.size() >= m_options.most || !stream.isAllowed() || !catchUp(stream))
        return;
    m_streams.push_back(std::move(stream));
    if (m_streams.back().wantsRates)
        m_meter.setWanted(true);
    if (!m_keepAlive.isActive())
        m_keepAlive.start();
}

std::string EventStreams::resetText() const
{
    return idLine(m_log.newestId()) + renderServerSentEvent(model::EventsLost());
}

std::string EventStreams::textAfter(std::int64_t position) const
{
    std::string text;
    const auto append = [&](const service::EventLog::Entry &entry) {
        text += idLine(m_log.idOf(entry.number)) + entry.text;
    };
    const bool complete = m_log.visitAfter(position, append);
    return complete && text.size() <= m_options.longestBacklog ? text : resetText();
}

bool EventStreams::catchUp(Stream &stream)
{
    if (stream.position == m_log.newest())
        return true;
    const auto text = textAfter(stream.position);
    stream.position = m_log.newest();
    return stream.writer->write(text);
}

void EventStreams::dropUnless(const std::function<bool(Stream &)> &stays)
{
    bool wantsRates = false;
    for (auto stream = m_streams.begin(); stream != m_streams.end();) {
        const bool kept = stays(*stream);
        wantsRates |= kept && stream->wantsRates;
        stream = kept ? std::next(stream) : m_streams.erase(stream);
    }
    m_meter.setWanted(wantsRates);
    if (m_streams.empty())
        m_keepAlive.stop();
}

void EventStreams::flush()
{
    // Almost all have been sent the same so far: their text is made once.
    std::int64_t position = -1;
    std::string text;
    dropUnless([&](Stream &stream) {
        if (stream.position == m_log.newest())
            return true;
        if (stream.position != position) {
            position = stream.position;
            text = textAfter(position);
        }
        stream.position = m_log.newest();
        return stream.writer->write(text);
    });
}

void EventStreams::tellRates(const model::RatesMeasured &rates)
{
    const auto text = renderServerSentEvent(rates);
    dropUnless([&](Stream &stream) { return !stream.wantsRates || stream.writer->write(text); });
}

void EventStreams::keepAlive()
{
    dropUnless([](Stream &stream) { return stream.isAllowed() && stream.writer->write(std::string(kKeepAlive)); });
}

void EventStreams::recheck()
{
    dropUnless([](Stream &stream) { return stream.isAllowed(); });
}

void EventStreams::closeAll()
{
    dropUnless([](Stream &) { return false; });
}

} // namespace balancer::api

#include "models/traffic_history.h"

#include "base/text.h"

#include <algorithm>

namespace balancer::models {

namespace {

template <typename Sample>
Sample sampleOf(const model::TrafficRate &rate)
{
    return {static_cast<float>(rate.requestsPerSecond), static_cast<float>(rate.connectionsPerSecond),
            static_cast<float>(rate.bytesInPerSecond), static_cast<float>(rate.bytesOutPerSecond),
            static_cast<float>(rate.sessions)};
}

} // namespace

TrafficHistory::TrafficHistory(int capacity, QObject *parent)
    : QObject(parent), m_capacity(capacity), m_times(static_cast<std::size_t>(capacity)),
      m_totals(static_cast<std::size_t>(capacity))
{
}

void TrafficHistory::add(const model::RatesMeasured &measured, model::Timestamp now)
{
    const auto slot = static_cast<std::size_t>(m_next);
    m_times[slot] = static_cast<double>(now.time_since_epoch().count());
    m_totals[slot] = Sample();
    for (auto &[name, track] : m_tracks) {
        track.ring[slot] = Sample();
        ++track.silent;
    }
    for (const auto &rate : measured.rates) {
        auto &track = m_tracks[rate.loadBalancer.folded()];
        track.ring.resize(static_cast<std::size_t>(m_capacity));
        track.ring[slot] = sampleOf<Sample>(rate);
        track.silent = 0;
        for (std::size_t measure = 0; measure < kMeasures; ++measure)
            m_totals[slot][measure] += track.ring[slot][measure];
    }
    std::erase_if(m_tracks, [this](const auto &entry) { return entry.second.silent >= m_capacity; });
    m_next = (m_next + 1) % m_capacity;
    m_count = std::min(m_count + 1, m_capacity);
    Q_EMIT added();
}

void TrafficHistory::clear()
{
    m_count = 0;
    m_next = 0;
    m_tracks.clear();
    Q_EMIT cleared();
}

QList<double> TrafficHistory::times() const
{
    QList<double> times;
    for (int i = 0; i < m_count; ++i)
        times.append(m_times[slotOf(i)]);
    return times;
}

QList<double> TrafficHistory::series(const QString &loadBalancer, Measure measure) const
{
    return read(find(loadBalancer), measure);
}

QList<double> TrafficHistory::total(Measure measure) const
{
    return read(&m_totals, measure);
}

double TrafficHistory::latest(const QString &loadBalancer, Measure measure) const
{
    const auto *ring = find(loadBalancer);
    return ring && m_count > 0 ? static_cast<double>((*ring)[slotOf(m_count - 1)][measure]) : 0;
}

const TrafficHistory::Ring *TrafficHistory::find(const QString &loadBalancer) const
{
    const auto track = m_tracks.find(toLower(loadBalancer.toStdString()));
    return track == m_tracks.end() ? nullptr : &track->second.ring;
}

std::size_t TrafficHistory::slotOf(int index) const
{
    return static_cast<std::size_t>((m_next - m_count + index + m_capacity) % m_capacity);
}

QList<double> TrafficHistory::read(const Ring *ring, Measure measure) const
{
    QList<double> values;
    for (int i = 0; i < m_count; ++i)
        values.append(ring ? static_cast<double>((*ring)[slotOf(i)][measure]) : 0);
    return values;
}

} // namespace balancer::models

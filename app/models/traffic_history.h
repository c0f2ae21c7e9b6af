#pragma once

#include "model/events.h"

#include <QList>
#include <QObject>
#include <QString>

#include <array>
#include <map>
#include <vector>

namespace balancer::models {

/// What each load balancer of a node carried lately, for charts: the last `capacity` measurements, on one time axis for
/// all. When one more comes the oldest goes.
class TrafficHistory : public QObject
{
    Q_OBJECT

public:
    enum Measure {
        Requests, ///< per second, as the next three
        Connections,
        BytesIn,
        BytesOut,
        Sessions, ///< open at that moment
    };
    Q_ENUM(Measure)

    static constexpr int kCapacity = 120; ///< two minutes, at one a second

    explicit TrafficHistory(int capacity = kCapacity, QObject *parent = nullptr);

    void add(const model::RatesMeasured &measured, model::Timestamp now);
    void clear();

    Q_INVOKABLE int capacity() const { return m_capacity; }
    /// How many measurements there are; each list below has as many entries, oldest first.
    Q_INVOKABLE int count() const { return m_count; }
    /// Milliseconds since 1970; a wide step is a time in which nothing was heard.
    Q_INVOKABLE QList<double> times() const;
    /// 0 where it was not measured. Zeros for a name that is not known.
    Q_INVOKABLE QList<double> series(const QString &loadBalancer, Measure measure) const;
    /// Of all load balancers together.
    Q_INVOKABLE QList<double> total(Measure measure) const;
    /// The newest value; 0 without any.
    Q_INVOKABLE double latest(const QString &loadBalancer, Measure measure) const;

Q_SIGNALS:
    void added();
    void cleared();

private:
    static constexpr std::size_t kMeasures = 5;
    using Sample = std::array<float, kMeasures>;
    using Ring = std::vector<Sample>;

    struct Track
    {
        Ring ring;
        int silent = 0; ///< measurements without it, at the end
    };

    const Ring *find(const QString &loadBalancer) const;
    /// Of the entry that is the `index`th, oldest first.
    std::size_t slotOf(int index) const;
    QList<double> read(const Ring *ring, Measure measure) const;

    int m_capacity;
    int m_count = 0;
    int m_next = 0; ///< the slot that is written next
    std::vector<double> m_times;
    Ring m_totals;
    std::map<std::string, Track, std::less<>> m_tracks; ///< by folded name
};

} // namespace balancer::models

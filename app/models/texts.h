#pragma once

#include "model/instance.h"

#include <QDateTime>
#include <QLocale>
#include <QString>

#include <string_view>

/// From the values below to what Qt shows.
namespace balancer::models {

inline QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

inline QDateTime dateTime(model::Timestamp time)
{
    return QDateTime::fromMSecsSinceEpoch(time.time_since_epoch().count());
}

/// As the user's locale writes it; empty for no time.
inline QString textOf(model::Timestamp time)
{
    return time == model::Timestamp() ? QString() : QLocale().toString(dateTime(time), QLocale::ShortFormat);
}

} // namespace balancer::models

#pragma once

#include "model/instance.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace balancer::daemon {

enum class LogLevel { Debug, Info, Warning, Error };

/// What a log entry tells besides its message.
struct LogField
{
    std::string_view key; ///< [a-z_]+
    std::string value;
};

/// One entry as it is written.
struct LogRecord
{
    model::Timestamp at{};
    LogLevel level = LogLevel::Info;
    std::string category; ///< a QLoggingCategory's name; "default" is left out
    std::string message;
};

/// `message key=value key="a value"`; values with blanks, quotes or '=' are quoted. For
/// qCInfo(kLog, "%s", logText(…).c_str()).
std::string logText(std::string_view message, std::initializer_list<LogField> fields);

/// One line with its line end, whatever the record holds: control characters are escaped.
/// `2026-01-31T12:00:00.123Z warning elastic.api: message`
std::string renderPlain(const LogRecord &record);
/// `<4>elastic.api: message`, as the journal understands it from a service.
std::string renderForJournal(const LogRecord &record);

/// From now on, all messages of Qt's logging go to stderr, one write a line, in the journal's form when stderr is the
/// journal. Entries below `level` are dropped; QT_LOGGING_RULES overrides that for single categories. Any thread may
/// log.
void installLogging(LogLevel level);

} // namespace balancer::daemon

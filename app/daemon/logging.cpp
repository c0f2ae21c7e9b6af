#include "daemon/logging.h"

#include "base/text.h"

#include <QLoggingCategory>

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace balancer::daemon {

namespace {

struct LevelWords
{
    std::string_view name;
    char priority; ///< of syslog
};

LevelWords wordsFor(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return {"debug", '7'};
    case LogLevel::Info:
        return {"info", '6'};
    case LogLevel::Warning:
        return {"warning", '4'};
    case LogLevel::Error:
        break;
    }
    return {"error", '3'};
}

LogLevel levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return LogLevel::Debug;
    case QtInfoMsg:
        return LogLevel::Info;
    case QtWarningMsg:
        return LogLevel::Warning;
    case QtCriticalMsg:
    case QtFatalMsg:
        break;
    }
    return LogLevel::Error;
}

bool isControl(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

/// The second byte of a UTF-8 control character U+0080…U+009F, which terminals obey too.
bool isControlAfterC2(unsigned char c)
{
    return c >= 0x80 && c <= 0x9f;
}

void appendEscaped(std::string &line, unsigned char c)
{
    if (c == '\n') {
        line += "\\n";
        return;
    }
    if (c == '\t') {
        line += "\\t";
        return;
    }
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\x%02x", c);
    line += code.data();
}

std::string escaped(std::string_view text)
{
    std::string line;
    line.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool hasNext = i + 1 < text.size();
        if (c == 0xc2 && hasNext && isControlAfterC2(static_cast<unsigned char>(text[i + 1])))
            appendEscaped(line, static_cast<unsigned char>(text[++i]));
        else if (isControl(c))
            appendEscaped(line, c);
        else
            line += text[i];
    }
    return line;
}

std::string quotedIfNeeded(const std::string &value)
{
    if (!value.empty() && value.find_first_of(" \"=\\") == std::string::npos)
        return value;
    std::string quoted = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\')
            quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

std::string body(const LogRecord &record)
{
    const auto category = record.category == "default" || record.category.empty() ? "" : record.category + ": ";
    return escaped(category + record.message) + '\n';
}

std::string renderTime(model::Timestamp at)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
    const auto milliseconds = (at - seconds).count();
    const std::time_t time = std::chrono::system_clock::to_time_t(seconds);
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 40> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text.data() + length, text.size() - length, ".%03dZ", static_cast<int>(milliseconds));
    return text.data();
}

/// systemd tells a service which stream the journal reads, as DEVICE:INODE.
bool isJournal(int descriptor)
{
    const char *stream = std::getenv("JOURNAL_STREAM");
    struct stat status
    {
    };
    if (!stream || ::fstat(descriptor, &status) != 0)
        return false;
    return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) == stream;
}

bool writesToJournal()
{
    static const bool kIsJournal = isJournal(STDERR_FILENO);
    return kIsJournal;
}

void writeLine(std::string_view line)
{
    while (!line.empty()) {
        const auto count = ::write(STDERR_FILENO, line.data(), line.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return; // nobody listens, and there is no one left to tell
        line.remove_prefix(static_cast<std::size_t>(count));
    }
}

void handleMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    const LogRecord record{.at = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()),
                           .level = levelOf(type),
                           .category = context.category ? context.category : "",
                           .message = message.toStdString()};
    writeLine(writesToJournal() ? renderForJournal(record) : renderPlain(record));
}

QString rulesFor(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return QStringLiteral("*.debug=true\nqt.*.debug=false");
    case LogLevel::Info:
        return QStringLiteral("*.debug=false");
    case LogLevel::Warning:
        return QStringLiteral("*.debug=false\n*.info=false");
    case LogLevel::Error:
        break;
    }
    return QStringLiteral("*.debug=false\n*.info=false\n*.warning=false");
}

} // namespace

std::string logText(std::string_view message, std::initializer_list<LogField> fields)
{
    std::string text(message);
    for (const auto &[key, value] : fields)
        text += ' ' + std::string(key) + '=' + quotedIfNeeded(value);
    return text;
}

std::string renderPlain(const LogRecord &record)
{
    return renderTime(record.at) + ' ' + std::string(wordsFor(record.level).name) + ' ' + body(record);
}

std::string renderForJournal(const LogRecord &record)
{
    return std::string("<") + wordsFor(record.level).priority + '>' + body(record);
}

void installLogging(LogLevel level)
{
    QLoggingCategory::setFilterRules(rulesFor(level));
    writesToJournal();
    qInstallMessageHandler(handleMessage);
}

} // namespace balancer::daemon

#include "adapters/haproxy/runtime_socket.h"

#include "base/text.h"

#include <QCoro/QCoroLocalSocket>
#include <QDeadlineTimer>
#include <QLocalSocket>

#include <algorithm>

namespace balancer::adapters::haproxy {

namespace {

// In interactive mode every reply, also an empty one, is followed by this (HAProxy 2.6, seen).
constexpr std::string_view kPrompt = "\n> ";

std::chrono::milliseconds left(const QDeadlineTimer &deadline)
{
    return std::max(std::chrono::milliseconds(1), std::chrono::milliseconds(deadline.remainingTime()));
}

QByteArray requestFor(const std::vector<std::string> &commands)
{
    QByteArray request;
    for (const auto &command : commands)
        request += QByteArray::fromStdString(command) + '\n';
    return request;
}

/// Collects replies from what arrives, in whatever pieces.
class ReplyReader
{
public:
    explicit ReplyReader(std::size_t expected) : m_expected(expected) {}

    void feed(const QByteArray &bytes)
    {
        m_text.append(bytes.constData(), static_cast<std::size_t>(bytes.size()));
        for (;;) {
            // The prompt may have been cut in two by the last read.
            const auto from = m_scanned < kPrompt.size() ? m_start : std::max(m_start, m_scanned - kPrompt.size());
            const auto end = m_text.find(kPrompt, from);
            if (end == std::string::npos || isComplete())
                break;
            m_replies.push_back(m_text.substr(m_start, end - m_start));
            m_start = end + kPrompt.size();
            m_scanned = m_start;
        }
        m_scanned = m_text.size();
    }

    bool isComplete() const { return m_replies.size() == m_expected; }
    std::vector<std::string> take() { return std::move(m_replies); }

private:
    std::size_t m_expected;
    std::string m_text;
    std::size_t m_start = 0;
    std::size_t m_scanned = 0;
    std::vector<std::string> m_replies;
};

bool isOneLine(std::string_view text)
{
    return std::ranges::none_of(text, [](char c) { return isOneOf(c, "\n\r;") || c == '\0'; });
}

/// Whole lines; the first empty one ends the command, which requestFor adds.
bool isPayload(std::string_view text)
{
    const bool plain = std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\0'; });
    return plain && text.ends_with('\n') && !text.starts_with('\n') && text.find("\n\n") == std::string_view::npos;
}

/// One line, and behind "<<" those of its payload.
bool isOneCommand(const std::string &command)
{
    constexpr std::string_view kPayload = " <<";
    const auto end = command.find('\n');
    const auto line = std::string_view(command).substr(0, end);
    if (end == std::string::npos || !line.ends_with(kPayload))
        return isOneLine(command);
    return isOneLine(line) && isPayload(std::string_view(command).substr(end + 1));
}

using Replies = std::vector<std::string>;

QCoro::Task<Result<void>> connectTo(QLocalSocket &socket, QString path, QDeadlineTimer deadline)
{
    auto coSocket = qCoro(socket);
    // It is usually decided when this returns; QCoro's own connectToServer would miss that and wait for the deadline.
    socket.connectToServer(path, QIODevice::ReadWrite);
    if (socket.state() == QLocalSocket::ConnectingState)
        co_await coSocket.waitForConnected(left(deadline));
    if (socket.state() != QLocalSocket::ConnectedState)
        co_return fail(ErrorCode::Unavailable, "HAProxy's socket " + path.toStdString() +
                                                   " does not answer: " + socket.errorString().toStdString());
    co_return Result<void>();
}

QCoro::Task<Result<Replies>> converse(QLocalSocket &socket, std::vector<std::string> commands, QDeadlineTimer deadline)
{
    auto coSocket = qCoro(socket);
    socket.write(requestFor(commands));
    ReplyReader reader(commands.size());
    while (!reader.isComplete()) {
        if (socket.bytesAvailable() == 0) {
            if (socket.state() != QLocalSocket::ConnectedState)
                co_return fail(ErrorCode::Corrupt, "HAProxy closed its socket before it had answered everything");
            if (deadline.hasExpired())
                co_return fail(ErrorCode::Timeout, "HAProxy did not answer in time");
            co_await coSocket.waitForReadyRead(left(deadline));
        }
        reader.feed(socket.readAll());
    }
    co_return reader.take();
}

/// A new connection in interactive mode, in which one can ask again and again.
QCoro::Task<Result<void>> open(QLocalSocket &socket, QString path, QDeadlineTimer deadline)
{
    if (const auto connected = co_await connectTo(socket, std::move(path), deadline); !connected)
        co_return connected;
    std::vector<std::string> greeting(1, "prompt");
    const auto greeted = co_await converse(socket, std::move(greeting), deadline);
    if (!greeted)
        co_return fail(greeted.error());
    co_return Result<void>();
}

Result<void> checkCommands(const std::vector<std::string> &commands)
{
    if (std::ranges::all_of(commands, isOneCommand))
        return {};
    return fail(ErrorCode::Internal, "a command for HAProxy holds a line break or ';'");
}

} // namespace

QCoro::Task<Result<Replies>> exchange(QString socketPath, std::vector<std::string> commands,
                                      std::chrono::milliseconds deadline)
{
    if (const auto checked = checkCommands(commands); !checked)
        co_return fail(checked.error());
    const QDeadlineTimer timer(deadline);
    QLocalSocket socket;
    if (const auto connected = co_await connectTo(socket, std::move(socketPath), timer); !connected)
        co_return fail(connected.error());
    // The first reply only answers `prompt`.
    commands.insert(commands.begin(), "prompt");
    auto replies = co_await converse(socket, std::move(commands), timer);
    if (!replies)
        co_return fail(replies.error());
    replies->erase(replies->begin());
    socket.write("quit\n");
    socket.flush();
    socket.abort();
    co_return std::move(*replies);
}

QCoro::Task<Result<Replies>> RuntimeConnection::exchange(std::shared_ptr<RuntimeConnection> self,
                                                         std::vector<std::string> commands,
                                                         std::chrono::milliseconds deadline)
{
    if (const auto checked = checkCommands(commands); !checked)
        co_return fail(checked.error());
    if (self->m_busy) {
        auto separately = co_await haproxy::exchange(self->m_path, std::move(commands), deadline);
        co_return separately;
    }
    self->m_busy = true;
    const QDeadlineTimer timer(deadline);
    Result<void> ready;
    if (self->m_socket.state() != QLocalSocket::ConnectedState)
        ready = co_await open(self->m_socket, self->m_path, timer);
    Result<Replies> replies;
    if (ready)
        replies = co_await converse(self->m_socket, std::move(commands), timer);
    else
        replies = fail(ready.error());
    // What is left of a conversation that failed must not be taken for the answers of the next.
    if (!replies)
        self->m_socket.abort();
    self->m_busy = false;
    co_return replies;
}

} // namespace balancer::adapters::haproxy

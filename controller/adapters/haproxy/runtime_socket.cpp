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
    QByteArray request = "prompt\n";
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
            addReply(m_text.substr(m_start, end - m_start));
            m_start = end + kPrompt.size();
            m_scanned = m_start;
        }
        m_scanned = m_text.size();
    }

    bool isComplete() const { return m_replies.size() == m_expected; }
    std::vector<std::string> take() { return std::move(m_replies); }

private:
    void addReply(std::string reply)
    {
        // The first one only answers the command `prompt`.
        if (m_greeted)
            m_replies.push_back(std::move(reply));
        m_greeted = true;
    }

    std::size_t m_expected;
    std::string m_text;
    std::size_t m_start = 0;
    std::size_t m_scanned = 0;
    bool m_greeted = false;
    std::vector<std::string> m_replies;
};

bool isOneCommand(const std::string &command)
{
    return std::ranges::none_of(command, [](char c) { return isOneOf(c, "\n\r;") || c == '\0'; });
}

} // namespace

QCoro::Task<Result<std::vector<std::string>>> exchange(QString socketPath, std::vector<std::string> commands,
                                                       std::chrono::milliseconds deadline)
{
    if (!std::ranges::all_of(commands, isOneCommand))
        co_return fail(ErrorCode::Internal, "a command for HAProxy holds a line break or ';'");

    const QDeadlineTimer timer(deadline);
    QLocalSocket socket;
    auto coSocket = qCoro(socket);
    const bool connected = co_await coSocket.connectToServer(socketPath, QIODevice::ReadWrite, left(timer));
    if (!connected)
        co_return fail(ErrorCode::Unavailable, "HAProxy's socket " + socketPath.toStdString() +
                                                   " does not answer: " + socket.errorString().toStdString());

    socket.write(requestFor(commands));
    ReplyReader reader(commands.size());
    while (!reader.isComplete()) {
        if (socket.bytesAvailable() == 0) {
            if (socket.state() != QLocalSocket::ConnectedState)
                co_return fail(ErrorCode::Corrupt, "HAProxy closed its socket before it had answered everything");
            if (timer.hasExpired())
                co_return fail(ErrorCode::Timeout,
                               "HAProxy did not answer within " + std::to_string(deadline.count()) + " ms");
            co_await coSocket.waitForReadyRead(left(timer));
        }
        reader.feed(socket.readAll());
    }
    socket.write("quit\n");
    socket.flush();
    socket.abort();
    co_return reader.take();
}

} // namespace balancer::adapters::haproxy

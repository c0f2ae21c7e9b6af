#pragma once

#include <QtCore/QByteArray>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

/// A server on 127.0.0.1 that does to its connections, one after another, what a test says; the last of `turns` goes
/// for all that follow.
class ByteServer
{
public:
    /// One connection, blocking. It is closed when the turn ends.
    class Connection
    {
    public:
        Connection(int socket, const std::atomic<bool> &isOver) : m_socket(socket), m_isOver(isOver) {}

        /// Up to the end of a head; false if the client left before.
        bool readRequest()
        {
            std::string seen;
            char c = 0;
            while (!seen.ends_with("\r\n\r\n")) {
                if (!waitReadable() || ::read(m_socket, &c, 1) != 1)
                    return false;
                seen += c;
            }
            return true;
        }
        /// The first bytes that come; nothing if the client left before.
        QByteArray readSome()
        {
            QByteArray bytes(4096, '\0');
            const auto size =
                waitReadable() ? ::read(m_socket, bytes.data(), static_cast<std::size_t>(bytes.size())) : 0;
            return bytes.left(size > 0 ? size : 0);
        }
        void send(const QByteArray &bytes)
        {
            [[maybe_unused]] const auto sent =
                ::send(m_socket, bytes.constData(), static_cast<std::size_t>(bytes.size()), MSG_NOSIGNAL);
        }
        /// Until the client leaves, or the test ends.
        void keep()
        {
            std::array<char, 4096> bytes{};
            while (waitReadable() && ::read(m_socket, bytes.data(), bytes.size()) > 0)
                ;
        }
        /// Waits, and takes nothing.
        void waitUntil(const std::function<bool()> &condition)
        {
            while (!m_isOver && !condition())
                std::this_thread::yield();
        }
        void waitForTheEnd()
        {
            waitUntil([] { return false; });
        }
        void reset()
        {
            const linger now{1, 0};
            setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }

    private:
        bool waitReadable()
        {
            pollfd entry{m_socket, POLLIN, 0};
            while (!m_isOver) {
                if (poll(&entry, 1, 5) > 0)
                    return true;
            }
            return false;
        }

        int m_socket;
        const std::atomic<bool> &m_isOver;
    };
    using Turn = std::function<void(Connection &)>;

    explicit ByteServer(std::vector<Turn> turns) : m_turns(std::move(turns))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        m_listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        bind(m_listener, reinterpret_cast<const sockaddr *>(&address), sizeof address);
        listen(m_listener, 64);
        socklen_t length = sizeof address;
        getsockname(m_listener, reinterpret_cast<sockaddr *>(&address), &length);
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { run(); });
    }
    ~ByteServer()
    {
        m_isOver = true;
        m_thread.join();
        close(m_listener);
    }
    ByteServer(const ByteServer &) = delete;
    ByteServer &operator=(const ByteServer &) = delete;

    std::string authority() const { return "127.0.0.1:" + std::to_string(m_port); }
    int connections() const { return m_connections; }
    /// How many clients were seen to have gone.
    int ended() const { return m_ended; }

    /// Reads a request, answers with these bytes, and closes or waits for the client to leave.
    static Turn answering(QByteArray bytes, bool closes)
    {
        return [bytes = std::move(bytes), closes](Connection &connection) {
            if (!connection.readRequest())
                return;
            connection.send(bytes);
            if (!closes)
                connection.keep();
        };
    }

private:
    void run()
    {
        pollfd entry{m_listener, POLLIN, 0};
        while (!m_isOver) {
            if (poll(&entry, 1, 5) <= 0)
                continue;
            const int client = accept(m_listener, nullptr, nullptr);
            const auto turn = std::min(static_cast<std::size_t>(m_connections++), m_turns.size() - 1);
            Connection connection(client, m_isOver);
            m_turns.at(turn)(connection);
            close(client);
            ++m_ended;
        }
    }

    std::vector<Turn> m_turns;
    int m_listener = -1;
    std::uint16_t m_port = 0;
    std::atomic<int> m_connections = 0;
    std::atomic<int> m_ended = 0;
    std::atomic<bool> m_isOver = false;
    std::thread m_thread;
};

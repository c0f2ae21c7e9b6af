#include "adapters/haproxy/log_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace balancer::adapters::haproxy {

Result<std::unique_ptr<LogSocket>> LogSocket::open(const std::string &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return fail(ErrorCode::Unavailable, "the path of the log socket is too long: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);

    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int room = 4 << 20; // many check results at once, after a start with 10,000 instances
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    unlink(path.c_str());
    if (bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        const std::string reason = std::strerror(errno);
        close(descriptor);
        return fail(ErrorCode::Unavailable, "cannot listen on " + path + ": " + reason);
    }
    return std::unique_ptr<LogSocket>(new LogSocket(descriptor)); // the constructor is private
}

LogSocket::LogSocket(int descriptor) : m_descriptor(descriptor), m_notifier(descriptor, QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &LogSocket::readAll);
}

LogSocket::~LogSocket()
{
    m_notifier.setEnabled(false);
    close(m_descriptor);
}

void LogSocket::readAll()
{
    std::array<char, 8192> buffer{};
    // Bounded, so that a flood of records leaves the loop time for other things.
    for (int i = 0; i < 1000; ++i) {
        const auto size = recv(m_descriptor, buffer.data(), buffer.size(), 0);
        if (size <= 0)
            return;
        const std::string_view record(buffer.data(), static_cast<std::size_t>(size));
        if (const auto event = plan::parseHealthRecord(record))
            Q_EMIT eventLogged(*event);
    }
}

} // namespace balancer::adapters::haproxy

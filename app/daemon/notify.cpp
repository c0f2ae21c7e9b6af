#include "daemon/notify.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace balancer::daemon {

namespace {

constexpr timeval kPatience{.tv_sec = 1, .tv_usec = 0};

std::string oneLine(std::string_view text)
{
    std::string line(text);
    std::ranges::replace(line, '\n', ' ');
    return line;
}

Error systemError(const std::string &socketPath, int number)
{
    return {ErrorCode::Unavailable, "NOTIFY_SOCKET " + socketPath + ": " + std::generic_category().message(number)};
}

} // namespace

ServiceNotifier ServiceNotifier::fromEnvironment()
{
    const char *path = std::getenv("NOTIFY_SOCKET");
    ServiceNotifier notifier(path ? path : "");
    ::unsetenv("NOTIFY_SOCKET");
    return notifier;
}

Result<void> ServiceNotifier::ready(std::string_view status) const
{
    return send("READY=1\nSTATUS=" + oneLine(status));
}

Result<void> ServiceNotifier::status(std::string_view status) const
{
    return send("STATUS=" + oneLine(status));
}

Result<void> ServiceNotifier::stopping() const
{
    return send("STOPPING=1");
}

Result<void> ServiceNotifier::send(const std::string &message) const
{
    if (m_socketPath.empty())
        return {};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (m_socketPath.size() >= sizeof(address.sun_path))
        return fail(systemError(m_socketPath, ENAMETOOLONG));
    std::memcpy(address.sun_path, m_socketPath.data(), m_socketPath.size());
    if (address.sun_path[0] == '@')
        address.sun_path[0] = '\0'; // an abstract socket, whose name may not be longer than it is
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + m_socketPath.size());

    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0)
        return fail(systemError(m_socketPath, errno));
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
    const auto sent = ::sendto(socket, message.data(), message.size(), MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr *>(&address), length);
    const int problem = errno;
    ::close(socket);
    if (sent < 0)
        return fail(systemError(m_socketPath, problem));
    return {};
}

} // namespace balancer::daemon

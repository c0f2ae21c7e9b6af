#pragma once

#include "base/endpoint.h"
#include "base/result.h"
#include "ports/http.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

/// Sockets as the system has them. Private to this folder.
namespace balancer::adapters::http {

/// Owns a descriptor and closes it.
class UniqueFd
{
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : m_fd(fd) {}
    UniqueFd(UniqueFd &&other) noexcept : m_fd(other.release()) {}
    UniqueFd &operator=(UniqueFd &&other) noexcept
    {
        std::swap(m_fd, other.m_fd);
        return *this;
    }
    ~UniqueFd()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }

    int get() const { return m_fd; }
    int release() { return std::exchange(m_fd, -1); }

private:
    int m_fd = -1;
};

/// Removes a socket's file when destroyed, unless the path meanwhile leads to another file.
class SocketFile
{
public:
    explicit SocketFile(std::string path);
    SocketFile(SocketFile &&other) noexcept
        : m_path(std::move(other.m_path)), m_file(std::exchange(other.m_file, std::nullopt))
    {
    }
    SocketFile &operator=(SocketFile &&other) = delete;
    ~SocketFile();

private:
    struct Remembered
    {
        dev_t device;
        ino_t inode;
        bool operator==(const Remembered &) const = default;
    };
    static std::optional<Remembered> lookAt(const std::string &path);

    std::string m_path;
    std::optional<Remembered> m_file;
};

struct UnixListener
{
    SocketFile file;
    UniqueFd socket;
};

/// Unavailable, and the system's own words: "cannot listen on 127.0.0.1:80: Permission denied".
Error systemError(std::string_view what, int code);

/// InvalidInput if the path is empty or does not fit.
Result<sockaddr_un> unixAddress(const std::string &path);

/// A listening socket that does not block. Unavailable otherwise.
Result<UniqueFd> listenOn(const Endpoint &endpoint);
/// Likewise, on a file of mode 0660. A socket file that nobody answers on is replaced.
Result<UnixListener> listenOn(const std::string &path);

/// What a TCP socket is bound to.
Result<Endpoint> boundEndpoint(int socket);

/// Who is connected; nullopt if the connection has gone already.
std::optional<ports::HttpPeer> peerOf(int socket);

} // namespace balancer::adapters::http

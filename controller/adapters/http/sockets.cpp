#include "adapters/http/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace balancer::adapters::http {

namespace {

constexpr mode_t kSocketMode = 0660;
constexpr int kSocketFlags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

/// A socket address of any family, as the system's calls take it.
struct Address
{
    sockaddr_storage storage{};
    socklen_t length = sizeof(sockaddr_storage);

    sockaddr *get() { return reinterpret_cast<sockaddr *>(&storage); }
    const sockaddr *get() const { return reinterpret_cast<const sockaddr *>(&storage); }
    int family() const { return storage.ss_family; }
};

template <typename Specific>
Address addressFrom(const Specific &specific)
{
    Address address;
    std::memcpy(&address.storage, &specific, sizeof specific);
    address.length = sizeof specific;
    return address;
}

template <typename Specific>
Specific specificFrom(const Address &address)
{
    Specific specific{};
    std::memcpy(&specific, &address.storage, sizeof specific);
    return specific;
}

std::optional<Address> addressOf(const Endpoint &endpoint)
{
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    if (inet_pton(AF_INET, endpoint.address.text().c_str(), &v4.sin_addr) == 1)
        return addressFrom(v4);

    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(endpoint.port);
    if (inet_pton(AF_INET6, endpoint.address.text().c_str(), &v6.sin6_addr) == 1)
        return addressFrom(v6);
    return std::nullopt;
}

std::string textOf(int family, const void *bytes)
{
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(family, bytes, text.data(), text.size());
    return text.data();
}

std::pair<std::string, std::uint16_t> hostAndPort(const Address &address)
{
    if (address.family() == AF_INET6) {
        const auto v6 = specificFrom<sockaddr_in6>(address);
        return {textOf(AF_INET6, &v6.sin6_addr), ntohs(v6.sin6_port)};
    }
    const auto v4 = specificFrom<sockaddr_in>(address);
    return {textOf(AF_INET, &v4.sin_addr), ntohs(v4.sin_port)};
}

bool enable(int socket, int level, int option)
{
    const int on = 1;
    return setsockopt(socket, level, option, &on, sizeof on) == 0;
}

bool prepareTcp(int socket, int family)
{
    if (family == AF_INET6 && !enable(socket, IPPROTO_IPV6, IPV6_V6ONLY))
        return false;
    return enable(socket, SOL_SOCKET, SO_REUSEADDR);
}

/// 0 if someone answers at `address`, the system's error otherwise.
int tryConnect(const Address &address)
{
    const UniqueFd socket(::socket(AF_UNIX, kSocketFlags, 0));
    if (socket.get() < 0)
        return errno;
    return ::connect(socket.get(), address.get(), address.length) == 0 ? 0 : errno;
}

/// Makes room for a new socket file, or says who is in the way.
Result<void> removeStale(const std::string &path, const Address &address)
{
    const auto what = "cannot listen on " + path;
    struct stat found
    {
    };
    if (lstat(path.c_str(), &found) != 0) {
        if (errno == ENOENT)
            return {};
        return fail(systemError(what, errno));
    }
    if (!S_ISSOCK(found.st_mode))
        return fail(ErrorCode::Unavailable, what + ": a file that is not a socket is in the way");

    const int answer = tryConnect(address);
    if (answer == 0 || answer == EAGAIN)
        return fail(systemError(what, EADDRINUSE));
    if (answer != ECONNREFUSED)
        return fail(systemError(what, answer));
    if (unlink(path.c_str()) != 0)
        return fail(systemError(what, errno));
    return {};
}

std::optional<std::uint32_t> userOf(int socket)
{
    ucred credentials{};
    socklen_t length = sizeof credentials;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &length) != 0)
        return std::nullopt;
    return credentials.uid;
}

} // namespace

SocketFile::SocketFile(std::string path) : m_path(std::move(path)), m_file(lookAt(m_path)) {}

SocketFile::~SocketFile()
{
    if (m_file && lookAt(m_path) == m_file)
        unlink(m_path.c_str());
}

std::optional<SocketFile::Remembered> SocketFile::lookAt(const std::string &path)
{
    struct stat found
    {
    };
    if (lstat(path.c_str(), &found) != 0)
        return std::nullopt;
    return Remembered{found.st_dev, found.st_ino};
}

Error systemError(std::string_view what, int code)
{
    return {ErrorCode::Unavailable, std::string(what) + ": " + std::generic_category().message(code)};
}

Result<sockaddr_un> unixAddress(const std::string &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.find('\0') != std::string::npos)
        return fail(ErrorCode::InvalidInput, "the path of the unix socket is empty or holds a zero byte");
    if (path.size() >= sizeof address.sun_path)
        return fail(ErrorCode::InvalidInput, path + ": a unix socket's path must be shorter than " +
                                                 std::to_string(sizeof address.sun_path) + " bytes");
    path.copy(address.sun_path, path.size());
    return address;
}

Result<UniqueFd> listenOn(const Endpoint &endpoint)
{
    const auto what = "cannot listen on " + endpoint.text();
    const auto address = addressOf(endpoint);
    if (!address)
        return fail(ErrorCode::Unavailable, what + ": not an IP address");

    UniqueFd socket(::socket(address->family(), kSocketFlags, 0));
    if (socket.get() < 0 || !prepareTcp(socket.get(), address->family()) ||
        bind(socket.get(), address->get(), address->length) != 0 || listen(socket.get(), SOMAXCONN) != 0)
        return fail(systemError(what, errno));
    return socket;
}

Result<UnixListener> listenOn(const std::string &path)
{
    const auto what = "cannot listen on " + path;
    const auto named = unixAddress(path);
    if (!named)
        return fail(inContext("cannot listen", named.error()));
    const auto address = addressFrom(*named);
    const auto room = removeStale(path, address);
    if (!room)
        return fail(room.error());

    UniqueFd socket(::socket(AF_UNIX, kSocketFlags, 0));
    // Linux gives the file the socket's own mode less the umask, so it is never wider than wanted, not even at first.
    if (socket.get() < 0 || fchmod(socket.get(), kSocketMode) != 0 ||
        bind(socket.get(), address.get(), address.length) != 0)
        return fail(systemError(what, errno));
    SocketFile file(path);
    if (chmod(path.c_str(), kSocketMode) != 0 || listen(socket.get(), SOMAXCONN) != 0)
        return fail(systemError(what, errno));
    return UnixListener{std::move(file), std::move(socket)};
}

Result<Endpoint> boundEndpoint(int socket)
{
    Address address;
    if (getsockname(socket, address.get(), &address.length) != 0)
        return fail(systemError("cannot tell where a socket is bound", errno));
    const auto [host, port] = hostAndPort(address);
    const auto ip = IpAddress::parse(host);
    if (!ip)
        return fail(ip.error());
    return Endpoint{*ip, port};
}

std::optional<ports::HttpPeer> peerOf(int socket)
{
    Address address;
    if (getpeername(socket, address.get(), &address.length) != 0)
        return std::nullopt;
    ports::HttpPeer peer;
    if (address.family() == AF_UNIX)
        peer.userId = userOf(socket);
    else
        peer.address = hostAndPort(address).first;
    return peer;
}

} // namespace balancer::adapters::http

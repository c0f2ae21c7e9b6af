#include "adapters/haproxy/listening_sockets.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace balancer::adapters::haproxy {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kListenState = "0A";

std::string readFile(const fs::path &path)
{
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

template <typename Number>
bool readNumber(std::string_view text, Number &number, int base)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return error == std::errc() && end == text.data() + text.size();
}

/// The kernel prints addresses as 32-bit words in the machine's byte order.
std::optional<IpAddress> parseKernelAddress(std::string_view hex)
{
    std::array<std::uint32_t, 4> words{};
    const auto count = hex.size() / 8;
    if ((count != 1 && count != 4) || hex.size() % 8 != 0)
        return std::nullopt;
    for (std::size_t i = 0; i < count; ++i) {
        if (!readNumber(hex.substr(i * 8, 8), words[i], 16))
            return std::nullopt;
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(count == 1 ? AF_INET : AF_INET6, words.data(), text.data(), text.size());
    const std::string_view shown(text.data());
    if (shown == "0.0.0.0" || shown == "::")
        return IpAddress();
    const auto address = IpAddress::parse(shown);
    if (!address)
        return std::nullopt;
    return *address;
}

std::vector<std::string_view> words(std::string_view line)
{
    std::vector<std::string_view> found;
    for (const auto word : split(line, ' ')) {
        if (!word.empty())
            found.push_back(word);
    }
    return found;
}

std::optional<ListeningSocket> parseSocketLine(std::string_view line)
{
    constexpr std::size_t kLocal = 1;
    constexpr std::size_t kState = 3;
    constexpr std::size_t kInode = 9;
    const auto fields = words(line);
    if (fields.size() <= kInode || fields[kState] != kListenState)
        return std::nullopt;
    const auto colon = fields[kLocal].find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    ListeningSocket socket;
    const auto address = parseKernelAddress(fields[kLocal].substr(0, colon));
    if (!address || !readNumber(fields[kLocal].substr(colon + 1), socket.bind.port, 16) ||
        !readNumber(fields[kInode], socket.inode, 10))
        return std::nullopt;
    socket.bind.address = *address;
    return socket;
}

std::optional<Inode> socketInode(const fs::path &descriptor)
{
    constexpr std::string_view kPrefix = "socket:[";
    std::error_code error;
    const auto target = fs::read_symlink(descriptor, error).string();
    Inode inode = 0;
    if (error || !target.starts_with(kPrefix) ||
        !readNumber(std::string_view(target).substr(kPrefix.size(), target.size() - kPrefix.size() - 1), inode, 10))
        return std::nullopt;
    return inode;
}

bool overlaps(const plan::Bind &left, const plan::Bind &right)
{
    return left.port == right.port &&
           (left.address == right.address || left.address.isEmpty() || right.address.isEmpty());
}

class Descriptor
{
public:
    explicit Descriptor(int number) : m_number(number) {}
    ~Descriptor()
    {
        if (m_number >= 0)
            close(m_number);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    int number() const { return m_number; }

private:
    int m_number;
};

/// The errno of trying to bind; 0 when it can be.
int tryBind(const plan::Bind &bind)
{
    const bool v6 = bind.address.isV6();
    const Descriptor descriptor(socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (descriptor.number() < 0)
        return errno;
    const int on = 1;
    setsockopt(descriptor.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);

    sockaddr_storage storage{};
    socklen_t size = 0;
    if (v6) {
        auto *address = reinterpret_cast<sockaddr_in6 *>(&storage);
        address->sin6_family = AF_INET6;
        address->sin6_port = htons(bind.port);
        inet_pton(AF_INET6, bind.address.text().c_str(), &address->sin6_addr);
        size = sizeof *address;
    } else {
        auto *address = reinterpret_cast<sockaddr_in *>(&storage);
        address->sin_family = AF_INET;
        address->sin_port = htons(bind.port);
        if (!bind.address.isEmpty())
            inet_pton(AF_INET, bind.address.text().c_str(), &address->sin_addr);
        size = sizeof *address;
    }
    const auto *address = reinterpret_cast<const sockaddr *>(&storage);
    return ::bind(descriptor.number(), address, size) == 0 ? 0 : errno;
}

std::string bindAdvice(int error, const plan::Bind &bind)
{
    if (error == EADDRNOTAVAIL)
        return "the address is not on this machine; add it (ip addr add " + bind.address.text() +
               "/32 dev lo) or choose another one";
    if (error == EACCES)
        return "ports below 1024 need the right to bind them (CAP_NET_BIND_SERVICE)";
    const auto sockets = listeningSockets();
    const auto taken =
        std::ranges::find_if(sockets, [&](const ListeningSocket &socket) { return overlaps(socket.bind, bind); });
    if (error == EADDRINUSE && taken != sockets.end())
        return "it is used by " + ownerOf(taken->inode);
    return std::strerror(error);
}

} // namespace

std::vector<ListeningSocket> parseListeningSockets(const std::string &procNetTcp)
{
    std::vector<ListeningSocket> sockets;
    for (const auto line : split(procNetTcp, '\n')) {
        if (auto socket = parseSocketLine(line))
            sockets.push_back(std::move(*socket));
    }
    return sockets;
}

std::vector<ListeningSocket> listeningSockets()
{
    auto sockets = parseListeningSockets(readFile("/proc/net/tcp"));
    const auto v6 = parseListeningSockets(readFile("/proc/net/tcp6"));
    sockets.insert(sockets.end(), v6.begin(), v6.end());
    return sockets;
}

std::set<Inode> socketsOf(qint64 pid)
{
    std::set<Inode> inodes;
    std::error_code error;
    fs::directory_iterator entry("/proc/" + std::to_string(pid) + "/fd", error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (const auto inode = socketInode(entry->path()))
            inodes.insert(*inode);
    }
    return inodes;
}

std::string ownerOf(Inode inode)
{
    std::error_code error;
    fs::directory_iterator entry("/proc", error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        qint64 pid = 0;
        if (!readNumber(std::string_view(entry->path().filename().native()), pid, 10) ||
            !socketsOf(pid).contains(inode))
            continue;
        const auto name = readFile(entry->path() / "comm");
        return std::string(trimmed(name)) + ", process " + std::to_string(pid);
    }
    return "another program";
}

Result<void> checkBindable(const plan::Bind &bind)
{
    const int error = tryBind(bind);
    if (error == 0)
        return {};
    return fail(ErrorCode::InvalidConfigurationRequest,
                "Cannot listen on " + bind.text() + ": " + bindAdvice(error, bind));
}

} // namespace balancer::adapters::haproxy

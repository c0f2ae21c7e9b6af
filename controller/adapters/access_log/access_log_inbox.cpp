#include "adapters/access_log/access_log_inbox.h"

#include "plan/access_log_format.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace balancer::adapters::access_log {

namespace {

constexpr std::size_t kLongestRecord = 65536;

Result<int> openSocket(const std::string &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return fail(ErrorCode::Unavailable, "the path of the access log socket is too long: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(path.c_str());
    if (descriptor < 0 || bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        const std::string reason = std::strerror(errno);
        if (descriptor >= 0)
            close(descriptor);
        return fail(ErrorCode::Unavailable, "cannot listen on " + path + ": " + reason);
    }
    return descriptor;
}

} // namespace

Result<std::unique_ptr<AccessLogInbox>> AccessLogInbox::open(const std::string &base, std::size_t mostBytes)
{
    std::vector<int> sockets;
    for (int i = 0; i < plan::kAccessLogSockets; ++i) {
        const auto opened = openSocket(plan::accessLogSocket(base, i));
        if (!opened) {
            for (const int descriptor : sockets)
                close(descriptor);
            return fail(opened.error());
        }
        sockets.push_back(*opened);
    }
    const int stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return std::unique_ptr<AccessLogInbox>(new AccessLogInbox(std::move(sockets), stop, mostBytes)); // private
}

AccessLogInbox::AccessLogInbox(std::vector<int> sockets, int stop, std::size_t mostBytes)
    : m_sockets(std::move(sockets)), m_stop(stop), m_mostBytes(mostBytes), m_thread([this] { run(); })
{
}

AccessLogInbox::~AccessLogInbox()
{
    eventfd_write(m_stop, 1);
    m_thread.join();
    for (const int descriptor : m_sockets)
        close(descriptor);
    close(m_stop);
}

void AccessLogInbox::run()
{
    std::vector<pollfd> waiting;
    for (const int descriptor : m_sockets)
        waiting.push_back(pollfd{descriptor, POLLIN, 0});
    waiting.push_back(pollfd{m_stop, POLLIN, 0});
    std::string buffer(kLongestRecord, '\0');
    while (waiting.back().revents == 0) {
        if (poll(waiting.data(), waiting.size(), -1) <= 0)
            continue;
        for (const auto &ready : waiting) {
            if (ready.revents != 0 && ready.fd != m_stop)
                readSome(ready.fd, buffer);
        }
    }
}

bool AccessLogInbox::readSome(int descriptor, std::string &buffer)
{
    // Held over the reading as well: what has left a socket is then in the batch for everyone.
    const std::lock_guard lock(m_mutex);
    // Bounded, so that no socket keeps the others waiting; poll comes back to it.
    for (int i = 0; i < 64; ++i) {
        const auto size = recv(descriptor, buffer.data(), buffer.size(), 0);
        if (size < 0)
            return false;
        const std::string_view record(buffer.data(), static_cast<std::size_t>(size));
        if (!record.ends_with('\n'))
            continue; // not a whole record
        if (m_batch.records.size() + record.size() > m_mostBytes) {
            ++m_batch.dropped;
            continue;
        }
        if (m_batch.records.empty())
            m_changed.notify_one();
        m_batch.records += record;
    }
    return true;
}

void AccessLogInbox::drain()
{
    std::string buffer(kLongestRecord, '\0');
    constexpr int kMost = 1000; // while HAProxy logs faster than this
    for (const int descriptor : m_sockets) {
        for (int i = 0; i < kMost && readSome(descriptor, buffer); ++i) {
        }
    }
}

AccessLogInbox::Batch AccessLogInbox::take()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_batch, Batch());
}

void AccessLogInbox::wait(std::chrono::milliseconds patience)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, patience, [this] { return m_woken || !m_batch.records.empty(); });
    m_woken = false;
}

void AccessLogInbox::wake()
{
    const std::lock_guard lock(m_mutex);
    m_woken = true;
    m_changed.notify_one();
}

} // namespace balancer::adapters::access_log

#include "adapters/http/idle_streams.h"

#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace balancer::adapters::http {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kPatience = 3s;
constexpr std::size_t kMostPerDestination = 4;

/// Between two requests nothing is due, neither bytes nor an end.
bool isQuiet(Stream &stream)
{
    char byte = 0;
    return ::recv(stream.socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

} // namespace

std::shared_ptr<Stream> IdleStreams::take(const Destination &destination)
{
    const auto found = m_kept.find(destination);
    if (found == m_kept.end())
        return nullptr;
    std::shared_ptr<Stream> usable;
    while (!usable && !found->second.empty()) {
        auto last = std::move(found->second.back().stream);
        found->second.pop_back();
        if (isQuiet(*last))
            usable = std::move(last);
    }
    if (found->second.empty())
        m_kept.erase(found);
    return usable;
}

void IdleStreams::keep(const Destination &destination, std::shared_ptr<Stream> stream)
{
    auto &kept = m_kept[destination];
    if (kept.size() >= kMostPerDestination)
        kept.pop_front();
    auto &added = kept.emplace_back(m_loop, std::move(stream));
    added.expiry.expires_after(kPatience);
    added.expiry.async_wait([this, destination, kept = added.stream.get()](const error_code &error) {
        if (!error)
            drop(destination, kept);
    });
}

void IdleStreams::drop(const Destination &destination, const Stream *stream)
{
    const auto found = m_kept.find(destination);
    if (found == m_kept.end())
        return;
    found->second.remove_if([stream](const Kept &kept) { return kept.stream.get() == stream; });
    if (found->second.empty())
        m_kept.erase(found);
}

} // namespace balancer::adapters::http

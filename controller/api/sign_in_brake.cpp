#include "api/sign_in_brake.h"

#include "base/text.h"
#include "ports/pause.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace balancer::api {

namespace {

/// More doublings than make a difference; so much at most has to be forgiven again.
constexpr int kMostDoublings = 10;

/// The wrong secret and the unknown key: what guessing looks like.
bool isGuess(ErrorCode code)
{
    return code == ErrorCode::SignatureDoesNotMatch || code == ErrorCode::InvalidClientTokenId;
}

/// The eight groups of an IPv6 address as the system prints it: "fd00::5" has six zeros in the middle.
std::vector<std::string_view> groupsOf(std::string_view address)
{
    constexpr std::size_t kGroups = 8;
    const auto gap = address.find("::");
    auto groups = split(address.substr(0, gap), ':');
    if (gap == std::string_view::npos)
        return groups;
    if (gap == 0)
        groups.clear();
    const auto last = split(address.substr(gap + 2), ':');
    while (groups.size() + last.size() < kGroups)
        groups.push_back("0");
    groups.insert(groups.end(), last.begin(), last.end());
    return groups;
}

/// "10.0.0.5", also for "::ffff:10.0.0.5"; of other IPv6 addresses the first half.
std::string sourceOf(std::string_view address)
{
    constexpr std::size_t kHalf = 4;
    if (address.find(':') == std::string_view::npos || address.find('.') != std::string_view::npos)
        return std::string(address.substr(address.rfind(':') + 1));
    const auto groups = groupsOf(address);
    std::string half;
    for (std::size_t i = 0; i < std::min(kHalf, groups.size()); ++i)
        (half += groups[i]) += ':';
    return half;
}

} // namespace

SignInBrake::SignInBrake(const ports::Clock &clock, BrakeOptions options) : m_clock(clock), m_options(options) {}

int SignInBrake::failuresOf(const Source &source) const
{
    const auto passed = std::max(m_clock.now() - source.since, std::chrono::milliseconds(0));
    const auto forgiven = passed / m_options.forgiven;
    return forgiven >= source.failures ? 0 : source.failures - static_cast<int>(forgiven);
}

/// Forgets who has nothing left to be forgiven, or else whoever failed least recently.
void SignInBrake::makeRoom()
{
    auto &sources = m_state->sources;
    if (sources.size() < m_options.addresses)
        return;
    std::erase_if(sources,
                  [this](const auto &entry) { return entry.second.delayed == 0 && !failuresOf(entry.second); });
    if (sources.size() < m_options.addresses)
        return;
    const auto age = [](const auto &entry) { return std::pair(entry.second.delayed > 0, entry.second.since); };
    sources.erase(std::ranges::min_element(sources, {}, age));
}

std::chrono::milliseconds SignInBrake::noteFailure(std::string_view address)
{
    const auto name = sourceOf(address);
    if (!m_state->sources.contains(name))
        makeRoom();
    auto &source = m_state->sources[name];
    source.failures = std::min(failuresOf(source) + 1, m_options.free + kMostDoublings);
    source.since = m_clock.now();
    if (source.failures <= m_options.free)
        return std::chrono::milliseconds(0);
    return std::min(m_options.first * (1 << (source.failures - m_options.free - 1)), m_options.longest);
}

bool SignInBrake::mayWait(const Source &source) const
{
    return m_state->delayed < m_options.delayed && source.delayed < m_options.delayedForOne;
}

QCoro::Task<Error> SignInBrake::slowed(ports::HttpPeer peer, Error error)
{
    if (peer.userId || !isGuess(error.code))
        co_return error;
    const auto delay = noteFailure(peer.address);
    if (delay.count() == 0)
        co_return error;
    const auto name = sourceOf(peer.address);
    if (!mayWait(m_state->sources[name])) {
        Error refusal{ErrorCode::Throttling, "Rate exceeded"};
        co_return refusal;
    }
    const auto state = m_state;
    ++state->delayed;
    ++state->sources[name].delayed;
    co_await ports::pause(delay);
    --state->delayed;
    // It may have been forgotten meanwhile.
    const auto source = state->sources.find(name);
    if (source != state->sources.end() && source->second.delayed > 0)
        --source->second.delayed;
    co_return error;
}

} // namespace balancer::api

#pragma once

#include "base/result.h"
#include "ports/clock.h"
#include "ports/http.h"

#include <QCoro/QCoroTask>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace balancer::api {

struct BrakeOptions
{
    int free = 10;                        ///< failures that are answered at once
    std::chrono::milliseconds first{100}; ///< of the next one; doubles with each
    std::chrono::milliseconds longest{3000};
    std::chrono::milliseconds forgiven{3000}; ///< after each of these one failure less counts
    std::size_t addresses = 4096;             ///< that are remembered
    std::size_t delayed = 100;                ///< answers that wait at once
    std::size_t delayedForOne = 10;           ///< of them for one address
};

/// Slows down who guesses keys: from each address a few failures are answered at once, then each later than the one
/// before. Other addresses notice nothing, and neither does a right signature from the same one. In memory only. Of
/// IPv6 the first 64 bits count as the address, for everyone has that many.
class SignInBrake
{
public:
    SignInBrake(const ports::Clock &clock, BrakeOptions options = {});

    /// The error to answer a request of that peer with, as late as it deserves. Only failed signatures and sign-ins are
    /// late; none is over the unix socket. Throttling instead, at once, when too many are waiting already.
    QCoro::Task<Error> slowed(ports::HttpPeer peer, Error error);

    /// How long the answer to one more failure has to wait.
    std::chrono::milliseconds noteFailure(std::string_view address);

    std::size_t addressCount() const { return m_state->sources.size(); }
    std::size_t delayedCount() const { return m_state->delayed; }

private:
    struct Source
    {
        int failures = 0;
        model::Timestamp since{}; ///< when the failures were counted
        std::size_t delayed = 0;
    };
    /// Those who wait may outlive us.
    struct State
    {
        std::map<std::string, Source, std::less<>> sources;
        std::size_t delayed = 0;
    };

    int failuresOf(const Source &source) const;
    void makeRoom();
    bool mayWait(const Source &source) const;

    const ports::Clock &m_clock;
    const BrakeOptions m_options;
    const std::shared_ptr<State> m_state = std::make_shared<State>();
};

} // namespace balancer::api

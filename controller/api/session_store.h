#pragma once

#include "api/signature.h"
#include "model/reads.h"
#include "ports/clock.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace balancer::api {

struct SessionLimits
{
    std::chrono::minutes idle{30};
    std::chrono::hours longest{12};
    std::size_t most = 1000; ///< at once; for one more, the one that was not used for longest ends
};

/// Browsers that are signed in, in memory only: a restart signs all of them out. What was opened with an access key
/// has that key's role of the moment and ends when the key is disabled.
class SessionStore
{
public:
    SessionStore(KeyLookup findKey, const ports::Clock &clock, SessionLimits limits = {});

    struct Opened
    {
        std::string token; ///< for the browser alone; not kept here
        model::Session session;
    };

    /// Internal when the machine has no random numbers.
    Result<Opened> open(const model::Caller &caller);
    /// The session of that token, which goes on for another while because of this; nothing when there is none.
    std::optional<model::Session> use(std::string_view token);
    /// The same for those who only wonder: it does not go on because of this.
    std::optional<model::Session> find(std::string_view token) const;
    void close(std::string_view token);

    std::size_t count() const { return m_sessions.size(); }

private:
    struct Entry
    {
        model::Caller caller;
        bool hasKey = false;
        model::Timestamp openedAt{};
        model::Timestamp usedAt{};
    };
    /// By the token's hash: how long a look-up takes tells nothing of the tokens.
    using Entries = std::map<std::string, Entry, std::less<>>;

    model::Timestamp endOf(const Entry &entry) const;
    std::optional<model::Caller> callerOf(const Entry &entry) const;
    void makeRoom();

    const KeyLookup m_findKey;
    const ports::Clock &m_clock;
    const SessionLimits m_limits;
    Entries m_sessions;
};

} // namespace balancer::api

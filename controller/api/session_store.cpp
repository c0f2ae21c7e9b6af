#include "api/session_store.h"

#include "api/crypto.h"

#include <algorithm>
#include <utility>

namespace balancer::api {

SessionStore::SessionStore(KeyLookup findKey, const ports::Clock &clock, SessionLimits limits)
    : m_findKey(std::move(findKey)), m_clock(clock), m_limits(limits)
{
}

model::Timestamp SessionStore::endOf(const Entry &entry) const
{
    return std::min(entry.usedAt + m_limits.idle, entry.openedAt + m_limits.longest);
}

/// Nothing when the session is over.
std::optional<model::Caller> SessionStore::callerOf(const Entry &entry) const
{
    if (m_clock.now() >= endOf(entry))
        return std::nullopt;
    auto caller = entry.caller;
    if (!entry.hasKey)
        return caller;
    const auto key = m_findKey(caller.name);
    if (!key || !key->enabled)
        return std::nullopt;
    caller.role = key->role;
    return caller;
}

void SessionStore::makeRoom()
{
    std::erase_if(m_sessions, [this](const auto &session) { return !callerOf(session.second); });
    if (m_sessions.size() < m_limits.most)
        return;
    const auto idlest = std::ranges::min_element(m_sessions, {}, [](const auto &entry) { return entry.second.usedAt; });
    m_sessions.erase(idlest);
}

Result<SessionStore::Opened> SessionStore::open(const model::Caller &caller)
{
    const auto token = randomToken();
    if (!token)
        return fail(token.error());
    makeRoom();
    const auto now = m_clock.now();
    const Entry entry{caller, m_findKey(caller.name).has_value(), now, now};
    m_sessions.insert_or_assign(sha256Hex(*token), entry);
    return Opened{*token, model::Session{caller, endOf(entry)}};
}

std::optional<model::Session> SessionStore::find(std::string_view token) const
{
    const auto found = m_sessions.find(sha256Hex(token));
    const auto caller = found == m_sessions.end() ? std::nullopt : callerOf(found->second);
    if (!caller)
        return std::nullopt;
    return model::Session{*caller, endOf(found->second)};
}

std::optional<model::Session> SessionStore::use(std::string_view token)
{
    const auto hash = sha256Hex(token);
    if (!find(token)) {
        m_sessions.erase(hash);
        return std::nullopt;
    }
    m_sessions.at(hash).usedAt = m_clock.now();
    return find(token);
}

void SessionStore::close(std::string_view token)
{
    m_sessions.erase(sha256Hex(token));
}

} // namespace balancer::api

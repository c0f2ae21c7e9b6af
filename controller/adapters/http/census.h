#pragma once

#include "ports/http.h"

#include <cstddef>
#include <string>
#include <unordered_map>

namespace balancer::adapters::http {

/// Counts the connections that are served, in all and by peer. Private to this folder.
class Census
{
public:
    Census(std::size_t most, std::size_t mostPerPeer) : m_most(most), m_mostPerPeer(mostPerPeer) {}

    bool hasRoomFor(const ports::HttpPeer &peer) const
    {
        const auto found = m_byPeer.find(keyOf(peer));
        const auto others = found == m_byPeer.end() ? 0 : found->second;
        return m_all < m_most && others < m_mostPerPeer;
    }

    void add(const ports::HttpPeer &peer)
    {
        ++m_all;
        ++m_byPeer[keyOf(peer)];
    }

    /// Of one that was added.
    void remove(const ports::HttpPeer &peer)
    {
        --m_all;
        const auto found = m_byPeer.find(keyOf(peer));
        if (--found->second == 0)
            m_byPeer.erase(found);
    }

private:
    static std::string keyOf(const ports::HttpPeer &peer)
    {
        return peer.userId ? "user " + std::to_string(*peer.userId) : peer.address;
    }

    std::size_t m_most;
    std::size_t m_mostPerPeer;
    std::size_t m_all = 0;
    std::unordered_map<std::string, std::size_t> m_byPeer;
};

} // namespace balancer::adapters::http

#pragma once

#include "plan/haproxy_config.h"
#include "plan/servers_state.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::plan {

/// A request or a connection that a server has.
struct Session
{
    std::string id; ///< "0x562480c2f380"
    ServerKey server;

    bool operator==(const Session &) const = default;
};

/// Reads `show sess`; sessions without a server are left out.
std::vector<Session> parseSessions(std::string_view text);

/// "shutdown session ID" for each of them that one of `servers` has.
std::vector<std::string> sessionShutdowns(const std::vector<Session> &sessions, const std::set<ServerKey> &servers);

/// The listeners' servers of that load balancer and instance; none when they are not in `config`.
std::set<ServerKey> serversOf(const HaproxyConfig &config, const std::string &foldedName, const std::string &instance);

/// The listeners' servers in `left` whose instance has no longer that slot and host in `now`. Costs what differs.
std::set<ServerKey> serversGone(const HaproxyConfig &left, const HaproxyConfig &now);

} // namespace balancer::plan

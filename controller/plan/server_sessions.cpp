#include "plan/server_sessions.h"

#include "base/text.h"
#include "plan/plan.h"

#include <optional>

namespace balancer::plan {

namespace {

/// What follows `name` in "proto=tcpv4 src=127.0.0.1:47494 fe=f:80 be=b:web:80 srv=s1 ts=00".
std::string valueOf(std::string_view line, std::string_view name)
{
    const auto found = line.find(name);
    if (found == std::string_view::npos)
        return {};
    const auto rest = line.substr(found + name.size());
    return std::string(rest.substr(0, rest.find(' ')));
}

std::optional<Session> parseSession(std::string_view line)
{
    const auto end = line.find(':');
    if (!line.starts_with("0x") || end == std::string_view::npos)
        return std::nullopt;
    Session session{std::string(line.substr(0, end)), {valueOf(line, " be="), valueOf(line, " srv=")}};
    if (session.server.second.empty() || session.server.second == "<none>")
        return std::nullopt;
    return session;
}

void addServers(const BalancerConfig &balancer, std::size_t slot, std::set<ServerKey> &servers)
{
    for (const auto &backend : balancer.backends)
        servers.emplace(backend.name, backend.servers[slot].name);
}

} // namespace

std::vector<Session> parseSessions(std::string_view text)
{
    std::vector<Session> sessions;
    for (const auto line : split(text, '\n')) {
        if (auto session = parseSession(line))
            sessions.push_back(std::move(*session));
    }
    return sessions;
}

std::vector<std::string> sessionShutdowns(const std::vector<Session> &sessions, const std::set<ServerKey> &servers)
{
    std::vector<std::string> commands;
    for (const auto &session : sessions) {
        if (servers.contains(session.server))
            commands.push_back("shutdown session " + session.id);
    }
    return commands;
}

std::set<ServerKey> serversOf(const HaproxyConfig &config, const std::string &foldedName, const std::string &instance)
{
    std::set<ServerKey> servers;
    const auto balancer = config.balancers.find(foldedName);
    if (balancer == config.balancers.end() || instance.empty())
        return servers;
    const auto &checked = balancer->second->check.servers;
    for (std::size_t slot = 0; slot < checked.size(); ++slot) {
        if (checked[slot].instance == instance)
            addServers(*balancer->second, slot, servers);
    }
    return servers;
}

std::set<ServerKey> serversGone(const HaproxyConfig &left, const HaproxyConfig &now)
{
    std::set<ServerKey> servers;
    for (const auto &[name, balancer] : left.balancers) {
        const auto next = now.balancers.find(name);
        const auto *wanted = next == now.balancers.end() ? nullptr : &*next->second;
        if (wanted && next->second == balancer)
            continue;
        const auto &checked = balancer->check.servers;
        for (std::size_t slot = 0; slot < checked.size(); ++slot) {
            if (checked[slot].address && !staysIn(wanted, checked[slot], slot))
                addServers(*balancer, slot, servers);
        }
    }
    return servers;
}

} // namespace balancer::plan

#include "plan/servers_state.h"

#include "base/text.h"

#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace balancer::plan {

namespace {

// Columns of version 1, in this order since HAProxy 2.4.
constexpr std::string_view kHeader =
    "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "
    "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state "
    "bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr "
    "srv_agent_addr srv_agent_port";

enum Column : std::size_t {
    BackendName = 1,
    ServerName = 3,
    Address = 4,
    OpState = 5,
    AdminState = 6,
    CheckStatus = 10,
    CheckResult = 11,
    CheckHealth = 12,
    CheckState = 13,
    Port = 18,
    ColumnCount = 19, // the least a line must have
};

template <typename Number>
bool readNumber(std::string_view text, Number &number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

std::optional<ServerState> parseLine(std::string_view line)
{
    const auto fields = split(line, ' ');
    if (fields.size() < ColumnCount)
        return std::nullopt;
    ServerState server;
    int state = 0;
    const bool numbers = readNumber(fields[OpState], state) && readNumber(fields[AdminState], server.admin) &&
                         readNumber(fields[CheckStatus], server.checkStatus) &&
                         readNumber(fields[CheckResult], server.checkResult) &&
                         readNumber(fields[CheckHealth], server.checkHealth) &&
                         readNumber(fields[CheckState], server.checkState) && readNumber(fields[Port], server.port);
    if (!numbers || state < 0 || state > 3)
        return std::nullopt;
    server.state = static_cast<OperationalState>(state);
    server.backend = fields[BackendName];
    server.server = fields[ServerName];
    server.address = fields[Address];
    return server;
}

struct StateColumns
{
    int operational;
    unsigned admin;
    int checkResult; // 0 unknown, 2 failed, 3 passed
    int checkHealth;
};

StateColumns columnsOf(SlotHealth health)
{
    // More than rise + fall - 1 is cut to that by HAProxy, so this is "as well as can be" for every threshold.
    constexpr int kFullHealth = 19;
    switch (health) {
    case SlotHealth::Registering:
        return {0, admin::kForcedDrain, 0, 0};
    case SlotHealth::Down:
        return {0, 0, 2, 0};
    case SlotHealth::Up:
        return {2, 0, 3, kFullHealth};
    }
    return {0, admin::kForcedDrain, 0, 0};
}

std::string stateLine(const std::string &backend, const Server &server, std::size_t slot, SlotHealth health)
{
    const auto columns = columnsOf(health);
    const auto id = std::to_string(slot + 1);
    // HAProxy finds the server by its names; a differing backend id only costs a search.
    return "1 " + backend + " " + id + " " + server.name + " " + server.address->address.text() + " " +
           std::to_string(columns.operational) + " " + std::to_string(columns.admin) + " 1 1 0 1 " +
           std::to_string(columns.checkResult) + " " + std::to_string(columns.checkHealth) + " 6 0 0 0 - " +
           std::to_string(server.address->port) + " - 0 0 - - 0\n";
}

bool hasAddress(const ServerState &state, const Endpoint &endpoint)
{
    return state.address == endpoint.address.text() && state.port == endpoint.port;
}

void compareBackend(const Backend &backend, const ServerStates &states, std::vector<std::string> &found)
{
    for (std::size_t slot = 0; slot < backend.servers.size(); ++slot) {
        const auto &server = backend.servers[slot];
        const auto path = backend.name + "/" + server.name;
        const auto known = states.find({backend.name, server.name});
        if (known == states.end()) {
            found.push_back(path + " is missing");
            continue;
        }
        const auto wanted = effectiveAddress(server, slot);
        if (!hasAddress(known->second, wanted))
            found.push_back(path + " has address " + known->second.address + ":" + std::to_string(known->second.port) +
                            " instead of " + wanted.text());
        if (backend.tracks.empty() && known->second.isInMaintenance() != !server.address)
            found.push_back(path + (server.address ? " is in maintenance though it has an instance"
                                                   : " is in use though it has no instance"));
        if (!backend.tracks.empty() && known->second.isForcedIntoMaintenance() != server.draining)
            found.push_back(path + (server.draining ? " does not drain" : " drains though it should not"));
    }
}

} // namespace

Result<ServerStates> parseServersState(std::string_view text)
{
    const auto corrupt = [](std::string sentence) {
        return fail(ErrorCode::Corrupt, "show servers state: " + std::move(sentence));
    };
    const auto lines = split(text, '\n');
    if (trimmed(lines.front()) != "1")
        return corrupt("version '" + std::string(lines.front().substr(0, 40)) + "' is not 1");

    ServerStates states;
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto line = trimmed(lines[i]);
        if (line.empty() || line.front() == '#')
            continue;
        auto server = parseLine(line);
        if (!server)
            return corrupt("cannot read the line '" + std::string(line.substr(0, 120)) + "'");
        ServerKey key{server->backend, server->server};
        states.insert_or_assign(std::move(key), std::move(*server));
    }
    return states;
}

std::string renderServersState(const HaproxyConfig &config, const SlotHealths &healths)
{
    std::string text = "1\n" + std::string(kHeader) + "\n";
    for (const auto &[name, balancer] : config.balancers) {
        const auto &check = balancer->check;
        for (std::size_t slot = 0; slot < check.servers.size(); ++slot) {
            const auto &server = check.servers[slot];
            if (!server.address)
                continue;
            const auto known = healths.find({check.name, server.name});
            const auto health = known == healths.end() ? SlotHealth::Registering : known->second;
            text += stateLine(check.name, server, slot, health);
        }
    }
    return text;
}

SlotHealths healthsOf(const HaproxyConfig &config, const ServerStates &states)
{
    SlotHealths healths;
    for (const auto &[name, balancer] : config.balancers) {
        for (const auto &server : balancer->check.servers) {
            const auto known = states.find({balancer->check.name, server.name});
            // The port may differ: it is the health check's, and a changed check keeps the states (ELB).
            const bool same =
                server.address && known != states.end() && known->second.address == server.address->address.text();
            if (!same || known->second.isInMaintenance())
                continue;
            const auto &state = known->second;
            const auto health = state.isForcedToDrain() ? SlotHealth::Registering
                                : state.isUp()          ? SlotHealth::Up
                                                        : SlotHealth::Down;
            healths.emplace(known->first, health);
        }
    }
    return healths;
}

std::vector<std::string> differences(const BalancerConfig &balancer, const ServerStates &states)
{
    std::vector<std::string> found;
    compareBackend(balancer.check, states, found);
    for (const auto &backend : balancer.backends)
        compareBackend(backend, states, found);
    return found;
}

} // namespace balancer::plan

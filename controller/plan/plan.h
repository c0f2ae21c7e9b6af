#pragma once

#include "base/result.h"
#include "plan/haproxy_config.h"
#include "plan/servers_state.h"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace balancer::plan {

/// What the HAProxy that was found can do; probed, never concluded from its version alone.
struct Capabilities
{
    std::string version;   ///< "2.6.12", for people
    bool setServer = true; ///< has `set server` with address, state and health
    bool setMap = true;
    bool setCertificate = true;
    bool setAcl = true;

    bool operator==(const Capabilities &) const = default;
};

/// Reads the list that the command `help` of the runtime API gives.
Capabilities parseCommandList(std::string_view help, std::string version);

/// One command of the runtime API, and how its answer is judged.
struct Command
{
    enum class Kind {
        SetAddress,
        SetState,
        SetHealth,
        ShutdownSessions,
        SetMap,
        SetCertificate,
        CommitCertificate,
        AddToAcl,
        DeleteFromAcl
    };

    Kind kind = Kind::SetState;
    std::string text;         ///< one line, without the line end
    std::string payload = {}; ///< complete lines, none of them empty, that follow it; secret, so shown nowhere

    /// As HAProxy gets it.
    std::string sent() const { return payload.empty() ? text : text + " <<\n" + payload; }

    bool operator==(const Command &) const = default;
};

/// Refused, with HAProxy's own words, unless `reply` is one that means success for that kind of command.
Result<void> judgeReply(const Command &command, std::string_view reply);

struct NoChange
{
    bool operator==(const NoChange &) const = default;
};

struct RuntimeChange
{
    std::vector<Command> commands;
    std::vector<std::string> balancers;             ///< whose servers they touch, by folded name, sorted
    std::vector<ServerKey> registering;             ///< check servers that wait for their first passed check afterwards
    std::vector<CertificateFile> certificates = {}; ///< whose content they swap
    std::vector<PinnedCertificates> pinned = {};    ///< which they change

    bool operator==(const RuntimeChange &) const = default;
};

struct Reload
{
    std::string reason; ///< for operators: what changed that commands can't change
    /// For the generation that leaves, once another one has taken over: ends the traffic of instances and load
    /// balancers that are gone, which it would else carry on for as long as the clients like.
    std::vector<Command> farewell;

    bool operator==(const Reload &) const = default;
};

using Plan = std::variant<NoChange, RuntimeChange, Reload>;

/// What turns `running` into `desired` on an HAProxy of these capabilities: commands where they suffice, else a
/// reload. Pure; the same input gives the same plan; the cost follows what differs. A slot that gets an instance, or
/// whose instance gets another address, is left in drain and down: its first passed check makes it ready. An
/// instance that drains keeps its slot and its check; it is freed like any other.
Plan makePlan(const HaproxyConfig &running, const HaproxyConfig &desired, const Capabilities &capabilities);

/// What the first passed check of a registering slot leads to: traffic.
std::vector<Command> readyCommands(const std::string &checkBackend, const std::string &server);
/// After UnhealthyThreshold failed first checks the slot leaves registration and stays down until HAProxy has seen
/// HealthyThreshold passed ones.
std::vector<Command> unhealthyCommands(const std::string &checkBackend, const std::string &server);

/// Whether the instance that `server`, a check server, stands for has the same slot and host in `balancer`; null: the
/// load balancer is gone.
bool staysIn(const BalancerConfig *balancer, const Server &server, std::size_t slot);

/// Ends whatever the instance in that slot still has, on every listener of the load balancer.
std::vector<Command> sessionEndCommands(const BalancerConfig &balancer, const std::string &server);

/// One line a command, or the reason of a reload; "no change" for none. For logs and tests.
std::string describe(const Plan &plan);

} // namespace balancer::plan

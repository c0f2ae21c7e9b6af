#pragma once

#include "base/result.h"
#include "plan/haproxy_config.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// `show servers state` and the file HAProxy reads it back from (HAProxy 2.6 management guide, "show servers state").
namespace balancer::plan {

/// Bits of srv_admin_state.
namespace admin {
constexpr unsigned kForcedMaint = 0x01;
constexpr unsigned kInheritedMaint = 0x02;
constexpr unsigned kConfiguredMaint = 0x04; ///< a memory of `disabled` in the file, not a state by itself
constexpr unsigned kForcedDrain = 0x08;
constexpr unsigned kInheritedDrain = 0x10;
} // namespace admin

enum class OperationalState { Stopped = 0, Starting = 1, Running = 2, Stopping = 3 };

/// One server as HAProxy has it.
struct ServerState
{
    std::string backend;
    std::string server;
    std::string address;
    std::uint16_t port = 0;
    OperationalState state = OperationalState::Stopped;
    unsigned admin = 0;
    int checkStatus = 1; ///< number of the last check's kind of result; 1 before any
    int checkResult = 0;
    int checkHealth = 0; ///< consecutive results so far: below `rise` down, from there on up
    int checkState = 6;

    bool isInMaintenance() const { return (admin & (admin::kForcedMaint | admin::kInheritedMaint)) != 0; }
    bool isForcedIntoMaintenance() const { return (admin & admin::kForcedMaint) != 0; }
    bool inheritsMaintenance() const { return (admin & admin::kInheritedMaint) != 0; }
    bool isForcedToDrain() const { return (admin & admin::kForcedDrain) != 0; }
    bool isUp() const { return state == OperationalState::Running && !isInMaintenance(); }

    bool operator==(const ServerState &) const = default;
};

/// Backend and server name.
using ServerKey = std::pair<std::string, std::string>;
using ServerStates = std::map<ServerKey, ServerState>;

/// Corrupt when the version or a line is not what HAProxy writes.
Result<ServerStates> parseServersState(std::string_view text);

/// What HAProxy shall believe of a server when it starts.
enum class SlotHealth {
    Registering, ///< new: in drain and down until its first passed check
    Down,
    Up,
};

/// The check servers' state by backend and server, as a generation shall start with. A slot with an instance that has
/// no entry starts as Registering; free slots need no line.
using SlotHealths = std::map<ServerKey, SlotHealth>;

/// The text of the file for `server-state-file`. `rise`/`fall` counters start anew; tracking servers follow by
/// themselves. Deterministic.
std::string renderServersState(const HaproxyConfig &config, const SlotHealths &healths);

/// What HAProxy reports for the check servers of `config`: only servers whose host is still the one configured and
/// that are not in maintenance, for the others have to register anew.
SlotHealths healthsOf(const HaproxyConfig &config, const ServerStates &states);

/// What HAProxy has that `balancer` does not want, as sentences; empty: they agree. Looks at addresses, ports and
/// maintenance of every slot (a listener's server: its own, by which it drains), not at health.
std::vector<std::string> differences(const BalancerConfig &balancer, const ServerStates &states);

} // namespace balancer::plan

#pragma once

#include "base/result.h"
#include "plan/haproxy_config.h"

#include <QtGlobal>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

/// The kernel's word on who listens where (/proc/net/tcp, /proc/PID/fd).
namespace balancer::adapters::haproxy {

using Inode = std::uint64_t;

struct ListeningSocket
{
    plan::Bind bind; ///< an empty address is the wildcard
    Inode inode = 0;

    bool operator==(const ListeningSocket &) const = default;
};

/// Reads the text of /proc/net/tcp or tcp6; lines it can't read are skipped.
std::vector<ListeningSocket> parseListeningSockets(const std::string &procNetTcp);

/// All listening TCP sockets of this network namespace.
std::vector<ListeningSocket> listeningSockets();

/// The sockets a process has open; empty when it is gone or not ours to look at.
std::set<Inode> socketsOf(qint64 pid);

/// "nginx, process 42", as far as we may look; "another program" otherwise.
std::string ownerOf(Inode inode);

/// Tries to bind: InvalidConfigurationRequest with the reason, naming who is in the way.
Result<void> checkBindable(const plan::Bind &bind);

} // namespace balancer::adapters::haproxy

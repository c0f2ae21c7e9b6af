#pragma once

#include <string>
#include <string_view>
#include <vector>

/// How a frontend comes to log what access logs are made of.
namespace balancer::plan {

/// HAProxy's environment variable with what the paths of the sockets below begin with.
constexpr std::string_view kAccessLogVariable = "ELASTIC_HAPROXY_ACCESS_LOG";

/// HAProxy spreads records over so many datagram sockets. A kernel holds few datagrams for one (10 where nothing says
/// otherwise, net.unix.max_dgram_qlen), and HAProxy drops what does not fit: with one socket four of five records were
/// lost at 30,000 requests a second, with 16 none.
constexpr int kAccessLogSockets = 16;

/// What the sockets' names begin with, in the directory that all sockets of the node are in.
constexpr std::string_view kAccessLogSocketName = "access";

/// The path of socket 0…kAccessLogSockets-1.
std::string accessLogSocket(std::string_view base, int number);

/// The lines of a frontend that make it log every request or connection. They look at a request before anything changes
/// it, so they come before all other rules.
std::vector<std::string> accessLogDirectives(bool http);

/// The lines of the global section that this needs. They cost nothing while no frontend logs.
std::vector<std::string> accessLogGlobal(std::string_view socketBase);

} // namespace balancer::plan

#pragma once

#include "base/endpoint.h"
#include "base/result.h"
#include "daemon/address_pool.h"
#include "daemon/logging.h"
#include "model/access.h"
#include "model/load_balancer.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// elastic.toml. resources/config/elastic.toml says what each key is for; the names here are its names.
namespace balancer::daemon {

/// How a new HAProxy takes over from the one before.
enum class ReloadMode { Generation, Sf, SfIptables };
/// Where the API speaks TLS: beyond the loopback addresses, or everywhere.
enum class ApiTls { Auto, Always };
enum class StatsdProtocol { Udp, Tcp };
enum class StatsdDialect { Statsd, Dogstatsd, Graphite };

struct HaproxySettings
{
    std::string binary = "haproxy";
    std::vector<IpAddress> addresses; ///< of load balancers without a pool; none: every address ("*")
    AddressPool addressPool;
    ReloadMode reload = ReloadMode::Generation;
    std::vector<std::string> extra;
    std::uint32_t nbthread = 0;
    std::uint32_t maxconn = 0;
    std::uint32_t maxOldGenerations = 8;
    int oldGenerationMemory = 25; ///< percent of the machine's memory
    std::chrono::milliseconds maxReloadDelay = std::chrono::seconds(10);
    std::chrono::seconds hardStopAfter = std::chrono::hours(1);

    bool operator==(const HaproxySettings &) const = default;
};

struct ApiSettings
{
    std::vector<Endpoint> listen = {{IpAddress::parse("127.0.0.1").value_or(IpAddress()), 9999}};
    ApiTls tls = ApiTls::Auto;
    std::string region = "local";
    std::string domain = "internal";
    std::map<std::string, model::Role> socketGroups; ///< by the group's name
    std::string accountId = "000000000000";
    bool strictScope = false;         ///< signatures must name one of our regions, and ELB
    std::vector<std::string> regions; ///< that they may name besides `region`
    bool ignoreSessionTokens = false;
    bool signatureV2 = false;
    std::vector<std::string> zones;                                 ///< none: any name is a zone
    std::map<std::string, std::string> subnets;                     ///< the zone of each; none: any name is a subnet
    std::map<std::string, std::vector<std::string>> securityGroups; ///< source ranges; none: any name is a group

    bool operator==(const ApiSettings &) const = default;
};

struct DashboardSettings
{
    bool enabled = true;

    bool operator==(const DashboardSettings &) const = default;
};

struct ClusterSettings
{
    bool enabled = false;
    std::vector<std::string> endpoints = {"http://127.0.0.1:2379"};
    std::string prefix = "/elastic-haproxy";
    std::string node; ///< empty: the host name
    std::string zone; ///< empty: none

    bool operator==(const ClusterSettings &) const = default;
};

struct StatsdSettings
{
    bool enabled = false;
    std::string hostname = "localhost";
    std::uint16_t port = 8125;
    StatsdProtocol protocol = StatsdProtocol::Udp;
    StatsdDialect dialect = StatsdDialect::Statsd;
    std::string prefix = "elastic_haproxy";
    std::chrono::milliseconds interval = std::chrono::seconds(10);

    bool operator==(const StatsdSettings &) const = default;
};

struct DockerSettings
{
    bool enabled = false;
    std::string endpoint = "unix:///var/run/docker.sock";

    bool operator==(const DockerSettings &) const = default;
};

struct Route53Settings
{
    bool enabled = false;
    std::string zoneId;
    std::string endpoint; ///< empty: AWS

    bool operator==(const Route53Settings &) const = default;
};

struct LogSettings
{
    LogLevel level = LogLevel::Info;
    std::string accessRoot;    ///< of access logs; empty: in the data directory
    bool createBuckets = true; ///< its folders, as load balancers name them

    bool operator==(const LogSettings &) const = default;
};

struct Settings
{
    HaproxySettings haproxy;
    ApiSettings api;
    model::Limits limits;
    DashboardSettings dashboard;
    ClusterSettings cluster;
    StatsdSettings statsd;
    DockerSettings docker;
    Route53Settings route53;
    LogSettings log;

    bool operator==(const Settings &) const = default;
};

/// Reads the text of a configuration file; what it does not mention has its default. InvalidInput with a line for
/// each problem, in the order of the file: `FILE:LINE:COLUMN: [section] key: message; allowed: …`.
Result<Settings> parseSettings(std::string_view text, const std::string &fileName);

/// The same for a file. NotFound when there is none; Unavailable when it cannot be read.
Result<Settings> loadSettings(const std::string &path);

/// One key, for documentation and tests.
struct SettingDescription
{
    std::string_view section;
    std::string_view key;
    std::string allowed;
    std::string defaultValue; ///< as in the file
};

/// Every key there is.
std::vector<SettingDescription> describeSettings();

} // namespace balancer::daemon

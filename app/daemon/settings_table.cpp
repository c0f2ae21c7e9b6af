#include "daemon/settings_table.h"

#include "base/address_range.h"
#include "daemon/setting_kinds.h"
#include "daemon/setting_values.h"

#include <utility>

namespace balancer::daemon {

namespace {

template <typename Section, typename T>
Setting setting(std::string_view section, std::string_view key, Section Settings::*group, T Section::*member,
                Kind<T> kind)
{
    return {.section = section,
            .key = key,
            .allowed = kind.allowed,
            .set = [=, parse = kind.parse](const TomlValue &node, Settings &settings) -> std::optional<Problem> {
                auto value = parse(node);
                if (!value)
                    return std::move(value.error());
                settings.*group.*member = std::move(*value);
                return std::nullopt;
            },
            .render = [=, render = kind.render](const Settings &settings) { return render(settings.*group.*member); }};
}

bool isDockerEndpoint(std::string_view given)
{
    return given.starts_with("unix://") ? isAbsolutePath(given.substr(7)) : isHttpUrl(given);
}

bool isEtcdPrefix(std::string_view given)
{
    return isAbsolutePath(given) && given.find(' ') == std::string_view::npos && !given.ends_with('/');
}

std::vector<Setting> makeSettings()
{
    using namespace std::chrono_literals;
    constexpr auto haproxy = &Settings::haproxy;
    constexpr auto api = &Settings::api;
    constexpr auto limits = &Settings::limits;
    constexpr auto cluster = &Settings::cluster;
    constexpr auto statsd = &Settings::statsd;
    constexpr auto docker = &Settings::docker;
    constexpr auto route53 = &Settings::route53;
    const auto names = "a name without '/', or an absolute path";

    return {
        setting("haproxy", "binary", haproxy, &HaproxySettings::binary, text(isProgram, names)),
        setting("haproxy", "addresses", haproxy, &HaproxySettings::addresses, listenAddresses()),
        setting("haproxy", "address_pool", haproxy, &HaproxySettings::addressPool, addressPool()),
        setting("haproxy", "reload", haproxy, &HaproxySettings::reload,
                onlyYet(choice<ReloadMode>({{"generation", ReloadMode::Generation},
                                            {"sf", ReloadMode::Sf},
                                            {"sf+iptables", ReloadMode::SfIptables}}),
                        ReloadMode::Generation, "another way to reload than \"generation\"")),
        setting("haproxy", "extra", haproxy, &HaproxySettings::extra, texts(isAbsolutePath, "absolute paths")),
        setting("haproxy", "nbthread", haproxy, &HaproxySettings::nbthread, number(0, 4096)),
        setting("haproxy", "maxconn", haproxy, &HaproxySettings::maxconn, number(0, 10'000'000)),
        setting("haproxy", "max_old_generations", haproxy, &HaproxySettings::maxOldGenerations, number(1, 1000)),
        setting("haproxy", "old_generation_memory", haproxy, &HaproxySettings::oldGenerationMemory, percent()),
        setting("haproxy", "max_reload_delay", haproxy, &HaproxySettings::maxReloadDelay,
                duration<std::chrono::milliseconds>(0s, 10min)),
        setting("haproxy", "hard_stop_after", haproxy, &HaproxySettings::hardStopAfter,
                duration<std::chrono::seconds>(1s, std::chrono::hours(24 * 7))),

        setting("api", "listen", api, &ApiSettings::listen, endpoints()),
        setting("api", "tls", api, &ApiSettings::tls,
                choice<ApiTls>({{"auto", ApiTls::Auto}, {"always", ApiTls::Always}})),
        setting("api", "region", api, &ApiSettings::region, text(isRegion, "lower case letters, digits and hyphens")),
        setting("api", "domain", api, &ApiSettings::domain, text(isDomainName, "a DNS name in lower case")),
        setting("api", "socket_groups", api, &ApiSettings::socketGroups,
                onlyYet(rolesByGroup(), std::map<std::string, model::Role>(), "access by group")),
        setting("api", "account_id", api, &ApiSettings::accountId, text(isAccountId, "12 digits")),
        setting("api", "strict_scope", api, &ApiSettings::strictScope, boolean()),
        setting("api", "regions", api, &ApiSettings::regions,
                texts(isRegion, "texts of lower case letters, digits and hyphens")),
        setting("api", "ignore_session_tokens", api, &ApiSettings::ignoreSessionTokens, boolean()),
        setting("api", "signature_v2", api, &ApiSettings::signatureV2, boolean()),
        setting("api", "zones", api, &ApiSettings::zones, texts(isPlainText, "names of availability zones")),
        setting("api", "subnets", api, &ApiSettings::subnets,
                textByName(isPlainText, "the zone of each subnet, such as { subnet-1 = \"zone-a\" }")),
        setting("api", "security_groups", api, &ApiSettings::securityGroups,
                textsByName(isAddressRange,
                            "source ranges of each group, such as { sg-office = [\"10.0.0.0/8\", \"fd00::/8\"] }")),

        // The first three as DescribeAccountLimits tells them.
        setting("limits", "classic-load-balancers", limits, &model::Limits::loadBalancers, count(1, 100'000)),
        setting("limits", "classic-listeners", limits, &model::Limits::listeners, count(1, 10'000)),
        setting("limits", "classic-registered-instances", limits, &model::Limits::instances, count(1, 50'000)),
        setting("limits", "policies", limits, &model::Limits::policies, count(1, 10'000)),
        setting("limits", "tags", limits, &model::Limits::tags, count(1, 1'000)),
        setting("limits", "server-certificates", limits, &model::Limits::certificates, count(1, 100'000)),

        setting("dashboard", "enabled", &Settings::dashboard, &DashboardSettings::enabled, boolean()),

        setting("cluster", "enabled", cluster, &ClusterSettings::enabled, notYet("clustering")),
        setting("cluster", "endpoints", cluster, &ClusterSettings::endpoints,
                texts(isHttpUrl, "URLs that begin with http:// or https://")),
        setting("cluster", "prefix", cluster, &ClusterSettings::prefix,
                text(isEtcdPrefix, "a key of etcd that begins with '/' and does not end with it")),
        setting("cluster", "node", cluster, &ClusterSettings::node,
                textOrEmpty(isHostName, "a name as hosts have; \"\" for the host's own")),
        setting("cluster", "zone", cluster, &ClusterSettings::zone,
                textOrEmpty(isPlainText, "an availability zone's name; \"\" for none")),

        setting("statsd", "enabled", statsd, &StatsdSettings::enabled, notYet("statsd")),
        setting("statsd", "hostname", statsd, &StatsdSettings::hostname, text(isHostName, "a host name or address")),
        setting("statsd", "port", statsd, &StatsdSettings::port, port()),
        setting("statsd", "protocol", statsd, &StatsdSettings::protocol,
                choice<StatsdProtocol>({{"udp", StatsdProtocol::Udp}, {"tcp", StatsdProtocol::Tcp}})),
        setting("statsd", "dialect", statsd, &StatsdSettings::dialect,
                choice<StatsdDialect>({{"statsd", StatsdDialect::Statsd},
                                       {"dogstatsd", StatsdDialect::Dogstatsd},
                                       {"graphite", StatsdDialect::Graphite}})),
        setting("statsd", "prefix", statsd, &StatsdSettings::prefix,
                text(isMetricPrefix, "words of letters, digits, '_' and '-' with dots between")),
        setting("statsd", "interval", statsd, &StatsdSettings::interval, duration<std::chrono::milliseconds>(1s, 1h)),

        setting("docker", "enabled", docker, &DockerSettings::enabled, notYet("Docker support")),
        setting("docker", "endpoint", docker, &DockerSettings::endpoint,
                text(isDockerEndpoint, "unix:// and an absolute path, or a URL that begins with http:// or https://")),

        setting("route53", "enabled", route53, &Route53Settings::enabled, notYet("Route 53 support")),
        setting("route53", "zone_id", route53, &Route53Settings::zoneId,
                textOrEmpty(isPlainText, "a hosted zone's id")),
        setting("route53", "endpoint", route53, &Route53Settings::endpoint,
                textOrEmpty(isHttpUrl, "a URL that begins with http:// or https://; \"\" for AWS")),

        setting("log", "level", &Settings::log, &LogSettings::level,
                choice<LogLevel>({{"debug", LogLevel::Debug},
                                  {"info", LogLevel::Info},
                                  {"warning", LogLevel::Warning},
                                  {"error", LogLevel::Error}})),
        setting("log", "access_root", &Settings::log, &LogSettings::accessRoot,
                textOrEmpty(isAbsolutePath, "an absolute path; \"\" for access-logs in the data directory")),
        setting("log", "create_buckets", &Settings::log, &LogSettings::createBuckets, boolean()),
    };
}

} // namespace

const std::vector<Setting> &allSettings()
{
    static const std::vector<Setting> kSettings = makeSettings();
    return kSettings;
}

} // namespace balancer::daemon

#include "plan/project.h"

#include "base/text.h"
#include "plan/backend_keys.h"
#include "plan/directives.h"
#include "plan/render.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>

namespace balancer::plan {

namespace {

using model::Listener;
using model::LoadBalancer;
using model::Protocol;

constexpr std::string_view kCheckPrefix = "hc:";
constexpr std::string_view kHostnamesTag = "elastic-haproxy:hostnames";

bool isHttp(const Listener &listener)
{
    return model::isHttpLayer(listener.protocol);
}

std::vector<std::string> checkDirectives(const model::HealthCheck &check, const std::string &hostMap)
{
    const bool http = model::isHttpLayer(check.target.protocol);
    std::vector<std::string> lines{
        std::string(mode(http)),
        "log global",
        "option log-health-checks",
        "timeout connect " + seconds(check.timeout),
        "timeout check " + seconds(check.timeout),
        "timeout server " + seconds(check.timeout),
    };
    if (http) {
        lines.push_back("option httpchk");
        // Single quotes: between double ones HAProxy puts environment variables in place of "$NAME".
        lines.push_back("http-check send meth GET uri '" + check.target.path +
                        "' ver HTTP/1.1 hdr Host \"%[srv_name,map(" + hostMap +
                        ",localhost)]\" hdr User-Agent ELB-HealthChecker/1.0 hdr Accept \"*/*\"");
        lines.push_back("http-check expect status 200");
    }
    return lines;
}

std::string checkOptions(const model::HealthCheck &check)
{
    std::string options = "check inter " + seconds(check.interval) + " fall " +
                          std::to_string(check.unhealthyThreshold) + " rise " + std::to_string(check.healthyThreshold);
    if (model::isSecure(check.target.protocol))
        options += " check-ssl verify none";
    return options;
}

/// Who has a slot.
struct Occupant
{
    model::Instance instance;
    bool draining = false; ///< it is not registered any more, or its zone is not enabled
};
using Occupants = std::vector<std::optional<Occupant>>;

template <typename AddressOf>
std::vector<Server> projectServers(const Occupants &occupants, AddressOf addressOf)
{
    std::vector<Server> servers;
    servers.reserve(occupants.size());
    for (std::size_t i = 0; i < occupants.size(); ++i) {
        Server server;
        server.name = serverName(i);
        if (const auto &occupant = occupants[i]) {
            server.instance = occupant->instance.id.text();
            server.address = addressOf(occupant->instance);
        }
        servers.push_back(std::move(server));
    }
    return servers;
}

/// Servers whose certificate has not been found good get no traffic, and answers from any that shows another one are
/// not let pass. The rule comes first: what follows it may let an answer go.
void demandKeys(Backend &backend, const std::vector<std::string> &keys, bool http, const SeenChains &seen)
{
    PinnedCertificates pinned;
    pinned.file = pinFile(backend.name);
    for (auto &server : backend.servers) {
        if (!server.address)
            continue;
        std::ranges::move(acceptedLeaves(keys, seen, *server.address), std::back_inserter(pinned.hashes));
        server.draining |= judgeKeys(keys, seen, *server.address) != KeyVerdict::Right;
    }
    std::ranges::sort(pinned.hashes);
    const auto repeated = std::ranges::unique(pinned.hashes);
    pinned.hashes.erase(repeated.begin(), repeated.end());
    backend.directives.insert(backend.directives.begin() + 1, pinRule(http, pinned.file)); // behind the mode
    // A resumed session would show the certificate of its first handshake.
    backend.serverOptions += " no-ssl-reuse";
    backend.pinned = std::move(pinned);
}

/// Who has each slot, if anyone; one pass over the instances instead of a search for each slot.
Occupants occupantsOf(const LoadBalancer &balancer, const Slots &slots)
{
    std::map<std::string_view, Occupant> byId;
    for (const auto &instance : balancer.instances)
        byId.emplace(instance.id.text(), Occupant{instance, !model::servesZone(balancer, instance.zone)});
    for (const auto &former : balancer.formerInstances) {
        if (former.drains())
            byId.emplace(former.id.text(), Occupant{model::Instance{former.id, former.address, former.zone}, true});
    }
    Occupants occupants;
    occupants.reserve(slots.size());
    for (const auto &slot : slots) {
        const auto found = slot ? byId.find(slot->text()) : byId.end();
        occupants.push_back(found == byId.end() ? std::nullopt : std::optional(found->second));
    }
    return occupants;
}

/// ELB: without cross-zone load balancing each zone's node serves the instances of its own. It is known only where the
/// node says its zone, and other zones stand in when there is nobody else.
bool prefersItsZone(const LoadBalancer &balancer, const NodeView &node)
{
    return !node.zone.empty() && !balancer.attributes.crossZone;
}

bool isElsewhere(const LoadBalancer &balancer, const model::Instance &instance, const NodeView &node)
{
    return prefersItsZone(balancer, node) && !instance.zone.empty() && instance.zone != node.zone;
}

std::vector<Bind> sharedBinds(const std::vector<IpAddress> &addresses, std::uint16_t port)
{
    if (addresses.empty())
        return {Bind{{}, port}};
    std::vector<Bind> binds;
    for (const auto &address : addresses)
        binds.push_back(Bind{address, port});
    return binds;
}

/// A listener that clients could not be served on is not opened.
bool canBeServed(const Listener &listener, const std::optional<ListenerTls> &tls)
{
    return tls || !model::isSecure(listener.protocol);
}

/// The port of one load balancer alone.
void bindAlone(Frontend &frontend, const std::optional<ListenerTls> &tls)
{
    if (!tls)
        return;
    frontend.bindOptions = bindOptions(*tls);
    std::ranges::copy(gapRules(*tls), std::back_inserter(frontend.directives));
}

void insertSourceRules(std::vector<std::string> &directives, const LoadBalancer &balancer, const NodeView &node,
                       bool answered)
{
    const auto ranges = model::sourceRanges(node.site, balancer.securityGroups);
    if (!ranges)
        return;
    const auto rules = sourceRules(*ranges, answered);
    directives.insert(directives.begin() + 1, rules.begin(), rules.end());
}

Frontend ownFrontend(const LoadBalancer &balancer, const Listener &listener, const NodeView &node,
                     const std::optional<ListenerTls> &tls)
{
    Frontend frontend;
    frontend.name = frontendName(balancer.name, listener.loadBalancerPort);
    frontend.binds = {Bind{node.addresses.at(balancer.name.folded()), listener.loadBalancerPort}};
    frontend.directives = frontendDirectives(isHttp(listener), {&balancer});
    insertSourceRules(frontend.directives, balancer, node, false);
    bindAlone(frontend, tls);
    frontend.defaultBackend = backendName(balancer.name, listener.loadBalancerPort);
    return frontend;
}

/// A host name may only hold what can stand in a map's key; anything else in the tag is ignored.
bool isHostName(std::string_view text)
{
    return !text.empty() && text.size() <= 253 &&
           std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || isOneOf(c, ".-_"); });
}

/// The further Host headers that mean this load balancer, beside its DNS name.
std::vector<std::string> taggedHostNames(const LoadBalancer &balancer)
{
    std::vector<std::string> names;
    for (const auto &tag : balancer.tags) {
        if (tag.key != kHostnamesTag)
            continue;
        std::string list = tag.value;
        std::ranges::replace(list, ' ', ':'); // a tag's value can't hold commas
        for (const auto name : split(list, ':')) {
            if (isHostName(name))
                names.push_back(toLower(name));
        }
    }
    return names;
}

/// What load balancers that share a port must have in common, because it is a matter of the port; nothing when they
/// have it, else what they differ in.
std::optional<std::string> disagreement(const LoadBalancer &candidate, const LoadBalancer &other, std::uint16_t port,
                                        const CertificatesByName &certificates)
{
    const auto monitors = [](const LoadBalancer &balancer) {
        return balancer.attributes.desyncMode == model::DesyncMode::Monitor;
    };
    if (monitors(candidate) != monitors(other))
        return "desync mitigation mode monitor goes for all load balancers on a port or for none";
    const auto tlsOf = [&](const LoadBalancer &balancer) {
        const auto listener = std::ranges::find(balancer.listeners, port, &Listener::loadBalancerPort);
        return listenerTls(balancer, *listener, certificates);
    };
    const auto left = tlsOf(candidate);
    const auto right = tlsOf(other);
    if (left && right && !agree(*left, *right))
        return "whose preference of ciphers counts, and which versions of TLS are left out between others, goes for "
               "all load balancers on a port";
    return std::nullopt;
}

Result<void> checkAgreement(const LoadBalancer &candidate, const LoadBalancer &other, std::uint16_t port,
                            const CertificatesByName &certificates)
{
    const auto reason = disagreement(candidate, other, port, certificates);
    if (!reason)
        return {};
    return fail(ErrorCode::InvalidConfigurationRequest,
                "Port " + std::to_string(port) + " is shared with load balancer " + other.name.text() + ", and " +
                    *reason + ". Choose another port, or give the node an address pool ([haproxy] address_pool)");
}

struct Claim
{
    const LoadBalancer *balancer = nullptr;
    const Listener *listener = nullptr;
    std::optional<ListenerTls> tls;
};

/// The port of several: SNI tells which certificate is shown, the Host header which backend is asked.
void bindTogether(Frontend &frontend, const std::vector<Claim> &claims)
{
    if (!claims.front().tls)
        return;
    for (const auto &claim : claims) {
        const auto backend = backendName(claim.balancer->name, claim.listener->loadBalancerPort);
        std::vector<std::string> hosts;
        for (const auto &[host, behind] : frontend.hosts) {
            if (behind == backend)
                hosts.push_back(host);
        }
        frontend.certificateList.push_back(certificateLine(*claim.tls, hosts));
    }
    frontend.bindOptions = sharedBindOptions(*claims.front().tls, certificateListFile(frontend));
    std::ranges::copy(gapRules(*claims.front().tls), std::back_inserter(frontend.directives));
}

Frontend sharedFrontend(std::uint16_t port, const std::vector<Claim> &claims, const NodeView &node)
{
    Frontend frontend;
    frontend.name = sharedFrontendName(port);
    frontend.binds = sharedBinds(node.sharedAddresses, port);
    std::vector<const LoadBalancer *> balancers;
    std::ranges::transform(claims, std::back_inserter(balancers), &Claim::balancer);
    frontend.directives = frontendDirectives(isHttp(*claims.front().listener), balancers);
    // An HTTP port may be shared: there the backend refuses, once it is known which one is meant.
    if (!isHttp(*claims.front().listener))
        insertSourceRules(frontend.directives, *claims.front().balancer, node, false);
    if (claims.size() == 1) {
        frontend.defaultBackend = backendName(claims.front().balancer->name, port);
        bindAlone(frontend, claims.front().tls);
        return frontend;
    }
    // All DNS names first: a tag never takes another load balancer's own name away.
    for (const auto &claim : claims)
        frontend.hosts.emplace(toLower(claim.balancer->dnsName), backendName(claim.balancer->name, port));
    for (const auto &claim : claims) {
        for (const auto &host : taggedHostNames(*claim.balancer))
            frontend.hosts.emplace(host, backendName(claim.balancer->name, port));
    }
    bindTogether(frontend, claims);
    return frontend;
}

} // namespace

std::string frontendName(const LoadBalancerName &balancer, std::uint16_t port)
{
    return "f:" + balancer.folded() + ":" + std::to_string(port);
}

std::string sharedFrontendName(std::uint16_t port)
{
    return "f:" + std::to_string(port);
}

std::string backendName(const LoadBalancerName &balancer, std::uint16_t port)
{
    return "b:" + balancer.folded() + ":" + std::to_string(port);
}

std::string checkBackendName(const LoadBalancerName &balancer)
{
    return std::string(kCheckPrefix) + balancer.folded();
}

std::string balancerOfCheckBackend(std::string_view backend)
{
    return std::string(backend.substr(std::min(backend.size(), kCheckPrefix.size())));
}

std::string serverName(std::size_t slot)
{
    return "s" + std::to_string(slot + 1);
}

std::vector<Bind> bindsOf(const LoadBalancer &balancer, const NodeView &node)
{
    std::vector<IpAddress> addresses = node.sharedAddresses;
    if (node.hasPool) {
        const auto own = node.addresses.find(balancer.name.folded());
        if (own == node.addresses.end())
            return {};
        addresses = {own->second};
    }
    std::vector<Bind> binds;
    for (const auto &listener : balancer.listeners) {
        const auto more = sharedBinds(addresses, listener.loadBalancerPort);
        binds.insert(binds.end(), more.begin(), more.end());
    }
    return binds;
}

std::size_t slotOf(std::string_view server)
{
    std::size_t number = 0;
    const auto *begin = server.data() + std::min<std::size_t>(server.size(), 1);
    const auto [end, error] = std::from_chars(begin, server.data() + server.size(), number);
    const bool valid = server.starts_with('s') && error == std::errc() && end == server.data() + server.size();
    return valid && number > 0 ? number - 1 : std::numeric_limits<std::size_t>::max();
}

Endpoint checkEndpoint(const LoadBalancer &balancer, const model::Instance &instance)
{
    const auto port = balancer.healthCheck.target.port;
    const bool namesListener = std::ranges::any_of(
        balancer.listeners, [&](const Listener &listener) { return listener.instancePort == port; });
    const bool replaced = instance.address.port != 0 && namesListener;
    return Endpoint{instance.address.address, replaced ? instance.address.port : port};
}

BalancerConfig projectBalancer(const LoadBalancer &balancer, const Slots &slots, const NodeView &node)
{
    const auto occupants = occupantsOf(balancer, slots);
    BalancerConfig config;

    const auto &check = balancer.healthCheck;
    config.check.name = checkBackendName(balancer.name);
    if (model::isHttpLayer(check.target.protocol))
        config.check.hostMap = "check-hosts-" + balancer.name.folded() + ".map";
    config.check.directives = checkDirectives(check, config.check.hostMap);
    config.check.serverOptions = checkOptions(check);
    config.check.servers =
        projectServers(occupants, [&](const model::Instance &instance) { return checkEndpoint(balancer, instance); });

    for (const auto &listener : balancer.listeners) {
        Backend backend;
        const auto tls = listenerTls(balancer, listener, node.certificates);
        backend.name = backendName(balancer.name, listener.loadBalancerPort);
        if (tls)
            backend.certificate = tls->certificate;
        backend.directives = backendDirectives(balancer, listener, backend.name);
        if (!node.hasPool && isHttp(listener))
            insertSourceRules(backend.directives, balancer, node, true);
        backend.tracks = config.check.name;
        backend.serverOptions = serverOptions(balancer, listener);
        backend.servers = projectServers(
            occupants, [&](const model::Instance &instance) { return trafficEndpoint(listener, instance); });
        for (std::size_t i = 0; i < occupants.size(); ++i) {
            backend.servers[i].draining = occupants[i] && occupants[i]->draining;
            backend.servers[i].backup = occupants[i] && isElsewhere(balancer, occupants[i]->instance, node);
        }
        if (prefersItsZone(balancer, node))
            backend.directives.push_back("option allbackups");
        if (const auto keys = demandedKeys(balancer, listener))
            demandKeys(backend, *keys, isHttp(listener), node.seen);
        config.backends.push_back(std::move(backend));
        if (!node.hasPool || !canBeServed(listener, tls))
            continue;
        if (node.addresses.contains(balancer.name.folded()))
            config.frontends.push_back(ownFrontend(balancer, listener, node, tls));
    }
    return config;
}

std::vector<Frontend> projectSharedFrontends(const BalancerRefs &balancers, const NodeView &node)
{
    if (node.hasPool)
        return {};
    std::map<std::uint16_t, std::vector<Claim>> claims;
    for (const auto *balancer : balancers) {
        for (const auto &listener : balancer->listeners) {
            auto tls = listenerTls(*balancer, listener, node.certificates);
            if (canBeServed(listener, tls))
                claims[listener.loadBalancerPort].push_back(Claim{balancer, &listener, std::move(tls)});
        }
    }
    std::vector<Frontend> frontends;
    for (const auto &[port, claimants] : claims)
        frontends.push_back(sharedFrontend(port, claimants, node));
    return frontends;
}

std::vector<std::string> projectGlobal(const NodeView &node)
{
    std::vector<std::string> lines{"hard-stop-after " + seconds(node.hardStopAfter)};
    if (node.maxConnections != 0)
        lines.push_back("maxconn " + std::to_string(node.maxConnections));
    if (node.threads != 0)
        lines.push_back("nbthread " + std::to_string(node.threads));
    return lines;
}

HaproxyConfig project(const BalancerRefs &balancers, const SlotTable &slots, const NodeView &node)
{
    HaproxyConfig config;
    config.global = projectGlobal(node);
    config.sharedFrontends = projectSharedFrontends(balancers, node);
    for (const auto *balancer : balancers) {
        const auto &name = balancer->name.folded();
        const auto known = slots.find(name);
        const auto assigned =
            assignSlots(known == slots.end() ? Slots{} : known->second, balancer->instances, balancer->formerInstances);
        config.balancers.emplace(name, projectBalancer(*balancer, assigned, node));
    }
    return config;
}

Result<void> checkPorts(const LoadBalancer &candidate, const BalancerRefs &others, const NodeView &node)
{
    if (node.hasPool)
        return {};
    for (const auto *other : others) {
        if (other->name == candidate.name)
            continue;
        for (const auto &listener : candidate.listeners) {
            const auto clash =
                std::ranges::find(other->listeners, listener.loadBalancerPort, &Listener::loadBalancerPort);
            if (clash == other->listeners.end())
                continue;
            if (isHttp(listener) && listener.protocol == clash->protocol) {
                if (const auto agreed = checkAgreement(candidate, *other, listener.loadBalancerPort, node.certificates);
                    !agreed)
                    return agreed;
                continue;
            }
            return fail(ErrorCode::InvalidConfigurationRequest,
                        "Port " + std::to_string(listener.loadBalancerPort) + " belongs to load balancer " +
                            other->name.text() +
                            ": load balancers without an address of their own can share a port for HTTP or for HTTPS "
                            "only. Choose another port, or give the node an address pool ([haproxy] address_pool)");
        }
    }
    return {};
}

} // namespace balancer::plan

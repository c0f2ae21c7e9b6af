#include "plan/adoption.h"

#include "plan/project.h"

#include <map>
#include <optional>
#include <set>

namespace balancer::plan {

namespace {

/// The address of a slot that is in use; nothing for a free one.
std::optional<Endpoint> reportedAddress(const ServerStates &states, const std::string &backend,
                                        const std::string &server)
{
    const auto known = states.find({backend, server});
    if (known == states.end() || known->second.isInMaintenance())
        return std::nullopt;
    const auto address = IpAddress::parse(known->second.address);
    if (!address)
        return std::nullopt;
    return Endpoint{*address, known->second.port};
}

/// A listener's server in maintenance of its own drains; its slot is free when the check server is in maintenance.
bool isReleased(const ServerState &state, bool tracks)
{
    return tracks ? state.inheritsMaintenance() : state.isInMaintenance();
}

/// What HAProxy has in a slot that should be `desired`; nothing for a free one. Our process may have ended between two
/// commands of a change: a server in maintenance has the right address then without being registered, or is not
/// registered any more and has its former address still. Neither may pass for what is desired.
std::optional<Endpoint> foundAddress(const ServerState &state, const Server &desired, std::size_t slot, bool tracks)
{
    const auto address = IpAddress::parse(state.address);
    if (!address)
        return std::nullopt;
    const Endpoint found{*address, state.port};
    const bool isFree = isReleased(state, tracks) && (found == placeholderAddress(slot) || found == desired.address);
    return isFree ? std::nullopt : std::optional(found);
}

void readServers(Backend &backend, const ServerStates &states)
{
    for (std::size_t slot = 0; slot < backend.servers.size(); ++slot) {
        auto &server = backend.servers[slot];
        const auto known = states.find({backend.name, server.name});
        server.address =
            known == states.end() ? std::nullopt : foundAddress(known->second, server, slot, !backend.tracks.empty());
        server.draining = known != states.end() && !backend.tracks.empty() && known->second.isForcedIntoMaintenance();
    }
}

/// Only its fingerprint is known of another certificate. It is not shown before another one is in its place.
void readCertificate(Backend &backend, const ShownFingerprints &fingerprints)
{
    if (!backend.certificate)
        return;
    const auto shown = fingerprints.find(backend.certificate->file);
    const auto &desired = *backend.certificate->certificate;
    if (shown != fingerprints.end() && shown->second == desired.fingerprint)
        return;
    auto other = desired;
    other.fingerprint = shown == fingerprints.end() ? std::string() : shown->second;
    backend.certificate->certificate = std::move(other);
}

} // namespace

Slots slotsInUse(const model::LoadBalancer &balancer, const Slots &written, const ServerStates &states)
{
    std::multimap<Endpoint, InstanceId> byAddress;
    std::map<InstanceId, Endpoint> registered;
    for (const auto &instance : balancer.instances) {
        const auto endpoint = checkEndpoint(balancer, instance);
        byAddress.emplace(endpoint, instance.id);
        registered.emplace(instance.id, endpoint);
    }
    std::map<InstanceId, Endpoint> draining;
    for (const auto &former : balancer.formerInstances) {
        if (!former.drains() || registered.contains(former.id))
            continue;
        const auto endpoint = checkEndpoint(balancer, model::Instance{former.id, former.address});
        draining.emplace(former.id, endpoint);
        byAddress.emplace(endpoint, former.id); // behind a registered one of the same address
    }

    Slots slots(written.size());
    std::vector<std::optional<Endpoint>> reported;
    std::set<InstanceId> placed;
    const auto place = [&](std::size_t slot, const InstanceId &id) {
        slots[slot] = id;
        placed.insert(id);
    };
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        reported.push_back(reportedAddress(states, checkBackendName(balancer.name), serverName(slot)));
        const auto known = written[slot] ? registered.find(*written[slot]) : registered.end();
        if (known != registered.end() && reported[slot] == known->second)
            place(slot, known->first);
        const auto drains = written[slot] ? draining.find(*written[slot]) : draining.end();
        if (drains != draining.end() && reported[slot] == drains->second)
            place(slot, drains->first);
    }
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        if (slots[slot] || !reported[slot])
            continue;
        const auto [first, last] = byAddress.equal_range(*reported[slot]);
        for (auto candidate = first; candidate != last && !slots[slot]; ++candidate) {
            if (!placed.contains(candidate->second))
                place(slot, candidate->second);
        }
    }
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
        if (!slots[slot] && written[slot] && registered.contains(*written[slot]) && !placed.contains(*written[slot]))
            place(slot, *written[slot]);
    }
    return slots;
}

BalancerConfig asReported(BalancerConfig desired, const ServerStates &states, const ShownFingerprints &fingerprints,
                          const ShownPins &pins)
{
    readServers(desired.check, states);
    for (auto &backend : desired.backends) {
        readServers(backend, states);
        readCertificate(backend, fingerprints);
        const auto shown = backend.pinned ? pins.find(backend.pinned->file) : pins.end();
        if (shown != pins.end())
            backend.pinned->hashes = shown->second;
    }
    return desired;
}

} // namespace balancer::plan

#pragma once

#include "base/endpoint.h"
#include "model/load_balancer.h"
#include "model/shown_chain.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Backend server authentication: whether an instance's certificate chain holds one of the public keys of a policy.
///
/// HAProxy cannot tell a certificate's key, only the hash of the whole certificate. So the keys are judged here, from
/// what each instance has shown, and HAProxy lets pass the certificates that were found good, and no other.
namespace balancer::plan {

/// What instances have shown, the newest last. A certificate that was found good once stays so for its key: connections
/// to which it was shown may go on.
using SeenChains = std::map<Endpoint, std::vector<model::ShownChain>>;

enum class KeyVerdict {
    Unknown, ///< it has not been seen yet
    Wrong,   ///< the newest chain has none of the keys
    Right,
};

/// Where traffic of the listener goes to at that instance: a port of its own stands in for the InstancePort.
Endpoint trafficEndpoint(const model::Listener &listener, const model::Instance &instance);

/// The keys of which an instance behind that listener must have one; nothing when all are good.
std::optional<std::vector<std::string>> demandedKeys(const model::LoadBalancer &balancer,
                                                     const model::Listener &listener);

KeyVerdict judgeKeys(const std::vector<std::string> &keys, const SeenChains &seen, const Endpoint &endpoint);

/// An address whose certificate matters, and how it is asked for.
struct KeyTarget
{
    Endpoint endpoint;
    bool proxyLine = false;
    /// Only instances that drain are there: what they have shown still counts, and they are asked no more.
    bool drains = false;
    std::chrono::seconds interval{30};
    std::chrono::seconds timeout{5};

    bool operator==(const KeyTarget &) const = default;
};

/// All those of a load balancer, by endpoint, none twice; those that drain too.
std::vector<KeyTarget> keyTargets(const model::LoadBalancer &balancer);

/// What of an instance's verdicts behind all listeners counts: Wrong before Unknown before Right.
KeyVerdict judgeInstance(const model::LoadBalancer &balancer, const model::Instance &instance, const SeenChains &seen);

/// The hashes of the certificates among those seen at the endpoint whose chain has one of the keys.
std::vector<std::string> acceptedLeaves(const std::vector<std::string> &keys, const SeenChains &seen,
                                        const Endpoint &endpoint);

/// With one more chain as the newest; false when it already was that. Only the last few are kept.
bool addChain(SeenChains &seen, const Endpoint &endpoint, model::ShownChain chain);

/// The file that names the certificates a backend accepts.
std::string pinFile(std::string_view backend);
/// The rule that lets answers pass from servers with such a certificate alone.
std::string pinRule(bool http, const std::string &file);

/// Asks HAProxy which certificates it accepts there, and reads the answer, sorted.
std::string showPins(std::string_view file);
std::vector<std::string> parsePinsShown(std::string_view reply);

} // namespace balancer::plan

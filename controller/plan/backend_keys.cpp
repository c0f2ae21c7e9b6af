#include "plan/backend_keys.h"

#include "base/text.h"
#include "model/balancer_policies.h"
#include "model/protocol.h"

#include <algorithm>

namespace balancer::plan {

namespace {

constexpr std::size_t kMostSeen = 4;

bool hasOneOf(const model::ShownChain &chain, const std::vector<std::string> &keys)
{
    return std::ranges::any_of(chain.keys,
                               [&](const std::string &key) { return std::ranges::find(keys, key) != keys.end(); });
}

} // namespace

Endpoint trafficEndpoint(const model::Listener &listener, const model::Instance &instance)
{
    const auto own = instance.address.port;
    return Endpoint{instance.address.address, own != 0 ? own : listener.instancePort};
}

std::optional<std::vector<std::string>> demandedKeys(const model::LoadBalancer &balancer,
                                                     const model::Listener &listener)
{
    const auto rule = model::backendRule<model::BackendServerAuthentication>(balancer, listener.instancePort);
    if (!rule || !model::isSecure(listener.instanceProtocol))
        return std::nullopt;
    std::vector<std::string> keys;
    for (const auto &name : rule->publicKeyPolicies) {
        const auto *policy = model::findPolicy(balancer, name);
        if (policy && policy->type == model::kPublicKeyType)
            keys.push_back(std::get<model::PublicKey>(model::ruleOf(*policy)).key);
    }
    return keys;
}

KeyVerdict judgeKeys(const std::vector<std::string> &keys, const SeenChains &seen, const Endpoint &endpoint)
{
    const auto known = seen.find(endpoint);
    if (known == seen.end() || known->second.empty())
        return KeyVerdict::Unknown;
    return hasOneOf(known->second.back(), keys) ? KeyVerdict::Right : KeyVerdict::Wrong;
}

std::vector<KeyTarget> keyTargets(const model::LoadBalancer &balancer)
{
    std::map<Endpoint, KeyTarget> targets;
    for (const auto &listener : balancer.listeners) {
        if (!demandedKeys(balancer, listener))
            continue;
        const auto proxy = model::backendRule<model::ProxyProtocol>(balancer, listener.instancePort);
        KeyTarget target;
        target.proxyLine = proxy && proxy->enabled;
        target.interval = balancer.healthCheck.interval;
        target.timeout = balancer.healthCheck.timeout;
        for (const auto &instance : balancer.instances) {
            target.endpoint = trafficEndpoint(listener, instance);
            targets.insert_or_assign(target.endpoint, target);
        }
        target.drains = true;
        for (const auto &former : balancer.formerInstances) {
            target.endpoint = trafficEndpoint(listener, model::Instance{former.id, former.address});
            if (former.drains())
                targets.emplace(target.endpoint, target);
        }
    }
    std::vector<KeyTarget> all;
    for (auto &[endpoint, target] : targets)
        all.push_back(target);
    return all;
}

KeyVerdict judgeInstance(const model::LoadBalancer &balancer, const model::Instance &instance, const SeenChains &seen)
{
    auto verdict = KeyVerdict::Right;
    for (const auto &listener : balancer.listeners) {
        const auto keys = demandedKeys(balancer, listener);
        if (!keys)
            continue;
        const auto one = judgeKeys(*keys, seen, trafficEndpoint(listener, instance));
        if (one == KeyVerdict::Wrong)
            return one;
        if (one == KeyVerdict::Unknown)
            verdict = one;
    }
    return verdict;
}

std::vector<std::string> acceptedLeaves(const std::vector<std::string> &keys, const SeenChains &seen,
                                        const Endpoint &endpoint)
{
    std::vector<std::string> leaves;
    const auto known = seen.find(endpoint);
    if (known == seen.end())
        return leaves;
    for (const auto &chain : known->second) {
        if (hasOneOf(chain, keys))
            leaves.push_back(chain.leaf);
    }
    return leaves;
}

bool addChain(SeenChains &seen, const Endpoint &endpoint, model::ShownChain chain)
{
    auto &chains = seen[endpoint];
    if (!chains.empty() && chains.back() == chain)
        return false;
    std::erase_if(chains, [&](const model::ShownChain &known) { return known.leaf == chain.leaf; });
    chains.push_back(std::move(chain));
    if (chains.size() > kMostSeen)
        chains.erase(chains.begin());
    return true;
}

std::string pinFile(std::string_view backend)
{
    std::string name(backend);
    std::ranges::replace(name, ':', '-');
    return "certificates-" + name + ".acl";
}

std::string pinRule(bool http, const std::string &file)
{
    const auto good = "{ ssl_s_der,sha2(256),hex -m str -f " + file + " }";
    return (http ? "http-response deny deny_status 502 if !" : "tcp-response content reject if !") + good;
}

std::string showPins(std::string_view file)
{
    return "show acl " + std::string(file);
}

std::vector<std::string> parsePinsShown(std::string_view reply)
{
    std::vector<std::string> hashes; // each behind the address of its entry: "0x5581fe4a9b10 228F…"
    for (const auto line : split(reply, '\n')) {
        const auto blank = line.find(' ');
        if (line.starts_with("0x") && blank != std::string_view::npos)
            hashes.emplace_back(trimmed(line.substr(blank)));
    }
    std::ranges::sort(hashes);
    const auto repeated = std::ranges::unique(hashes);
    hashes.erase(repeated.begin(), repeated.end());
    return hashes;
}

} // namespace balancer::plan

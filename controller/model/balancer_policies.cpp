#include "model/balancer_policies.h"

#include <algorithm>
#include <set>

namespace balancer::model {

namespace {

tl::unexpected<Error> invalid(std::string sentence)
{
    return fail(ErrorCode::InvalidConfigurationRequest, std::move(sentence));
}

/// ELB's sentence, with what stands in the way where that is not the policy's type.
tl::unexpected<Error> cannotBeEnabled(const Policy &policy, std::string_view why = {})
{
    return invalid(policy.name + " cannot be enabled" + (why.empty() ? "" : ": ") + std::string(why));
}

bool isCookiePolicy(const Policy &policy)
{
    return policy.type == kLbCookieType || policy.type == kAppCookieType;
}

/// In the order given, each once: setting a policy again is no change.
Result<std::vector<const Policy *>> findPolicies(const LoadBalancer &balancer, const std::vector<std::string> &names)
{
    std::vector<const Policy *> policies;
    std::set<std::string_view> seen;
    for (const auto &name : names) {
        const auto *policy = findPolicy(balancer, name);
        if (!policy)
            return fail(policyNotFound(balancer, name));
        if (seen.insert(name).second)
            policies.push_back(policy);
    }
    return policies;
}

std::vector<std::string> namesOf(const std::vector<const Policy *> &policies)
{
    std::vector<std::string> names;
    for (const auto *policy : policies)
        names.push_back(policy->name);
    return names;
}

std::vector<std::string> namesAt(const std::vector<PortPolicies> &ports, std::uint16_t port)
{
    const auto found = std::ranges::find(ports, port, &PortPolicies::port);
    return found == ports.end() ? std::vector<std::string>() : found->policyNames;
}

/// Sorted by port, without ports that have none.
void setNamesAt(std::vector<PortPolicies> &ports, std::uint16_t port, std::vector<std::string> names)
{
    std::erase_if(ports, [&](const PortPolicies &set) { return set.port == port; });
    if (!names.empty())
        ports.push_back({port, std::move(names)});
    std::ranges::sort(ports, {}, &PortPolicies::port);
}

Result<void> checkOnListener(const Policy &policy, const Listener &listener)
{
    if (isCookiePolicy(policy)) {
        if (!isHttpLayer(listener.protocol))
            return cannotBeEnabled(policy, "cookies need a listener of HTTP or HTTPS");
        return {};
    }
    if (policy.type != kSslNegotiationType)
        return cannotBeEnabled(policy);
    if (!isSecure(listener.protocol))
        return cannotBeEnabled(policy, "it needs a listener of HTTPS or SSL");
    if (!canNegotiate(std::get<SslNegotiation>(ruleOf(policy))))
        return cannotBeEnabled(policy, "no protocol and cipher that it allows are supported together");
    return {};
}

Result<void> checkOnInstancePort(const Policy &policy, const LoadBalancer &balancer, std::uint16_t port)
{
    if (policy.type == kProxyProtocolType)
        return {};
    if (policy.type != kBackendAuthenticationType)
        return cannotBeEnabled(policy);
    const bool isPlain = std::ranges::any_of(balancer.listeners, [&](const Listener &listener) {
        return listener.instancePort == port && !isSecure(listener.instanceProtocol);
    });
    if (isPlain)
        return cannotBeEnabled(policy, "the listeners with InstancePort " + std::to_string(port) +
                                           " must use HTTPS or SSL as InstanceProtocol");
    return {};
}

/// Policies of one kind exclude each other where they act. Both kinds of cookies are one.
Result<void> checkExclusive(const std::vector<const Policy *> &policies)
{
    std::set<std::string_view> kinds;
    for (const auto *policy : policies) {
        const std::string_view kind = isCookiePolicy(*policy) ? kLbCookieType : std::string_view(policy->type);
        if (!kinds.insert(kind).second)
            return cannotBeEnabled(*policy, "another policy of its kind is given too");
    }
    return {};
}

bool isListed(const std::vector<PortPolicies> &ports, const std::string &name)
{
    return std::ranges::any_of(ports, [&](const PortPolicies &set) {
        return std::ranges::find(set.policyNames, name) != set.policyNames.end();
    });
}

bool isReferredTo(const LoadBalancer &balancer, const std::string &name)
{
    return std::ranges::any_of(balancer.policies, [&](const Policy &policy) {
        return policy.type == kBackendAuthenticationType &&
               std::ranges::find(policy.attributes, name, &PolicyAttribute::value) != policy.attributes.end();
    });
}

Result<void> checkReferences(const LoadBalancer &balancer, const Policy &policy)
{
    if (policy.type != kBackendAuthenticationType)
        return {};
    const auto rule = std::get<BackendServerAuthentication>(ruleOf(policy));
    for (const auto &name : rule.publicKeyPolicies) {
        const auto *referred = findPolicy(balancer, name);
        if (!referred)
            return invalid(policyNotFound(balancer, name).message);
        if (referred->type != kPublicKeyType)
            return invalid("Policy " + name + " is not of type " + std::string(kPublicKeyType));
    }
    return {};
}

bool hasTlsPolicy(const LoadBalancer &balancer, std::uint16_t port)
{
    return std::ranges::any_of(listenerPolicyNames(balancer, port), [&](const std::string &name) {
        const auto *policy = findPolicy(balancer, name);
        return policy && policy->type == kSslNegotiationType;
    });
}

} // namespace

const Policy *findPolicy(const LoadBalancer &balancer, std::string_view name)
{
    const auto found = std::ranges::find(balancer.policies, name, &Policy::name);
    return found == balancer.policies.end() ? nullptr : &*found;
}

Error policyNotFound(const LoadBalancer &balancer, std::string_view name)
{
    return Error{ErrorCode::PolicyNotFound,
                 "There is no policy with name " + std::string(name) + " for load balancer " + balancer.name.text()};
}

Result<LoadBalancer> withPolicy(LoadBalancer balancer, const Policy &policy, const Limits &limits)
{
    if (findPolicy(balancer, policy.name))
        return fail(ErrorCode::DuplicatePolicyName, "There is already a policy with name " + policy.name +
                                                        " for load balancer " + balancer.name.text());
    if (const auto ok = checkReferences(balancer, policy); !ok)
        return fail(ok.error());
    // Listeners without a policy for TLS rely on what this name means.
    if (policy.name == kDefaultSslPolicy && policy != *findPredefinedPolicy(kDefaultSslPolicy))
        return invalid(policy.name + " is the name of a predefined policy and cannot mean anything else");
    if (balancer.policies.size() >= limits.policies)
        return fail(ErrorCode::TooManyPolicies,
                    "A load balancer may have at most " + std::to_string(limits.policies) + " policies");
    balancer.policies.push_back(policy);
    return balancer;
}

Result<LoadBalancer> withoutPolicy(LoadBalancer balancer, const std::string &name)
{
    if (isListed(balancer.listenerPolicies, name) || isListed(balancer.backendPolicies, name) ||
        isReferredTo(balancer, name))
        return invalid("You cannot delete policy [" + name +
                       "] since it is enabled or referred by other enabled policy.");
    std::erase_if(balancer.policies, [&](const Policy &policy) { return policy.name == name; });
    return balancer;
}

Result<LoadBalancer> withListenerPolicies(LoadBalancer balancer, std::uint16_t port,
                                          const std::vector<std::string> &names)
{
    const auto *listener = findListener(balancer, port);
    if (!listener)
        return fail(listenerNotFound(balancer, port));
    const auto policies = findPolicies(balancer, names);
    if (!policies)
        return fail(policies.error());
    for (const auto *policy : *policies) {
        if (const auto ok = checkOnListener(*policy, *listener); !ok)
            return fail(ok.error());
    }
    if (const auto ok = checkExclusive(*policies); !ok)
        return fail(ok.error());
    setNamesAt(balancer.listenerPolicies, port, namesOf(*policies));
    return withDefaultPolicies(std::move(balancer));
}

Result<LoadBalancer> withBackendPolicies(LoadBalancer balancer, std::uint16_t port,
                                         const std::vector<std::string> &names)
{
    const auto policies = findPolicies(balancer, names);
    if (!policies)
        return fail(policies.error());
    for (const auto *policy : *policies) {
        if (const auto ok = checkOnInstancePort(*policy, balancer, port); !ok)
            return fail(ok.error());
    }
    if (const auto ok = checkExclusive(*policies); !ok)
        return fail(ok.error());
    setNamesAt(balancer.backendPolicies, port, namesOf(*policies));
    return balancer;
}

Result<void> checkBackendPolicies(const LoadBalancer &balancer)
{
    for (const auto &set : balancer.backendPolicies) {
        for (const auto &name : set.policyNames) {
            const auto *policy = findPolicy(balancer, name);
            if (!policy)
                continue;
            if (const auto ok = checkOnInstancePort(*policy, balancer, set.port); !ok)
                return ok;
        }
    }
    return {};
}

LoadBalancer withDefaultPolicies(LoadBalancer balancer)
{
    std::erase_if(balancer.listenerPolicies,
                  [&](const PortPolicies &set) { return !findListener(balancer, set.port); });
    for (const auto &listener : balancer.listeners) {
        const auto port = listener.loadBalancerPort;
        if (!isSecure(listener.protocol) || hasTlsPolicy(balancer, port))
            continue;
        if (!findPolicy(balancer, kDefaultSslPolicy))
            balancer.policies.push_back(*findPredefinedPolicy(kDefaultSslPolicy));
        auto names = listenerPolicyNames(balancer, port);
        names.emplace_back(kDefaultSslPolicy);
        setNamesAt(balancer.listenerPolicies, port, std::move(names));
    }
    return balancer;
}

std::vector<std::string> listenerPolicyNames(const LoadBalancer &balancer, std::uint16_t port)
{
    return namesAt(balancer.listenerPolicies, port);
}

std::vector<std::string> backendPolicyNames(const LoadBalancer &balancer, std::uint16_t port)
{
    return namesAt(balancer.backendPolicies, port);
}

bool isSecureListener(const LoadBalancer &balancer, std::uint16_t port)
{
    const auto *listener = findListener(balancer, port);
    return listener && isSecure(listener->protocol);
}

} // namespace balancer::model

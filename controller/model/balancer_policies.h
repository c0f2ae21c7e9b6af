#pragma once

#include "model/load_balancer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// A load balancer's policies: which it has, and where they act.
namespace balancer::model {

/// Null when the load balancer has none of that name.
const Policy *findPolicy(const LoadBalancer &balancer, std::string_view name);
/// PolicyNotFound in ELB's words.
Error policyNotFound(const LoadBalancer &balancer, std::string_view name);

/// With one more policy. DuplicatePolicyName, also when it is the same; TooManyPolicies; InvalidConfigurationRequest
/// when it names policies that are not there or not public keys, or takes the name of the default policy for TLS and is
/// another one.
Result<LoadBalancer> withPolicy(LoadBalancer balancer, const Policy &policy, const Limits &limits);

/// Without it; a missing one is a success (ELB). InvalidConfigurationRequest while a listener, an instance port or
/// another policy refers to it.
Result<LoadBalancer> withoutPolicy(LoadBalancer balancer, const std::string &name);

/// With exactly these policies on the listener of that port. ListenerNotFound, PolicyNotFound;
/// InvalidConfigurationRequest for a policy of a type that cannot act there, or two that exclude each other. Without
/// one for TLS an HTTPS or SSL listener keeps the default one.
Result<LoadBalancer> withListenerPolicies(LoadBalancer balancer, std::uint16_t port,
                                          const std::vector<std::string> &names);

/// With exactly these policies on an instance port, whether a listener uses it or not. PolicyNotFound;
/// InvalidConfigurationRequest as above.
Result<LoadBalancer> withBackendPolicies(LoadBalancer balancer, std::uint16_t port,
                                         const std::vector<std::string> &names);

/// InvalidConfigurationRequest when a listener speaks plain to an instance port where certificates are to be judged.
Result<void> checkBackendPolicies(const LoadBalancer &balancer);

/// Every HTTPS and SSL listener has a policy for TLS: those without get the default one, which the load balancer then
/// has. Listeners that are gone leave no policies behind in `listenerPolicies`.
LoadBalancer withDefaultPolicies(LoadBalancer balancer);

/// The names in force at a port, in the order they were set.
std::vector<std::string> listenerPolicyNames(const LoadBalancer &balancer, std::uint16_t port);
std::vector<std::string> backendPolicyNames(const LoadBalancer &balancer, std::uint16_t port);

/// The rule of that kind in force at a port; nothing when there is none. An HTTPS or SSL listener always has one for
/// TLS: where none is set (in a load balancer stored before there were policies), the default policy's.
template <typename Rule>
std::optional<Rule> listenerRule(const LoadBalancer &balancer, std::uint16_t port);
template <typename Rule>
std::optional<Rule> backendRule(const LoadBalancer &balancer, std::uint16_t port);

// -------------------------------------------------------------------------------------------------------------

/// Whether there is a listener of HTTPS or SSL on that port.
bool isSecureListener(const LoadBalancer &balancer, std::uint16_t port);

template <typename Rule>
std::optional<Rule> firstRule(const LoadBalancer &balancer, const std::vector<std::string> &names)
{
    for (const auto &name : names) {
        const auto *policy = findPolicy(balancer, name);
        if (policy && policy->type == Rule::kType)
            return std::get<Rule>(ruleOf(*policy));
    }
    return std::nullopt;
}

template <typename Rule>
std::optional<Rule> listenerRule(const LoadBalancer &balancer, std::uint16_t port)
{
    auto rule = firstRule<Rule>(balancer, listenerPolicyNames(balancer, port));
    if constexpr (std::is_same_v<Rule, SslNegotiation>) {
        if (!rule && isSecureListener(balancer, port))
            return std::get<SslNegotiation>(ruleOf(*findPredefinedPolicy(kDefaultSslPolicy)));
    }
    return rule;
}

template <typename Rule>
std::optional<Rule> backendRule(const LoadBalancer &balancer, std::uint16_t port)
{
    return firstRule<Rule>(balancer, backendPolicyNames(balancer, port));
}

} // namespace balancer::model

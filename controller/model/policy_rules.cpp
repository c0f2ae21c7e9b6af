#include "model/ciphers.h"
#include "model/policy_values.h"
#include "model/public_key.h"

#include <algorithm>

/// What stored policies mean. Their values were judged when the policies were made.
namespace balancer::model {

namespace {

std::string valueOf(const Policy &policy, std::string_view attribute)
{
    const auto found = std::ranges::find(policy.attributes, attribute, &PolicyAttribute::name);
    return found == policy.attributes.end() ? std::string() : found->value;
}

PolicyRule lbCookieRule(const Policy &policy)
{
    return LbCookieStickiness{parseCount(valueOf(policy, "CookieExpirationPeriod")).value_or(0)};
}

PolicyRule appCookieRule(const Policy &policy)
{
    return AppCookieStickiness{valueOf(policy, "CookieName")};
}

PolicyRule proxyProtocolRule(const Policy &policy)
{
    return ProxyProtocol{parseBoolean(valueOf(policy, "ProxyProtocol")).value_or(false)};
}

PolicyRule publicKeyRule(const Policy &policy)
{
    return PublicKey{parsePublicKey(valueOf(policy, "PublicKey")).value_or(std::string())};
}

PolicyRule backendAuthenticationRule(const Policy &policy)
{
    BackendServerAuthentication rule;
    for (const auto &attribute : policy.attributes)
        rule.publicKeyPolicies.push_back(attribute.value);
    return rule;
}

PolicyRule sslNegotiationRule(const Policy &policy)
{
    SslNegotiation rule;
    for (const auto &[name, value] : policy.attributes) {
        if (!parseBoolean(value).value_or(false))
            continue;
        if (name == kServerOrderAttribute)
            rule.serverOrder = true;
        else if (const auto version = protocolOf(name))
            rule.protocols.push_back(*version);
        else if (cipherRank(name))
            rule.ciphers.push_back(name);
    }
    std::ranges::sort(rule.protocols);
    std::ranges::sort(rule.ciphers, {}, cipherRank);
    return rule;
}

} // namespace

PolicyRule ruleOf(const Policy &policy)
{
    if (policy.type == kLbCookieType)
        return lbCookieRule(policy);
    if (policy.type == kAppCookieType)
        return appCookieRule(policy);
    if (policy.type == kPublicKeyType)
        return publicKeyRule(policy);
    if (policy.type == kBackendAuthenticationType)
        return backendAuthenticationRule(policy);
    if (policy.type == kSslNegotiationType)
        return sslNegotiationRule(policy);
    return proxyProtocolRule(policy);
}

} // namespace balancer::model

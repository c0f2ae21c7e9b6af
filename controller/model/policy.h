#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace balancer::model {

/// Name and value as they were given: clients compare them letter by letter (Ansible sends and expects "true",
/// Terraform "True").
struct PolicyAttribute
{
    std::string name;
    std::string value;

    bool operator==(const PolicyAttribute &) const = default;
};

/// A named rule of one load balancer. It acts where a listener or an instance port refers to it.
struct Policy
{
    std::string name;
    std::string type; ///< one of allPolicyTypes()
    std::vector<PolicyAttribute> attributes;

    bool operator==(const Policy &) const = default;
};

/// The policies in force at one port, in the order they were set.
struct PortPolicies
{
    std::uint16_t port = 0; ///< of a listener (LoadBalancerPort) or of the instances (InstancePort)
    std::vector<std::string> policyNames;

    bool operator==(const PortPolicies &) const = default;
};

enum class TlsVersion { Ssl2, Ssl3, Tls10, Tls11, Tls12 };

// ------------------------------------------------------------------------- what a policy means, by its type

constexpr std::string_view kLbCookieType = "LBCookieStickinessPolicyType";
constexpr std::string_view kAppCookieType = "AppCookieStickinessPolicyType";
constexpr std::string_view kProxyProtocolType = "ProxyProtocolPolicyType";
constexpr std::string_view kPublicKeyType = "PublicKeyPolicyType";
constexpr std::string_view kBackendAuthenticationType = "BackendServerAuthenticationPolicyType";
constexpr std::string_view kSslNegotiationType = "SSLNegotiationPolicyType";

/// The load balancer's own cookie, AWSELB.
struct LbCookieStickiness
{
    static constexpr std::string_view kType = kLbCookieType;

    std::int64_t expirationSeconds = 0; ///< 0: as long as the browser's session

    bool operator==(const LbCookieStickiness &) const = default;
};

/// Sticks for as long as the application's cookie of that name.
struct AppCookieStickiness
{
    static constexpr std::string_view kType = kAppCookieType;

    std::string cookieName;

    bool operator==(const AppCookieStickiness &) const = default;
};

/// A PROXY line before each connection to an instance.
struct ProxyProtocol
{
    static constexpr std::string_view kType = kProxyProtocolType;

    bool enabled = false;

    bool operator==(const ProxyProtocol &) const = default;
};

struct PublicKey
{
    static constexpr std::string_view kType = kPublicKeyType;

    std::string key; ///< base64 of the SubjectPublicKeyInfo, without armour and line breaks

    bool operator==(const PublicKey &) const = default;
};

/// An instance's certificate chain must hold one of these keys.
struct BackendServerAuthentication
{
    static constexpr std::string_view kType = kBackendAuthenticationType;

    std::vector<std::string> publicKeyPolicies; ///< names of policies of the same load balancer

    bool operator==(const BackendServerAuthentication &) const = default;
};

/// What TLS a listener speaks with clients. Names that OpenSSL no longer has are kept and never spoken.
struct SslNegotiation
{
    static constexpr std::string_view kType = kSslNegotiationType;

    std::vector<TlsVersion> protocols; ///< ascending
    std::vector<std::string> ciphers;  ///< OpenSSL's names, in ELB's order of preference
    bool serverOrder = false;          ///< the listener's order counts, not the client's

    bool operator==(const SslNegotiation &) const = default;
};

using PolicyRule = std::variant<LbCookieStickiness, AppCookieStickiness, ProxyProtocol, PublicKey,
                                BackendServerAuthentication, SslNegotiation>;

/// The meaning of a policy that makePolicy has accepted. What is missing in it counts as not said.
PolicyRule ruleOf(const Policy &policy);

// ----------------------------------------------------------------------------------------------- types

/// ELB's texts for how often an attribute may occur.
enum class Cardinality { One, ZeroOrOne, ZeroOrMore, OneOrMore };
std::string_view renderCardinality(Cardinality cardinality);

struct PolicyAttributeType
{
    std::string name;
    std::string type; ///< "Boolean", "Long", "String", "PolicyName"
    std::string description;
    std::string defaultValue;
    Cardinality cardinality = Cardinality::ZeroOrOne;

    bool operator==(const PolicyAttributeType &) const = default;
};

struct PolicyType
{
    std::string name;
    std::string description;
    std::vector<PolicyAttributeType> attributes;

    bool operator==(const PolicyType &) const = default;
};

/// The policy that an HTTPS or SSL listener has from the start, and where none is set.
constexpr std::string_view kDefaultSslPolicy = "ELBSecurityPolicy-2016-08";

/// In ELB's order, with all attributes of each.
const std::vector<PolicyType> &allPolicyTypes();
/// PolicyTypeNotFound.
Result<PolicyType> findPolicyType(std::string_view name);

/// The policies that exist without a load balancer (ELBSecurityPolicy-2016-08 …), in ELB's order.
const std::vector<Policy> &predefinedPolicies();
/// Null when there is none of that name.
const Policy *findPredefinedPolicy(std::string_view name);

/// The attribute names of ciphers, in the order of preference, and which of them OpenSSL 3 still has.
const std::vector<std::string> &allCipherNames();
bool isUsableCipher(std::string_view name);
/// TLS 1.0 and later.
constexpr bool isUsableProtocol(TlsVersion version)
{
    return version >= TlsVersion::Tls10;
}
/// Whether a usable protocol and a usable cipher that fits it are among those of the rule.
bool canNegotiate(const SslNegotiation &rule);

/// A policy as it is stored: what ELB fills in is there (CookieExpirationPeriod "0", the protocols and ciphers of a
/// reference policy, the others "false"). ValidationError for a name that breaks the rules; PolicyTypeNotFound;
/// InvalidConfigurationRequest for an attribute that the type does not have, or too many, too few, or of another kind.
/// Whether the policies it names exist is for withPolicy to say.
Result<Policy> makePolicy(std::string name, std::string_view type, const std::vector<PolicyAttribute> &attributes);

} // namespace balancer::model

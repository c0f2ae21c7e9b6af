#include "model/ciphers.h"

namespace balancer::model {

namespace {

PolicyType appCookieType()
{
    return {std::string(kAppCookieType),
            "Keeps a client with one instance for as long as a cookie of the application lives. For HTTP and HTTPS "
            "listeners",
            {{"CookieName", "String", "The application's cookie", {}, Cardinality::One}}};
}

PolicyType lbCookieType()
{
    return {std::string(kLbCookieType),
            "Keeps a client with one instance by a cookie of the load balancer's own. For HTTP and HTTPS listeners",
            {{"CookieExpirationPeriod", "Long",
              "The cookie's lifetime in seconds; 0: until the browser ends its session", "0", Cardinality::ZeroOrOne}}};
}

PolicyType proxyProtocolType()
{
    return {std::string(kProxyProtocolType),
            "Tells an instance who the client is, by a line of the PROXY protocol before each connection. For instance "
            "ports",
            {{"ProxyProtocol", "Boolean", "Whether the line is sent", {}, Cardinality::One}}};
}

PolicyType publicKeyType()
{
    return {std::string(kPublicKeyType),
            "Holds a public key that policies of type BackendServerAuthenticationPolicyType refer to",
            {{"PublicKey", "String", "Base64 of the DER form of a SubjectPublicKeyInfo", {}, Cardinality::One}}};
}

PolicyType backendAuthenticationType()
{
    return {
        std::string(kBackendAuthenticationType),
        "Trusts only instances whose certificate chain holds one of these public keys. For instance ports of HTTPS "
        "and SSL",
        {{"PublicKeyPolicyName", "PolicyName", "A policy of type PublicKeyPolicyType", {}, Cardinality::OneOrMore}}};
}

PolicyAttributeType choice(std::string_view name)
{
    return {std::string(name), "Boolean", {}, "false", Cardinality::ZeroOrOne};
}

PolicyType sslNegotiationType()
{
    PolicyType type;
    type.name = kSslNegotiationType;
    type.description = "Says which protocols and ciphers a listener accepts from clients. For HTTPS and SSL listeners";
    type.attributes.push_back({std::string(kReferenceAttribute),
                               "String",
                               "A predefined policy, instead of all other attributes; without any attribute " +
                                   std::string(kDefaultSslPolicy),
                               {},
                               Cardinality::ZeroOrOne});
    auto serverOrder = choice(kServerOrderAttribute);
    serverOrder.description = "Whether the listener's order of ciphers counts, and not the client's";
    type.attributes.push_back(std::move(serverOrder));
    for (const auto &[version, name] : kProtocolAttributes)
        type.attributes.push_back(choice(name));
    for (const auto &name : allCipherNames())
        type.attributes.push_back(choice(name));
    return type;
}

} // namespace

std::string_view renderCardinality(Cardinality cardinality)
{
    switch (cardinality) {
    case Cardinality::One:
        return "ONE";
    case Cardinality::ZeroOrOne:
        return "ZERO_OR_ONE";
    case Cardinality::ZeroOrMore:
        return "ZERO_OR_MORE";
    case Cardinality::OneOrMore:
        return "ONE_OR_MORE";
    }
    return "ZERO_OR_ONE";
}

const std::vector<PolicyType> &allPolicyTypes()
{
    static const std::vector<PolicyType> kTypes = {
        appCookieType(),      lbCookieType(), proxyProtocolType(), publicKeyType(), backendAuthenticationType(),
        sslNegotiationType(),
    };
    return kTypes;
}

Result<PolicyType> findPolicyType(std::string_view name)
{
    for (const auto &type : allPolicyTypes()) {
        if (type.name == name)
            return type;
    }
    return fail(ErrorCode::PolicyTypeNotFound, "There is no policy type with name " + std::string(name));
}

} // namespace balancer::model

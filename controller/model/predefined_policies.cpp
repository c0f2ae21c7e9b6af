#include "model/ciphers.h"

#include <algorithm>
#include <set>

namespace balancer::model {

namespace {

using Names = std::vector<std::string_view>;

Names operator+(Names names, const Names &more)
{
    names.insert(names.end(), more.begin(), more.end());
    return names;
}

/// A row of ELB's table of security policies.
struct SecurityPolicy
{
    std::string_view name;
    Names protocols;
    bool serverOrder = true;
    Names ciphers;
};

std::vector<SecurityPolicy> securityPolicies()
{
    // Ciphers of TLS 1.2 alone, then those that speak with older clients too.
    const Names modern = {"ECDHE-ECDSA-AES128-GCM-SHA256",
                          "ECDHE-RSA-AES128-GCM-SHA256",
                          "ECDHE-ECDSA-AES128-SHA256",
                          "ECDHE-RSA-AES128-SHA256",
                          "ECDHE-ECDSA-AES256-GCM-SHA384",
                          "ECDHE-RSA-AES256-GCM-SHA384",
                          "ECDHE-ECDSA-AES256-SHA384",
                          "ECDHE-RSA-AES256-SHA384",
                          "AES128-GCM-SHA256",
                          "AES128-SHA256",
                          "AES256-GCM-SHA384",
                          "AES256-SHA256"};
    const Names compatible = modern + Names{"ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA",
                                            "ECDHE-ECDSA-AES256-SHA", "AES128-SHA",           "AES256-SHA"};
    const Names withDhe = compatible + Names{"DHE-RSA-AES128-SHA", "DHE-DSS-AES128-SHA"};
    const Names withRc4 = withDhe + Names{"ECDHE-RSA-RC4-SHA", "RC4-SHA"};
    const Names of2011 = {"DHE-RSA-AES128-SHA",
                          "AES128-SHA",
                          "AES256-SHA",
                          "DHE-DSS-AES128-SHA",
                          "CAMELLIA128-SHA",
                          "EDH-RSA-DES-CBC3-SHA",
                          "DES-CBC3-SHA",
                          "RC4-SHA",
                          "DHE-RSA-AES256-SHA",
                          "DHE-DSS-AES256-SHA",
                          "DHE-RSA-CAMELLIA256-SHA",
                          "DHE-DSS-CAMELLIA256-SHA",
                          "CAMELLIA256-SHA",
                          "EDH-DSS-DES-CBC3-SHA",
                          "DHE-RSA-CAMELLIA128-SHA",
                          "DHE-DSS-CAMELLIA128-SHA"};

    const Names tls12 = {"Protocol-TLSv1.2"};
    const Names tls11 = tls12 + Names{"Protocol-TLSv1.1"};
    const Names tls10 = tls11 + Names{"Protocol-TLSv1"};
    const Names ssl3 = tls10 + Names{"Protocol-SSLv3"};
    const Names protocolsOf2011 = {"Protocol-SSLv3", "Protocol-TLSv1"};

    return {
        {kDefaultSslPolicy, tls10, true, compatible},
        {"ELBSecurityPolicy-TLS-1-2-2017-01", tls12, true, modern},
        {"ELBSecurityPolicy-TLS-1-1-2017-01", tls11, true, compatible},
        {"ELBSecurityPolicy-2015-05", tls10, true, compatible + Names{"DES-CBC3-SHA"}},
        {"ELBSecurityPolicy-2015-03", tls10, true, withDhe + Names{"DES-CBC3-SHA"}},
        {"ELBSecurityPolicy-2015-02", tls10, true, withDhe},
        {"ELBSecurityPolicy-2014-10", tls10, true, withRc4},
        {"ELBSecurityPolicy-2014-01", ssl3, true, withRc4},
        {"ELBSecurityPolicy-2011-08", protocolsOf2011, false, of2011},
        {"ELBSample-ELBDefaultNegotiationPolicy", protocolsOf2011, false, of2011},
        {"ELBSample-ELBDefaultCipherPolicy", protocolsOf2011, false, of2011},
        {"ELBSample-OpenSSLDefaultNegotiationPolicy", protocolsOf2011, false, of2011},
        {"ELBSample-OpenSSLDefaultCipherPolicy", protocolsOf2011, false, of2011},
    };
}

/// Every attribute of the type is there: the reference names the policy itself, the others say true or false.
Policy expanded(const SecurityPolicy &security)
{
    std::set<std::string_view> chosen(security.protocols.begin(), security.protocols.end());
    chosen.insert(security.ciphers.begin(), security.ciphers.end());
    if (security.serverOrder)
        chosen.insert(kServerOrderAttribute);

    Policy policy{std::string(security.name), std::string(kSslNegotiationType), {}};
    const auto type = findPolicyType(kSslNegotiationType).value();
    for (const auto &attribute : type.attributes) {
        const bool isReference = attribute.name == kReferenceAttribute;
        policy.attributes.push_back({attribute.name, isReference                       ? policy.name
                                                     : chosen.contains(attribute.name) ? "true"
                                                                                       : "false"});
    }
    return policy;
}

std::vector<Policy> allPredefined()
{
    std::vector<Policy> policies;
    for (const auto &security : securityPolicies())
        policies.push_back(expanded(security));
    policies.push_back(
        {"ELBSample-AppCookieStickinessPolicy", std::string(kAppCookieType), {{"CookieName", "ELBSampleCookie"}}});
    policies.push_back(
        {"ELBSample-LBCookieStickinessPolicy", std::string(kLbCookieType), {{"CookieExpirationPeriod", "100"}}});
    return policies;
}

} // namespace

const std::vector<Policy> &predefinedPolicies()
{
    static const auto kPolicies = allPredefined();
    return kPolicies;
}

const Policy *findPredefinedPolicy(std::string_view name)
{
    const auto found = std::ranges::find(predefinedPolicies(), name, &Policy::name);
    return found == predefinedPolicies().end() ? nullptr : &*found;
}

} // namespace balancer::model

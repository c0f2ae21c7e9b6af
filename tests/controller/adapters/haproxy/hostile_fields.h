#pragma once

#include "hostile_node.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Where callers' texts come in.
namespace balancer::tests {

/// What the requests of a field do to.
constexpr std::string_view kVictim = "victim";

struct HostileField
{
    std::string_view name;
    /// A text that is allowed there, that no other one contains, and that stands in HAProxy's files where any other
    /// would stand.
    std::string tame;
    /// Requests with the text, one after another, as long as they succeed.
    std::function<std::vector<Form>(const std::string &text)> requests;
    /// Whether what it comes to differs from what the tame one comes to by the text alone.
    bool isLiteral = true;
    /// Whether the tame text makes a load balancer, or another one of the victim.
    bool isAccepted = true;
};

inline Form action(std::string_view verb, Form more)
{
    Form form{{"Action", std::string(verb)}, {"Version", "2012-06-01"}};
    form.insert(form.end(), more.begin(), more.end());
    return form;
}

inline Form onVictim(std::string_view verb, Form more)
{
    more.emplace_back("LoadBalancerName", kVictim);
    return action(verb, std::move(more));
}

inline Form iamAction(std::string_view verb, Form more)
{
    more.insert(more.begin(), {{"Action", std::string(verb)}, {"Version", "2010-05-08"}});
    return more;
}

inline Form createForm(const std::string &balancer)
{
    return action("CreateLoadBalancer", {{"LoadBalancerName", balancer},
                                         {"Listeners.member.1.Protocol", "HTTP"},
                                         {"Listeners.member.1.LoadBalancerPort", "80"},
                                         {"Listeners.member.1.InstancePort", "8080"},
                                         {"AvailabilityZones.member.1", "zone"}});
}

/// One more parameter beside those of a new load balancer.
inline Form createWith(const std::string &name, const std::string &value)
{
    auto form = createForm("another");
    std::erase_if(form, [&](const auto &pair) { return pair.first == name; });
    form.emplace_back(name, value);
    return form;
}

inline Form tagForm(const std::string &key, const std::string &value)
{
    return action("AddTags", {{"LoadBalancerNames.member.1", std::string(kVictim)},
                              {"Tags.member.1.Key", key},
                              {"Tags.member.1.Value", value}});
}

inline Form checkForm(const std::string &target)
{
    return onVictim("ConfigureHealthCheck", {{"HealthCheck.Target", target},
                                             {"HealthCheck.Interval", "30"},
                                             {"HealthCheck.Timeout", "5"},
                                             {"HealthCheck.UnhealthyThreshold", "2"},
                                             {"HealthCheck.HealthyThreshold", "2"}});
}

inline Form policyForm(const std::string &name, const std::string &type, const std::string &attribute,
                       const std::string &value)
{
    return onVictim("CreateLoadBalancerPolicy", {{"PolicyName", name},
                                                 {"PolicyTypeName", type},
                                                 {"PolicyAttributes.member.1.AttributeName", attribute},
                                                 {"PolicyAttributes.member.1.AttributeValue", value}});
}

inline Form stickForm(const std::string &policy)
{
    return onVictim("SetLoadBalancerPoliciesOfListener",
                    {{"LoadBalancerPort", "80"}, {"PolicyNames.member.1", policy}});
}

inline Form attributeForm(const std::string &name, const std::string &value)
{
    return onVictim("ModifyLoadBalancerAttributes", {{"LoadBalancerAttributes." + name, value}});
}

inline std::vector<Form> accessLogForms(const std::string &bucket, const std::string &prefix)
{
    auto form = attributeForm("AccessLog.Enabled", "true");
    form.emplace_back("LoadBalancerAttributes.AccessLog.S3BucketName", bucket);
    form.emplace_back("LoadBalancerAttributes.AccessLog.S3BucketPrefix", prefix);
    return {form};
}

inline std::vector<Form> instanceForms(const std::string &id, const std::string &address)
{
    return {action("SetInstanceAddress", {{"InstanceId", id}, {"Address", address}}),
            onVictim("RegisterInstancesWithLoadBalancer", {{"Instances.member.1.InstanceId", id}})};
}

inline Form uploadForm(const std::string &name, const std::string &path)
{
    return iamAction("UploadServerCertificate", {{"ServerCertificateName", name},
                                                 {"Path", path},
                                                 {"CertificateBody", "certificate c"},
                                                 {"PrivateKey", "key of c"}});
}

inline Form httpsForm(const std::string &arn)
{
    return onVictim("CreateLoadBalancerListeners", {{"Listeners.member.1.Protocol", "HTTPS"},
                                                    {"Listeners.member.1.InstanceProtocol", "HTTP"},
                                                    {"Listeners.member.1.LoadBalancerPort", "443"},
                                                    {"Listeners.member.1.InstancePort", "8080"},
                                                    {"Listeners.member.1.SSLCertificateId", arn}});
}

namespace fields {

using Text = const std::string &;
using Forms = std::vector<Form>;

inline const std::string kArn = "arn:aws:iam::000000000000:server-certificate";
inline const std::string kCookies = "AppCookieStickinessPolicyType";
inline const std::string kKey = "MCowBQYDK2VwAyEA0000000000000000000000000000000000000000000=";
inline const std::string kProxy = "ProxyProtocolPolicyType";
inline const std::string kNegotiation = "SSLNegotiationPolicyType";

/// A verb with one parameter besides the name.
inline auto one(std::string_view verb, const std::string &parameter)
{
    return [=](Text text) { return Forms{onVictim(verb, {{parameter, text}})}; };
}

inline auto creating(const std::string &parameter)
{
    return [=](Text text) { return Forms{createWith(parameter, text)}; };
}

} // namespace fields

inline std::vector<HostileField> hostileFields()
{
    using namespace fields;
    return {
        {"name", "tamename", [](Text text) { return Forms{createForm(text)}; }},
        {"name that must be there", "tame",
         [](Text text) {
             return Forms{action("DescribeInstanceHealth", {{"LoadBalancerName", text}})};
         },
         true, false},
        {"protocol", "HTTP", creating("Listeners.member.1.Protocol"), false},
        {"port", "81", creating("Listeners.member.1.LoadBalancerPort"), false},
        {"instance port", "81", creating("Listeners.member.1.InstancePort"), false},
        {"certificate of a listener", "tame", creating("Listeners.member.1.SSLCertificateId"), true, false},
        {"scheme", "internal", creating("Scheme"), false},
        {"zone of a new one", "tame", creating("AvailabilityZones.member.2")},
        {"zone", "tame", one("EnableAvailabilityZonesForLoadBalancer", "AvailabilityZones.member.1")},
        {"subnet", "tame", one("AttachLoadBalancerToSubnets", "Subnets.member.1")},
        {"security group", "tame", one("ApplySecurityGroupsToLoadBalancer", "SecurityGroups.member.1")},
        {"tag's key", "tame", [](Text text) { return Forms{tagForm(text, "value")}; }},
        {"tag's value", "tame", [](Text text) { return Forms{tagForm("key", text)}; }},
        {"tag of host names", "tame.corp", [](Text text) { return Forms{tagForm("elastic-haproxy:hostnames", text)}; }},
        {"tag of connections", "tame",
         [](Text text) { return Forms{tagForm("elastic-haproxy:max-connections", text)}; }, false},
        {"instance", "tame-instance", [](Text text) { return instanceForms(text, "10.0.0.1"); }},
        {"instance that has no address", "tame-instance",
         one("RegisterInstancesWithLoadBalancer", "Instances.member.1.InstanceId"), false},
        {"address of an instance", "10.9.8.7", [](Text text) { return instanceForms("i-1", text); }, false},
        {"target", "HTTP:80/tame", [](Text text) { return Forms{checkForm(text)}; }, false},
        {"path of a target", "tame", [](Text text) { return Forms{checkForm("HTTP:80/" + text)}; }},
        {"query of a target", "tame", [](Text text) { return Forms{checkForm("HTTPS:443/a?b=" + text + "&c")}; }},
        {"policy", "tame",
         [](Text text) {
             return Forms{onVictim("CreateLBCookieStickinessPolicy", {{"PolicyName", text}}), stickForm(text)};
         }},
        {"cookie", "tame",
         [](Text text) {
             return Forms{onVictim("CreateAppCookieStickinessPolicy", {{"PolicyName", "p"}, {"CookieName", text}}),
                          stickForm("p")};
         }},
        {"cookie of a policy", "tame",
         [](Text text) {
             return Forms{policyForm("p", kCookies, "CookieName", text), stickForm("p")};
         }},
        {"period of a cookie", "60",
         [](Text text) {
             return Forms{
                 onVictim("CreateLBCookieStickinessPolicy", {{"PolicyName", "p"}, {"CookieExpirationPeriod", text}}),
                 stickForm("p")};
         },
         false},
        {"type of a policy", kProxy, [](Text text) { return Forms{policyForm("p", text, "ProxyProtocol", "true")}; }},
        {"attribute of a policy", "ProxyProtocol",
         [](Text text) { return Forms{policyForm("p", kProxy, text, "true")}; }},
        {"value of a policy", "true", [](Text text) { return Forms{policyForm("p", kProxy, "ProxyProtocol", text)}; }},
        {"cipher", "AES128-SHA", [](Text text) { return Forms{policyForm("p", kNegotiation, text, "true")}; }, false},
        {"predefined policy", "ELBSecurityPolicy-2015-05",
         [](Text text) { return Forms{policyForm("p", kNegotiation, "Reference-Security-Policy", text)}; }},
        {"public key", kKey,
         [](Text text) { return Forms{policyForm("p", "PublicKeyPolicyType", "PublicKey", text)}; }},
        {"public key of a policy", "tame",
         [](Text text) {
             return Forms{policyForm(text, "PublicKeyPolicyType", "PublicKey", kKey),
                          policyForm("p", "BackendServerAuthenticationPolicyType", "PublicKeyPolicyName", text)};
         }},
        {"policy to enable", "tame", [](Text text) { return Forms{stickForm(text)}; }, true, false},
        {"bucket", "tame", [](Text text) { return accessLogForms(text, "logs"); }},
        {"prefix of a bucket", "tame", [](Text text) { return accessLogForms("bucket", text); }},
        {"desync mode", "monitor",
         [](Text text) {
             auto form = attributeForm("AdditionalAttributes.member.1.Key", "elb.http.desyncmitigationmode");
             form.emplace_back("LoadBalancerAttributes.AdditionalAttributes.member.1.Value", text);
             return Forms{form};
         },
         false},
        {"additional attribute", "tame",
         [](Text text) {
             auto form = attributeForm("AdditionalAttributes.member.1.Key", text);
             form.emplace_back("LoadBalancerAttributes.AdditionalAttributes.member.1.Value", "true");
             return Forms{form};
         },
         true, false},
        {"idle time-out", "77", [](Text text) { return Forms{attributeForm("ConnectionSettings.IdleTimeout", text)}; },
         false},
        {"certificate", "tame",
         [](Text text) {
             return Forms{uploadForm(text, "/"), httpsForm(kArn + "/" + text)};
         }},
        {"path of a certificate", "tame",
         [](Text text) {
             return Forms{uploadForm("c", "/" + text + "/"), httpsForm(kArn + "/" + text + "/c")};
         }},
        {"marker", "tame",
         [](Text text) {
             return Forms{action("DescribeLoadBalancers", {{"Marker", text}})};
         },
         true, false},
        {"action", "tame", [](Text text) { return Forms{action(text, {})}; }, true, false},
        {"name of a parameter", "tame",
         [](Text text) {
             return Forms{action("DescribeLoadBalancers", {{text, "x"}})};
         },
         true, false},
    };
}

} // namespace balancer::tests

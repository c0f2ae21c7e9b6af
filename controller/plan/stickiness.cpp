#include "plan/stickiness.h"

#include "model/balancer_policies.h"
#include "plan/directives.h"

namespace balancer::plan {

namespace {

using Lines = std::vector<std::string>;

/// Set-Cookie lines of an answer that are searched for the application's cookie.
constexpr int kMostCookies = 8;

/// The cookie says which instance by a hash of its address and this key: the same on all nodes and after each reload.
std::string keyLine(const model::LoadBalancer &balancer)
{
    // Load balancers of old have no key of their own.
    return "dynamic-cookie-key " + quotedWord(balancer.cookieKey.empty() ? balancer.dnsName : balancer.cookieKey);
}

/// ELB's own cookie, and its twin for requests across sites.
Lines ownCookie(const model::LoadBalancer &balancer, const model::LbCookieStickiness &rule)
{
    const auto age = rule.expirationSeconds > 0 ? "MAX-AGE=" + std::to_string(rule.expirationSeconds) : std::string();
    const auto twinAge = age.empty() ? std::string() : age + ";";
    return {
        "cookie AWSELB insert indirect nocache dynamic" + (age.empty() ? std::string() : " attr " + quotedWord(age)),
        keyLine(balancer),
        "http-request add-header Cookie \"AWSELB=%[req.cook(AWSELBCORS)]\""
        " if { req.cook(AWSELBCORS) -m found } !{ req.cook(AWSELB) -m found }",
        // After all else: HAProxy has put its cookie in by then.
        "http-after-response set-var(txn.elb) res.cook(AWSELB)",
        "http-after-response add-header Set-Cookie \"AWSELBCORS=%[var(txn.elb)];PATH=/;" + twinAge +
            "SECURE;SAMESITE=None\" if { var(txn.elb) -m found }",
        "http-after-response set-header Cache-Control \"no-cache=\\\"set-cookie\\\"\" if { var(txn.elb) -m found }",
    };
}

/// A cookie beside the application's, with all its attributes, whenever the application sets its own.
Lines cookieBeside(const model::LoadBalancer &balancer, const model::AppCookieStickiness &rule)
{
    Lines lines{"cookie AWSELB rewrite nocache dynamic", keyLine(balancer)};
    const auto begin = quotedWord(rule.cookieName + "=");
    for (int i = 1; i <= kMostCookies; ++i) {
        const auto line = "res.fhdr(Set-Cookie," + std::to_string(i) + ")";
        lines.push_back("http-response set-var(txn.app) " + line + ",regsub(^[^=]*=[^;]*,AWSELB=x) if { " + line +
                        " -m beg -- " + begin + " }");
    }
    lines.push_back("http-response add-header Set-Cookie \"%[var(txn.app)]\" if { var(txn.app) -m found }");
    return lines;
}

} // namespace

std::vector<std::string> stickiness(const model::LoadBalancer &balancer, std::uint16_t port)
{
    if (const auto own = model::listenerRule<model::LbCookieStickiness>(balancer, port))
        return ownCookie(balancer, *own);
    if (const auto app = model::listenerRule<model::AppCookieStickiness>(balancer, port))
        return cookieBeside(balancer, *app);
    return {};
}

} // namespace balancer::plan

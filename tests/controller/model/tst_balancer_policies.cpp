#include "controller/base/readable.h"
#include "model/balancer_policies.h"

using namespace balancer;
using namespace std::chrono_literals;
using model::Limits;
using model::Listener;
using model::LoadBalancer;
using model::Policy;
using model::PolicyAttribute;
using model::Protocol;

namespace {

using Names = std::vector<std::string>;

const std::string kCertificate = "arn:aws:iam::000000000000:server-certificate/web";
const std::string kKey = "MCowBQYDK2VwAyEAuErCXU3TgnBDfM/QEf1bHwUXOLWe5VTEeF8ES0c3HPo=";
const std::string kDefault(model::kDefaultSslPolicy);

Listener http(std::uint16_t port)
{
    return {Protocol::Http, port, Protocol::Http, 8080, {}};
}

Listener https(std::uint16_t port)
{
    return {Protocol::Https, port, Protocol::Https, 8443, kCertificate};
}

/// HTTP on 80, HTTPS on 443, TCP on 25, SSL on 465; the secure ones with instance port 8443.
LoadBalancer web()
{
    model::CreationParameters parameters;
    parameters.listeners = {{Protocol::Tcp, 25, Protocol::Tcp, 2525, {}},
                            http(80),
                            https(443),
                            {Protocol::Ssl, 465, Protocol::Ssl, 8443, kCertificate}};
    parameters.availabilityZones = {"a"};
    return model::makeLoadBalancer(LoadBalancerName::parse("web").value(), parameters, 8080, "dns", "key",
                                   model::Timestamp(1426735442650ms));
}

Policy policy(const std::string &name, std::string_view type, const std::vector<PolicyAttribute> &attributes = {})
{
    return model::makePolicy(name, type, attributes).value();
}

LoadBalancer with(const LoadBalancer &balancer, const Policy &added)
{
    return model::withPolicy(balancer, added, {}).value();
}

/// With a policy of each type, and two that TLS cannot be spoken with.
LoadBalancer full()
{
    auto balancer = web();
    for (const auto &one :
         {policy("lb", model::kLbCookieType), policy("lb2", model::kLbCookieType),
          policy("app", model::kAppCookieType, {{"CookieName", "id"}}),
          policy("proxy", model::kProxyProtocolType, {{"ProxyProtocol", "true"}}),
          policy("proxy2", model::kProxyProtocolType, {{"ProxyProtocol", "false"}}),
          policy("key", model::kPublicKeyType, {{"PublicKey", kKey}}),
          policy("auth", model::kBackendAuthenticationType, {{"PublicKeyPolicyName", "key"}}),
          policy("tls", model::kSslNegotiationType,
                 {{"Reference-Security-Policy", "ELBSecurityPolicy-TLS-1-2-2017-01"}}),
          policy("no-cipher", model::kSslNegotiationType, {{"Protocol-TLSv1.2", "true"}}),
          policy("ssl3", model::kSslNegotiationType, {{"Protocol-SSLv3", "true"}, {"AES128-SHA", "true"}})})
        balancer = with(balancer, one);
    return balancer;
}

std::string joined(const Names &names)
{
    std::string all;
    for (const auto &name : names)
        all += (all.empty() ? "" : " ") + name;
    return all;
}

std::string policyNames(const LoadBalancer &balancer)
{
    Names names;
    for (const auto &one : balancer.policies)
        names.push_back(one.name);
    return joined(names);
}

/// "443:a,b 465:a"
std::string show(const std::vector<model::PortPolicies> &ports)
{
    std::string all;
    for (const auto &set : ports) {
        all += (all.empty() ? "" : " ") + std::to_string(set.port) + ":";
        for (const auto &name : set.policyNames)
            all += (name == set.policyNames.front() ? "" : ",") + name;
    }
    return all;
}

/// As it was stored before there were policies.
LoadBalancer ofOld()
{
    auto balancer = web();
    balancer.policies.clear();
    balancer.listenerPolicies.clear();
    return balancer;
}

} // namespace

Q_DECLARE_METATYPE(Names)

class BalancerPoliciesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesTlsListenersTheDefaultPolicy();
    void givesNoDefaultWithoutTls();
    void givesAddedListenersTheDefaultPolicy();
    void changesNothingWhenAListenerIsAddedAgain();
    void keepsThePoliciesOfListenersThatGo();
    void startsAnewOnAPortThatComesBack();

    void addsPoliciesInOrder();
    void refusesANameThatIsTaken();
    void refusesTooManyPolicies();
    void refusesUnknownPublicKeys();
    void keepsTheDefaultPolicysName();

    void removesAPolicy();
    void removesAMissingPolicyWithoutAnyChange();
    void keepsAPolicyInUse_data();
    void keepsAPolicyInUse();

    void replacesTheListenersPolicies();
    void keepsTheDefaultNextToACookie();
    void replacesTheDefault();
    void restoresADeletedDefault();
    void setsAPolicyOnce();
    void refusesListenerPolicies_data();
    void refusesListenerPolicies();

    void replacesAnInstancePortsPolicies();
    void setsPoliciesOfAPortWithoutListeners();
    void refusesBackendPolicies_data();
    void refusesBackendPolicies();
    void refusesAPlainListenerWhereCertificatesAreJudged();

    void answersTheRuleInForce();
    void copesWithLoadBalancersOfOld();
};

void BalancerPoliciesTest::givesTlsListenersTheDefaultPolicy()
{
    const auto balancer = web();
    QCOMPARE(show(balancer.listenerPolicies), "443:" + kDefault + " 465:" + kDefault);
    QVERIFY(balancer.policies == std::vector<Policy>{*model::findPredefinedPolicy(kDefault)});
    QVERIFY(balancer.backendPolicies.empty());
    QVERIFY(model::withDefaultPolicies(balancer) == balancer);
}

void BalancerPoliciesTest::givesNoDefaultWithoutTls()
{
    const auto plain = model::withoutListeners(ofOld(), {443, 465});
    QVERIFY(model::withDefaultPolicies(plain) == plain);
}

void BalancerPoliciesTest::givesAddedListenersTheDefaultPolicy()
{
    const auto plain = model::withoutListeners(ofOld(), {443, 465});
    const auto balancer = model::withListeners(plain, {http(81), https(8443)}, {}).value();
    QCOMPARE(show(balancer.listenerPolicies), "8443:" + kDefault);
    QCOMPARE(policyNames(balancer), kDefault);
    const auto more = model::withListeners(balancer, {https(443)}, {}).value();
    QCOMPARE(show(more.listenerPolicies), "443:" + kDefault + " 8443:" + kDefault);
    QCOMPARE(policyNames(more), kDefault);
}

void BalancerPoliciesTest::changesNothingWhenAListenerIsAddedAgain()
{
    const auto balancer = model::withListenerPolicies(full(), 443, {"tls", "lb"}).value();
    QVERIFY(model::withListeners(balancer, {https(443)}, {}) == balancer);
}

void BalancerPoliciesTest::keepsThePoliciesOfListenersThatGo()
{
    const auto balancer = model::withoutListeners(full(), {443, 80});
    QCOMPARE(show(balancer.listenerPolicies), "465:" + kDefault);
    QVERIFY(balancer.policies == full().policies);
}

void BalancerPoliciesTest::startsAnewOnAPortThatComesBack()
{
    const auto sticky = model::withListenerPolicies(full(), 443, {"lb", "tls"}).value();
    const auto back = model::withListeners(model::withoutListeners(sticky, {443}), {https(443)}, {}).value();
    QCOMPARE(joined(model::listenerPolicyNames(back, 443)), kDefault);
}

void BalancerPoliciesTest::addsPoliciesInOrder()
{
    const auto balancer = with(with(web(), policy("z", model::kLbCookieType)), policy("a", model::kLbCookieType));
    QCOMPARE(policyNames(balancer), kDefault + " z a");
    QVERIFY(*model::findPolicy(balancer, "z") == policy("z", model::kLbCookieType));
    QVERIFY(!model::findPolicy(balancer, "Z"));
}

void BalancerPoliciesTest::refusesANameThatIsTaken()
{
    const std::string text = "DuplicatePolicyName: There is already a policy with name lb for load balancer web";
    QCOMPARE(tests::describe(model::withPolicy(full(), policy("lb", model::kLbCookieType), {})), text);
    QCOMPARE(tests::describe(
                 model::withPolicy(full(), policy("lb", model::kProxyProtocolType, {{"ProxyProtocol", "true"}}), {})),
             text);
}

void BalancerPoliciesTest::refusesTooManyPolicies()
{
    Limits limits;
    limits.policies = 2;
    const auto two = model::withPolicy(web(), policy("a", model::kLbCookieType), limits).value();
    QCOMPARE(tests::describe(model::withPolicy(two, policy("b", model::kLbCookieType), limits)),
             std::string("TooManyPolicies: A load balancer may have at most 2 policies"));
    QCOMPARE(model::withPolicy(two, policy("a", model::kLbCookieType), limits).error().code,
             ErrorCode::DuplicatePolicyName);
}

void BalancerPoliciesTest::refusesUnknownPublicKeys()
{
    const auto missing = policy("a", model::kBackendAuthenticationType,
                                {{"PublicKeyPolicyName", "key"}, {"PublicKeyPolicyName", "none"}});
    QCOMPARE(tests::describe(model::withPolicy(full(), missing, {})),
             std::string("InvalidConfigurationRequest: There is no policy with name none for load balancer web"));
    const auto wrong = policy("a", model::kBackendAuthenticationType, {{"PublicKeyPolicyName", "lb"}});
    QCOMPARE(tests::describe(model::withPolicy(full(), wrong, {})),
             std::string("InvalidConfigurationRequest: Policy lb is not of type PublicKeyPolicyType"));
}

void BalancerPoliciesTest::keepsTheDefaultPolicysName()
{
    const auto plain = model::withoutListeners(ofOld(), {443, 465});
    const auto reference = policy(kDefault, model::kSslNegotiationType, {{"Reference-Security-Policy", kDefault}});
    QCOMPARE(policyNames(with(plain, reference)), kDefault);
    const auto other = policy(kDefault, model::kSslNegotiationType, {{"Protocol-TLSv1", "true"}});
    QCOMPARE(tests::describe(model::withPolicy(plain, other, {})),
             "InvalidConfigurationRequest: " + kDefault +
                 " is the name of a predefined policy and cannot mean anything else");
}

void BalancerPoliciesTest::removesAPolicy()
{
    const auto balancer = with(web(), policy("a", model::kLbCookieType));
    QVERIFY(model::withoutPolicy(balancer, "a") == web());
}

void BalancerPoliciesTest::removesAMissingPolicyWithoutAnyChange()
{
    QVERIFY(model::withoutPolicy(web(), "none") == web());
}

void BalancerPoliciesTest::keepsAPolicyInUse_data()
{
    QTest::addColumn<std::string>("name");
    QTest::newRow("by a listener") << std::string("lb");
    QTest::newRow("by a listener from the start") << kDefault;
    QTest::newRow("by an instance port") << std::string("proxy");
    QTest::newRow("by another policy") << std::string("key");
}

void BalancerPoliciesTest::keepsAPolicyInUse()
{
    QFETCH(std::string, name);
    const auto sticky = model::withListenerPolicies(full(), 80, {"lb"}).value();
    const auto balancer = model::withBackendPolicies(sticky, 8080, {"proxy"}).value();
    QCOMPARE(tests::describe(model::withoutPolicy(balancer, name)),
             "InvalidConfigurationRequest: You cannot delete policy [" + name +
                 "] since it is enabled or referred by other enabled policy.");
}

void BalancerPoliciesTest::replacesTheListenersPolicies()
{
    const auto lb = model::withListenerPolicies(full(), 80, {"lb"}).value();
    const auto app = model::withListenerPolicies(lb, 80, {"app"}).value();
    QCOMPARE(joined(model::listenerPolicyNames(app, 80)), std::string("app"));
    QVERIFY(app.policies == full().policies);
    QVERIFY(model::withListenerPolicies(app, 80, {"app"}) == app);
    QVERIFY(model::withListenerPolicies(app, 80, {}) == full());
}

void BalancerPoliciesTest::keepsTheDefaultNextToACookie()
{
    const auto sticky = model::withListenerPolicies(full(), 443, {"lb"}).value();
    QCOMPARE(joined(model::listenerPolicyNames(sticky, 443)), "lb " + kDefault);
    QVERIFY(model::withListenerPolicies(sticky, 443, {}) == full());
}

void BalancerPoliciesTest::replacesTheDefault()
{
    const auto balancer = model::withListenerPolicies(full(), 443, {"tls", "lb"}).value();
    QCOMPARE(joined(model::listenerPolicyNames(balancer, 443)), std::string("tls lb"));
    const auto both = model::withListenerPolicies(balancer, 465, {"tls"}).value();
    QCOMPARE(show(both.listenerPolicies), std::string("443:tls,lb 465:tls"));
    const auto sticky = model::withListenerPolicies(both, 443, {"lb"}).value();
    QCOMPARE(joined(model::listenerPolicyNames(sticky, 443)), "lb " + kDefault);
}

void BalancerPoliciesTest::restoresADeletedDefault()
{
    const auto own =
        model::withListenerPolicies(model::withListenerPolicies(full(), 443, {"tls"}).value(), 465, {"tls"}).value();
    const auto deleted = model::withoutPolicy(own, kDefault).value();
    QVERIFY(!model::findPolicy(deleted, kDefault));
    QCOMPARE(model::withListenerPolicies(deleted, 443, {kDefault}).error().code, ErrorCode::PolicyNotFound);
    const auto none = model::withListenerPolicies(deleted, 443, {}).value();
    QCOMPARE(joined(model::listenerPolicyNames(none, 443)), kDefault);
    QVERIFY(*model::findPolicy(none, kDefault) == *model::findPredefinedPolicy(kDefault));
}

void BalancerPoliciesTest::setsAPolicyOnce()
{
    const auto balancer = model::withListenerPolicies(full(), 80, {"lb", "lb"}).value();
    QCOMPARE(joined(model::listenerPolicyNames(balancer, 80)), std::string("lb"));
}

void BalancerPoliciesTest::refusesListenerPolicies_data()
{
    QTest::addColumn<int>("port");
    QTest::addColumn<Names>("names");
    QTest::addColumn<std::string>("message");
    const auto row = [](const char *name, int port, const Names &names, const char *message) {
        QTest::newRow(name) << port << names << std::string(message);
    };
    row("no listener", 81, {"lb"}, "ListenerNotFound: Load balancer web has no listener with LoadBalancerPort 81");
    row("no listener and no policies", 81, {},
        "ListenerNotFound: Load balancer web has no listener with LoadBalancerPort 81");
    row("no policy", 80, {"lb", "none"}, "PolicyNotFound: There is no policy with name none for load balancer web");
    row("a predefined policy that it does not own", 443, {"ELBSecurityPolicy-TLS-1-2-2017-01"},
        "PolicyNotFound: There is no policy with name ELBSecurityPolicy-TLS-1-2-2017-01 for load balancer web");
    row("an unknown name before what is wrong", 80, {"proxy", "none"},
        "PolicyNotFound: There is no policy with name none for load balancer web");
    row("of instance ports", 80, {"proxy"}, "InvalidConfigurationRequest: proxy cannot be enabled");
    row("of back ends", 443, {"auth"}, "InvalidConfigurationRequest: auth cannot be enabled");
    row("a key", 443, {"key"}, "InvalidConfigurationRequest: key cannot be enabled");
    row("a cookie on TCP", 25, {"lb"},
        "InvalidConfigurationRequest: lb cannot be enabled: cookies need a listener of HTTP or HTTPS");
    row("a cookie on SSL", 465, {"app"},
        "InvalidConfigurationRequest: app cannot be enabled: cookies need a listener of HTTP or HTTPS");
    row("TLS on HTTP", 80, {"tls"},
        "InvalidConfigurationRequest: tls cannot be enabled: it needs a listener of HTTPS or SSL");
    row("TLS on TCP", 25, {"tls"},
        "InvalidConfigurationRequest: tls cannot be enabled: it needs a listener of HTTPS or SSL");
    row("two cookies of one type", 80, {"lb", "lb2"},
        "InvalidConfigurationRequest: lb2 cannot be enabled: another policy of its kind is given too");
    row("two cookies of both types", 443, {"app", "lb"},
        "InvalidConfigurationRequest: lb cannot be enabled: another policy of its kind is given too");
    row("two for TLS", 443, {"tls", "ELBSecurityPolicy-2016-08"},
        "InvalidConfigurationRequest: ELBSecurityPolicy-2016-08 cannot be enabled: another policy of its kind is "
        "given too");
    row("no cipher", 443, {"no-cipher"},
        "InvalidConfigurationRequest: no-cipher cannot be enabled: no protocol and cipher that it allows are "
        "supported together");
    row("no protocol", 465, {"ssl3"},
        "InvalidConfigurationRequest: ssl3 cannot be enabled: no protocol and cipher that it allows are supported "
        "together");
}

void BalancerPoliciesTest::refusesListenerPolicies()
{
    QFETCH(int, port);
    QFETCH(Names, names);
    QFETCH(std::string, message);
    QCOMPARE(tests::describe(model::withListenerPolicies(full(), static_cast<std::uint16_t>(port), names)), message);
}

void BalancerPoliciesTest::replacesAnInstancePortsPolicies()
{
    const auto auth = model::withBackendPolicies(full(), 8443, {"proxy", "auth"}).value();
    QCOMPARE(joined(model::backendPolicyNames(auth, 8443)), std::string("proxy auth"));
    const auto proxy = model::withBackendPolicies(auth, 8443, {"proxy2", "proxy2"}).value();
    QCOMPARE(show(proxy.backendPolicies), std::string("8443:proxy2"));
    QVERIFY(model::withBackendPolicies(proxy, 8443, {}) == full());
}

void BalancerPoliciesTest::setsPoliciesOfAPortWithoutListeners()
{
    const auto balancer = model::withBackendPolicies(full(), 9000, {"auth"}).value();
    const auto two = model::withBackendPolicies(balancer, 8080, {"proxy"}).value();
    QCOMPARE(show(two.backendPolicies), std::string("8080:proxy 9000:auth"));
    QVERIFY(model::withBackendPolicies(full(), 9000, {}) == full());
}

void BalancerPoliciesTest::refusesBackendPolicies_data()
{
    QTest::addColumn<int>("port");
    QTest::addColumn<Names>("names");
    QTest::addColumn<std::string>("message");
    const auto row = [](const char *name, int port, const Names &names, const char *message) {
        QTest::newRow(name) << port << names << std::string(message);
    };
    row("no policy", 8080, {"none"}, "PolicyNotFound: There is no policy with name none for load balancer web");
    row("a cookie", 8080, {"lb"}, "InvalidConfigurationRequest: lb cannot be enabled");
    row("TLS with clients", 8443, {"tls"}, "InvalidConfigurationRequest: tls cannot be enabled");
    row("a key", 8443, {"key"}, "InvalidConfigurationRequest: key cannot be enabled");
    row("certificates of plain instances", 8080, {"auth"},
        "InvalidConfigurationRequest: auth cannot be enabled: the listeners with InstancePort 8080 must use HTTPS or "
        "SSL as InstanceProtocol");
    row("two that contradict each other", 8080, {"proxy", "proxy2"},
        "InvalidConfigurationRequest: proxy2 cannot be enabled: another policy of its kind is given too");
}

void BalancerPoliciesTest::refusesBackendPolicies()
{
    QFETCH(int, port);
    QFETCH(Names, names);
    QFETCH(std::string, message);
    QCOMPARE(tests::describe(model::withBackendPolicies(full(), static_cast<std::uint16_t>(port), names)), message);
}

void BalancerPoliciesTest::refusesAPlainListenerWhereCertificatesAreJudged()
{
    const auto balancer = model::withBackendPolicies(full(), 9000, {"auth"}).value();
    const Listener plain{Protocol::Http, 90, Protocol::Http, 9000, {}};
    QCOMPARE(tests::describe(model::withListeners(balancer, {plain}, {})),
             std::string("InvalidConfigurationRequest: auth cannot be enabled: the listeners with InstancePort 9000 "
                         "must use HTTPS or SSL as InstanceProtocol"));
    const Listener encrypted{Protocol::Http, 90, Protocol::Https, 9000, {}};
    QVERIFY(model::withListeners(balancer, {encrypted}, {}).has_value());
}

void BalancerPoliciesTest::answersTheRuleInForce()
{
    const auto sticky = model::withListenerPolicies(full(), 443, {"app", "tls"}).value();
    const auto balancer = model::withBackendPolicies(sticky, 8443, {"proxy", "auth"}).value();
    QCOMPARE(model::listenerRule<model::AppCookieStickiness>(balancer, 443).value().cookieName, std::string("id"));
    QVERIFY(!model::listenerRule<model::LbCookieStickiness>(balancer, 443));
    QVERIFY(!model::listenerRule<model::AppCookieStickiness>(balancer, 80));
    QVERIFY(model::listenerRule<model::SslNegotiation>(balancer, 443).value().protocols ==
            std::vector{model::TlsVersion::Tls12});
    QVERIFY(model::backendRule<model::ProxyProtocol>(balancer, 8443).value().enabled);
    QCOMPARE(joined(model::backendRule<model::BackendServerAuthentication>(balancer, 8443).value().publicKeyPolicies),
             std::string("key"));
    QVERIFY(!model::backendRule<model::ProxyProtocol>(balancer, 8080));
}

void BalancerPoliciesTest::copesWithLoadBalancersOfOld()
{
    const auto balancer = ofOld();
    const auto tls = std::get<model::SslNegotiation>(model::ruleOf(*model::findPredefinedPolicy(kDefault)));
    QVERIFY(model::listenerRule<model::SslNegotiation>(balancer, 443) == tls);
    QVERIFY(model::listenerRule<model::SslNegotiation>(balancer, 465) == tls);
    for (const std::uint16_t port : {80, 25, 9999})
        QVERIFY(!model::listenerRule<model::SslNegotiation>(balancer, port));
    QVERIFY(!model::listenerRule<model::LbCookieStickiness>(balancer, 80));
    QVERIFY(!model::backendRule<model::ProxyProtocol>(balancer, 8080));
    QVERIFY(model::listenerPolicyNames(balancer, 443).empty());
    QVERIFY(model::withListenerPolicies(balancer, 443, {}) == web());
    QVERIFY(model::withDefaultPolicies(balancer) == web());
}

QTEST_GUILESS_MAIN(BalancerPoliciesTest)
#include "tst_balancer_policies.moc"

#include "controller/base/readable.h"
#include "model/policy.h"

#include <algorithm>
#include <random>
#include <set>

using namespace balancer;
using model::Policy;
using model::PolicyAttribute;

using AttributeList = std::vector<PolicyAttribute>;
Q_DECLARE_METATYPE(AttributeList)

namespace {

const std::string kKey = "MCowBQYDK2VwAyEAuErCXU3TgnBDfM/QEf1bHwUXOLWe5VTEeF8ES0c3HPo=";

Result<Policy> made(std::string_view type, const AttributeList &attributes, const std::string &name = "p")
{
    return model::makePolicy(name, type, attributes);
}

template <typename Rule>
Rule ruleAs(const Policy &policy)
{
    return std::get<Rule>(model::ruleOf(policy));
}

std::string joined(const std::vector<std::string> &texts)
{
    std::string all;
    for (const auto &text : texts)
        all += (all.empty() ? "" : " ") + text;
    return all;
}

std::string show(const AttributeList &attributes)
{
    std::string all;
    for (const auto &[name, value] : attributes)
        all += (all.empty() ? "" : " ") + name + "=" + value;
    return all;
}

std::string valueOf(const Policy &policy, const std::string &name)
{
    const auto found = std::ranges::find(policy.attributes, name, &PolicyAttribute::name);
    return found == policy.attributes.end() ? "(none)" : found->value;
}

std::size_t trueValues(const Policy &policy)
{
    return static_cast<std::size_t>(std::ranges::count_if(
        policy.attributes, [](const PolicyAttribute &one) { return one.value == "true" || one.value == "True"; }));
}

/// Attribute lists that are right, nearly right and wrong.
class Chance
{
public:
    explicit Chance(unsigned seed) : m_random(seed) {}

    std::size_t below(std::size_t bound) { return m_random() % bound; }

    template <typename T>
    const T &oneOf(const std::vector<T> &items)
    {
        return items[below(items.size())];
    }

    std::string type() { return below(40) == 0 ? "NoPolicyType" : oneOf(model::allPolicyTypes()).name; }

    AttributeList attributes(const std::string &type)
    {
        AttributeList list;
        for (auto count = below(6); count > 0; --count)
            list.push_back({attributeName(type), value()});
        return list;
    }

private:
    std::string attributeName(const std::string &type)
    {
        if (below(25) == 0)
            return value();
        const auto known = model::findPolicyType(below(25) == 0 ? this->type() : type);
        return known ? oneOf(known->attributes).name : "X";
    }

    std::string value()
    {
        static const std::vector<std::string> kValues = {
            "true",
            "True",
            "FALSE",
            "false",
            "true",
            "false",
            "0",
            "60",
            "-1",
            "",
            " ",
            "key",
            "other-key",
            kKey,
            "ELBSecurityPolicy-2016-08",
            "ELBSecurityPolicy-2011-08",
            "JSESSIONID",
            "AWSELB",
            "a\nb",
            "\xff\0x",
        };
        return oneOf(kValues);
    }

    std::mt19937 m_random;
};

} // namespace

class PolicyTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsTheTypes();
    void saysHowOftenAnAttributeMayOccur();
    void findsTypesByName();

    void takesNames_data();
    void takesNames();
    void refusesAnUnknownType();
    void refusesAttributes_data();
    void refusesAttributes();

    void fillsInABrowserSession();
    void keepsTheExpirationAsItWasSent();
    void takesCookieNames_data();
    void takesCookieNames();
    void readsProxyProtocolInAnyCase_data();
    void readsProxyProtocolInAnyCase();
    void keepsAPublicKeyAsItWasSent();
    void namesEachPublicKeyPolicyOnce();

    void readsAPolicyWithoutAttributes();
    void makesTheSameAgain();
};

void PolicyTest::knowsTheTypes()
{
    std::vector<std::string> names;
    for (const auto &type : model::allPolicyTypes())
        names.push_back(type.name);
    QCOMPARE(joined(names), std::string("AppCookieStickinessPolicyType LBCookieStickinessPolicyType "
                                        "ProxyProtocolPolicyType PublicKeyPolicyType "
                                        "BackendServerAuthenticationPolicyType SSLNegotiationPolicyType"));

    const auto negotiation = model::findPolicyType(model::kSslNegotiationType).value();
    QCOMPARE(negotiation.attributes.size(), 2u + 5u + model::allCipherNames().size());
    std::set<std::string> unique;
    for (const auto &attribute : negotiation.attributes) {
        unique.insert(attribute.name);
        QVERIFY(attribute.cardinality == model::Cardinality::ZeroOrOne);
        QCOMPARE(attribute.type, std::string(attribute.name == "Reference-Security-Policy" ? "String" : "Boolean"));
    }
    QCOMPARE(unique.size(), negotiation.attributes.size());

    const auto authentication = model::findPolicyType(model::kBackendAuthenticationType).value();
    QCOMPARE(authentication.attributes.size(), 1u);
    QVERIFY(authentication.attributes[0].cardinality == model::Cardinality::OneOrMore);
    QCOMPARE(authentication.attributes[0].type, std::string("PolicyName"));
}

void PolicyTest::saysHowOftenAnAttributeMayOccur()
{
    using model::Cardinality;
    std::vector<std::string> texts;
    for (const auto one : {Cardinality::One, Cardinality::ZeroOrOne, Cardinality::ZeroOrMore, Cardinality::OneOrMore})
        texts.emplace_back(model::renderCardinality(one));
    QCOMPARE(joined(texts), std::string("ONE ZERO_OR_ONE ZERO_OR_MORE ONE_OR_MORE"));
}

void PolicyTest::findsTypesByName()
{
    for (const auto &type : model::allPolicyTypes())
        QVERIFY(model::findPolicyType(type.name) == type);
    QCOMPARE(tests::describe(model::findPolicyType("sslnegotiationpolicytype")),
             std::string("PolicyTypeNotFound: There is no policy type with name sslnegotiationpolicytype"));
}

void PolicyTest::takesNames_data()
{
    QTest::addColumn<std::string>("name");
    QTest::addColumn<bool>("valid");
    QTest::newRow("all signs") << std::string("My-Policy-09") << true;
    QTest::newRow("one") << std::string("-") << true;
    QTest::newRow("128") << std::string(128, 'a') << true;
    QTest::newRow("129") << std::string(129, 'a') << false;
    QTest::newRow("empty") << std::string() << false;
    for (const auto *text : {"a_b", "a b", "a.b", "a\nb", "a/b", "\xc3\xa4", "a'", "a]"})
        QTest::newRow(qPrintable(QString::fromLatin1(QByteArray(text).toPercentEncoding())))
            << std::string(text) << false;
}

void PolicyTest::takesNames()
{
    QFETCH(std::string, name);
    QFETCH(bool, valid);
    const auto policy = made(model::kLbCookieType, {}, name);
    QCOMPARE(tests::describe(policy),
             valid
                 ? std::string()
                 : "ValidationError: 1 validation error detected: Value '" + name +
                       "' at 'policyName' failed to satisfy constraint: Member must be 1 to 128 letters, digits or -");
}

void PolicyTest::refusesAnUnknownType()
{
    QCOMPARE(tests::describe(made("X", {{"a", "b"}})),
             std::string("PolicyTypeNotFound: There is no policy type with name X"));
    QCOMPARE(made("", {}).error().code, ErrorCode::PolicyTypeNotFound);
}

void PolicyTest::refusesAttributes_data()
{
    QTest::addColumn<std::string>("type");
    QTest::addColumn<AttributeList>("attributes");
    QTest::addColumn<std::string>("message");
    const auto row = [](const char *name, std::string_view type, const AttributeList &list, const std::string &text) {
        QTest::newRow(name) << std::string(type) << list << text;
    };
    row("another type's attribute", model::kLbCookieType, {{"CookieName", "c"}},
        "Policy type LBCookieStickinessPolicyType does not have the attribute 'CookieName'");
    row("another case", model::kAppCookieType, {{"cookiename", "c"}},
        "Policy type AppCookieStickinessPolicyType does not have the attribute 'cookiename'");
    row("an attribute without a name", model::kLbCookieType, {{"", "1"}},
        "Policy type LBCookieStickinessPolicyType does not have the attribute ''");
    row("an unknown cipher", model::kSslNegotiationType, {{"TLS_AES_128_GCM_SHA256", "true"}},
        "Policy type SSLNegotiationPolicyType does not have the attribute 'TLS_AES_128_GCM_SHA256'");
    row("a missing one", model::kAppCookieType, {}, "Attribute CookieName is required");
    row("no public key", model::kPublicKeyType, {}, "Attribute PublicKey is required");
    row("no public key policies", model::kBackendAuthenticationType, {}, "Attribute PublicKeyPolicyName is required");
    row("one too many", model::kAppCookieType, {{"CookieName", "a"}, {"CookieName", "b"}},
        "Attribute CookieName must be given only once");
    row("the same twice", model::kLbCookieType, {{"CookieExpirationPeriod", "5"}, {"CookieExpirationPeriod", "5"}},
        "Attribute CookieExpirationPeriod must be given only once");
    row("a cipher twice", model::kSslNegotiationType, {{"AES128-SHA", "true"}, {"AES128-SHA", "false"}},
        "Attribute AES128-SHA must be given only once");
    for (const auto *value : {"", "-1", "+1", "1.5", "1s", " 1", "0x10", "9223372036854775808", "-0"})
        row(value, model::kLbCookieType, {{"CookieExpirationPeriod", value}},
            "Value '" + std::string(value) + "' of attribute CookieExpirationPeriod is not a whole number from 0");
    row("neither true nor false", model::kProxyProtocolType, {{"ProxyProtocol", "yes"}},
        "Value 'yes' of attribute ProxyProtocol is not true or false");
    row("an empty choice", model::kSslNegotiationType, {{"Protocol-TLSv1.2", ""}},
        "Value '' of attribute Protocol-TLSv1.2 is not true or false");
    row("no policy's name", model::kBackendAuthenticationType, {{"PublicKeyPolicyName", "a b"}},
        "Value 'a b' of attribute PublicKeyPolicyName is not the name of a policy");
    row("no key", model::kPublicKeyType, {{"PublicKey", "AAAA"}},
        "PublicKey must be the base64 of a public key in DER (SubjectPublicKeyInfo)");
    row("an unknown reference", model::kSslNegotiationType, {{"Reference-Security-Policy", "mine"}},
        "There is no predefined security policy with name mine");
    row("a reference to a cookie", model::kSslNegotiationType,
        {{"Reference-Security-Policy", "ELBSample-LBCookieStickinessPolicy"}},
        "There is no predefined security policy with name ELBSample-LBCookieStickinessPolicy");
    row("a reference and more", model::kSslNegotiationType,
        {{"Reference-Security-Policy", "ELBSecurityPolicy-2016-08"}, {"AES128-SHA", "true"}},
        "Reference-Security-Policy must be the only attribute");
}

void PolicyTest::refusesAttributes()
{
    QFETCH(std::string, type);
    QFETCH(AttributeList, attributes);
    QFETCH(std::string, message);
    QCOMPARE(tests::describe(made(type, attributes)), "InvalidConfigurationRequest: " + message);
}

void PolicyTest::fillsInABrowserSession()
{
    const auto policy = made(model::kLbCookieType, {}).value();
    QCOMPARE(show(policy.attributes), std::string("CookieExpirationPeriod=0"));
    QCOMPARE(ruleAs<model::LbCookieStickiness>(policy).expirationSeconds, std::int64_t(0));
}

void PolicyTest::keepsTheExpirationAsItWasSent()
{
    const auto policy = made(model::kLbCookieType, {{"CookieExpirationPeriod", "0060"}}).value();
    QCOMPARE(show(policy.attributes), std::string("CookieExpirationPeriod=0060"));
    QCOMPARE(ruleAs<model::LbCookieStickiness>(policy).expirationSeconds, std::int64_t(60));
}

void PolicyTest::takesCookieNames_data()
{
    QTest::addColumn<std::string>("name");
    QTest::addColumn<bool>("valid");
    for (const auto *text : {"JSESSIONID", "a", "connect.sid", "awselb", "AWSELB2", "__Host-id", "a!&*+^`|~-", "_-"})
        QTest::newRow(text) << std::string(text) << true;
    QTest::newRow("256") << std::string(256, 'c') << true;
    QTest::newRow("257") << std::string(257, 'c') << false;
    QTest::newRow("empty") << std::string() << false;
    QTest::newRow("a zero byte") << std::string("a\0b", 3) << false;
    for (const auto *text :
         {"AWSELB", "AWSELBCORS", "a b", "a=b", "a;b", "a,b", "a\nb", "a\rb", "a\tb", "a\"b",     "a\\b",
          "a(b",    "a{b",        "a[b", "a/b", "a:b", "a@b", "a?b",  "a<b",  "\x7f", "\xc3\xa4", "-m"})
        QTest::newRow(qPrintable(QString::fromLatin1(QByteArray(text).toPercentEncoding())))
            << std::string(text) << false;
    for (const auto *text : {"a#b", "a'b", "a$b", "a%b"})
        QTest::newRow(qPrintable(QLatin1String(text) + QLatin1String(": of HAProxy's own meaning")))
            << std::string(text) << false;
}

void PolicyTest::takesCookieNames()
{
    QFETCH(std::string, name);
    QFETCH(bool, valid);
    const auto policy = made(model::kAppCookieType, {{"CookieName", name}});
    QCOMPARE(policy.has_value(), valid);
    if (valid)
        QCOMPARE(ruleAs<model::AppCookieStickiness>(*policy).cookieName, name);
    else
        QCOMPARE(policy.error().code, ErrorCode::InvalidConfigurationRequest);
}

void PolicyTest::readsProxyProtocolInAnyCase_data()
{
    QTest::addColumn<std::string>("value");
    QTest::addColumn<bool>("enabled");
    for (const auto *text : {"true", "True", "TRUE"})
        QTest::newRow(text) << std::string(text) << true;
    for (const auto *text : {"false", "False", "FALSE"})
        QTest::newRow(text) << std::string(text) << false;
}

void PolicyTest::readsProxyProtocolInAnyCase()
{
    QFETCH(std::string, value);
    QFETCH(bool, enabled);
    const auto policy = made(model::kProxyProtocolType, {{"ProxyProtocol", value}}).value();
    QCOMPARE(show(policy.attributes), "ProxyProtocol=" + value);
    QCOMPARE(ruleAs<model::ProxyProtocol>(policy).enabled, enabled);
}

void PolicyTest::keepsAPublicKeyAsItWasSent()
{
    const auto armoured = "-----BEGIN PUBLIC KEY-----\n" + kKey + "\n-----END PUBLIC KEY-----\n";
    const auto policy = made(model::kPublicKeyType, {{"PublicKey", armoured}}).value();
    QCOMPARE(valueOf(policy, "PublicKey"), armoured);
    QCOMPARE(ruleAs<model::PublicKey>(policy).key, kKey);
}

void PolicyTest::namesEachPublicKeyPolicyOnce()
{
    const auto policy = made(model::kBackendAuthenticationType,
                             {{"PublicKeyPolicyName", "b"}, {"PublicKeyPolicyName", "a"}, {"PublicKeyPolicyName", "b"}})
                            .value();
    QCOMPARE(show(policy.attributes), std::string("PublicKeyPolicyName=b PublicKeyPolicyName=a"));
    QCOMPARE(joined(ruleAs<model::BackendServerAuthentication>(policy).publicKeyPolicies), std::string("b a"));
}

void PolicyTest::readsAPolicyWithoutAttributes()
{
    for (const auto &type : model::allPolicyTypes())
        model::ruleOf({"p", type.name, {}});
    QVERIFY(model::ruleOf({"p", "X", {}}) == model::PolicyRule(model::ProxyProtocol{false}));
    QVERIFY(ruleAs<model::LbCookieStickiness>({"p", std::string(model::kLbCookieType), {}}) ==
            model::LbCookieStickiness{});
}

void PolicyTest::makesTheSameAgain()
{
    Chance chance(5);
    int accepted = 0;
    for (int round = 0; round < 4000; ++round) {
        const auto type = chance.type();
        const auto given = chance.attributes(type);
        const auto policy = made(type, given);
        if (!policy)
            continue;
        ++accepted;
        QVERIFY(model::makePolicy(policy->name, policy->type, policy->attributes) == *policy);
        for (const auto &attribute : given)
            QVERIFY(std::ranges::find(policy->attributes, attribute) != policy->attributes.end());
        std::visit([&](const auto &rule) { QCOMPARE(std::string(rule.kType), type); }, model::ruleOf(*policy));
        const auto rule = model::ruleOf(*policy);
        if (const auto *negotiation = std::get_if<model::SslNegotiation>(&rule))
            QCOMPARE(negotiation->protocols.size() + negotiation->ciphers.size() + (negotiation->serverOrder ? 1 : 0),
                     trueValues(*policy));
    }
    QVERIFY2(accepted > 500, qPrintable(QString::number(accepted)));
}

QTEST_GUILESS_MAIN(PolicyTest)
#include "tst_policy.moc"

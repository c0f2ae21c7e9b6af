#include "controller/base/readable.h"
#include "model/policy.h"

#include <algorithm>
#include <array>

using namespace balancer;
using model::Policy;
using model::PolicyAttribute;
using model::TlsVersion;

using AttributeList = std::vector<PolicyAttribute>;
Q_DECLARE_METATYPE(AttributeList)

namespace {

Result<Policy> negotiation(const AttributeList &attributes)
{
    return model::makePolicy("p", model::kSslNegotiationType, attributes);
}

model::SslNegotiation tlsOf(const Policy &policy)
{
    return std::get<model::SslNegotiation>(model::ruleOf(policy));
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

} // namespace

class PredefinedPoliciesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsThePredefinedPolicies();
    void expandsPredefinedPolicies_data();
    void expandsPredefinedPolicies();
    void stickyPredefinedPoliciesAreAsElbHasThem();
    void predefinedPoliciesAreWhatMakePolicyMakes();
    void fallsBackToTheDefaultSecurityPolicy();
    void expandsAReference();
    void takesAnExpandedReferenceAgain();
    void fillsInFalseForWhatIsNotNamed();
    void ordersCiphersByPreference();
    void knowsWhichCiphersAreUsable();
    void knowsWhatCanBeNegotiated_data();
    void knowsWhatCanBeNegotiated();
};

void PredefinedPoliciesTest::listsThePredefinedPolicies()
{
    std::vector<std::string> names;
    for (const auto &policy : model::predefinedPolicies()) {
        names.push_back(policy.name);
        QVERIFY(model::findPredefinedPolicy(policy.name) == &policy);
    }
    QCOMPARE(joined(names),
             std::string("ELBSecurityPolicy-2016-08 ELBSecurityPolicy-TLS-1-2-2017-01 "
                         "ELBSecurityPolicy-TLS-1-1-2017-01 ELBSecurityPolicy-2015-05 ELBSecurityPolicy-2015-03 "
                         "ELBSecurityPolicy-2015-02 ELBSecurityPolicy-2014-10 ELBSecurityPolicy-2014-01 "
                         "ELBSecurityPolicy-2011-08 ELBSample-ELBDefaultNegotiationPolicy "
                         "ELBSample-ELBDefaultCipherPolicy ELBSample-OpenSSLDefaultNegotiationPolicy "
                         "ELBSample-OpenSSLDefaultCipherPolicy ELBSample-AppCookieStickinessPolicy "
                         "ELBSample-LBCookieStickinessPolicy"));
    QVERIFY(!model::findPredefinedPolicy("elbsecuritypolicy-2016-08"));
}

void PredefinedPoliciesTest::expandsPredefinedPolicies_data()
{
    QTest::addColumn<std::string>("protocols");
    QTest::addColumn<bool>("serverOrder");
    QTest::addColumn<int>("ciphers");
    QTest::addColumn<std::string>("notInDefault");
    const auto row = [](const char *name, const char *protocols, bool serverOrder, int ciphers, const char *more) {
        QTest::newRow(name) << std::string(protocols) << serverOrder << ciphers << std::string(more);
    };
    row("ELBSecurityPolicy-2016-08", "10 11 12", true, 18, "");
    row("ELBSecurityPolicy-TLS-1-2-2017-01", "12", true, 12, "");
    row("ELBSecurityPolicy-TLS-1-1-2017-01", "11 12", true, 18, "");
    row("ELBSecurityPolicy-2015-05", "10 11 12", true, 19, "DES-CBC3-SHA");
    row("ELBSecurityPolicy-2015-03", "10 11 12", true, 21, "DHE-RSA-AES128-SHA DHE-DSS-AES128-SHA DES-CBC3-SHA");
    row("ELBSecurityPolicy-2015-02", "10 11 12", true, 20, "DHE-RSA-AES128-SHA DHE-DSS-AES128-SHA");
    row("ELBSecurityPolicy-2014-10", "10 11 12", true, 22,
        "DHE-RSA-AES128-SHA DHE-DSS-AES128-SHA ECDHE-RSA-RC4-SHA RC4-SHA");
    row("ELBSecurityPolicy-2014-01", "s3 10 11 12", true, 22,
        "DHE-RSA-AES128-SHA DHE-DSS-AES128-SHA ECDHE-RSA-RC4-SHA RC4-SHA");
    for (const auto *name :
         {"ELBSecurityPolicy-2011-08", "ELBSample-ELBDefaultNegotiationPolicy", "ELBSample-ELBDefaultCipherPolicy",
          "ELBSample-OpenSSLDefaultNegotiationPolicy", "ELBSample-OpenSSLDefaultCipherPolicy"})
        row(name, "s3 10", false, 16,
            "DHE-RSA-AES128-SHA DHE-DSS-AES128-SHA CAMELLIA128-SHA DHE-RSA-AES256-SHA DHE-DSS-AES256-SHA "
            "DHE-RSA-CAMELLIA256-SHA DHE-DSS-CAMELLIA256-SHA CAMELLIA256-SHA DHE-RSA-CAMELLIA128-SHA "
            "DHE-DSS-CAMELLIA128-SHA EDH-RSA-DES-CBC3-SHA DES-CBC3-SHA RC4-SHA EDH-DSS-DES-CBC3-SHA");
}

void PredefinedPoliciesTest::expandsPredefinedPolicies()
{
    QFETCH(std::string, protocols);
    QFETCH(bool, serverOrder);
    QFETCH(int, ciphers);
    QFETCH(std::string, notInDefault);
    const auto *policy = model::findPredefinedPolicy(QTest::currentDataTag());
    QVERIFY(policy);
    QCOMPARE(valueOf(*policy, "Reference-Security-Policy"), policy->name);

    const auto rule = tlsOf(*policy);
    std::vector<std::string> versions;
    for (const auto version : rule.protocols)
        versions.emplace_back(std::array{"s2", "s3", "10", "11", "12"}[static_cast<std::size_t>(version)]);
    QCOMPARE(joined(versions), protocols);
    QCOMPARE(rule.serverOrder, serverOrder);
    QCOMPARE(int(rule.ciphers.size()), ciphers);

    const auto usual = tlsOf(*model::findPredefinedPolicy(model::kDefaultSslPolicy)).ciphers;
    std::vector<std::string> more;
    for (const auto &cipher : rule.ciphers) {
        if (std::ranges::find(usual, cipher) == usual.end())
            more.push_back(cipher);
    }
    QCOMPARE(joined(more), notInDefault);
    QVERIFY(model::canNegotiate(rule));
}

void PredefinedPoliciesTest::stickyPredefinedPoliciesAreAsElbHasThem()
{
    QCOMPARE(show(model::findPredefinedPolicy("ELBSample-AppCookieStickinessPolicy")->attributes),
             std::string("CookieName=ELBSampleCookie"));
    QCOMPARE(show(model::findPredefinedPolicy("ELBSample-LBCookieStickinessPolicy")->attributes),
             std::string("CookieExpirationPeriod=100"));
}

void PredefinedPoliciesTest::predefinedPoliciesAreWhatMakePolicyMakes()
{
    for (const auto &policy : model::predefinedPolicies())
        QVERIFY2(model::makePolicy(policy.name, policy.type, policy.attributes) == policy, policy.name.c_str());
}

void PredefinedPoliciesTest::fallsBackToTheDefaultSecurityPolicy()
{
    const auto policy = negotiation({}).value();
    QVERIFY(policy.attributes == model::findPredefinedPolicy("ELBSecurityPolicy-2016-08")->attributes);
}

void PredefinedPoliciesTest::expandsAReference()
{
    const auto policy = negotiation({{"Reference-Security-Policy", "ELBSecurityPolicy-TLS-1-2-2017-01"}}).value();
    QCOMPARE(policy.attributes.size(), model::findPolicyType(policy.type)->attributes.size());
    QCOMPARE(show({policy.attributes.begin(), policy.attributes.begin() + 7}),
             std::string("Reference-Security-Policy=ELBSecurityPolicy-TLS-1-2-2017-01 Server-Defined-Cipher-Order=true "
                         "Protocol-SSLv2=false Protocol-SSLv3=false Protocol-TLSv1=false Protocol-TLSv1.1=false "
                         "Protocol-TLSv1.2=true"));
    QCOMPARE(trueValues(policy), 14u);
}

void PredefinedPoliciesTest::takesAnExpandedReferenceAgain()
{
    auto attributes = model::findPredefinedPolicy("ELBSecurityPolicy-2015-05")->attributes;
    std::ranges::reverse(attributes);
    const auto policy = negotiation(attributes).value();
    QVERIFY(policy.attributes == model::findPredefinedPolicy("ELBSecurityPolicy-2015-05")->attributes);

    attributes.front().value = "true";
    QCOMPARE(negotiation(attributes).error().code, ErrorCode::InvalidConfigurationRequest);
}

void PredefinedPoliciesTest::fillsInFalseForWhatIsNotNamed()
{
    const auto policy =
        negotiation({{"AES128-SHA", "True"}, {"Protocol-TLSv1.2", "true"}, {"RC4-MD5", "False"}}).value();
    QCOMPARE(valueOf(policy, "AES128-SHA"), std::string("True"));
    QCOMPARE(valueOf(policy, "Protocol-TLSv1.2"), std::string("true"));
    QCOMPARE(valueOf(policy, "RC4-MD5"), std::string("False"));
    QCOMPARE(valueOf(policy, "Protocol-TLSv1.1"), std::string("false"));
    QCOMPARE(valueOf(policy, "Server-Defined-Cipher-Order"), std::string("false"));
    QCOMPARE(valueOf(policy, "Reference-Security-Policy"), std::string("(none)"));
    QCOMPARE(policy.attributes.size(), model::findPolicyType(policy.type)->attributes.size() - 1);
    QCOMPARE(trueValues(policy), 2u);
    const model::SslNegotiation expected{{TlsVersion::Tls12}, {"AES128-SHA"}, false};
    QVERIFY(tlsOf(policy) == expected);
}

void PredefinedPoliciesTest::ordersCiphersByPreference()
{
    const Policy stored{"p",
                        std::string(model::kSslNegotiationType),
                        {{"Protocol-TLSv1.2", "true"},
                         {"RC4-SHA", "true"},
                         {"AES128-SHA", "TRUE"},
                         {"Protocol-SSLv3", "true"},
                         {"ECDHE-RSA-AES128-GCM-SHA256", "true"},
                         {"Server-Defined-Cipher-Order", "True"}}};
    const auto rule = tlsOf(stored);
    QCOMPARE(joined(rule.ciphers), std::string("ECDHE-RSA-AES128-GCM-SHA256 AES128-SHA RC4-SHA"));
    QVERIFY(rule.protocols == (std::vector{TlsVersion::Ssl3, TlsVersion::Tls12}));
    QVERIFY(rule.serverOrder);
}

void PredefinedPoliciesTest::knowsWhichCiphersAreUsable()
{
    const auto &all = model::allCipherNames();
    QCOMPARE(all.size(), 88u);
    QCOMPARE(int(std::ranges::count_if(all, [](const auto &name) { return model::isUsableCipher(name); })), 46);
    for (const auto &name : all) {
        bool gone = name.starts_with("EXP-");
        for (const auto *sign : {"RC4", "DES", "IDEA", "SEED", "RC2", "KRB5"})
            gone = gone || name.find(sign) != std::string::npos;
        QVERIFY2(model::isUsableCipher(name) != gone, name.c_str());
    }
    for (const auto *text : {"", "aes128-sha", "Protocol-TLSv1.2"})
        QVERIFY(!model::isUsableCipher(text));
}

void PredefinedPoliciesTest::knowsWhatCanBeNegotiated_data()
{
    QTest::addColumn<AttributeList>("attributes");
    QTest::addColumn<bool>("possible");
    const auto row = [](const char *name, const AttributeList &list, bool possible) {
        QTest::newRow(name) << list << possible;
    };
    row("a protocol and a cipher", {{"Protocol-TLSv1", "true"}, {"AES128-SHA", "true"}}, true);
    row("no protocol", {{"AES128-SHA", "true"}}, false);
    row("no cipher", {{"Protocol-TLSv1.2", "true"}}, false);
    row("only protocols of the past", {{"Protocol-SSLv2", "true"}, {"Protocol-SSLv3", "true"}, {"AES128-SHA", "true"}},
        false);
    row("only ciphers of the past", {{"Protocol-TLSv1.2", "true"}, {"RC4-SHA", "true"}}, false);
    row("a cipher that the protocol does not know", {{"Protocol-TLSv1.1", "true"}, {"AES128-GCM-SHA256", "true"}},
        false);
    row("the same with its protocol", {{"Protocol-TLSv1.2", "true"}, {"AES128-GCM-SHA256", "true"}}, true);
}

void PredefinedPoliciesTest::knowsWhatCanBeNegotiated()
{
    QFETCH(AttributeList, attributes);
    QFETCH(bool, possible);
    const auto policy = negotiation(attributes).value();
    QCOMPARE(model::canNegotiate(tlsOf(policy)), possible);
}

QTEST_GUILESS_MAIN(PredefinedPoliciesTest)
#include "tst_predefined_policies.moc"

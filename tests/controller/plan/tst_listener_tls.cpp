#include "plan/certificate_swap.h"
#include "plan/difference.h"
#include "plan/listener_tls.h"
#include "plan/plan.h"
#include "plan/render.h"
#include "support/builders.h"

#include <QTest>

#include <algorithm>

using namespace balancer;
using namespace balancer::tests;
using model::TlsVersion;

namespace {

const plan::Capabilities kHaproxy26{"2.6.12", true, true, true};

/// With a policy for TLS of its own on that port.
model::LoadBalancer withPolicy(model::LoadBalancer balancer, std::uint16_t port,
                               const std::vector<std::string> &attributes)
{
    model::Policy policy{"own", std::string(model::kSslNegotiationType), {}};
    for (const auto &attribute : attributes)
        policy.attributes.push_back({attribute, "true"});
    balancer.policies.push_back(policy);
    balancer.listenerPolicies.push_back({port, {"own"}});
    return balancer;
}

plan::HaproxyConfig pooled(const std::vector<model::LoadBalancer> &balancers,
                           const std::vector<std::string> &certificates = {"red", "blue"})
{
    return projected(balancers, withCertificates(nodeWithPool(balancers), certificates));
}

plan::HaproxyConfig shared(const std::vector<model::LoadBalancer> &balancers)
{
    return projected(balancers, withCertificates(plan::NodeView(), {"red", "blue"}));
}

bool contains(const std::string &text, const std::string &part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

class ListenerTlsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bindsWithTheDefaultPolicy();
    void saysWhatAPolicyAllows_data();
    void saysWhatAPolicyAllows();
    void opensNoListenerThatCannotBeServed();
    void tellsCertificatesBySniOnASharedPort();
    void refusesToShareWhatIsAMatterOfThePort();
    void showsWhichCertificateAndNeverItsKey();
    void swapsACertificateByCommands();
    void seesThatARenamedCertificateIsTheSame();
    void reloadsForWhatIsTooLongForACommand();
    void reloadsWhereHaproxyCannotSwap();
    void judgesTheAnswersToASwap_data();
    void judgesTheAnswersToASwap();
};

void ListenerTlsTest::bindsWithTheDefaultPolicy()
{
    const auto config = pooled({loadBalancer("web").with(https(443, 8080, "red"))});
    const auto &frontend = config.balancers.at("web")->frontends.front();
    QVERIFY2(frontend.bindOptions.starts_with("ssl crt listener-web-443.pem ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.2 "
                                              "ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"),
             frontend.bindOptions.c_str());
    QVERIFY2(frontend.bindOptions.ends_with(":AES256-SHA:@SECLEVEL=0 alpn http/1.1 no-tls-tickets"),
             frontend.bindOptions.c_str());
    QCOMPARE(plan::renderCertificates(config),
             (std::map<std::string, std::string>{{"listener-web-443.pem", "certificate red\nkey of red\n"}}));
}

void ListenerTlsTest::saysWhatAPolicyAllows_data()
{
    QTest::addColumn<std::vector<std::string>>("attributes");
    QTest::addColumn<std::string>("options");
    QTest::addColumn<std::string>("rule");

    using Names = std::vector<std::string>;
    const std::string file = "ssl crt listener-web-443.pem ";
    QTest::newRow("one version, the server's order")
        << Names{"Protocol-TLSv1.2", "AES128-SHA", "Server-Defined-Cipher-Order"}
        << file + "ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.2 ciphers AES128-SHA alpn http/1.1 no-tls-tickets"
        << std::string();
    QTest::newRow("the client's order")
        << Names{"Protocol-TLSv1.2", "AES128-SHA"}
        << file + "ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.2 ciphers AES128-SHA alpn http/1.1 prefer-client-ciphers "
                  "no-tls-tickets"
        << std::string();
    QTest::newRow("what OpenSSL no longer has")
        << Names{"Protocol-SSLv3", "Protocol-TLSv1.1", "RC4-MD5", "AES256-SHA", "Server-Defined-Cipher-Order"}
        << file + "ssl-min-ver TLSv1.1 ssl-max-ver TLSv1.1 ciphers AES256-SHA:@SECLEVEL=0 alpn http/1.1 "
                  "no-tls-tickets"
        << std::string();
    QTest::newRow("a gap between versions")
        << Names{"Protocol-TLSv1", "Protocol-TLSv1.2", "AES256-SHA", "Server-Defined-Cipher-Order"}
        << file + "ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.2 ciphers AES256-SHA:@SECLEVEL=0 alpn http/1.1 "
                  "no-tls-tickets"
        << std::string("tcp-request session reject if { ssl_fc_protocol TLSv1.1 }");
}

void ListenerTlsTest::saysWhatAPolicyAllows()
{
    QFETCH(std::vector<std::string>, attributes);
    QFETCH(std::string, options);
    QFETCH(std::string, rule);
    const auto config = pooled({withPolicy(loadBalancer("web").with(https(443, 8080, "red")), 443, attributes)});
    const auto &frontend = config.balancers.at("web")->frontends.front();
    QCOMPARE(QString::fromStdString(frontend.bindOptions), QString::fromStdString(options));
    const auto rules = std::ranges::count_if(
        frontend.directives, [](const std::string &line) { return line.starts_with("tcp-request session"); });
    QCOMPARE(rules, rule.empty() ? 0 : 1);
    if (!rule.empty())
        QVERIFY(std::ranges::find(frontend.directives, rule) != frontend.directives.end());
}

void ListenerTlsTest::opensNoListenerThatCannotBeServed()
{
    const model::LoadBalancer web =
        loadBalancer("web").with(http(80, 8080)).with(https(443, 8080, "red")).with(https(444, 8080, "gone"));
    const auto own = pooled({web});
    QCOMPARE(own.balancers.at("web")->frontends.size(), 2U);
    const auto noCipher = withPolicy(web, 443, {"Protocol-TLSv1.2", "RC4-MD5"});
    QCOMPARE(pooled({noCipher}).balancers.at("web")->frontends.size(), 1U);
    QCOMPARE(shared({web}).sharedFrontends.size(), 2U);
}

void ListenerTlsTest::tellsCertificatesBySniOnASharedPort()
{
    const std::vector<model::LoadBalancer> balancers{
        loadBalancer("a").with(https(443, 8080, "red")).tagged("elastic-haproxy:hostnames", "a.example"),
        loadBalancer("b").with(https(443, 8080, "blue"))};
    const auto config = shared(balancers);
    const auto &frontend = config.sharedFrontends.front();
    QVERIFY2(frontend.bindOptions.starts_with("ssl crt-list certificates-f-443.list "), frontend.bindOptions.c_str());
    QCOMPARE(frontend.certificateList.size(), 2U);
    QVERIFY(frontend.certificateList.front().starts_with("listener-a-443.pem [ssl-min-ver TLSv1.0 ssl-max-ver "));
    QVERIFY(frontend.certificateList.front().ends_with("] a-1.local.elb.internal a.example"));
    QVERIFY(frontend.certificateList.back().ends_with("] b-1.local.elb.internal"));
    const auto files = plan::renderFiles(config);
    QCOMPARE(files.at("certificates-f-443.list"),
             frontend.certificateList.front() + "\n" + frontend.certificateList.back() + "\n");
    QCOMPARE(plan::renderCertificates(config).size(), 2U);

    const auto alone = shared({balancers.front()});
    QVERIFY(alone.sharedFrontends.front().bindOptions.starts_with("ssl crt listener-a-443.pem "));
    QVERIFY(plan::structureFingerprint(config) != plan::structureFingerprint(alone));
}

void ListenerTlsTest::refusesToShareWhatIsAMatterOfThePort()
{
    const model::LoadBalancer first = loadBalancer("first").with(https(443, 8080, "red"));
    const model::LoadBalancer plain = loadBalancer("plain").with(http(443, 8080));
    const model::LoadBalancer second = loadBalancer("second").with(https(443, 8080, "blue"));
    const auto node = withCertificates(plan::NodeView(), {"red", "blue"});
    QVERIFY(plan::checkPorts(second, {&first}, node));
    const auto mixed = plan::checkPorts(plain, {&first}, node);
    QCOMPARE(mixed.error().code, ErrorCode::InvalidConfigurationRequest);
    for (const auto &attributes : {std::vector<std::string>{"Protocol-TLSv1.2", "AES128-SHA"},
                                   std::vector<std::string>{"Protocol-TLSv1", "Protocol-TLSv1.2", "AES128-SHA",
                                                            "Server-Defined-Cipher-Order"}}) {
        const auto other = plan::checkPorts(withPolicy(second, 443, attributes), {&first}, node);
        QCOMPARE(other.error().code, ErrorCode::InvalidConfigurationRequest);
        QVERIFY(contains(other.error().message, "load balancer first"));
    }
    // Versions at an end and ciphers stand beside each certificate.
    const std::vector<std::string> stricter{"Protocol-TLSv1.2", "AES128-SHA", "Server-Defined-Cipher-Order"};
    QVERIFY(plan::checkPorts(withPolicy(second, 443, stricter), {&first}, node));
}

void ListenerTlsTest::showsWhichCertificateAndNeverItsKey()
{
    const auto red = pooled({loadBalancer("web").with(https(443, 8080, "red"))});
    const auto blue = pooled({loadBalancer("web").with(https(443, 8080, "blue"))});
    const auto difference = plan::configDifference(red, blue);
    const std::string shown = "+ # listener-web-443.pem: certificate blue, expires 2027-01-15, SHA-1 FINGERPRINT-blue";
    QVERIFY(std::ranges::any_of(
        difference, [&](const std::string &line) { return line.starts_with("+") && contains(line, shown.substr(2)); }));
    const auto plan = plan::makePlan(red, blue, kHaproxy26);
    for (const auto &text : {plan::renderConfig(blue, {}), plan::describe(plan), plan::structureFingerprint(blue)})
        QVERIFY(!contains(text, "key of"));
    QCOMPARE(plan::structureFingerprint(red), plan::structureFingerprint(blue));
}

void ListenerTlsTest::swapsACertificateByCommands()
{
    const auto red = pooled({loadBalancer("web").with(https(443, 8080, "red"))});
    const auto blue = pooled({loadBalancer("web").with(https(443, 8080, "blue"))});
    const auto plan = plan::makePlan(red, blue, kHaproxy26);
    QCOMPARE(plan::describe(plan), "set ssl cert listener-web-443.pem\ncommit ssl cert listener-web-443.pem");
    const auto &change = std::get<plan::RuntimeChange>(plan);
    QCOMPARE(change.commands.front().sent(), "set ssl cert listener-web-443.pem <<\ncertificate blue\nkey of blue\n");
    QCOMPARE(change.certificates.size(), 1U);
}

void ListenerTlsTest::seesThatARenamedCertificateIsTheSame()
{
    const model::LoadBalancer web = loadBalancer("web").with(https(443, 8080, "red"));
    const auto before = pooled({web});
    auto certificate = serverCertificate("red");
    certificate.name = "crimson";
    auto renamed = web;
    renamed.listeners.front().certificateId = certificateArn("crimson");
    auto node = nodeWithPool({web});
    node.certificates.emplace("crimson", plan::makeCertificate(certificate));
    const auto plan = plan::makePlan(before, projected({renamed}, node), kHaproxy26);
    QVERIFY(std::get<plan::RuntimeChange>(plan).commands.empty());
}

void ListenerTlsTest::reloadsForWhatIsTooLongForACommand()
{
    const auto red = pooled({loadBalancer("web").with(https(443, 8080, "red"))});
    auto certificate = serverCertificate("blue");
    certificate.chain = std::string(plan::kMaxPayload, 'x') + "\n";
    const model::LoadBalancer web = loadBalancer("web").with(https(443, 8080, "blue"));
    auto node = nodeWithPool({web});
    node.certificates.emplace("blue", plan::makeCertificate(certificate));
    const auto long_ = projected({web}, node);
    const auto there = plan::makePlan(red, long_, kHaproxy26);
    QVERIFY(contains(std::get<plan::Reload>(there).reason, "certificate blue with its chain is too long"));
    QVERIFY(std::holds_alternative<plan::RuntimeChange>(plan::makePlan(long_, red, kHaproxy26)));
}

void ListenerTlsTest::reloadsWhereHaproxyCannotSwap()
{
    const auto red = pooled({loadBalancer("web").with(https(443, 8080, "red"))});
    const auto blue = pooled({loadBalancer("web").with(https(443, 8080, "blue"))});
    const plan::Capabilities old{"2.0.0", true, true, false};
    QCOMPARE(plan::describe(plan::makePlan(red, blue, old)),
             "reload: HAProxy 2.0.0 cannot change certificates at run time");
    QVERIFY(!plan::parseCommandList("set server x\n", "2.0.0").setCertificate);
}

void ListenerTlsTest::judgesTheAnswersToASwap_data()
{
    QTest::addColumn<bool>("commit");
    QTest::addColumn<std::string>("reply");
    QTest::addColumn<bool>("good");

    QTest::newRow("begun") << false << std::string("+ + + Transaction created for certificate a.pem!\n") << true;
    QTest::newRow("begun again") << false << std::string("+ Transaction updated for certificate a.pem!\n") << true;
    QTest::newRow("too long a payload") << false << std::string() << false;
    QTest::newRow("rubbish") << false << std::string("+ + unable to load certificate from file 'a.pem'.\n") << false;
    QTest::newRow("no such file")
        << false << std::string("+ Can't replace a certificate which is not referenced by the configuration!\n")
        << false;
    QTest::newRow("committed") << true << std::string("Committing a.pem..\nSuccess!\n") << true;
    QTest::newRow("nothing to commit") << true << std::string("No ongoing transaction! !\nCan't commit a.pem!\n")
                                       << false;
    QTest::newRow("another key")
        << true << std::string("inconsistencies between private key and certificate loaded 'a.pem'.\nCan't commit!\n")
        << false;
    QTest::newRow("no answer") << true << std::string() << false;
}

void ListenerTlsTest::judgesTheAnswersToASwap()
{
    QFETCH(bool, commit);
    QFETCH(std::string, reply);
    QFETCH(bool, good);
    const plan::CertificateFile file{"a.pem", plan::makeCertificate(serverCertificate("a"))};
    const auto command = plan::swapCommands(file)[commit ? 1 : 0];
    const auto judged = plan::judgeReply(command, reply);
    QCOMPARE(judged.has_value(), good);
    if (!good)
        QVERIFY(!contains(judged.error().message, "key of"));
}

QTEST_GUILESS_MAIN(ListenerTlsTest)
#include "tst_listener_tls.moc"

#include "adapters/haproxy/generation_keeper.h"
#include "adapters/openssl/certificate_examiner.h"
#include "base/text.h"
#include "controller/base/readable.h"
#include "plan/certificate_swap.h"
#include "support/builders.h"
#include "support/certificates.h"
#include "support/haproxy_bench.h"

#include <QCoro/QCoroTask>

#include <QFileInfo>

using namespace balancer;
using namespace balancer::tests;
using adapters::haproxy::GenerationKeeper;

namespace {

constexpr std::uint16_t kInstancePort = 8080;

model::ServerCertificate examined(const std::string &certificateName, const TestKey &key)
{
    const auto made = TestCertificate::selfSigned(key, {.subject = certificateName + ".example"});
    const adapters::openssl::CertificateExaminer examiner;
    const auto found = examiner.examine({made.pem, {}, key.pem()}, kTestNow).value();
    auto certificate = serverCertificate(certificateName);
    certificate.body = found.normalized.body;
    certificate.privateKey = found.normalized.privateKey;
    certificate.fingerprint = found.fingerprint;
    return certificate;
}

} // namespace

/// Another certificate in the real HAProxy, by the planner's commands.
class CertificateSwapTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void showsTheFingerprintThatWasExamined();
    void swapsByThePlannersCommands();
    void keepsTheOldOneWhenTheKeyIsAnothers();
    void noticesThatAPayloadIsTooLong();
    void takesTheLongestPayload();
    void keepsTheFilesFromOthers();

private:
    plan::HaproxyConfig with(const std::string &certificateName)
    {
        m_balancer.listeners.front().certificateId = certificateArn(certificateName);
        return projected({m_balancer}, m_node);
    }
    std::string send(const std::string &command)
    {
        return QCoro::waitFor(m_haproxy->send(std::vector<std::string>{command})).value().front();
    }
    std::string shown() { return plan::parseFingerprintShown(send(plan::showCertificate(file()))); }
    std::string file() const
    {
        return "listener-web-" + std::to_string(m_balancer.listeners.front().loadBalancerPort) + ".pem";
    }

    std::unique_ptr<Scratch> m_scratch;
    std::unique_ptr<GenerationKeeper> m_haproxy;
    plan::NodeView m_node;
    model::LoadBalancer m_balancer;
    std::map<std::string, model::ServerCertificate> m_certificates;
};

void CertificateSwapTest::init()
{
    m_scratch = std::make_unique<Scratch>();
    adapters::haproxy::KeeperOptions options;
    options.dataDirectory = options.runDirectory = m_scratch->path("");
    options.logSocket = m_scratch->path("log.sock");
    m_haproxy = std::make_unique<GenerationKeeper>(
        adapters::haproxy::HaproxyBinary::find(QStringLiteral("haproxy")).value(), options);
    m_node.sharedAddresses = {address("127.0.0.1")};
    for (const auto *certificateName : {"red", "blue"}) {
        const auto certificate = examined(certificateName, TestKey::ecdsa());
        m_certificates.insert_or_assign(certificateName, certificate);
        m_node.certificates.insert_or_assign(certificateName, plan::makeCertificate(certificate));
    }
    m_balancer = loadBalancer("web").with(https(freePort(), kInstancePort, "red"));
    QCOMPARE(describe(QCoro::waitFor(m_haproxy->startGeneration(with("red"), {}, {}))), std::string());
}

void CertificateSwapTest::cleanup()
{
    QVERIFY(QCoro::waitFor(m_haproxy->stopAll()));
    m_haproxy.reset();
    m_scratch.reset();
}

void CertificateSwapTest::showsTheFingerprintThatWasExamined()
{
    QCOMPARE(shown(), m_certificates.at("red").fingerprint);
}

void CertificateSwapTest::swapsByThePlannersCommands()
{
    const auto capabilities = plan::parseCommandList(send("help"), send("show version"));
    QVERIFY(capabilities.setCertificate);
    const auto plan = plan::makePlan(with("red"), with("blue"), capabilities);
    for (const auto &command : std::get<plan::RuntimeChange>(plan).commands) {
        const auto judged = plan::judgeReply(command, send(command.sent()));
        QVERIFY2(judged, judged ? "" : judged.error().message.c_str());
    }
    QCOMPARE(shown(), m_certificates.at("blue").fingerprint);
}

void CertificateSwapTest::keepsTheOldOneWhenTheKeyIsAnothers()
{
    auto wrong = m_certificates.at("blue");
    wrong.privateKey = m_certificates.at("red").privateKey;
    const plan::CertificateFile target{file(), plan::makeCertificate(wrong)};
    const auto commands = plan::swapCommands(target);
    QVERIFY(plan::judgeReply(commands.front(), send(commands.front().sent())));
    QVERIFY(!plan::judgeReply(commands.back(), send(commands.back().sent())));
    QCOMPARE(shown(), m_certificates.at("red").fingerprint);
    send(plan::abortCommand(target).text);
    swapsByThePlannersCommands(); // the way is clear
}

void CertificateSwapTest::noticesThatAPayloadIsTooLong()
{
    auto certificate = plan::makeCertificate(m_certificates.at("blue"));
    while (certificate.pem.size() < 20000)
        certificate.pem += m_certificates.at("red").body;
    const auto commands = plan::swapCommands({file(), certificate});
    // HAProxy closes the conversation without a word: the planner must not let it come to that.
    const auto replies = QCoro::waitFor(m_haproxy->send(std::vector<std::string>{commands.front().sent()}));
    QVERIFY(!replies || !plan::judgeReply(commands.front(), replies->front()));
    QCOMPARE(shown(), m_certificates.at("red").fingerprint);
}

void CertificateSwapTest::takesTheLongestPayload()
{
    auto certificate = plan::makeCertificate(m_certificates.at("blue"));
    const auto &filler = m_certificates.at("red").body;
    while (certificate.pem.size() + filler.size() <= plan::kMaxPayload)
        certificate.pem += filler;
    for (const auto &command : plan::swapCommands({file(), certificate})) {
        const auto judged = plan::judgeReply(command, send(command.sent()));
        QVERIFY2(judged, judged ? "" : judged.error().message.c_str());
    }
    QCOMPARE(shown(), m_certificates.at("blue").fingerprint);
}

void CertificateSwapTest::keepsTheFilesFromOthers()
{
    const QFileInfo written(QString::fromStdString(m_scratch->path("gen-1/" + file())));
    QVERIFY(written.exists());
    QCOMPARE(written.permissions() & ~(QFile::ReadUser | QFile::WriteUser), QFile::ReadOwner | QFile::WriteOwner);
    QVERIFY(m_haproxy->saveConfig(with("blue")));
    QFile pem(written.filePath());
    QVERIFY(pem.open(QIODevice::ReadOnly));
    QCOMPARE(pem.readAll().toStdString(), plan::makeCertificate(m_certificates.at("blue")).pem);
}

QTEST_GUILESS_MAIN(CertificateSwapTest)
#include "tst_certificate_swap.moc"

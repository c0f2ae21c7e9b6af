#include "support/builders.h"
#include "support/requests.h"
#include "support/service_node.h"

#include <QTest>

using namespace balancer;
using namespace balancer::tests;
using model::Tag;

namespace {

model::UploadServerCertificate upload(const std::string &name, const std::string &path = "/")
{
    return {name, path, {"certificate " + name, {}, "key of " + name}, {{"team", "web"}}};
}

std::string arn(const std::string &name, const std::string &path = "/")
{
    return "arn:aws:iam::000000000000:server-certificate" + path + name;
}

model::Listener httpsWith(std::uint16_t port, const std::string &certificate)
{
    return {model::Protocol::Https, port, model::Protocol::Http, 8080, certificate};
}

template <typename Answer>
ErrorCode codeOf(const Result<Answer> &result)
{
    return result ? ErrorCode::Internal : result.error().code;
}

template <typename Answer>
std::string sentenceOf(const Result<Answer> &result)
{
    return result ? "it succeeded" : result.error().message;
}

model::CreateLoadBalancer createWithListener(const std::string &name, const model::Listener &listener)
{
    auto request = createRequest(name);
    request.parameters.listeners = {listener};
    return request;
}

std::vector<std::string> namesIn(const Result<model::ListServerCertificatesAnswer> &answer)
{
    std::vector<std::string> names;
    for (const auto &certificate : answer->certificates)
        names.push_back(certificate.name);
    return names;
}

} // namespace

class CertificatesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void keepsWhatWasUploaded();
    void tellsNoPrivateKey();
    void refusesWhatCannotBeUploaded_data();
    void refusesWhatCannotBeUploaded();
    void refusesANameTwice();
    void keepsNoMoreThanItsLimit();
    void listsPageByPage();
    void listsByPath();
    void refusesAMarkerThatIsNone();
    void renamesACertificate();
    void renamesACertificateInUse();
    void refusesANewNameThatIsTaken();
    void deletesACertificate();
    void keepsACertificateThatAListenerHas();
    void changesTags();
    void saysThatThereIsNoSuchCertificate();
    void findsTheCertificateOfAListener_data();
    void findsTheCertificateOfAListener();
    void setsAnotherCertificate();
    void writesNoPrivateKeyIntoTheHistory();

private:
    model::Listener listenerOf(const std::string &name)
    {
        return m_node->cache.find(*LoadBalancerName::parse(name))->listeners.front();
    }
    auto createWith(const std::string &name, const std::string &certificate)
    {
        return m_node->perform(createWithListener(name, httpsWith(443, certificate)));
    }

    ServiceNode *m_node = nullptr;
};

void CertificatesTest::init()
{
    NodeSettings settings;
    settings.limits.certificates = 5;
    m_node = &ServiceNode::make(settings);
    QVERIFY(m_node->start());
}

void CertificatesTest::keepsWhatWasUploaded()
{
    const auto uploaded = m_node->perform(upload("web", "/a/"));
    QVERIFY(uploaded);
    const auto &metadata = uploaded->metadata;
    QCOMPARE(metadata.name, "web");
    QCOMPARE(metadata.path, "/a/");
    QCOMPARE(metadata.arn, arn("web", "/a/"));
    QVERIFY(metadata.id.starts_with("ASCA"));
    QCOMPARE(metadata.id.size(), 21U);
    QCOMPARE(metadata.uploadedAt, m_node->clock.now());
    QCOMPARE(metadata.expiresAt, m_node->clock.now() + std::chrono::hours(24 * 365));
    QCOMPARE(uploaded->tags, (std::vector<Tag>{{"team", "web"}}));

    const auto told = m_node->perform(model::GetServerCertificate{"web"});
    QVERIFY(told);
    QCOMPARE(told->certificate.metadata, metadata);
    QCOMPARE(told->certificate.body, "certificate web\n");
    QCOMPARE(m_node->store.state().certificates.at("web").value.privateKey, "key of web\n");
    QCOMPARE(m_node->haproxy.started().size(), 1U); // HAProxy has no use for it yet
}

void CertificatesTest::tellsNoPrivateKey()
{
    QVERIFY(m_node->perform(upload("web")));
    const auto told = m_node->perform(model::GetServerCertificate{"web"});
    for (const auto &text : {told->certificate.body, told->certificate.chain})
        QCOMPARE(text.find("key of"), std::string::npos);
}

void CertificatesTest::refusesWhatCannotBeUploaded_data()
{
    QTest::addColumn<model::UploadServerCertificate>("request");
    QTest::addColumn<ErrorCode>("code");

    auto request = upload("a b");
    QTest::newRow("name") << request << ErrorCode::ValidationError;
    request = upload("web", "a/");
    QTest::newRow("path") << request << ErrorCode::ValidationError;
    request = upload("web");
    request.text.body = "rubbish";
    QTest::newRow("rubbish") << request << ErrorCode::MalformedCertificate;
    request.text.body = "certificate other";
    QTest::newRow("the key of another one") << request << ErrorCode::KeyPairMismatch;
    request = upload("web");
    request.tags = {{"a", "1"}, {"a", "2"}};
    QTest::newRow("a tag twice") << request << ErrorCode::DuplicateTagKeys;
}

void CertificatesTest::refusesWhatCannotBeUploaded()
{
    QFETCH(model::UploadServerCertificate, request);
    QFETCH(ErrorCode, code);
    QCOMPARE(codeOf(m_node->perform(request)), code);
    QVERIFY(m_node->store.saved().empty());
}

void CertificatesTest::refusesANameTwice()
{
    QVERIFY(m_node->perform(upload("web")));
    const auto again = m_node->perform(upload("web", "/other/"));
    QCOMPARE(codeOf(again), ErrorCode::EntityAlreadyExists);
    QCOMPARE(sentenceOf(again), "The Server Certificate with name web already exists.");
}

void CertificatesTest::keepsNoMoreThanItsLimit()
{
    for (int i = 0; i < 5; ++i)
        QVERIFY(m_node->perform(upload("web-" + std::to_string(i))));
    QCOMPARE(codeOf(m_node->perform(upload("one-more"))), ErrorCode::LimitExceeded);
}

void CertificatesTest::listsPageByPage()
{
    for (const auto *name : {"c", "a", "d", "b"})
        QVERIFY(m_node->perform(upload(name)));
    model::ListServerCertificates request;
    request.maxItems = 3;
    const auto first = m_node->perform(request);
    QCOMPARE(namesIn(first), (std::vector<std::string>{"a", "b", "c"}));
    QVERIFY(first->isTruncated);
    request.marker = first->marker;
    const auto second = m_node->perform(request);
    QCOMPARE(namesIn(second), (std::vector<std::string>{"d"}));
    QVERIFY(!second->isTruncated);
    QVERIFY(second->marker.empty());
}

void CertificatesTest::listsByPath()
{
    QVERIFY(m_node->perform(upload("a", "/web/")));
    QVERIFY(m_node->perform(upload("b", "/web/eu/")));
    QVERIFY(m_node->perform(upload("c", "/mail/")));
    model::ListServerCertificates request;
    request.pathPrefix = "/web/";
    QCOMPARE(namesIn(m_node->perform(request)), (std::vector<std::string>{"a", "b"}));
    request.pathPrefix = "/nothing/";
    QVERIFY(m_node->perform(request)->certificates.empty());
}

void CertificatesTest::refusesAMarkerThatIsNone()
{
    model::ListServerCertificates request;
    request.marker = "?";
    QCOMPARE(codeOf(m_node->perform(request)), ErrorCode::ValidationError);
}

void CertificatesTest::renamesACertificate()
{
    const auto uploaded = m_node->perform(upload("web"));
    QVERIFY(m_node->perform(model::UpdateServerCertificate{"web", "/a/", "site"}));
    const auto told = m_node->perform(model::GetServerCertificate{"site"});
    QCOMPARE(told->certificate.metadata.arn, arn("site", "/a/"));
    QCOMPARE(told->certificate.metadata.id, uploaded->metadata.id);
    QCOMPARE(codeOf(m_node->perform(model::GetServerCertificate{"web"})), ErrorCode::NoSuchEntity);
    QCOMPARE(m_node->store.state().certificates.size(), 1U);
    QCOMPARE(m_node->store.state().certificates.at("site").value.privateKey, "key of web\n");
}

void CertificatesTest::renamesACertificateInUse()
{
    QVERIFY(m_node->perform(upload("web")));
    QVERIFY(createWith("lb", arn("web")));
    const auto starts = m_node->haproxy.started().size();
    QVERIFY(m_node->perform(model::UpdateServerCertificate{"web", {}, "site"}));
    QCOMPARE(listenerOf("lb").certificateId, arn("site"));
    QCOMPARE(m_node->haproxy.started().size(), starts);
    QCOMPARE(codeOf(m_node->perform(model::DeleteServerCertificate{"site"})), ErrorCode::DeleteConflict);
}

void CertificatesTest::refusesANewNameThatIsTaken()
{
    QVERIFY(m_node->perform(upload("web")));
    QVERIFY(m_node->perform(upload("api")));
    QCOMPARE(codeOf(m_node->perform(model::UpdateServerCertificate{"web", {}, "api"})), ErrorCode::EntityAlreadyExists);
    QVERIFY(m_node->perform(model::UpdateServerCertificate{"web", "/a/", "web"}));
}

void CertificatesTest::deletesACertificate()
{
    QVERIFY(m_node->perform(upload("web")));
    QVERIFY(m_node->perform(model::DeleteServerCertificate{"web"}));
    QVERIFY(m_node->store.state().certificates.empty());
    QVERIFY(m_node->perform(upload("web")));
}

void CertificatesTest::keepsACertificateThatAListenerHas()
{
    const auto id = m_node->perform(upload("web"))->metadata.id;
    QVERIFY(createWith("lb", arn("web")));
    const auto deleted = m_node->perform(model::DeleteServerCertificate{"web"});
    QCOMPARE(codeOf(deleted), ErrorCode::DeleteConflict);
    QCOMPARE(sentenceOf(deleted),
             "Certificate: " + id + " is currently in use by lb. Please remove it first before deleting it from IAM.");
    QVERIFY(m_node->perform(model::DeleteLoadBalancer{*LoadBalancerName::parse("lb")}));
    QVERIFY(m_node->perform(model::DeleteServerCertificate{"web"}));
}

void CertificatesTest::changesTags()
{
    QVERIFY(m_node->perform(upload("web")));
    QVERIFY(m_node->perform(model::TagServerCertificate{"web", {{"stage", "test"}, {"team", "mail"}}}));
    model::ListServerCertificateTags request{"web", {}, 1};
    const auto first = m_node->perform(request);
    QCOMPARE(first->tags, (std::vector<Tag>{{"stage", "test"}}));
    QVERIFY(first->isTruncated);
    request.marker = first->marker;
    QCOMPARE(m_node->perform(request)->tags, (std::vector<Tag>{{"team", "mail"}}));
    QVERIFY(m_node->perform(model::UntagServerCertificate{"web", {"team", "unknown"}}));
    request = {"web", {}, 100};
    QCOMPARE(m_node->perform(request)->tags, (std::vector<Tag>{{"stage", "test"}}));
}

void CertificatesTest::saysThatThereIsNoSuchCertificate()
{
    QCOMPARE(codeOf(m_node->perform(model::GetServerCertificate{"no"})), ErrorCode::NoSuchEntity);
    QCOMPARE(codeOf(m_node->perform(model::DeleteServerCertificate{"no"})), ErrorCode::NoSuchEntity);
    QCOMPARE(codeOf(m_node->perform(model::UpdateServerCertificate{"no", "/a/", {}})), ErrorCode::NoSuchEntity);
    QCOMPARE(codeOf(m_node->perform(model::TagServerCertificate{"no", {}})), ErrorCode::NoSuchEntity);
    QCOMPARE(codeOf(m_node->perform(model::UntagServerCertificate{"no", {}})), ErrorCode::NoSuchEntity);
    const auto listed = m_node->perform(model::ListServerCertificateTags{"no", {}, 1});
    QCOMPARE(codeOf(listed), ErrorCode::NoSuchEntity);
    QCOMPARE(sentenceOf(listed), "The Server Certificate with name no cannot be found.");
}

void CertificatesTest::findsTheCertificateOfAListener_data()
{
    QTest::addColumn<std::string>("certificate");
    QTest::addColumn<bool>("found");

    QTest::newRow("its ARN") << arn("web", "/a/") << true;
    QTest::newRow("another path") << arn("web") << false;
    QTest::newRow("another name") << arn("api", "/a/") << false;
    QTest::newRow("another account") << std::string("arn:aws:iam::111111111111:server-certificate/a/web") << false;
    QTest::newRow("only its name") << std::string("web") << false;
}

void CertificatesTest::findsTheCertificateOfAListener()
{
    QFETCH(std::string, certificate);
    QFETCH(bool, found);
    QVERIFY(m_node->perform(upload("web", "/a/")));
    const auto created = createWith("lb", certificate);
    QCOMPARE(created.has_value(), found);
    if (found)
        return;
    QCOMPARE(codeOf(created), ErrorCode::CertificateNotFound);
    QCOMPARE(sentenceOf(created), "Server Certificate not found for the key: " + certificate);
}

void CertificatesTest::setsAnotherCertificate()
{
    QVERIFY(m_node->perform(upload("old")));
    QVERIFY(m_node->perform(upload("new")));
    QVERIFY(createWith("lb", arn("old")));
    const auto name = *LoadBalancerName::parse("lb");
    QCOMPARE(codeOf(m_node->perform(model::SetListenerCertificate{name, 443, arn("none")})),
             ErrorCode::CertificateNotFound);
    QCOMPARE(codeOf(m_node->perform(model::SetListenerCertificate{name, 444, arn("new")})),
             ErrorCode::ListenerNotFound);
    QVERIFY(m_node->perform(model::SetListenerCertificate{name, 443, arn("new")}));
    QCOMPARE(listenerOf("lb").certificateId, arn("new"));
    QVERIFY(m_node->perform(model::DeleteServerCertificate{"old"}));
}

void CertificatesTest::writesNoPrivateKeyIntoTheHistory()
{
    QVERIFY(m_node->perform(upload("web")));
    QVERIFY(createWith("lb", arn("web")));
    const auto history = QCoro::waitFor(m_node->store.history(10));
    QCOMPARE(history->back().audit.front().verb, "UploadServerCertificate");
    QCOMPARE(history->back().audit.front().target, "web");
}

QTEST_GUILESS_MAIN(CertificatesTest)
#include "tst_certificates.moc"

#include "support/store_contract.h"

#include <QTest>

#include <algorithm>
#include <utility>

namespace balancer::tests {

using namespace std::chrono_literals;
using ports::AuditEntry;
using ports::DesiredState;
using ports::RevisionRecord;
using ports::Transaction;

namespace {

template <typename T>
T valueOf(Result<T> result)
{
    if (!result) {
        QTest::qFail(result.error().message.c_str(), __FILE__, __LINE__);
        return {};
    }
    return std::move(*result);
}

LoadBalancerName name(std::string_view text)
{
    return valueOf(LoadBalancerName::parse(text));
}

InstanceId instanceId(std::string_view text)
{
    return valueOf(InstanceId::parse(text));
}

/// Both in one transaction, in this order.
Transaction together(Transaction first, const Transaction &second)
{
    first.balancers.insert(first.balancers.end(), second.balancers.begin(), second.balancers.end());
    first.addresses.insert(first.addresses.end(), second.addresses.begin(), second.addresses.end());
    first.certificates.insert(first.certificates.end(), second.certificates.begin(), second.certificates.end());
    first.audit.insert(first.audit.end(), second.audit.begin(), second.audit.end());
    return first;
}

std::vector<std::int64_t> numbers(const std::vector<RevisionRecord> &history)
{
    std::vector<std::int64_t> found;
    std::ranges::transform(history, std::back_inserter(found),
                           [](const auto &record) { return record.revision.number; });
    return found;
}

} // namespace

DesiredState StoreContract::load()
{
    return valueOf(QCoro::waitFor(store().load()));
}

Revision StoreContract::save(Transaction transaction)
{
    return valueOf(QCoro::waitFor(store().save(std::move(transaction))));
}

Error StoreContract::failToSave(Transaction transaction)
{
    const auto saved = QCoro::waitFor(store().save(std::move(transaction)));
    return saved ? Error{ErrorCode::Internal, "it was saved"} : saved.error();
}

std::vector<RevisionRecord> StoreContract::history(int count)
{
    return valueOf(QCoro::waitFor(store().history(count)));
}

std::vector<model::AccessKey> StoreContract::loadKeys()
{
    return valueOf(QCoro::waitFor(keys().loadKeys()));
}

void StoreContract::saveKey(model::AccessKey key)
{
    const auto saved = QCoro::waitFor(keys().saveKey(std::move(key)));
    QVERIFY2(saved, saved ? "" : saved.error().message.c_str());
}

model::LoadBalancer StoreContract::makeBalancer(std::string_view text, int instances)
{
    model::CreationParameters parameters;
    parameters.listeners = {{model::Protocol::Http, 80, model::Protocol::Http, 8080, ""}};
    parameters.availabilityZones = {"local-a"};
    parameters.tags = {{"team", "web"}};
    auto balancer = model::makeLoadBalancer(name(text), parameters, 8080, "web-1.local.elb.internal", "key",
                                            model::Timestamp(1'700'000'000'123ms));
    for (int i = 0; i < instances; ++i) {
        const auto address = IpAddress::parse("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1));
        balancer.instances.push_back({instanceId("i-" + std::to_string(i)), {valueOf(address), 0}});
    }
    return balancer;
}

Transaction StoreContract::change(const model::LoadBalancer &balancer, Revision expected)
{
    Transaction transaction;
    transaction.balancers = {{balancer.name, expected, balancer}};
    return transaction;
}

Transaction StoreContract::removal(std::string_view text, Revision expected)
{
    Transaction transaction;
    transaction.balancers = {{name(text), expected, std::nullopt}};
    return transaction;
}

Transaction StoreContract::address(std::string_view instance, std::optional<std::string> value)
{
    Transaction transaction;
    transaction.addresses = {{instanceId(instance), std::move(value)}};
    return transaction;
}

model::ServerCertificate StoreContract::makeCertificate(std::string_view text)
{
    model::ServerCertificate certificate;
    certificate.name = text;
    certificate.path = "/web/";
    certificate.id = "ASCA" + std::string(text);
    certificate.body = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    certificate.chain = "-----BEGIN CERTIFICATE-----\nBBBB\n-----END CERTIFICATE-----\n";
    certificate.privateKey = "-----BEGIN PRIVATE KEY-----\nvery+secret/key\n-----END PRIVATE KEY-----\n";
    certificate.fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
    certificate.uploadedAt = model::Timestamp(1'700'000'000'321ms);
    certificate.expiresAt = model::Timestamp(1'900'000'000'000ms);
    certificate.tags = {{"team", "web"}};
    return certificate;
}

Transaction StoreContract::change(const model::ServerCertificate &certificate, Revision expected)
{
    Transaction transaction;
    transaction.certificates = {{certificate.name, expected, certificate}};
    return transaction;
}

Transaction StoreContract::certificateRemoval(std::string_view text, Revision expected)
{
    Transaction transaction;
    transaction.certificates = {{std::string(text), expected, std::nullopt}};
    return transaction;
}

AuditEntry StoreContract::auditEntry(std::string_view verb)
{
    return {model::Timestamp(1'700'000'000'456ms), "AKIAEXAMPLE", std::string(verb), "web"};
}

model::AccessKey StoreContract::makeKey(std::string_view id, std::string_view secret)
{
    return {std::string(id), std::string(secret), model::Role::Operator, true, model::Timestamp(1'700'000'000'789ms)};
}

void StoreContract::init()
{
    openEmpty();
}

void StoreContract::isEmptyAtFirst()
{
    QCOMPARE(load(), DesiredState());
    QVERIFY(history(10).empty());
}

void StoreContract::returnsWhatWasSaved()
{
    const auto web = makeBalancer("web");
    const auto revision = save(change(web, {}));

    const auto state = load();
    QCOMPARE(state.revision, revision);
    QCOMPARE(state.balancers.size(), 1U);
    QCOMPARE(state.balancers.at(web.name).value, web);
    QCOMPARE(state.balancers.at(web.name).revision, revision);
}

void StoreContract::countsRevisionsFromOne()
{
    QCOMPARE(save(change(makeBalancer("web"), {})).number, 1);
    QCOMPARE(save(change(makeBalancer("api"), {})).number, 2);
    QCOMPARE(load().revision.number, 2);
}

void StoreContract::countsATransactionWithoutChanges()
{
    QCOMPARE(save(Transaction()).number, 1);
    QCOMPARE(load().revision.number, 1);
    QCOMPARE(history(10), (std::vector<RevisionRecord>{{Revision{1}, {}}}));
}

void StoreContract::changesALoadBalancerAtItsRevision()
{
    const auto created = save(change(makeBalancer("web", 1), {}));
    const auto changed = save(change(makeBalancer("web", 3), created));

    const auto state = load();
    QCOMPARE(state.balancers.at(name("web")).value, makeBalancer("web", 3));
    QCOMPARE(state.balancers.at(name("web")).revision, changed);
}

void StoreContract::keepsTheRevisionOfUnchangedLoadBalancers()
{
    const auto created = save(change(makeBalancer("web"), {}));
    save(change(makeBalancer("api"), {}));
    QCOMPARE(load().balancers.at(name("web")).revision, created);
}

void StoreContract::deletesALoadBalancerAtItsRevision()
{
    const auto created = save(change(makeBalancer("web"), {}));
    const auto deleted = save(removal("web", created));

    const auto state = load();
    QVERIFY(state.balancers.empty());
    QCOMPARE(state.revision, deleted);
}

void StoreContract::createsAgainWhatWasDeleted()
{
    const auto created = save(change(makeBalancer("web"), {}));
    save(removal("web", created));
    const auto again = save(change(makeBalancer("web", 2), {}));
    QCOMPARE(load().balancers.at(name("web")).revision, again);
    QCOMPARE(load().balancers.at(name("web")).value, makeBalancer("web", 2));
}

void StoreContract::takesNamesWithoutRegardToCase()
{
    const auto created = save(change(makeBalancer("Web"), {}));
    QCOMPARE(failToSave(change(makeBalancer("web"), {})).code, ErrorCode::Conflict);

    save(change(makeBalancer("Web", 2), created));
    const auto state = load();
    QCOMPARE(state.balancers.size(), 1U);
    QCOMPARE(state.balancers.begin()->first.text(), "Web");
    QCOMPARE(state.balancers.begin()->second.value.name.text(), "Web");
}

void StoreContract::refusesAConflictingSave_data()
{
    QTest::addColumn<Transaction>("transaction");

    QTest::newRow("creating what exists") << change(makeBalancer("web", 5), {});
    QTest::newRow("changing an older revision") << change(makeBalancer("web", 5), Revision{1});
    QTest::newRow("changing a revision that is not there yet") << change(makeBalancer("web", 5), Revision{3});
    QTest::newRow("changing what does not exist") << change(makeBalancer("api"), Revision{1});
    QTest::newRow("deleting an older revision") << removal("web", Revision{1});
    QTest::newRow("deleting what does not exist") << removal("api", Revision{1});
}

void StoreContract::refusesAConflictingSave()
{
    QFETCH(Transaction, transaction);
    const auto created = save(change(makeBalancer("web", 1), {}));
    save(change(makeBalancer("web", 2), created));
    const auto before = load();

    QCOMPARE(failToSave(transaction).code, ErrorCode::Conflict);
    QCOMPARE(load(), before);
    QCOMPARE(history(10).size(), 2U);
}

void StoreContract::writesNothingOfATransactionWithAConflict()
{
    save(change(makeBalancer("web"), {}));
    const auto before = load();

    auto transaction = together(change(makeBalancer("api"), {}), change(makeBalancer("web", 2), Revision{7}));
    transaction = together(transaction, address("i-1", "10.0.0.1"));
    transaction.audit = {auditEntry("CreateLoadBalancer")};
    QCOMPARE(failToSave(transaction).code, ErrorCode::Conflict);
    QCOMPARE(load(), before);
    QCOMPARE(history(10).size(), 1U);
}

void StoreContract::savesSeveralChangesAsOneRevision()
{
    const auto created = save(change(makeBalancer("old"), {}));
    auto transaction = together(change(makeBalancer("web"), {}), removal("old", created));
    transaction = together(transaction, address("i-1", "10.0.0.1"));
    const auto revision = save(transaction);

    const auto state = load();
    QCOMPARE(revision.number, 2);
    QCOMPARE(state.balancers.size(), 1U);
    QCOMPARE(state.balancers.at(name("web")).revision, revision);
    QCOMPARE(state.addresses.at(instanceId("i-1")), "10.0.0.1");
}

void StoreContract::keepsTheRegistry()
{
    save(together(address("i-1", "10.0.0.1"), address("i-2", "[fd00::2]:80")));
    save(address("i-1", "web1.corp:8080"));
    const std::map<InstanceId, std::string> expected = {{instanceId("i-1"), "web1.corp:8080"},
                                                        {instanceId("i-2"), "[fd00::2]:80"}};
    QCOMPARE(load().addresses, expected);
}

void StoreContract::forgetsARegistryEntry()
{
    save(address("i-1", "10.0.0.1"));
    auto placed = address("i-1", "10.0.0.1");
    placed.addresses.front().zone = "a";
    save(placed);
    QCOMPARE(load().zones.at(instanceId("i-1")), "a");
    save(address("i-1", "10.0.0.2")); // nobody says where any more
    QVERIFY(load().zones.empty());
    save(placed);
    save(address("i-1", std::nullopt));
    save(address("i-2", std::nullopt)); // never there
    QVERIFY(load().addresses.empty());
    QVERIFY(load().zones.empty());
    QCOMPARE(load().revision.number, 6);
}

void StoreContract::keepsCertificates()
{
    const auto first = save(change(makeCertificate("b"), {}));
    const auto second = save(change(makeCertificate("a"), {}));
    const auto state = load();
    QCOMPARE(state.certificates.size(), 2U);
    QCOMPARE(state.certificates.at("a"), (ports::StoredCertificate{makeCertificate("a"), second}));
    QCOMPARE(state.certificates.at("b"), (ports::StoredCertificate{makeCertificate("b"), first}));
}

void StoreContract::changesACertificateAtItsRevision()
{
    const auto created = save(change(makeCertificate("web"), {}));
    auto certificate = makeCertificate("web");
    certificate.tags.clear();
    certificate.chain.clear();
    const auto changed = save(change(certificate, created));
    QCOMPARE(load().certificates.at("web"), (ports::StoredCertificate{certificate, changed}));
}

void StoreContract::forgetsACertificate()
{
    const auto created = save(change(makeCertificate("web"), {}));
    save(certificateRemoval("web", created));
    QVERIFY(load().certificates.empty());
    save(change(makeCertificate("web"), {}));
    QCOMPARE(load().certificates.size(), 1U);
}

void StoreContract::refusesAConflictingSaveOfACertificate_data()
{
    QTest::addColumn<Transaction>("transaction");

    QTest::newRow("creating what exists") << change(makeCertificate("web"), {});
    QTest::newRow("changing an older revision") << change(makeCertificate("web"), Revision{7});
    QTest::newRow("changing what does not exist") << change(makeCertificate("api"), Revision{1});
    QTest::newRow("deleting what does not exist") << certificateRemoval("api", Revision{1});
    QTest::newRow("among changes that could be saved") << together(
        together(change(makeCertificate("api"), {}), address("i-1", "10.0.0.1")), change(makeCertificate("web"), {}));
}

void StoreContract::refusesAConflictingSaveOfACertificate()
{
    QFETCH(Transaction, transaction);
    save(change(makeCertificate("web"), {}));
    const auto before = load();
    QCOMPARE(failToSave(transaction).code, ErrorCode::Conflict);
    QCOMPARE(load(), before);
    QCOMPARE(history(10).size(), 1U);
}

void StoreContract::tellsTheHistoryNewestFirst()
{
    for (const auto *verb : {"First", "Second", "Third"}) {
        Transaction transaction;
        transaction.audit = {auditEntry(verb)};
        save(transaction);
    }
    const auto records = history(10);
    QCOMPARE(numbers(records), (std::vector<std::int64_t>{3, 2, 1}));
    QCOMPARE(records.front().audit, std::vector{auditEntry("Third")});
    QCOMPARE(records.back().audit, std::vector{auditEntry("First")});
}

void StoreContract::keepsTheOrderOfAuditEntries()
{
    Transaction transaction;
    transaction.audit = {auditEntry("Zoom"), auditEntry("Add"), auditEntry("Move"), auditEntry("Add")};
    save(transaction);
    QCOMPARE(history(1).front().audit, transaction.audit);
}

void StoreContract::tellsNoMoreHistoryThanAskedFor()
{
    for (int i = 0; i < 3; ++i)
        save(together(address("i-1", std::to_string(i)), {{}, {}, {}, {auditEntry("A"), auditEntry("B")}}));
    QCOMPARE(numbers(history(2)), (std::vector<std::int64_t>{3, 2}));
    QCOMPARE(history(2).back().audit.size(), 2U);
    QVERIFY(history(0).empty());
    QVERIFY(history(-1).empty());
}

void StoreContract::keepsALoadBalancerWithAThousandInstances()
{
    const auto created = save(change(makeBalancer("web", 999), {}));
    save(change(makeBalancer("web", 1000), created));
    QCOMPARE(load().balancers.at(name("web")).value, makeBalancer("web", 1000));
}

void StoreContract::keepsUnusualText()
{
    auto web = makeBalancer("web");
    web.tags = {{"note", "Grüße, \"quoted\" \\ and 🙂"}, {"empty", ""}};
    Transaction transaction = change(web, {});
    transaction.audit = {{model::Timestamp(-1ms), "uid:0", "It's; DROP TABLE audit", ""}};
    save(transaction);
    QCOMPARE(load().balancers.at(name("web")).value, web);
    QCOMPARE(history(1).front().audit, transaction.audit);
}

void StoreContract::savesInTheOrderOfCalls()
{
    std::vector<QCoro::Task<Result<Revision>>> saves;
    for (int i = 0; i < 50; ++i)
        saves.push_back(store().save(address("i-1", std::to_string(i))));
    for (int i = 0; i < 50; ++i)
        QCOMPARE(valueOf(QCoro::waitFor(saves[static_cast<std::size_t>(i)])).number, i + 1);
    QCOMPARE(load().addresses.at(instanceId("i-1")), "49");
}

void StoreContract::letsOneOfTwoConcurrentSavesWin()
{
    const auto created = save(change(makeBalancer("web", 1), {}));
    auto first = store().save(change(makeBalancer("web", 2), created));
    auto second = store().save(change(makeBalancer("web", 3), created));

    QVERIFY(QCoro::waitFor(first));
    const auto lost = QCoro::waitFor(second);
    QVERIFY(!lost);
    QCOMPARE(lost.error().code, ErrorCode::Conflict);
    QCOMPARE(load().balancers.at(name("web")).value, makeBalancer("web", 2));
}

void StoreContract::answersOnALaterTurnOfTheLoop()
{
    const auto saving = store().save(Transaction());
    QVERIFY(!saving.isReady());
    QTRY_VERIFY(saving.isReady());
}

void StoreContract::hasNoKeysAtFirst()
{
    QVERIFY(loadKeys().empty());
}

void StoreContract::returnsKeysById()
{
    auto viewer = makeKey("AKIAVIEWER", "secret/of+a/viewer");
    viewer.role = model::Role::Viewer;
    viewer.enabled = false;
    const auto admin = makeKey("AKIAADMIN", "");
    saveKey(viewer);
    saveKey(admin);
    QCOMPARE(loadKeys(), (std::vector{admin, viewer}));
}

void StoreContract::replacesAKeyWithTheSameId()
{
    auto key = makeKey("AKIA1", "one");
    saveKey(key);
    key.secret = "two";
    key.role = model::Role::Admin;
    key.enabled = false;
    saveKey(key);
    QCOMPARE(loadKeys(), std::vector{key});
}

void StoreContract::changesKeysInATransaction()
{
    auto old = makeKey("AKIA1", "one");
    saveKey(old);
    old.enabled = false;
    old.role = model::Role::Viewer;
    const auto added = makeKey("AKIA2", "two");
    auto transaction = change(makeBalancer("web"), {});
    transaction.keys = {{old.id, old}, {added.id, added}};
    transaction.audit = {auditEntry("CreateAccessKey")};
    const auto revision = save(transaction);
    QCOMPARE(loadKeys(), (std::vector{old, added}));
    QCOMPARE(load().revision, revision);
    QCOMPARE(history(1).front().audit, transaction.audit);
}

void StoreContract::deletesKeysInATransaction()
{
    const auto kept = makeKey("AKIA2", "two");
    saveKey(makeKey("AKIA1", "one"));
    saveKey(kept);
    Transaction transaction;
    transaction.keys = {{"AKIA1", std::nullopt}, {"AKIA3", std::nullopt}}; // the latter was never there
    save(transaction);
    QCOMPARE(loadKeys(), std::vector{kept});
}

void StoreContract::changesNoKeyOfATransactionWithAConflict()
{
    const auto key = makeKey("AKIA1", "one");
    saveKey(key);
    auto transaction = removal("web", Revision{1});
    transaction.keys = {{key.id, std::nullopt}, {"AKIA2", makeKey("AKIA2", "two")}};
    QCOMPARE(failToSave(transaction).code, ErrorCode::Conflict);
    QCOMPARE(loadKeys(), std::vector{key});
}

} // namespace balancer::tests

#include "controller/base/readable.h"
#include "service/access_key_service.h"
#include "service/desired_state_cache.h"
#include "support/manual_clock.h"
#include "support/memory_store.h"

#include <QSignalSpy>

#include <memory>

using namespace balancer;
using model::KeyStatus;
using model::Role;

namespace {

const model::Caller kRoot{"uid:0", Role::Admin};

} // namespace

class AccessKeyServiceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void createsAKey();
    void tellsTheSecretOnce();
    void listsAllKeys();
    void disablesAndEnables();
    void changesTheRole();
    void deletesAKey();
    void refusesAKeyThatIsNotThere();
    void keepsTheLastEnabledAdmin_data();
    void keepsTheLastEnabledAdmin();
    void keepsOneOfTwoAdminsWhoGoAtOnce();
    void countsDisabledAdminsForNothing();
    void saysNothingWhenNothingChanges();
    void recordsWhoDidWhat();
    void changesNothingWhenItCannotSave();
    void takesUpWhatWasSavedAllTheSame();
    void previewsWithTheVerbsErrors();

private:
    template <typename Request>
    auto perform(Request request)
    {
        return QCoro::waitFor(m_service->perform(std::move(request), kRoot));
    }
    /// The id of a new key.
    std::string add(Role role) { return perform(model::CreateAccessKey{role})->key.metadata.id; }
    std::vector<model::AccessKey> stored() { return QCoro::waitFor(m_store->loadKeys()).value(); }
    std::string update(const std::string &id, std::optional<KeyStatus> status, std::optional<Role> role = {})
    {
        return tests::describe(perform(model::UpdateAccessKey{id, status, role}));
    }

    tests::ManualClock m_clock;
    std::unique_ptr<tests::MemoryStore> m_store;
    std::unique_ptr<service::DesiredStateCache> m_desired;
    std::unique_ptr<service::ChangeQueue> m_changes;
    std::unique_ptr<service::AccessKeyService> m_service;
    int m_made = 0;
};

void AccessKeyServiceTest::init()
{
    m_made = 0;
    m_service.reset();
    m_changes.reset();
    m_store = std::make_unique<tests::MemoryStore>();
    m_desired = std::make_unique<service::DesiredStateCache>();
    m_changes = std::make_unique<service::ChangeQueue>(*m_store, *m_desired);
    const auto makeKey = [this](Role role, model::Timestamp now) -> Result<model::AccessKey> {
        const auto number = std::to_string(++m_made);
        return model::AccessKey{"AKIA" + number, "secret" + number, role, true, now};
    };
    m_service = std::make_unique<service::AccessKeyService>(*m_changes, *m_store, m_clock, makeKey);
    QVERIFY(QCoro::waitFor(m_store->saveKey({"AKIA0", "first", Role::Admin, true, m_clock.now()})));
    QVERIFY(QCoro::waitFor(m_service->load()));
}

void AccessKeyServiceTest::createsAKey()
{
    const auto made = perform(model::CreateAccessKey{Role::Operator})->key;
    const model::KeyMetadata expected{"AKIA1", KeyStatus::Active, Role::Operator, m_clock.now()};
    QVERIFY(made.metadata == expected);
    QCOMPARE(made.secret, std::string("secret1"));
    QCOMPARE(stored().size(), std::size_t(2));
    QVERIFY(m_service->find("AKIA1") == stored().back());
}

void AccessKeyServiceTest::tellsTheSecretOnce()
{
    add(Role::Viewer);
    // No other answer has a member for it; neither has the history.
    for (const auto &transaction : m_store->saved()) {
        for (const auto &entry : transaction.audit)
            QVERIFY((entry.actor + entry.verb + entry.target).find("secret") == std::string::npos);
    }
}

void AccessKeyServiceTest::listsAllKeys()
{
    add(Role::Viewer);
    QCOMPARE(update("AKIA1", KeyStatus::Inactive), std::string());
    const auto keys = perform(model::ListAccessKeys())->keys;
    QCOMPARE(keys.size(), std::size_t(2));
    QCOMPARE(keys[0].id, std::string("AKIA0"));
    QVERIFY(keys[0].status == KeyStatus::Active && keys[1].status == KeyStatus::Inactive);
}

void AccessKeyServiceTest::disablesAndEnables()
{
    const auto id = add(Role::Operator);
    QSignalSpy spy(m_service.get(), &service::AccessKeyService::keysChanged);
    QCOMPARE(update(id, KeyStatus::Inactive), std::string());
    QVERIFY(!m_service->find(id)->enabled && !stored().back().enabled);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(update(id, KeyStatus::Active), std::string());
    QVERIFY(m_service->find(id)->enabled && stored().back().enabled);
    QCOMPARE(m_service->find(id)->secret, std::string("secret1"));
}

void AccessKeyServiceTest::changesTheRole()
{
    const auto id = add(Role::Viewer);
    QCOMPARE(update(id, {}, Role::Admin), std::string());
    QVERIFY(m_service->find(id)->role == Role::Admin);
    QCOMPARE(update(id, KeyStatus::Inactive, Role::Operator), std::string());
    QVERIFY(m_service->find(id)->role == Role::Operator && !m_service->find(id)->enabled);
}

void AccessKeyServiceTest::deletesAKey()
{
    const auto id = add(Role::Admin);
    QVERIFY(perform(model::DeleteAccessKey{"AKIA0"}));
    QVERIFY(!m_service->find("AKIA0"));
    QCOMPARE(stored().size(), std::size_t(1));
    QCOMPARE(stored().front().id, id);
}

void AccessKeyServiceTest::refusesAKeyThatIsNotThere()
{
    const std::string expected = "NoSuchEntity: The Access Key with id AKIA9 cannot be found.";
    QCOMPARE(update("AKIA9", KeyStatus::Active), expected);
    QCOMPARE(tests::describe(perform(model::DeleteAccessKey{"AKIA9"})), expected);
    QVERIFY(m_store->saved().empty());
}

void AccessKeyServiceTest::keepsTheLastEnabledAdmin_data()
{
    QTest::addColumn<int>("what");
    QTest::newRow("disabled") << 0;
    QTest::newRow("an operator") << 1;
    QTest::newRow("deleted") << 2;
}

void AccessKeyServiceTest::keepsTheLastEnabledAdmin()
{
    QFETCH(int, what);
    add(Role::Operator);
    const auto before = stored();
    const auto said = what == 0   ? update("AKIA0", KeyStatus::Inactive)
                      : what == 1 ? update("AKIA0", {}, Role::Operator)
                                  : tests::describe(perform(model::DeleteAccessKey{"AKIA0"}));
    QCOMPARE(said, std::string("InvalidConfigurationRequest: AKIA0 is the last enabled admin key: it cannot be "
                               "disabled, deleted or given another role before there is another one"));
    QCOMPARE(stored(), before);
    QVERIFY(m_service->find("AKIA0")->enabled);
}

void AccessKeyServiceTest::keepsOneOfTwoAdminsWhoGoAtOnce()
{
    add(Role::Admin);
    auto first = m_service->perform(model::DeleteAccessKey{"AKIA0"}, kRoot);
    auto second = m_service->perform(model::DeleteAccessKey{"AKIA1"}, kRoot);
    QVERIFY(QCoro::waitFor(first));
    QCOMPARE(QCoro::waitFor(second).error().code, ErrorCode::InvalidConfigurationRequest);
    QCOMPARE(stored().size(), std::size_t(1));
}

void AccessKeyServiceTest::countsDisabledAdminsForNothing()
{
    const auto id = add(Role::Admin);
    QCOMPARE(update(id, KeyStatus::Inactive), std::string());
    QCOMPARE(perform(model::DeleteAccessKey{"AKIA0"}).error().code, ErrorCode::InvalidConfigurationRequest);
    QVERIFY(perform(model::DeleteAccessKey{id}));
}

void AccessKeyServiceTest::saysNothingWhenNothingChanges()
{
    QSignalSpy spy(m_service.get(), &service::AccessKeyService::keysChanged);
    QCOMPARE(update("AKIA0", KeyStatus::Active, Role::Admin), std::string());
    QCOMPARE(update("AKIA0", {}), std::string());
    QCOMPARE(spy.count(), 0);
    QVERIFY(m_store->saved().empty());
}

void AccessKeyServiceTest::recordsWhoDidWhat()
{
    QSignalSpy spy(m_desired.get(), &service::DesiredStateCache::saved);
    const auto id = add(Role::Operator);
    QCOMPARE(update(id, KeyStatus::Inactive), std::string());
    QVERIFY(perform(model::DeleteAccessKey{id}));
    const auto history = QCoro::waitFor(m_store->history(10)).value();
    QCOMPARE(history.size(), std::size_t(3));
    const auto entry = [&](const char *verb) {
        return std::vector{ports::AuditEntry{m_clock.now(), "uid:0", verb, id}};
    };
    QCOMPARE(history[2].audit, entry("CreateAccessKey"));
    QCOMPARE(history[1].audit, entry("UpdateAccessKey"));
    QCOMPARE(history[0].audit, entry("DeleteAccessKey"));
    QCOMPARE(spy.count(), 3); // of which events are made
    QCOMPARE(m_desired->state().revision.number, 3);
}

void AccessKeyServiceTest::changesNothingWhenItCannotSave()
{
    m_store->failNextSave({ErrorCode::Unavailable, "the disk is full"});
    QCOMPARE(perform(model::CreateAccessKey{Role::Admin}).error().code, ErrorCode::Unavailable);
    QVERIFY(!m_service->find("AKIA1"));
    QVERIFY(m_service->find("AKIA0"));
    QVERIFY(perform(model::CreateAccessKey{Role::Admin}));
}

void AccessKeyServiceTest::takesUpWhatWasSavedAllTheSame()
{
    // Somebody else's key, or ours whose saving seemed to fail.
    QVERIFY(QCoro::waitFor(m_store->saveKey({"AKIA7", "seventh", Role::Viewer, true, m_clock.now()})));
    m_store->failNextSave({ErrorCode::Unavailable, "no answer"});
    QVERIFY(!perform(model::CreateAccessKey{Role::Admin}));
    QVERIFY(m_service->find("AKIA7"));
}

void AccessKeyServiceTest::previewsWithTheVerbsErrors()
{
    const auto preview = [this](service::AnyKeyRequest request) {
        return tests::describe(QCoro::waitFor(m_service->preview(std::move(request))));
    };
    QCOMPARE(preview(model::CreateAccessKey{Role::Admin}), std::string());
    QCOMPARE(preview(model::ListAccessKeys()), std::string());
    QVERIFY(preview(model::DeleteAccessKey{"AKIA9"}).starts_with("NoSuchEntity"));
    QVERIFY(preview(model::DeleteAccessKey{"AKIA0"}).starts_with("InvalidConfigurationRequest"));
    QVERIFY(preview(model::UpdateAccessKey{"AKIA0", KeyStatus::Inactive, {}}).starts_with("InvalidConfiguration"));
    QCOMPARE(m_made, 0);
    QVERIFY(m_store->saved().empty());
}

QTEST_GUILESS_MAIN(AccessKeyServiceTest)
#include "tst_access_key_service.moc"

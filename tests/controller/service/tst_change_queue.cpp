#include "controller/base/readable.h"
#include "service/change_queue.h"
#include "support/builders.h"
#include "support/memory_store.h"

#include <QCoro/QCoroFuture>
#include <QCoro/QCoroTask>
#include <QSignalSpy>

using namespace balancer;
using namespace balancer::tests;
using service::ChangeQueue;
using service::DesiredStateCache;
using service::Draft;
using service::Edit;

namespace {

using Outcome = QFuture<Result<Revision>>;

Edit creating(const std::string &balancerName)
{
    return [balancerName](Draft &draft) -> Result<void> {
        draft.put(loadBalancer(balancerName).with(http(80, 80)));
        return {};
    };
}

/// Adds a zone to what is there: every edit sees the ones before.
Edit appending(const std::string &zone)
{
    return [zone](Draft &draft) -> Result<void> {
        const auto *present = draft.find(name("web"));
        if (!present)
            return fail(ErrorCode::LoadBalancerNotFound, "none");
        auto changed = *present;
        changed.availabilityZones.push_back(zone);
        draft.put(std::move(changed));
        return {};
    };
}

Edit failing()
{
    return [](Draft &) -> Result<void> { return fail(ErrorCode::InvalidInstance, "no"); };
}

Edit doingNothing()
{
    return [](Draft &) -> Result<void> { return {}; };
}

ports::AuditEntry audit(const std::string &verb)
{
    ports::AuditEntry entry;
    entry.verb = verb;
    return entry;
}

} // namespace

class ChangeQueueTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();

    void savesAnEditAndAnswersWithItsRevision();
    void savesEditsThatWaitTogether();
    void keepsTheOrderOfEdits();
    void letsAFailingEditDisturbNoOther();
    void savesNothingForAnEditThatChangesNothing();
    void doesTheEditAgainOnWhatSomeoneElseSaved();
    void answersAgainWhatAnEditSaysAfterAConflict();
    void triesAgainAfterAConflict();
    void loadsTheStateAgainWhenTheStoreIsUnavailable();
    void changesTheRegistry();

private:
    Outcome submit(Edit edit, const std::string &verb = "Verb")
    {
        return m_queue->submit(std::move(edit), audit(verb));
    }
    static Result<Revision> wait(const Outcome &outcome) { return QCoro::waitFor(waiting(outcome)); }
    static QCoro::Task<Result<Revision>> waiting(Outcome outcome)
    {
        const auto result = co_await outcome;
        co_return result;
    }
    /// As another node would.
    void saveElsewhere(const std::string &balancerName);

    std::unique_ptr<MemoryStore> m_store;
    std::unique_ptr<DesiredStateCache> m_cache;
    std::unique_ptr<ChangeQueue> m_queue;
};

void ChangeQueueTest::init()
{
    m_queue.reset();
    m_store = std::make_unique<MemoryStore>();
    m_cache = std::make_unique<DesiredStateCache>();
    m_queue = std::make_unique<ChangeQueue>(*m_store, *m_cache);
}

void ChangeQueueTest::saveElsewhere(const std::string &balancerName)
{
    ports::Transaction transaction;
    ports::BalancerChange change;
    change.name = name(balancerName);
    change.value = loadBalancer(balancerName).with(http(81, 81));
    const auto stored = m_store->state().balancers.find(change.name);
    if (stored != m_store->state().balancers.end())
        change.expected = stored->second.revision;
    transaction.balancers.push_back(change);
    QVERIFY(QCoro::waitFor(m_store->save(transaction)));
}

void ChangeQueueTest::savesAnEditAndAnswersWithItsRevision()
{
    QSignalSpy changed(m_cache.get(), &DesiredStateCache::changed);
    const auto revision = wait(submit(creating("web"), "CreateLoadBalancer"));
    QCOMPARE(describe(revision), std::string());
    QCOMPARE(revision->number, std::int64_t(1));
    QVERIFY(m_cache->find(name("WEB")));
    QVERIFY(m_cache->state() == m_store->state());
    QCOMPARE(changed.count(), 1);
    QCOMPARE(m_store->saved().front().audit.front().verb, std::string("CreateLoadBalancer"));
}

void ChangeQueueTest::savesEditsThatWaitTogether()
{
    QVERIFY(wait(submit(creating("web"))));
    std::vector<Outcome> outcomes;
    for (int i = 0; i < 1000; ++i)
        outcomes.push_back(submit(appending("z" + std::to_string(i))));
    for (const auto &outcome : outcomes)
        QCOMPARE(describe(wait(outcome)), std::string());
    // The first goes at once, the others wait for it and go together.
    QCOMPARE(m_store->saved().size(), std::size_t(3));
    QCOMPARE(m_store->saved().back().audit.size(), std::size_t(999));
    QCOMPARE(m_cache->find(name("web"))->availabilityZones.size(), std::size_t(1000));
    QVERIFY(m_cache->state() == m_store->state());
}

void ChangeQueueTest::keepsTheOrderOfEdits()
{
    QVERIFY(wait(submit(creating("web"))));
    std::vector<Outcome> outcomes;
    std::vector<std::string> expected;
    for (int i = 0; i < 20; ++i) {
        expected.push_back("z" + std::to_string(i));
        outcomes.push_back(submit(appending(expected.back())));
    }
    QVERIFY(wait(outcomes.back()));
    QCOMPARE(m_cache->find(name("web"))->availabilityZones, expected);
}

void ChangeQueueTest::letsAFailingEditDisturbNoOther()
{
    QVERIFY(wait(submit(creating("web"))));
    const auto first = submit(appending("a"));
    const auto bad = submit(failing(), "Bad");
    const auto second = submit(appending("b"));
    QCOMPARE(describe(wait(bad)), std::string("InvalidInstance: no"));
    QVERIFY(wait(first));
    QVERIFY(wait(second));
    QCOMPARE(m_cache->find(name("web"))->availabilityZones, (std::vector<std::string>{"a", "b"}));
    for (const auto &transaction : m_store->saved()) {
        for (const auto &entry : transaction.audit)
            QVERIFY(entry.verb != "Bad");
    }
}

void ChangeQueueTest::savesNothingForAnEditThatChangesNothing()
{
    QVERIFY(wait(submit(creating("web"))));
    QSignalSpy changed(m_cache.get(), &DesiredStateCache::changed);
    const auto same = wait(submit(creating("web")));
    QCOMPARE(same.value().number, std::int64_t(1));
    QCOMPARE(wait(submit(doingNothing())).value().number, std::int64_t(1));
    QCOMPARE(m_store->saved().size(), std::size_t(1));
    QCOMPARE(changed.count(), 0);
}

void ChangeQueueTest::doesTheEditAgainOnWhatSomeoneElseSaved()
{
    QVERIFY(wait(submit(creating("web"))));
    saveElsewhere("web"); // with a listener on port 81
    const auto revision = wait(submit(appending("a")));
    QCOMPARE(describe(revision), std::string());
    QCOMPARE(revision->number, std::int64_t(3));
    const auto &web = *m_cache->find(name("web"));
    QCOMPARE(web.listeners.front().loadBalancerPort, std::uint16_t(81));
    QCOMPARE(web.availabilityZones, std::vector<std::string>{"a"});
    QVERIFY(m_cache->state() == m_store->state());
}

void ChangeQueueTest::answersAgainWhatAnEditSaysAfterAConflict()
{
    // The one who was quicker took the name.
    saveElsewhere("web");
    Edit creatingNew = [](Draft &draft) -> Result<void> {
        if (draft.find(name("web")))
            return fail(ErrorCode::DuplicateLoadBalancerName, "taken");
        draft.put(loadBalancer("web"));
        return {};
    };
    QCOMPARE(describe(wait(submit(creatingNew))), std::string("DuplicateLoadBalancerName: taken"));
    QCOMPARE(m_store->saved().size(), std::size_t(1));
}

void ChangeQueueTest::triesAgainAfterAConflict()
{
    m_store->failNextSave(Error{ErrorCode::Conflict, "someone else"});
    const auto first = submit(creating("web"));
    QCOMPARE(describe(wait(first)), std::string());
    QCOMPARE(m_store->saved().size(), std::size_t(1));
}

void ChangeQueueTest::loadsTheStateAgainWhenTheStoreIsUnavailable()
{
    QVERIFY(wait(submit(creating("web"))));
    saveElsewhere("other"); // the cache does not know of it
    m_store->failNextSave(Error{ErrorCode::Unavailable, "disk full"});
    QCOMPARE(describe(wait(submit(appending("a")))), std::string("Unavailable: disk full"));
    QTRY_VERIFY(m_cache->find(name("other")));
    QVERIFY(m_cache->state() == m_store->state());
    QCOMPARE(describe(wait(submit(appending("b")))), std::string());
    QCOMPARE(m_cache->find(name("web"))->availabilityZones, std::vector<std::string>{"b"});
}

void ChangeQueueTest::changesTheRegistry()
{
    const auto set = [](std::optional<std::string> value) {
        return Edit([value](Draft &draft) -> Result<void> {
            draft.setAddress(id("i-1"), value);
            return {};
        });
    };
    QVERIFY(wait(submit(set("10.0.0.1"))));
    QCOMPARE(m_cache->state().addresses.at(id("i-1")), std::string("10.0.0.1"));
    QCOMPARE(wait(submit(set("10.0.0.1"))).value().number, std::int64_t(1));
    QVERIFY(wait(submit(set(std::nullopt))));
    QVERIFY(m_cache->state().addresses.empty());
    QVERIFY(m_cache->state() == m_store->state());
}

QTEST_GUILESS_MAIN(ChangeQueueTest)
#include "tst_change_queue.moc"

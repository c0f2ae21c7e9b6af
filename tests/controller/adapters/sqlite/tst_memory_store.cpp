#include "support/memory_store.h"
#include "support/store_contract.h"

#include <QTest>

#include <memory>

using namespace balancer;

class MemoryStoreTest : public tests::StoreContract
{
    Q_OBJECT

protected:
    void openEmpty() override { m_store = std::make_unique<tests::MemoryStore>(); }
    ports::Store &store() override { return *m_store; }
    ports::KeyStore &keys() override { return *m_store; }

private Q_SLOTS:
    void failsOnceWhenToldTo();

private:
    std::unique_ptr<tests::MemoryStore> m_store;
};

void MemoryStoreTest::failsOnceWhenToldTo()
{
    m_store->failNextSave({ErrorCode::Unavailable, "the disk is full"});
    QCOMPARE(failToSave(change(makeBalancer("web"), {})).code, ErrorCode::Unavailable);
    QVERIFY(m_store->saved().empty());
    QCOMPARE(save(change(makeBalancer("web"), {})).number, 1);
    QCOMPARE(m_store->saved().size(), 1U);
}

QTEST_GUILESS_MAIN(MemoryStoreTest)
#include "tst_memory_store.moc"

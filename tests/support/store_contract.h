#pragma once

#include "ports/store.h"

#include <QObject>

namespace balancer::tests {

/// What every ports::Store and ports::KeyStore promises, as tests. A test program derives from it, says how to come by
/// an empty store, and may add slots of its own:
///
///     class MemoryStoreTest : public StoreContract { Q_OBJECT … };
///     QTEST_GUILESS_MAIN(MemoryStoreTest)
class StoreContract : public QObject
{
    Q_OBJECT

protected:
    /// Called before each test; what `store` and `keys` return from then on is empty.
    virtual void openEmpty() = 0;
    virtual ports::Store &store() = 0;
    virtual ports::KeyStore &keys() = 0;

    // Wait for the answer. An unexpected failure fails the test.
    ports::DesiredState load();
    Revision save(ports::Transaction transaction);
    Error failToSave(ports::Transaction transaction);
    std::vector<ports::RevisionRecord> history(int count);
    std::vector<model::AccessKey> loadKeys();
    void saveKey(model::AccessKey key);

    /// A load balancer with a listener, tags, and `instances` instances.
    static model::LoadBalancer makeBalancer(std::string_view name, int instances = 1);
    static ports::Transaction change(const model::LoadBalancer &balancer, Revision expected);
    static ports::Transaction removal(std::string_view name, Revision expected);
    static ports::Transaction address(std::string_view instance, std::optional<std::string> value);
    /// A certificate with a path, tags and texts of several lines.
    static model::ServerCertificate makeCertificate(std::string_view name);
    static ports::Transaction change(const model::ServerCertificate &certificate, Revision expected);
    static ports::Transaction certificateRemoval(std::string_view name, Revision expected);
    static ports::AuditEntry auditEntry(std::string_view verb);
    static model::AccessKey makeKey(std::string_view id, std::string_view secret);

private Q_SLOTS:
    void init();

    void isEmptyAtFirst();
    void returnsWhatWasSaved();
    void countsRevisionsFromOne();
    void countsATransactionWithoutChanges();
    void changesALoadBalancerAtItsRevision();
    void keepsTheRevisionOfUnchangedLoadBalancers();
    void deletesALoadBalancerAtItsRevision();
    void createsAgainWhatWasDeleted();
    void takesNamesWithoutRegardToCase();

    void refusesAConflictingSave_data();
    void refusesAConflictingSave();
    void writesNothingOfATransactionWithAConflict();
    void savesSeveralChangesAsOneRevision();

    void keepsTheRegistry();
    void forgetsARegistryEntry();

    void keepsCertificates();
    void changesACertificateAtItsRevision();
    void forgetsACertificate();
    void refusesAConflictingSaveOfACertificate_data();
    void refusesAConflictingSaveOfACertificate();

    void tellsTheHistoryNewestFirst();
    void keepsTheOrderOfAuditEntries();
    void tellsNoMoreHistoryThanAskedFor();

    void keepsALoadBalancerWithAThousandInstances();
    void keepsUnusualText();
    void savesInTheOrderOfCalls();
    void letsOneOfTwoConcurrentSavesWin();
    void answersOnALaterTurnOfTheLoop();

    void hasNoKeysAtFirst();
    void returnsKeysById();
    void replacesAKeyWithTheSameId();
    void changesKeysInATransaction();
    void deletesKeysInATransaction();
    void changesNoKeyOfATransactionWithAConflict();
};

} // namespace balancer::tests

#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "model/access.h"
#include "model/certificate.h"
#include "model/load_balancer.h"

#include <QCoro/QCoroTask>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace balancer::ports {

/// A load balancer as stored, and the revision that last changed it.
struct StoredBalancer
{
    model::LoadBalancer value;
    Revision revision;

    bool operator==(const StoredBalancer &) const = default;
};

/// A certificate as stored, and the revision that last changed it.
struct StoredCertificate
{
    model::ServerCertificate value;
    Revision revision;

    bool operator==(const StoredCertificate &) const = default;
};

/// Everything operators asked for.
struct DesiredState
{
    Revision revision; ///< of the last transaction
    std::map<LoadBalancerName, StoredBalancer> balancers;
    std::map<InstanceId, std::string> addresses; ///< the registry: what SetInstanceAddress said, as it said it
    std::map<InstanceId, std::string> zones;     ///< of those in the registry of which it was said
    std::map<std::string, StoredCertificate, std::less<>> certificates; ///< by name

    bool operator==(const DesiredState &) const = default;
};

/// The new value of one load balancer.
struct BalancerChange
{
    LoadBalancerName name;
    Revision expected;                        ///< StoredBalancer::revision it was computed from; 0: must not exist
    std::optional<model::LoadBalancer> value; ///< none: deleted

    bool operator==(const BalancerChange &) const = default;
};

/// The new registry entry of one id; none: forgotten. The last writer wins.
struct AddressChange
{
    InstanceId instance;
    std::optional<std::string> address;
    std::string zone = {}; ///< empty: nobody said; so for an entry that is forgotten

    bool operator==(const AddressChange &) const = default;
};

/// The new value of one certificate.
struct CertificateChange
{
    std::string name;
    Revision expected; ///< StoredCertificate::revision it was computed from; 0: must not exist
    std::optional<model::ServerCertificate> value; ///< none: deleted

    bool operator==(const CertificateChange &) const = default;
};

/// Who did what, for the history.
struct AuditEntry
{
    model::Timestamp at{};
    std::string actor;  ///< Caller::name
    std::string verb;   ///< "RegisterInstancesWithLoadBalancer"
    std::string target; ///< the name of a load balancer or a certificate, an instance id, or empty

    bool operator==(const AuditEntry &) const = default;
};

/// The new value of the access key with that id; none: deleted. The last writer wins. Leaves nothing in the history but
/// its audit entry.
struct KeyChange
{
    std::string id;
    std::optional<model::AccessKey> value;

    bool operator==(const KeyChange &) const = default;
};

/// What is saved together or not at all, as one revision. At most one change for each name, of each kind, each
/// instance and each key.
struct Transaction
{
    std::vector<BalancerChange> balancers;
    std::vector<AddressChange> addresses;
    std::vector<CertificateChange> certificates;
    std::vector<AuditEntry> audit;
    std::vector<KeyChange> keys = {};

    bool changesNothing() const
    {
        return balancers.empty() && addresses.empty() && certificates.empty() && keys.empty();
    }

    bool operator==(const Transaction &) const = default;
};

/// One line of the history.
struct RevisionRecord
{
    Revision revision;
    std::vector<AuditEntry> audit;

    bool operator==(const RevisionRecord &) const = default;
};

/// Keeps the desired state, private keys of certificates encrypted at rest and in no history. All calls from the main
/// loop's thread; answers arrive there.
class Store
{
public:
    virtual ~Store() = default;

    /// All of it. Corrupt: what is stored cannot be read; nothing was changed.
    virtual QCoro::Task<Result<DesiredState>> load() = 0;

    /// Saves the transaction durably and returns its revision, one above the last.
    /// Conflict: some `expected` is not the stored one; nothing was written.
    /// Unavailable: it may have been written, so load before retrying.
    virtual QCoro::Task<Result<Revision>> save(Transaction transaction) = 0;

    /// The newest `count` revisions, newest first, at least the last 10,000 being kept.
    virtual QCoro::Task<Result<std::vector<RevisionRecord>>> history(int count) = 0;
};

/// Keeps access keys, their secrets encrypted at rest. Transactions of the Store beside it change them too.
class KeyStore
{
public:
    virtual ~KeyStore() = default;

    virtual QCoro::Task<Result<std::vector<model::AccessKey>>> loadKeys() = 0;
    /// Adds the key, or replaces the one with the same id, durably.
    virtual QCoro::Task<Result<void>> saveKey(model::AccessKey key) = 0;
};

} // namespace balancer::ports

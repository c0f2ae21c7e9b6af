#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "model/access.h"
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

/// Everything operators asked for.
struct DesiredState
{
    Revision revision; ///< of the last transaction
    std::map<LoadBalancerName, StoredBalancer> balancers;
    std::map<InstanceId, std::string> addresses; ///< the registry: what SetInstanceAddress said, as it said it

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

    bool operator==(const AddressChange &) const = default;
};

/// Who did what, for the history.
struct AuditEntry
{
    model::Timestamp at{};
    std::string actor;  ///< Caller::name
    std::string verb;   ///< "RegisterInstancesWithLoadBalancer"
    std::string target; ///< a load balancer's name, an instance id, or empty

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

/// What is saved together or not at all, as one revision. At most one change for each name, instance and key.
struct Transaction
{
    std::vector<BalancerChange> balancers;
    std::vector<AddressChange> addresses;
    std::vector<AuditEntry> audit;
    std::vector<KeyChange> keys = {};

    bool operator==(const Transaction &) const = default;
};

/// One line of the history.
struct RevisionRecord
{
    Revision revision;
    std::vector<AuditEntry> audit;

    bool operator==(const RevisionRecord &) const = default;
};

/// Keeps the desired state. All calls from the main loop's thread; answers arrive there.
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

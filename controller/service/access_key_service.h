#pragma once

#include "ports/clock.h"
#include "ports/store.h"
#include "service/change_queue.h"
#include "service/key_verbs.h"
#include "service/turnstile.h"

#include <QObject>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace balancer::service {

/// Makes an enabled key with an id and a secret that nobody has or can guess.
using KeyMaker = std::function<Result<model::AccessKey>(model::Role role, model::Timestamp now)>;

/// The access keys this node believes, and the verbs that change them. A change counts from the moment it is saved;
/// one enabled admin key always stays, so that nobody locks himself out.
class AccessKeyService : public QObject, public KeyVerbs
{
    Q_OBJECT

public:
    /// Has no keys until they are loaded.
    AccessKeyService(ChangeQueue &changes, ports::KeyStore &store, const ports::Clock &clock, KeyMaker makeKey);

    /// Takes all keys from the store.
    QCoro::Task<Result<void>> load();

    /// The key of that id, also a disabled one; nothing when there is none.
    std::optional<model::AccessKey> find(std::string_view id) const;

    Task<model::CreateAccessKeyAnswer> perform(model::CreateAccessKey request, model::Caller caller) override;
    Task<model::ListAccessKeysAnswer> perform(model::ListAccessKeys request, model::Caller caller) override;
    Task<model::EmptyAnswer> perform(model::UpdateAccessKey request, model::Caller caller) override;
    Task<model::EmptyAnswer> perform(model::DeleteAccessKey request, model::Caller caller) override;

    Task<model::PlanPreview> preview(AnyKeyRequest request) override;

Q_SIGNALS:
    /// Some key is no more what it was.
    void keysChanged();

private:
    using Keys = std::map<std::string, model::AccessKey, std::less<>>;

    Result<ports::KeyChange> changeFor(const model::UpdateAccessKey &request) const;
    Result<ports::KeyChange> changeFor(const model::DeleteAccessKey &request) const;
    /// Refuses what would leave no enabled admin key.
    Result<ports::KeyChange> checked(ports::KeyChange change) const;
    template <typename Request>
    Task<model::EmptyAnswer> change(Request request, ports::AuditEntry audit);
    QCoro::Task<Result<void>> save(ports::KeyChange change, ports::AuditEntry audit);
    void apply(const ports::KeyChange &change);
    ports::AuditEntry audit(const model::Caller &caller, std::string_view verb, std::string target) const;

    ChangeQueue &m_changes;
    ports::KeyStore &m_store;
    const ports::Clock &m_clock;
    const KeyMaker m_makeKey;
    Keys m_keys;
    Turnstile m_turn; ///< of those who change keys: each looks at what the one before made
};

} // namespace balancer::service

#pragma once

#include "ports/store.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace balancer::tests {

/// A store that forgets at its end. As with a real one, saves take effect in the order of the calls and answers arrive
/// on a later turn of the loop. The store may be destroyed before they do.
class MemoryStore final : public ports::Store, public ports::KeyStore
{
public:
    QCoro::Task<Result<ports::DesiredState>> load() override;
    QCoro::Task<Result<Revision>> save(ports::Transaction transaction) override;
    QCoro::Task<Result<std::vector<ports::RevisionRecord>>> history(int count) override;

    QCoro::Task<Result<std::vector<model::AccessKey>>> loadKeys() override;
    QCoro::Task<Result<void>> saveKey(model::AccessKey key) override;

    /// The next save, of desired state or of a key, fails so and writes nothing.
    void failNextSave(Error error) { m_nextFailure = std::move(error); }

    /// What is stored, without waiting.
    const ports::DesiredState &state() const { return m_state; }
    /// Every transaction that was saved, oldest first.
    const std::vector<ports::Transaction> &saved() const { return m_saved; }

private:
    Result<Revision> apply(const ports::Transaction &transaction);
    Result<void> takeFailure();

    ports::DesiredState m_state;
    std::vector<ports::Transaction> m_saved; ///< revision N is at N - 1
    std::map<std::string, model::AccessKey> m_keys;
    std::optional<Error> m_nextFailure;
};

} // namespace balancer::tests

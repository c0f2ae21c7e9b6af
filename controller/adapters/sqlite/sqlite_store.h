#pragma once

#include "ports/store.h"

#include <memory>
#include <string>

namespace balancer::adapters::sqlite {

/// The desired state, its history and the access keys in one SQLite file, used on a thread of its own: calls are
/// carried out one after another in the order they were made, and their answers arrive on the caller's loop. A saved
/// transaction survives power failure. Each save costs what its own changes cost, however much is stored.
///
/// May be destroyed while calls wait: those are carried out first, and their answers still arrive.
class SqliteStore final : public ports::Store, public ports::KeyStore
{
public:
    /// Opens or creates the file, and `secret.key` beside it, which encrypts the access keys' secrets and the
    /// certificates' private keys. Blocks for as long as checking the file takes.
    ///
    /// Corrupt: damaged, or not ours, or secrets are stored that `secret.key` does not open; nothing was changed.
    /// InvalidInput: written by a newer version, or others may read `secret.key`. Unavailable: no such folder,
    /// read-only, disk full.
    static Result<std::unique_ptr<SqliteStore>> open(const std::string &path);
    ~SqliteStore() override;
    SqliteStore(const SqliteStore &) = delete;
    SqliteStore &operator=(const SqliteStore &) = delete;

    QCoro::Task<Result<ports::DesiredState>> load() override;
    QCoro::Task<Result<Revision>> save(ports::Transaction transaction) override;
    QCoro::Task<Result<std::vector<ports::RevisionRecord>>> history(int count) override;

    QCoro::Task<Result<std::vector<model::AccessKey>>> loadKeys() override;
    /// Unavailable: it may have been written.
    QCoro::Task<Result<void>> saveKey(model::AccessKey key) override;

private:
    class Worker;

    explicit SqliteStore(std::unique_ptr<Worker> worker);

    std::unique_ptr<Worker> m_worker;
};

} // namespace balancer::adapters::sqlite

#include "adapters/sqlite/sqlite_store.h"

#include "adapters/sqlite/access_keys.h"
#include "adapters/sqlite/certificates.h"
#include "adapters/sqlite/database.h"
#include "adapters/sqlite/desired_state.h"
#include "adapters/sqlite/schema.h"
#include "adapters/sqlite/secret_box.h"

#include <QCoro/QCoroFuture>

#include <QPromise>
#include <QThreadPool>

#include <utility>

namespace balancer::adapters::sqlite {

/// Owns the connection and the one thread that uses it.
class SqliteStore::Worker
{
public:
    Worker(Database database, SecretBox box) : m_database(std::move(database)), m_box(box)
    {
        m_thread.setMaxThreadCount(1);
        m_thread.setExpiryTimeout(-1);
    }

    /// Queues `job(database, box)`.
    template <typename Job>
    auto run(Job job)
    {
        using Answer = std::invoke_result_t<Job, Database &, const SecretBox &>;
        auto promise = std::make_shared<QPromise<Answer>>();
        auto answer = promise->future();
        promise->start();
        m_thread.start([this, promise, job = std::move(job)] {
            promise->addResult(job(m_database, m_box));
            promise->finish();
        });
        return answer;
    }

private:
    Database m_database;
    SecretBox m_box;
    QThreadPool m_thread; ///< goes first, and waits for what is queued
};

namespace {

std::string keyFileBeside(const std::string &path)
{
    const auto slash = path.rfind('/');
    return (slash == std::string::npos ? std::string() : path.substr(0, slash + 1)) + "secret.key";
}

Result<SecretBox> openBox(Database &database)
{
    const auto keys = hasAccessKeys(database);
    if (!keys)
        return fail(keys.error());
    const auto certificates = hasCertificates(database);
    if (!certificates)
        return fail(certificates.error());
    const bool needed = *keys || *certificates;
    auto box = SecretBox::open(keyFileBeside(database.path()),
                               needed ? SecretBox::IfMissing::Fail : SecretBox::IfMissing::Create);
    if (!box)
        return box;
    if (const auto readable = loadAccessKeys(database, *box); !readable)
        return fail(readable.error());
    StoredCertificates stored;
    if (const auto readable = loadCertificates(database, *box, stored); !readable)
        return fail(readable.error());
    return box;
}

} // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string &path)
{
    auto database = Database::open(path);
    if (!database)
        return fail(database.error());
    if (const auto prepared = prepareSchema(*database, embeddedMigrations()); !prepared)
        return fail(prepared.error());
    const auto box = openBox(*database);
    if (!box)
        return fail(box.error());
    auto worker = std::make_unique<Worker>(std::move(*database), *box);
    return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(worker)));
}

SqliteStore::SqliteStore(std::unique_ptr<Worker> worker) : m_worker(std::move(worker)) {}

SqliteStore::~SqliteStore() = default;

// These members may wake up after the store is gone, so none touches it after its wait.

QCoro::Task<Result<ports::DesiredState>> SqliteStore::load()
{
    const auto answer = m_worker->run(loadDesiredState);
    co_return co_await answer;
}

QCoro::Task<Result<Revision>> SqliteStore::save(ports::Transaction transaction)
{
    auto job = [transaction = std::move(transaction)](Database &database, const SecretBox &box) {
        return saveTransaction(database, box, transaction);
    };
    const auto answer = m_worker->run(std::move(job));
    co_return co_await answer;
}

QCoro::Task<Result<std::vector<ports::RevisionRecord>>> SqliteStore::history(int count)
{
    auto job = [count](Database &database, const SecretBox &) { return loadHistory(database, count); };
    const auto answer = m_worker->run(job);
    co_return co_await answer;
}

QCoro::Task<Result<std::vector<model::AccessKey>>> SqliteStore::loadKeys()
{
    const auto answer = m_worker->run(loadAccessKeys);
    co_return co_await answer;
}

QCoro::Task<Result<void>> SqliteStore::saveKey(model::AccessKey key)
{
    auto job = [key = std::move(key)](Database &database, const SecretBox &box) {
        return saveAccessKey(database, box, key);
    };
    const auto answer = m_worker->run(std::move(job));
    co_return co_await answer;
}

} // namespace balancer::adapters::sqlite

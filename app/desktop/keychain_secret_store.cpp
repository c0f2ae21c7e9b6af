#include "desktop/keychain_secret_store.h"

#include <QCoro/QCoroFuture>
#include <QPromise>
#include <QScopedPointer>
#include <qt6keychain/keychain.h>

#include <memory>

namespace balancer::desktop {

namespace {

/// Lives until its coroutine has read the answer, so it does not delete itself; but not while it still tells of its
/// end.
template <typename Job>
using JobPointer = std::unique_ptr<Job, QScopedPointerDeleteLater>;

template <typename Job>
JobPointer<Job> makeJob(const QString &service, const QString &key)
{
    JobPointer<Job> job(new Job(service));
    job->setAutoDelete(false);
    job->setInsecureFallback(false);
    job->setKey(key);
    return job;
}

Error errorOf(const QKeychain::Job &job)
{
    if (job.error() == QKeychain::EntryNotFound)
        return {ErrorCode::NotFound, "the keychain holds no secret for this node"};
    return {ErrorCode::Unavailable, "the keychain cannot be used: " + job.errorString().toStdString()};
}

QCoro::Task<Result<void>> run(QKeychain::Job &job)
{
    // Some backends end a job before start() returns.
    QPromise<void> end;
    end.start();
    QObject::connect(&job, &QKeychain::Job::finished, &job, [&end] { end.finish(); });
    job.start();
    co_await end.future();
    if (job.error() != QKeychain::NoError)
        co_return fail(errorOf(job));
    co_return Result<void>();
}

} // namespace

QCoro::Task<Result<QString>> KeychainSecretStore::load(QString key)
{
    const auto job = makeJob<QKeychain::ReadPasswordJob>(m_service, key);
    const auto done = co_await run(*job);
    if (!done)
        co_return fail(done.error());
    co_return job->textData();
}

QCoro::Task<Result<void>> KeychainSecretStore::save(QString key, QString secret)
{
    const auto job = makeJob<QKeychain::WritePasswordJob>(m_service, key);
    job->setTextData(secret);
    const auto done = co_await run(*job);
    co_return done;
}

QCoro::Task<Result<void>> KeychainSecretStore::remove(QString key)
{
    const auto job = makeJob<QKeychain::DeletePasswordJob>(m_service, key);
    const auto done = co_await run(*job);
    if (!done && done.error().code != ErrorCode::NotFound)
        co_return fail(done.error());
    co_return Result<void>();
}

} // namespace balancer::desktop

#include "service/change_queue.h"

#include "ports/pause.h"
#include "service/spawn.h"

namespace balancer::service {

namespace {

constexpr int kMostTries = 6; // with the pauses below about two seconds in all

void answer(QPromise<Result<Revision>> &promise, Result<Revision> result)
{
    promise.addResult(std::move(result));
    promise.finish();
}

} // namespace

ChangeQueue::ChangeQueue(ports::Store &store, DesiredStateCache &cache) : m_store(store), m_cache(cache) {}

QFuture<Result<Revision>> ChangeQueue::submit(Edit edit, ports::AuditEntry audit)
{
    auto waiting = std::make_shared<Waiting>();
    waiting->edit = std::move(edit);
    waiting->audit = std::move(audit);
    waiting->promise.start();
    auto future = waiting->promise.future();
    m_waiting.push_back(std::move(waiting));
    if (!m_running)
        spawn(run(), "saving changes");
    return future;
}

QCoro::Task<Result<void>> ChangeQueue::run()
{
    m_running = true;
    while (!m_waiting.empty()) {
        auto batch = std::exchange(m_waiting, {});
        const auto saved = co_await saveBatch(std::move(batch));
        if (!saved)
            spawn(reload(), "loading the stored state again");
    }
    m_running = false;
    co_return Result<void>();
}

QCoro::Task<Result<void>> ChangeQueue::saveBatch(std::deque<WaitingPointer> batch)
{
    auto delay = std::chrono::milliseconds(30);
    for (int tries = 1;; ++tries) {
        std::vector<WaitingPointer> accepted;
        const auto revision = co_await saveOnce(accepted, batch);
        // Only another node can have been quicker: look at what it saved and do the same edits on that.
        if (!revision && revision.error().code == ErrorCode::Conflict && tries < kMostTries) {
            co_await ports::pause(delay);
            delay *= 2;
            const auto loaded = co_await reload();
            if (loaded)
                continue;
        }
        for (const auto &waiting : accepted)
            answer(waiting->promise, revision);
        if (!revision)
            co_return fail(revision.error());
        co_return Result<void>();
    }
}

QCoro::Task<Result<Revision>> ChangeQueue::saveOnce(std::vector<WaitingPointer> &accepted,
                                                    std::deque<WaitingPointer> batch)
{
    Draft draft(m_cache.state());
    std::vector<ports::AuditEntry> audit;
    for (const auto &waiting : batch) {
        if (waiting->promise.future().isFinished())
            continue; // refused in an earlier try
        const auto edited = waiting->edit(draft);
        if (!edited) {
            answer(waiting->promise, fail(edited.error()));
            continue;
        }
        accepted.push_back(waiting);
        audit.push_back(waiting->audit);
    }
    auto transaction = draft.transaction();
    if (transaction.changesNothing())
        co_return m_cache.state().revision;
    transaction.audit = std::move(audit);
    const auto revision = co_await m_store.save(transaction);
    if (revision)
        m_cache.apply(transaction, *revision);
    co_return revision;
}

QCoro::Task<Result<void>> ChangeQueue::reload()
{
    auto state = co_await m_store.load();
    if (!state)
        co_return fail(state.error());
    m_cache.reset(std::move(*state));
    co_return Result<void>();
}

} // namespace balancer::service

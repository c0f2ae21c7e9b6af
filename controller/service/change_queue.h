#pragma once

#include "ports/store.h"
#include "service/desired_state_cache.h"
#include "service/draft.h"

#include <QFuture>
#include <QPromise>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace balancer::service {

/// What a verb does to the desired state: all of it or, with an error, nothing. Pure but for the draft.
using Edit = std::function<Result<void>(Draft &draft)>;

/// Carries out edits one after another. Those that wait together are saved in one transaction, so that a thousand
/// calls at once cost a few.
class ChangeQueue
{
public:
    ChangeQueue(ports::Store &store, DesiredStateCache &cache);

    /// The revision that contains the edit, once that is durable; the present one when the edit changed nothing. An
    /// error of the edit itself or of the store: then nothing of this edit was saved.
    QFuture<Result<Revision>> submit(Edit edit, ports::AuditEntry audit);

private:
    struct Waiting
    {
        Edit edit;
        ports::AuditEntry audit;
        QPromise<Result<Revision>> promise;
    };
    using WaitingPointer = std::shared_ptr<Waiting>;

    QCoro::Task<Result<void>> run();
    QCoro::Task<Result<void>> saveBatch(std::deque<WaitingPointer> batch);
    QCoro::Task<Result<Revision>> saveOnce(std::vector<WaitingPointer> &accepted, std::deque<WaitingPointer> batch);
    QCoro::Task<Result<void>> reload();

    ports::Store &m_store;
    DesiredStateCache &m_cache;
    std::deque<WaitingPointer> m_waiting;
    bool m_running = false;
};

} // namespace balancer::service

#include "service/spawn.h"

#include "service/log.h"

namespace balancer::service {

namespace {

QCoro::Task<void> logFailure(QCoro::Task<Result<void>> task, std::string what)
{
    const auto result = co_await task;
    if (!result)
        qCWarning(lcService).noquote() << QString::fromStdString(what + ": " + result.error().message);
}

} // namespace

void spawn(QCoro::Task<Result<void>> task, std::string what)
{
    // A task starts when it is called and keeps its own frame alive: dropping the handle is enough.
    logFailure(std::move(task), std::move(what));
}

} // namespace balancer::service

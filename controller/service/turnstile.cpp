#include "service/turnstile.h"

#include <QCoro/QCoroFuture>

namespace balancer::service {

QCoro::Task<Turnstile::Turn> Turnstile::take()
{
    if (m_taken) {
        auto promise = std::make_shared<QPromise<void>>();
        promise->start();
        m_waiting.push_back(promise);
        auto future = promise->future();
        co_await future;
    }
    m_taken = true;
    co_return Turn(this);
}

void Turnstile::release()
{
    // Stays taken when someone waits: the turn goes from hand to hand.
    m_taken = !m_waiting.empty();
    if (!m_taken)
        return;
    const auto next = m_waiting.front();
    m_waiting.pop_front();
    next->finish();
}

} // namespace balancer::service

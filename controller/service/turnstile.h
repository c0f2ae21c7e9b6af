#pragma once

#include <QCoro/QCoroTask>
#include <QPromise>

#include <deque>
#include <memory>

namespace balancer::service {

/// Lets one coroutine through at a time, in order of arrival. Everything on the main loop's thread.
class Turnstile
{
public:
    /// The turn, given back when it goes.
    class Turn
    {
    public:
        explicit Turn(Turnstile *owner) : m_owner(owner) {}
        Turn(Turn &&other) noexcept : m_owner(std::exchange(other.m_owner, nullptr)) {}
        Turn &operator=(Turn &&) = delete;
        ~Turn()
        {
            if (m_owner)
                m_owner->release();
        }

    private:
        Turnstile *m_owner;
    };

    QCoro::Task<Turn> take();

private:
    void release();

    bool m_taken = false;
    std::deque<std::shared_ptr<QPromise<void>>> m_waiting;
};

} // namespace balancer::service

#include "adapters/http/threads.h"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace balancer::adapters::http {

namespace {

/// Threads started while one of these lives leave all signals to the others.
class SignalsBlocked
{
public:
    SignalsBlocked()
    {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &m_before);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &m_before, nullptr); }
    SignalsBlocked(const SignalsBlocked &) = delete;
    SignalsBlocked &operator=(const SignalsBlocked &) = delete;

private:
    sigset_t m_before{};
};

} // namespace

std::thread startThread(const char *name, std::function<void()> task)
{
    const SignalsBlocked signalsBlocked;
    return std::thread([name, task = std::move(task)] {
        pthread_setname_np(pthread_self(), name);
        task();
    });
}

} // namespace balancer::adapters::http

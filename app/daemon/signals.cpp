#include "daemon/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace balancer::daemon {

namespace {

sigset_t terminationSet()
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

int openDescriptor()
{
    const auto set = terminationSet();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

} // namespace

TerminationSignals::TerminationSignals()
    : m_descriptor(openDescriptor()), m_notifier(m_descriptor, QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] {
        signalfd_siginfo info{};
        while (read(m_descriptor, &info, sizeof info) == sizeof info)
            Q_EMIT terminationRequested();
    });
}

TerminationSignals::~TerminationSignals()
{
    m_notifier.setEnabled(false);
    close(m_descriptor);
}

} // namespace balancer::daemon

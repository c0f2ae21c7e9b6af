#include "adapters/haproxy/process_handle.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace balancer::adapters::haproxy {

std::unique_ptr<ProcessHandle> ProcessHandle::open(qint64 pid)
{
    const auto descriptor = static_cast<int>(syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0U));
    if (descriptor < 0)
        return nullptr;
    return std::unique_ptr<ProcessHandle>(new ProcessHandle(pid, descriptor)); // the constructor is private
}

ProcessHandle::ProcessHandle(qint64 pid, int descriptor)
    : m_pid(pid), m_descriptor(descriptor), m_notifier(descriptor, QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, [this] {
        m_notifier.setEnabled(false);
        Q_EMIT ended();
    });
}

ProcessHandle::~ProcessHandle()
{
    m_notifier.setEnabled(false);
    close(m_descriptor);
}

bool ProcessHandle::isAlive() const
{
    pollfd state{m_descriptor, POLLIN, 0};
    return poll(&state, 1, 0) == 0;
}

bool ProcessHandle::sendSignal(int signal)
{
    return syscall(SYS_pidfd_send_signal, m_descriptor, signal, nullptr, 0U) == 0;
}

} // namespace balancer::adapters::haproxy

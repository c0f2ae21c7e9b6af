#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace balancer::adapters::haproxy {

/// A process that is not our child, held by a pidfd: its number can't be taken over by another process unnoticed.
class ProcessHandle : public QObject
{
    Q_OBJECT

public:
    /// Null when there is no such process.
    static std::unique_ptr<ProcessHandle> open(qint64 pid);
    ~ProcessHandle() override;

    qint64 pid() const { return m_pid; }
    bool isAlive() const;
    /// False when it is gone already.
    bool sendSignal(int signal);

Q_SIGNALS:
    void ended(); ///< once

private:
    ProcessHandle(qint64 pid, int descriptor);

    qint64 m_pid;
    int m_descriptor;
    QSocketNotifier m_notifier;
};

} // namespace balancer::adapters::haproxy

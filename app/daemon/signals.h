#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace balancer::daemon {

/// Turns SIGTERM and SIGINT into a signal of Qt's on the main loop, for as long as it lives.
class TerminationSignals : public QObject
{
    Q_OBJECT

public:
    TerminationSignals();
    ~TerminationSignals() override;

Q_SIGNALS:
    void terminationRequested();

private:
    int m_descriptor;
    QSocketNotifier m_notifier;
};

} // namespace balancer::daemon

#include "ports/pause.h"

#include <QCoro/QCoroTimer>
#include <QTimer>

namespace balancer::ports {

QCoro::Task<void> pause(std::chrono::milliseconds duration)
{
    QTimer timer;
    timer.setSingleShot(true);
    timer.start(duration);
    auto coTimer = qCoro(timer);
    co_await coTimer.waitForTimeout();
}

} // namespace balancer::ports

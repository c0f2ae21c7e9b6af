#pragma once

#include <QCoro/QCoroTask>

#include <chrono>

namespace balancer::ports {

/// Resumes on the caller's loop after `duration`; the loop turns meanwhile.
QCoro::Task<void> pause(std::chrono::milliseconds duration);

} // namespace balancer::ports

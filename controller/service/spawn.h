#pragma once

#include "base/result.h"

#include <QCoro/QCoroTask>

#include <string>

namespace balancer::service {

/// Lets `task` run on without anyone waiting for it; a failure is logged with `what` it was doing.
void spawn(QCoro::Task<Result<void>> task, std::string what);

} // namespace balancer::service

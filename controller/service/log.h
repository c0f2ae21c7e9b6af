#pragma once

#include <QLoggingCategory>

namespace balancer::service {

Q_DECLARE_LOGGING_CATEGORY(lcService)

} // namespace balancer::service

#include "service/log.h"

namespace balancer::service {

Q_LOGGING_CATEGORY(lcService, "service")

} // namespace balancer::service

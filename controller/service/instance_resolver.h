#pragma once

#include "model/instance.h"
#include "ports/haproxy.h"

#include <optional>
#include <string>

namespace balancer::service {

/// Finds out where an instance is: what SetInstanceAddress said of its id, else the id itself when it is an address
/// or a host name. InvalidInstance when neither says anything, or when the name cannot be looked up.
QCoro::Task<Result<model::InstanceAddress>> resolveInstance(ports::HostResolver &resolver, InstanceId id,
                                                            std::optional<std::string> registered);

} // namespace balancer::service

#pragma once

#include "model/load_balancer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace balancer::plan {

/// The lines that keep a client with one instance, as the cookie policy in force at the listener's port says; none
/// without one. For the backend behind an HTTP or HTTPS listener.
std::vector<std::string> stickiness(const model::LoadBalancer &balancer, std::uint16_t port);

} // namespace balancer::plan

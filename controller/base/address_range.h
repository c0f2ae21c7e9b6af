#pragma once

#include <string_view>

namespace balancer {

/// Whether it is "10.0.0.0/8", "10.0.0.7", "fd00::/8" or "fd00::7", and no bit behind the prefix is set.
bool isAddressRange(std::string_view text);

} // namespace balancer

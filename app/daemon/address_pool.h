#pragma once

#include "base/endpoint.h"
#include "base/result.h"
#include "service/node_plan.h"

#include <string>
#include <vector>

namespace balancer::daemon {

using service::AddressPool;

/// Bounds what a typing error in a range can cost.
constexpr std::size_t kMaxPoolAddresses = 65536;

/// Reads single addresses and ranges "FIRST-LAST", both ends included: "10.0.0.5", "10.0.1.1-10.0.1.250",
/// "fd00::1-fd00::ff". InvalidInput: anything else, an address twice, one nobody can listen on (0.0.0.0, multicast), or
/// more than kMaxPoolAddresses in all.
Result<std::vector<IpAddress>> parseAddressRanges(const std::vector<std::string> &ranges);

} // namespace balancer::daemon

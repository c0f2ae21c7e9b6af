#pragma once

#include "base/result.h"
#include "model/certificate.h"
#include "model/load_balancer.h"

#include <string>
#include <string_view>

namespace balancer::wire {

/// A load balancer as stores keep it: compact JSON, members always in the same order, so that equal values give equal
/// texts.
std::string renderStored(const model::LoadBalancer &balancer);

/// The other way. Members that are not known are ignored and absent ones take their defaults, so that what another
/// version stored still loads. Corrupt for anything that cannot be a load balancer.
Result<model::LoadBalancer> parseStored(std::string_view text);

/// The same for a certificate, without its private key, which is no text that anybody may read.
std::string renderStored(const model::ServerCertificate &certificate);
Result<model::ServerCertificate> parseStoredCertificate(std::string_view text);

} // namespace balancer::wire

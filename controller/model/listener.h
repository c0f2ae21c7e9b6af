#pragma once

#include "base/result.h"
#include "model/protocol.h"

#include <cstdint>
#include <string>
#include <vector>

namespace balancer::model {

/// A port clients connect to, and the port of the instances behind it.
struct Listener
{
    Protocol protocol = Protocol::Http;
    std::uint16_t loadBalancerPort = 0;
    Protocol instanceProtocol = Protocol::Http;
    std::uint16_t instancePort = 0;
    std::string certificateId; ///< an ARN; empty for HTTP and TCP

    bool operator==(const Listener &) const = default;
};

/// The rules for one listener alone (ELB: both protocols of one layer; a certificate for HTTPS and SSL and for nothing
/// else). InvalidConfigurationRequest names what is wrong.
Result<void> checkListener(const Listener &listener);

/// The rules between the listeners of one load balancer: all listeners on one InstancePort speak either encrypted or
/// plain to the instance (ELB). InvalidConfigurationRequest.
Result<void> checkListenersTogether(const std::vector<Listener> &listeners);

} // namespace balancer::model

#pragma once

#include "base/endpoint.h"
#include "base/result.h"

#include <map>
#include <string>

namespace balancer::ports {

/// Which address of this node's pool belongs to which load balancer, by folded name. Belongs to the node, not to the
/// shared state.
class AddressBook
{
public:
    virtual ~AddressBook() = default;

    virtual Result<std::map<std::string, IpAddress>> load() = 0;
    /// Durable when it returns.
    virtual Result<void> save(const std::map<std::string, IpAddress> &addresses) = 0;
};

} // namespace balancer::ports

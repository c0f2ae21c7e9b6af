#pragma once

#include "base/ids.h"
#include "model/load_balancer.h"

#include <map>
#include <optional>
#include <vector>

namespace balancer::plan {

/// Which instance has which slot; a slot's index never changes while its instance is registered or drains.
using Slots = std::vector<std::optional<InstanceId>>;

/// By the load balancer's folded name.
using SlotTable = std::map<std::string, Slots>;

/// Keeps every instance that is still registered where it is and gives the others the lowest free slots, in order of
/// registration. Two slots at least; when they don't suffice, the next power of two above the number registered.
///
/// A draining one of `former` stays in the slot it has; it never gets another one. So a slot that was freed because a
/// node has nothing left to drain there stays free.
Slots assignSlots(const Slots &previous, const std::vector<model::Instance> &instances,
                  const std::vector<model::FormerInstance> &former = {});

} // namespace balancer::plan

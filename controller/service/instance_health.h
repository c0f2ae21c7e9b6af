#pragma once

#include "model/instance.h"
#include "plan/servers_state.h"

#include <optional>

namespace balancer::service {

/// ELB's words for what HAProxy says of an instance's check server; nothing: the instance has no server yet.
model::InstanceHealth describeHealth(const InstanceId &id, const std::optional<plan::ServerState> &state);

/// For an instance that was registered and is not now.
model::InstanceHealth describeFormer(const InstanceId &id);

/// When HAProxy can't be asked.
model::InstanceHealth describeUnknown(const InstanceId &id);

} // namespace balancer::service

#pragma once

#include "model/instance.h"
#include "plan/backend_keys.h"
#include "plan/servers_state.h"

#include <optional>

namespace balancer::service {

/// Where an instance is on its way into service and out of it.
enum class InstanceStanding {
    Registering, ///< has not passed its first check yet
    InService,
    Recovering, ///< has passed checks again, fewer than HealthyThreshold
    Failed,     ///< failed UnhealthyThreshold checks
};

/// What the health of an instance's check server says of it.
InstanceStanding standingOf(plan::SlotHealth health);
/// What HAProxy says of the check server; nothing: the instance has no server yet.
InstanceStanding standingOf(const std::optional<plan::ServerState> &state);

/// ELB's words for it.
model::InstanceHealth describeHealth(const InstanceId &id, InstanceStanding standing);

/// ELB's words for what HAProxy says of an instance's check server; nothing: the instance has no server yet.
model::InstanceHealth describeHealth(const InstanceId &id, const std::optional<plan::ServerState> &state);

/// For an instance that is well but gets no traffic for the sake of its certificate: see Reconciler::heldFor.
model::InstanceHealth describeHeld(const InstanceId &id, plan::KeyVerdict verdict);

/// For an instance that was registered and is not now.
model::InstanceHealth describeFormer(const InstanceId &id);

/// For an instance that is not registered any more and finishes what it has.
model::InstanceHealth describeDraining(const InstanceId &id);

/// For an instance of a zone that is not enabled; `inProgress`: HAProxy does not know of that yet.
model::InstanceHealth describeForeignZone(const InstanceId &id, bool inProgress);

/// When HAProxy can't be asked.
model::InstanceHealth describeUnknown(const InstanceId &id);

} // namespace balancer::service

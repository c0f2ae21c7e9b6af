#include "service/instance_health.h"

namespace balancer::service {

InstanceStanding standingOf(plan::SlotHealth health)
{
    switch (health) {
    case plan::SlotHealth::Registering:
        return InstanceStanding::Registering;
    case plan::SlotHealth::Up:
        return InstanceStanding::InService;
    case plan::SlotHealth::Down:
        return InstanceStanding::Failed;
    }
    return InstanceStanding::Registering;
}

InstanceStanding standingOf(const std::optional<plan::ServerState> &state)
{
    if (!state || state->isInMaintenance() || state->isForcedToDrain())
        return InstanceStanding::Registering;
    if (state->isUp())
        return InstanceStanding::InService;
    return state->checkHealth > 0 ? InstanceStanding::Recovering : InstanceStanding::Failed;
}

// The sentences are ELB's own: clients compare them.
model::InstanceHealth describeHealth(const InstanceId &id, InstanceStanding standing)
{
    switch (standing) {
    case InstanceStanding::Registering:
        return {id, "OutOfService", "ELB", "Instance registration is still in progress."};
    case InstanceStanding::InService:
        return {id, "InService", "N/A", "N/A"};
    case InstanceStanding::Recovering:
        return {id, "OutOfService", "Instance",
                "Instance has not passed the configured HealthyThreshold number of health checks consecutively."};
    case InstanceStanding::Failed:
        return {id, "OutOfService", "Instance",
                "Instance has failed at least the UnhealthyThreshold number of health checks consecutively."};
    }
    return describeUnknown(id);
}

model::InstanceHealth describeHealth(const InstanceId &id, const std::optional<plan::ServerState> &state)
{
    return describeHealth(id, standingOf(state));
}

model::InstanceHealth describeHeld(const InstanceId &id, plan::KeyVerdict verdict)
{
    if (verdict != plan::KeyVerdict::Wrong)
        return describeHealth(id, InstanceStanding::Registering);
    return {id, "OutOfService", "Instance",
            "Instance does not present a certificate with a public key that the backend server authentication policy "
            "accepts."};
}

model::InstanceHealth describeFormer(const InstanceId &id)
{
    return {id, "OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer."};
}

model::InstanceHealth describeDraining(const InstanceId &id)
{
    return {id, "InService", "N/A", "Instance deregistration currently in progress."};
}

model::InstanceHealth describeForeignZone(const InstanceId &id, bool inProgress)
{
    if (inProgress)
        return {id, "OutOfService", "ELB", "Disable Availability Zone is currently in progress."};
    return {id, "OutOfService", "ELB",
            "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to."};
}

model::InstanceHealth describeUnknown(const InstanceId &id)
{
    return {id, "Unknown", "ELB", "A transient error occurred. Please try again later."};
}

} // namespace balancer::service

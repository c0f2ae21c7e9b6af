#include "service/instance_health.h"

namespace balancer::service {

// The sentences are ELB's own: clients compare them.
model::InstanceHealth describeHealth(const InstanceId &id, const std::optional<plan::ServerState> &state)
{
    if (!state || state->isInMaintenance() || state->isForcedToDrain())
        return {id, "OutOfService", "ELB", "Instance registration is still in progress."};
    if (state->isUp())
        return {id, "InService", "N/A", "N/A"};
    if (state->checkHealth > 0)
        return {id, "OutOfService", "Instance",
                "Instance has not passed the configured HealthyThreshold number of health checks consecutively."};
    return {id, "OutOfService", "Instance",
            "Instance has failed at least the UnhealthyThreshold number of health checks consecutively."};
}

model::InstanceHealth describeFormer(const InstanceId &id)
{
    return {id, "OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer."};
}

model::InstanceHealth describeUnknown(const InstanceId &id)
{
    return {id, "Unknown", "ELB", "A transient error occurred. Please try again later."};
}

} // namespace balancer::service

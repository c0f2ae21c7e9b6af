#include "model/attributes.h"

namespace balancer::model {

namespace {

AccessLogChange groupOf(const AccessLog &log)
{
    AccessLogChange group;
    group.enabled = log.enabled;
    if (!log.enabled)
        return group;
    group.bucket = log.bucket;
    group.prefix = log.prefix;
    group.emitIntervalMinutes = static_cast<int>(log.emitInterval.count());
    return group;
}

} // namespace

AttributesChange allGroups(const Attributes &attributes)
{
    AttributesChange all;
    all.crossZone = attributes.crossZone;
    all.accessLog = groupOf(attributes.accessLog);
    const auto timeout = static_cast<int>(attributes.draining.timeout.count());
    all.draining = ConnectionDrainingChange{attributes.draining.enabled, timeout};
    all.idleTimeoutSeconds = static_cast<int>(attributes.idleTimeout.count());
    const std::string mode(renderDesyncMode(attributes.desyncMode));
    all.additional.push_back(AdditionalAttribute{std::string(kDesyncModeKey), mode});
    return all;
}

AttributesChange onlyGroupsOf(AttributesChange all, const AttributesChange &named)
{
    if (!named.crossZone)
        all.crossZone.reset();
    if (!named.accessLog)
        all.accessLog.reset();
    if (!named.draining)
        all.draining.reset();
    if (!named.idleTimeoutSeconds)
        all.idleTimeoutSeconds.reset();
    if (named.additional.empty())
        all.additional.clear();
    return all;
}

} // namespace balancer::model

#include "wire/tables.h"

#include <utility>

namespace balancer::wire {

AttributeGroups View<model::AttributesChange>::of(const model::AttributesChange &change)
{
    AttributeGroups groups;
    if (change.crossZone)
        groups.crossZone = CrossZoneGroup{*change.crossZone};
    groups.accessLog = change.accessLog;
    groups.draining = change.draining;
    if (change.idleTimeoutSeconds)
        groups.connectionSettings = ConnectionSettingsGroup{*change.idleTimeoutSeconds};
    groups.additional = change.additional;
    return groups;
}

model::AttributesChange View<model::AttributesChange>::back(AttributeGroups groups)
{
    model::AttributesChange change;
    if (groups.crossZone)
        change.crossZone = groups.crossZone->enabled;
    change.accessLog = std::move(groups.accessLog);
    change.draining = groups.draining;
    if (groups.connectionSettings)
        change.idleTimeoutSeconds = groups.connectionSettings->idleTimeoutSeconds;
    change.additional = std::move(groups.additional);
    return change;
}

AttributeGroups View<model::Attributes>::of(const model::Attributes &attributes)
{
    return View<model::AttributesChange>::of(model::allGroups(attributes));
}

model::Attributes View<model::Attributes>::back(AttributeGroups groups)
{
    const auto change = View<model::AttributesChange>::back(std::move(groups));
    return model::withChange({}, change).value_or(model::Attributes());
}

} // namespace balancer::wire

#include "daemon/node_facts.h"

#include <unistd.h>

#include <QString>
#include <QSysInfo>

namespace balancer::daemon {

model::SiteCatalogue siteOf(const ApiSettings &settings)
{
    return model::SiteCatalogue{settings.zones, settings.subnets, settings.securityGroups};
}

plan::NodeView nodeView(const Settings &settings, std::size_t descriptorLimit)
{
    const auto &haproxy = settings.haproxy;
    plan::NodeView view;
    view.descriptorLimit = descriptorLimit;
    view.sharedAddresses = haproxy.addresses;
    view.maxConnections = haproxy.maxconn;
    view.threads = haproxy.nbthread;
    view.hardStopAfter = haproxy.hardStopAfter;
    view.zone = settings.cluster.zone;
    view.site = siteOf(settings.api);
    return view;
}

std::size_t physicalMemory()
{
    return static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

model::NodeStatus factsOf(const Settings &settings, model::Timestamp startedAt)
{
    model::NodeStatus facts;
    facts.node = settings.cluster.node.empty() ? QSysInfo::machineHostName().toStdString() : settings.cluster.node;
    facts.version = BALANCER_VERSION;
    facts.startedAt = startedAt;
    facts.region = settings.api.region;
    facts.domain = settings.api.domain;
    return facts;
}

} // namespace balancer::daemon

#pragma once

#include "daemon/config.h"
#include "model/reads.h"
#include "plan/project.h"

#include <cstddef>

/// What settings and machine say of the node.
namespace balancer::daemon {

/// How load balancers look on this node; HAProxy may have `descriptorLimit` open files.
model::SiteCatalogue siteOf(const ApiSettings &settings);
plan::NodeView nodeView(const Settings &settings, std::size_t descriptorLimit);

/// The part of the node's status that stays as it is.
model::NodeStatus factsOf(const Settings &settings, model::Timestamp startedAt);

/// In bytes.
std::size_t physicalMemory();

} // namespace balancer::daemon

#pragma once

#include "model/reads.h"
#include "ports/store.h"

#include <vector>

namespace balancer::service {

/// One line of the history, as it is shown.
model::HistoryRevision historyRevision(Revision revision, const std::vector<ports::AuditEntry> &audit);

} // namespace balancer::service

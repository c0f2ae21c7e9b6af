#include "service/history.h"

namespace balancer::service {

model::HistoryRevision historyRevision(Revision revision, const std::vector<ports::AuditEntry> &audit)
{
    model::HistoryRevision shown;
    shown.revision = revision;
    for (const auto &entry : audit)
        shown.changes.push_back(model::HistoryEntry{entry.at, entry.actor, entry.verb, entry.target});
    return shown;
}

} // namespace balancer::service

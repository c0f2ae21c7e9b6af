#pragma once

#include "api/helpers/dialect.h"
#include "model/access.h"
#include "service/reads.h"
#include "service/verbs.h"

#include <QCoro/QCoroTask>

#include <span>
#include <string>
#include <string_view>

namespace balancer::api {

/// Who asks a helper what, and what it can ask in turn.
struct HelperCall
{
    service::Reads &reads;
    wire::Node parameters;
    model::Caller caller;
    std::string accountId;
    std::string region;
};

/// One action of IAM, STS or EC2 that is no verb of ours: what clients ask around ELB's own.
struct HelperAction
{
    Dialect dialect;
    std::string_view name;
    /// Everybody who is known may; none of these changes anything.
    QCoro::Task<Result<wire::Node>> (*perform)(HelperCall call);
};

std::span<const HelperAction> allHelpers();

/// Null when the dialect has no such action.
const HelperAction *findHelper(Dialect dialect, std::string_view name);

} // namespace balancer::api

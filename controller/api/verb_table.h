#pragma once

#include "base/result.h"
#include "model/access.h"
#include "service/verbs.h"
#include "wire/node.h"

#include <QCoro/QCoroTask>

#include <span>
#include <string_view>

namespace balancer::api {

enum class Surface {
    Everywhere, ///< the Query API and the JSON API
    JsonOnly,
};

/// One verb: who may, where, and how it is done, whatever its request and answer are.
struct VerbEntry
{
    std::string_view name;
    model::Role role; ///< the least that may
    Surface surface;
    /// Reads the request from the parameters, performs it and writes the answer. The errors are readRequest's and the
    /// verb's own.
    QCoro::Task<Result<wire::Node>> (*perform)(service::Verbs &verbs, wire::Node parameters, model::Caller caller);
};

std::span<const VerbEntry> allVerbs();

/// Null when there is none of that name.
const VerbEntry *findVerb(std::string_view name);

} // namespace balancer::api

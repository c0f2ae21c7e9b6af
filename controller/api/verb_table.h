#pragma once

#include "base/result.h"
#include "model/access.h"
#include "service/key_verbs.h"
#include "service/verbs.h"
#include "wire/node.h"
#include "wire/schema.h"

#include <QCoro/QCoroTask>

#include <span>
#include <string>
#include <string_view>

namespace balancer::api {

enum class Surface {
    Everywhere, ///< ELB's Query API and the JSON API
    Iam,        ///< IAM's Query API and the JSON API
    JsonOnly,
};

/// Who carries verbs out.
struct VerbServices
{
    service::Verbs &verbs;
    service::KeyVerbs &keys;
};

/// One verb: who may, where, and how it is done, whatever its request and answer are.
struct VerbEntry
{
    std::string_view name;
    model::Role role; ///< the least that may
    Surface surface;
    /// Reads the request from the parameters, performs it and writes the answer. The errors are readRequest's and the
    /// verb's own.
    QCoro::Task<Result<wire::Node>> (*perform)(VerbServices services, wire::Node parameters, model::Caller caller);
    /// The same up to where something would change: the plan of it, and the errors that it would have. `endpoint` is
    /// where a command line that does the same finds the node.
    QCoro::Task<Result<wire::Node>> (*preview)(VerbServices services, wire::Node parameters, std::string endpoint);
    wire::Node (*describeRequest)(wire::SchemaSet &set);
    wire::Node (*describeAnswer)(wire::SchemaSet &set);
};

std::span<const VerbEntry> allVerbs();

/// Null when there is none of that name.
const VerbEntry *findVerb(std::string_view name);

} // namespace balancer::api

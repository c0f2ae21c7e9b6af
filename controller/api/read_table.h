#pragma once

#include "base/result.h"
#include "model/access.h"
#include "service/reads.h"
#include "wire/node.h"
#include "wire/query_text.h"
#include "wire/schema.h"

#include <QCoro/QCoroTask>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace balancer::api {

/// What one read is asked with.
struct ReadCall
{
    std::string argument; ///< what the path has in place of its {part}
    wire::Parameters query;
    model::Caller caller;
};

/// A number in the query.
struct QueryNumber
{
    std::string_view name; ///< empty: the read takes none
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::int64_t usual = 0; ///< when it is not given
};

/// One read: where it is, who may, and how it is answered.
struct ReadEntry
{
    std::string_view name;
    std::string_view path; ///< the last part may be a name in braces: "/v1/load-balancers/{LoadBalancerName}"
    model::Role role;      ///< the least that may
    QueryNumber number;
    /// ValidationError for a wrong query; else the read's own errors.
    QCoro::Task<Result<wire::Node>> (*perform)(service::Reads &reads, ReadCall call);
    /// The answer's schema.
    wire::Node (*describe)(wire::SchemaSet &set);
};

std::span<const ReadEntry> allReads();

struct FoundRead
{
    const ReadEntry *entry = nullptr;
    std::string argument;
};

/// The read that has this path.
std::optional<FoundRead> findRead(std::string_view path);

} // namespace balancer::api

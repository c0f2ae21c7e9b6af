#pragma once

#include "base/result.h"
#include "wire/node.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace balancer::wire {

/// How much of a JSON text is believed before it is refused.
struct JsonLimits
{
    std::size_t depth = 32;
    std::size_t nodes = 100000;
};

/// For texts that we wrote ourselves.
constexpr JsonLimits kOwnJson{32, 50000000};

/// MalformedRequest with the place, for anything that is not one JSON value of valid UTF-8 within the limits.
Result<Node> parseJson(std::string_view text, const JsonLimits &limits = {});

/// Compact, members in the order of the node. Text that is not UTF-8 is replaced, so the result always is.
std::string renderJson(const Node &node);

} // namespace balancer::wire

#pragma once

namespace balancer::model {

/// The answer of a verb that has nothing to say but success.
struct EmptyAnswer
{
    bool operator==(const EmptyAnswer &) const = default;
};

} // namespace balancer::model

#pragma once

#include "plan/haproxy_config.h"

#include <cstddef>
#include <string>
#include <vector>

namespace balancer::plan {

/// How much of a difference is shown.
struct DifferenceLimits
{
    std::size_t context = 2; ///< unchanged lines around a change
    std::size_t lines = 400; ///< in all; then "@@ N more lines"
};

/// The lines that turn one text into the other: "+ …" comes, "- …" goes, "  …" stands near, "@@" a gap. Empty for
/// equal texts. The shortest way for texts that differ in little; else all of what differs goes and comes.
std::vector<std::string> lineDifference(const std::vector<std::string> &before, const std::vector<std::string> &after,
                                        std::size_t context = DifferenceLimits().context);

/// What differs in HAProxy's file, section by section, without what belongs to one generation alone. The cost follows
/// what differs.
std::vector<std::string> configDifference(const HaproxyConfig &before, const HaproxyConfig &after,
                                          const DifferenceLimits &limits = {});

} // namespace balancer::plan

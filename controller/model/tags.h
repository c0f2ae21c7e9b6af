#pragma once

#include "base/result.h"

#include <cstddef>
#include <string>
#include <vector>

namespace balancer::model {

struct Tag
{
    std::string key;
    std::string value;

    bool operator==(const Tag &) const = default;
};

/// By key. ValidationError for a key or value against ELB's rules, DuplicateTagKeys, TooManyTags for more than `most`.
Result<std::vector<Tag>> normalizedTags(std::vector<Tag> tags, std::size_t most);

/// `tags` and those of `present` whose keys are not among them; by key. The errors are the same, `most` counts the
/// result.
Result<std::vector<Tag>> mergedTags(const std::vector<Tag> &present, const std::vector<Tag> &tags, std::size_t most);

} // namespace balancer::model

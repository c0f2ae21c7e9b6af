#pragma once

#include "model/policy.h"

#include <cstdint>
#include <optional>
#include <string_view>

/// The rules for what may stand in a policy's name and in its attributes.
namespace balancer::model {

/// ValidationError unless 1…128 letters, digits and '-'.
Result<void> checkPolicyName(std::string_view name);

/// InvalidConfigurationRequest when `value` is not of the attribute's type, or breaks the rules of that attribute.
Result<void> checkAttributeValue(const PolicyAttributeType &attribute, std::string_view value);

/// "true" in any case; nothing for anything but true and false.
std::optional<bool> parseBoolean(std::string_view text);

/// Decimal digits only.
std::optional<std::int64_t> parseCount(std::string_view text);

} // namespace balancer::model

#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace balancer::adapters::sqlite {

/// Nothing when there is no such file, or it cannot be looked at.
std::optional<std::int64_t> fileSize(const std::string &path);

/// The content of a small file that nobody but its owner may touch. NotFound, InvalidInput (others may read or write
/// it), Unavailable.
Result<std::string> readPrivateFile(const std::string &path);

/// Creates a file for its owner alone, durably and never half-written. Refused when it exists; Unavailable.
Result<void> createPrivateFile(const std::string &path, std::string_view content);

} // namespace balancer::adapters::sqlite

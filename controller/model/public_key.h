#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace balancer::model {

/// The base64 of a SubjectPublicKeyInfo without PEM armour and line breaks, which may be in `text`.
/// InvalidConfigurationRequest for anything else. The key itself is not judged: only that it stands where one stands.
Result<std::string> parsePublicKey(std::string_view text);

} // namespace balancer::model

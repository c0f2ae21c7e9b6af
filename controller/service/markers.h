#pragma once

#include "base/result.h"

#include <string>

/// Where a page of a list ends, as callers hand it back for the next one: opaque to them, so that they do not come to
/// rely on what it is.
namespace balancer::service {

std::string markerOf(const std::string &last);

/// What markerOf was given; ValidationError for anything else.
Result<std::string> parseMarker(const std::string &marker);
tl::unexpected<Error> invalidMarker(const std::string &marker);

} // namespace balancer::service

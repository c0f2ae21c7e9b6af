#pragma once

#include "ports/http.h"
#include "wire/query_text.h"

namespace balancer::api {

/// What a request to the Query API says: the parameters of the body of a POST, then those of the query string; of a
/// repeated name the first counts. MalformedRequest when one of the two cannot be decoded.
Result<wire::Parameters> parametersOf(const ports::HttpRequest &request);

} // namespace balancer::api

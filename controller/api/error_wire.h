#pragma once

#include "base/result.h"
#include "wire/envelope.h"

namespace balancer::api {

/// What a caller is told about an error: the one place where our codes get ELB's names and HTTP's status. Errors of the
/// world behind us become InternalFailure or ServiceUnavailable with a sentence that gives nothing away; log the
/// original. The problem's requestId is left empty.
wire::Problem errorToWire(const Error &error);

} // namespace balancer::api

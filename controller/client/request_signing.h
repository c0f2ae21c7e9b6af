#pragma once

#include "client/access.h"
#include "model/instance.h"
#include "ports/http.h"

#include <string>
#include <string_view>

namespace balancer::client {

/// The Host header for a target's URL: "10.0.0.5:9999"; "localhost" for a unix socket.
std::string hostOf(std::string_view url);

/// The request with AWS Signature Version 4 in its Authorization header. All headers it has are signed, Host must be
/// among them. MalformedRequest when its query cannot be decoded.
Result<ports::HttpRequest> withSignature(ports::HttpRequest request, const Credentials &credentials,
                                         model::Timestamp now);

} // namespace balancer::client

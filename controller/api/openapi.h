#pragma once

#include <string>

namespace balancer::api {

/// The API as an OpenAPI 3.1 document in JSON, made from the tables of verbs, reads and fields. The components hold a
/// schema for every value that goes in or out, named as in C++; what events carry too.
std::string renderOpenApi();

} // namespace balancer::api

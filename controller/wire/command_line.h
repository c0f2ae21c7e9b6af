#pragma once

#include "wire/node.h"

#include <string>
#include <string_view>

namespace balancer::wire {

/// The `aws elb …` or `aws iam …` line that asks for the same as this verb with these parameters (writeForm), to be
/// pasted into a POSIX shell; certificates and keys come from files there. Empty for verbs that aws does not know. `endpoint` ("http://127.0.0.1:9999") may be empty.
std::string renderCommandLine(std::string_view verb, const Node &parameters, std::string_view endpoint);

} // namespace balancer::wire

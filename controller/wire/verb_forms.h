#pragma once

#include "base/result.h"
#include "model/verbs.h"
#include "wire/node.h"
#include "wire/schema.h"

#include <string_view>

/// The verbs outside the program: requests and answers as nodes, which `query_text.h`, `json_text.h`
/// and `envelope.h` turn into text.
namespace balancer::wire {

/// From a caller's form or JSON. ValidationError in ELB's words for what is missing or wrong, or the code of the rule
/// that is broken (UnsupportedProtocol, InvalidScheme). Unknown members are ignored.
template <typename Request>
Result<Request> readRequest(const Node &node);

/// From a node's JSON. Absent members take their defaults. Of a load balancer in DescribeLoadBalancersAnswer comes what
/// ELB describes: instances have no addresses then, and `creation`, `tags` and `formerInstances` are empty.
template <typename Answer>
Result<Answer> readAnswer(const Node &node);

/// What readRequest takes and what a node writes as its answer, as schemas.
template <typename Request>
Node describeRequest(SchemaSet &set);
template <typename Answer>
Node describeAnswer(SchemaSet &set);

/// A request or an answer, all members present.
template <typename T>
Node writeForm(const T &value);

} // namespace balancer::wire

#pragma once

#include "base/result.h"
#include "model/events.h"
#include "model/reads.h"
#include "wire/node.h"
#include "wire/schema.h"

#include <string_view>
#include <vector>

/// The read side outside the program: resources and events as nodes, which `json_text.h` turns into text.
namespace balancer::wire {

/// LoadBalancerList, LoadBalancerDetail, NodeStatus, HistoryPage, PlanPreview, Session or SignIn, all members present.
template <typename T>
Node writeRead(const T &value);

/// The way back. Absent members take their defaults and unknown ones are ignored, so that nodes of other versions are
/// understood. Corrupt when it cannot be such a thing.
template <typename T>
Result<T> readRead(const Node &node);

/// What writeRead makes of such a value, as a schema; SignIn as what a caller sends.
template <typename T>
Node describeRead(SchemaSet &set);

/// The name of an event and what writeEvent makes of it.
struct EventDescription
{
    std::string_view name;
    Node schema;
};

/// All events there are.
std::vector<EventDescription> describeEvents(SchemaSet &set);

/// The name of an event's kind: "load-balancer", "instance" …
std::string_view eventName(const model::Event &event);

/// An event's data.
Node writeEvent(const model::Event &event);

/// The event of that name with that data. NotFound for a name that is not known: a newer node's, to be ignored.
/// Corrupt when the data do not fit the name.
Result<model::Event> readEvent(std::string_view name, const Node &data);

} // namespace balancer::wire

#pragma once

#include "model/instance.h"
#include "wire/leaves.h"
#include "wire/node.h"

#include <string>
#include <string_view>

/// The pieces that helpers put their answers together from.
namespace balancer::api {

inline wire::Node structNode()
{
    return {wire::Node::Kind::Struct, {}, {}};
}

inline wire::Node listNode()
{
    return {wire::Node::Kind::List, {}, {}};
}

inline wire::Node textNode(std::string_view text)
{
    return {wire::Node::Kind::Text, std::string(text), {}};
}

inline wire::Node flagNode(bool value)
{
    return {wire::Node::Kind::Flag, value ? "true" : "false", {}};
}

inline wire::Node timeNode(model::Timestamp time)
{
    return textNode(wire::Leaf<model::Timestamp>::render(time));
}

} // namespace balancer::api

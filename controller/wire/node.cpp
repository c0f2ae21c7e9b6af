#include "wire/node.h"

#include <algorithm>
#include <utility>

namespace balancer::wire {

const Node *Node::find(std::string_view name) const
{
    const auto found = std::ranges::find(children, name, &Member::name);
    return found == children.end() ? nullptr : &found->value;
}

Node &Node::add(std::string_view name, Node child)
{
    return children.emplace_back(Member{std::string(name), std::move(child)}).value;
}

bool Node::operator==(const Node &) const = default;

} // namespace balancer::wire

#pragma once

#include "wire/node.h"

#include <string>
#include <string_view>

namespace balancer::wire {

/// Appends `<name>…</name>`. Members are elements, items are `<member>` or what `item` says, an empty list is an empty
/// element. What XML cannot carry is replaced by U+FFFD.
void appendXml(std::string &xml, std::string_view name, const Node &node, std::string_view item = "member");

/// Appends a text as it stands between tags.
void appendXmlText(std::string &xml, std::string_view text);

} // namespace balancer::wire

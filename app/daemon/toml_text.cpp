#include "daemon/toml_text.h"

#include <toml++/toml.h>

#include <array>

namespace balancer::daemon {

namespace {

Position position(const toml::source_region &region)
{
    return {region.begin.line, region.begin.column};
}

TomlValue valueOf(const toml::node &node);

TomlList listOf(const toml::array &array)
{
    TomlList list;
    for (const auto &element : array)
        list.push_back(valueOf(element));
    return list;
}

TomlTable tableOf(const toml::table &table)
{
    TomlTable members;
    for (const auto &[key, value] : table)
        members.push_back({std::string(key.str()), position(key.source()), valueOf(value)});
    return members;
}

TomlValue valueOf(const toml::node &node)
{
    TomlValue value{.at = position(node.source()), .content = TomlDate()};
    if (const auto *table = node.as_table())
        value.content = tableOf(*table);
    else if (const auto *array = node.as_array())
        value.content = listOf(*array);
    else if (const auto *text = node.as_string())
        value.content = text->get();
    else if (const auto *integer = node.as_integer())
        value.content = integer->get();
    else if (const auto *number = node.as_floating_point())
        value.content = number->get();
    else if (const auto *boolean = node.as_boolean())
        value.content = boolean->get();
    return value;
}

} // namespace

Parsed<TomlTable> parseToml(std::string_view text)
{
    try {
        return tableOf(toml::parse(text));
    } catch (const toml::parse_error &error) {
        return tl::unexpected(Problem{position(error.source()), std::string(error.description())});
    }
}

std::string typeName(const TomlValue &value)
{
    constexpr std::array kNames = {"a date or time", "true or false", "a number", "a fraction",
                                   "a text",         "a list",        "a table"};
    return kNames.at(value.content.index());
}

} // namespace balancer::daemon

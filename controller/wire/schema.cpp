#include "wire/schema.h"

#include <algorithm>
#include <iterator>
#include <limits>

namespace balancer::wire {

namespace {

Node list(const std::vector<Node> &items)
{
    Node node{Node::Kind::List, {}, {}};
    for (const auto &item : items)
        node.add({}, item);
    return node;
}

template <typename Texts>
Node texts(const Texts &values)
{
    std::vector<Node> items;
    std::ranges::transform(values, std::back_inserter(items), [](std::string_view text) { return textNode(text); });
    return list(items);
}

Node number(std::int64_t value)
{
    return Node{Node::Kind::Number, std::to_string(value), {}};
}

} // namespace

Node textNode(std::string_view text)
{
    return Node{Node::Kind::Text, std::string(text), {}};
}

Node typeSchema(std::string_view type)
{
    Node schema{Node::Kind::Struct, {}, {}};
    schema.add("type", textNode(type));
    return schema;
}

Node arraySchema(Node items)
{
    auto schema = typeSchema("array");
    schema.add("items", std::move(items));
    return schema;
}

Node objectSchema(Node properties, const std::vector<std::string_view> &required)
{
    auto schema = typeSchema("object");
    schema.add("properties", std::move(properties));
    if (!required.empty())
        schema.add("required", texts(required));
    return schema;
}

Node referenceTo(std::string_view component)
{
    Node schema{Node::Kind::Struct, {}, {}};
    schema.add("$ref", textNode("#/components/schemas/" + std::string(component)));
    return schema;
}

Node SchemaSet::refer(const std::string &name, Direction direction, Node schema)
{
    const auto known = m_components.find(name);
    const bool differs = known != m_components.end() && known->second != schema;
    const auto chosen = direction == Direction::Request && differs ? name + "Input" : name;
    m_components.insert_or_assign(chosen, std::move(schema));
    return referenceTo(chosen);
}

Node SchemaSet::referToWords(const std::string &name, const std::vector<std::string> &words)
{
    auto schema = typeSchema("string");
    schema.add("enum", texts(words));
    return refer(name, Direction::Answer, std::move(schema));
}

Node SchemaSet::components() const
{
    Node all{Node::Kind::Struct, {}, {}};
    for (const auto &[name, schema] : m_components)
        all.add(name, schema);
    return all;
}

Node withRange(Node schema, std::int64_t least, std::int64_t most)
{
    if (least != std::numeric_limits<std::int64_t>::min())
        schema.add("minimum", number(least));
    if (most != std::numeric_limits<std::int64_t>::max())
        schema.add("maximum", number(most));
    return schema;
}

Node withChoices(Node schema, Choices choices)
{
    if (!choices.empty())
        schema.add("enum", texts(choices));
    return schema;
}

Node itemSchema(std::string_view member, Node schema)
{
    Node properties{Node::Kind::Struct, {}, {}};
    properties.add(member, std::move(schema));
    return objectSchema(std::move(properties), {member});
}

Node withFormat(Node schema, std::string_view format)
{
    schema.add("format", textNode(format));
    return schema;
}

Node schemaOf(Node::Kind kind)
{
    return typeSchema(kind == Node::Kind::Number ? "integer" : kind == Node::Kind::Flag ? "boolean" : "string");
}

} // namespace balancer::wire

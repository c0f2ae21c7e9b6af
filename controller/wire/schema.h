#pragma once

#include "wire/fields.h"

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

/// The tables as JSON Schema, for OpenAPI documents: a structure is a component named as in C++, and what refers to it
/// says `$ref`.
namespace balancer::wire {

/// Who writes it: a caller may leave out what is optional, a node writes all it has.
enum class Direction { Request, Answer };

/// The components of a document. What answers refer to must be described before what requests refer to: a structure
/// that looks otherwise in requests than in answers is called "<name>Input" there.
class SchemaSet
{
public:
    /// Takes in the component and refers to it.
    Node refer(const std::string &name, Direction direction, Node schema);
    /// The same for an enumeration: a text that is one of `words`.
    Node referToWords(const std::string &name, const std::vector<std::string> &words);

    /// All components by name, as a structure.
    Node components() const;

private:
    std::map<std::string, Node> m_components;
};

/// {"type": type}
Node typeSchema(std::string_view type);
Node arraySchema(Node items);
/// {"type":"object","properties":…,"required":…}; `required` is left out when empty.
Node objectSchema(Node properties, const std::vector<std::string_view> &required);
/// {"$ref":"#/components/schemas/<component>"}
Node referenceTo(std::string_view component);
Node textNode(std::string_view text);

/// "Listener" for model::Listener.
template <typename T>
constexpr std::string_view typeName()
{
    // GCC: "… [with T = balancer::model::Listener; std::string_view = …]", Clang: "… [T = balancer::model::Listener]".
    constexpr std::string_view kSignature = __PRETTY_FUNCTION__;
    constexpr std::string_view kBefore = "T = ";
    constexpr auto kStart = kSignature.find(kBefore) + kBefore.size();
    constexpr auto kWhole = kSignature.substr(kStart, kSignature.find_first_of(";]", kStart) - kStart);
    return kWhole.substr(kWhole.rfind(':') + 1);
}

Node withRange(Node schema, std::int64_t least, std::int64_t most);
Node withFormat(Node schema, std::string_view format);
Node withChoices(Node schema, Choices choices);
/// An item that is a structure of just that member.
Node itemSchema(std::string_view member, Node schema);
/// What JSON has for a scalar of that kind.
Node schemaOf(Node::Kind kind);

template <LeafType T>
Node describeLeaf(SchemaSet &set)
{
    constexpr auto kKind = Leaf<T>::kText.kind;
    if constexpr (requires { Leaf<T>::kValues; }) {
        std::vector<std::string> words;
        for (const auto value : Leaf<T>::kValues)
            words.push_back(Leaf<T>::render(value));
        return set.referToWords(std::string(typeName<T>()), words);
    } else if constexpr (requires { Leaf<T>::kFormat; }) {
        return withFormat(schemaOf(kKind), Leaf<T>::kFormat);
    } else if constexpr (requires { Leaf<T>::kLeast; }) {
        return withRange(schemaOf(kKind), Leaf<T>::kLeast, Leaf<T>::kMost);
    } else {
        return schemaOf(kKind);
    }
}

template <typename T>
Node schemaFor(SchemaSet &set, Direction direction);

/// Whether the node may leave the member out of what it writes.
template <typename T>
bool isSometimesLeftOut(Presence presence)
{
    if constexpr (kIsOptional<T>)
        return true;
    else if constexpr (LeafType<T>)
        return presence == Presence::Optional && Leaf<T>::render(T{}).empty();
    else
        return false;
}

struct ObjectParts
{
    Node properties{Node::Kind::Struct, {}, {}};
    std::vector<std::string_view> required;
};

template <TableType T>
void describeFields(SchemaSet &set, Direction direction, ObjectParts &parts);

template <typename Struct, typename T>
Node describeMember(const Field<Struct, T> &field, SchemaSet &set, Direction direction)
{
    if constexpr (kIsList<T>) {
        auto item = schemaFor<typename T::value_type>(set, direction);
        return arraySchema(field.itemMember.empty() ? std::move(item) : itemSchema(field.itemMember, std::move(item)));
    } else if constexpr (kIsOptional<T>) {
        return withRange(schemaFor<typename T::value_type>(set, direction), field.least, field.most);
    } else {
        return withChoices(withRange(schemaFor<T>(set, direction), field.least, field.most), field.choices);
    }
}

template <typename Struct, typename T>
void describeField(const Field<Struct, T> &field, SchemaSet &set, Direction direction, ObjectParts &parts)
{
    parts.properties.add(field.name, describeMember(field, set, direction));
    const bool required = direction == Direction::Request
                              ? field.presence != Presence::Optional
                              : !field.leftOutEmpty && !isSometimesLeftOut<T>(field.presence);
    if (required)
        parts.required.push_back(field.name);
}

template <typename Struct, typename T>
void describeField(const Flattened<Struct, T> &, SchemaSet &set, Direction direction, ObjectParts &parts)
{
    describeFields<T>(set, direction, parts);
}

template <TableType T>
void describeFields(SchemaSet &set, Direction direction, ObjectParts &parts)
{
    std::apply([&](const auto &...fields) { (describeField(fields, set, direction, parts), ...); }, Table<T>::kFields);
}

template <TableType T>
Node describeTable(SchemaSet &set, Direction direction)
{
    ObjectParts parts;
    describeFields<T>(set, direction, parts);
    return objectSchema(std::move(parts.properties), parts.required);
}

/// The schema of a type as a member has it: a reference for a structure or an enumeration, which the set then has.
template <typename T>
Node schemaFor(SchemaSet &set, Direction direction)
{
    if constexpr (LeafType<T>)
        return describeLeaf<T>(set);
    else if constexpr (ViewedType<T>)
        return set.refer(std::string(typeName<T>()), direction,
                         describeTable<decltype(View<T>::of(std::declval<T>()))>(set, direction));
    else
        return set.refer(std::string(typeName<T>()), direction, describeTable<T>(set, direction));
}

} // namespace balancer::wire

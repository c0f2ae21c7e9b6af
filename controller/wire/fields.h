#pragma once

#include "base/result.h"
#include "wire/leaves.h"
#include "wire/node.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// Structures described as data: one table of fields each, from which every text form is read and written.
///
///     template <>
///     struct Table<model::Tag>
///     {
///         static constexpr auto kFields = std::tuple{
///             required("Key", &model::Tag::key),
///             optional("Value", &model::Tag::value),
///         };
///     };
namespace balancer::wire {

enum class Presence {
    Always,   ///< a value without it means nothing, not even one stored long ago
    Required, ///< requests must have it
    Optional, ///< the structure's own default when absent; an empty text is left out when written
};

/// How strictly nodes are read.
enum class Reading {
    Request, ///< from a caller: what is required must be there, texts are plain and bounded
    Data,    ///< what a node of ours wrote, perhaps an older or newer one: absent members take their defaults
};

/// The most items a list of a request may hold, where ELB has no limit of its own.
constexpr std::size_t kMaxItems = 10000;

/// The longest text a request's member may hold, in bytes.
constexpr std::size_t kMaxText = 4096;

/// The words a text may be, for descriptions; nothing is checked against them.
using Choices = std::span<const std::string_view>;

/// A member of Struct and its name outside.
template <typename Struct, typename MemberType>
struct Field
{
    std::string_view name;
    MemberType Struct::*member;
    Presence presence = Presence::Optional;
    MemberType Struct::*fallback = nullptr; ///< the member (above it in the table) whose value it takes when absent
    std::string_view itemMember = {};       ///< for lists: each item is a structure of just this member
    std::int64_t least = std::numeric_limits<std::int64_t>::min(); ///< for numbers in requests
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
    Choices choices = {};           ///< none: any text
    bool lineBreaks = false;        ///< for texts in requests: may have them
    std::size_t longest = kMaxText; ///< for texts with line breaks in requests, in bytes
    bool isSecret = false;          ///< no error quotes it
    bool writtenEmpty = false;      ///< an empty text is written too
    bool leftOutEmpty = false;      ///< an empty list is not written
    std::size_t leastItems = 0;     ///< for lists in requests
    std::size_t mostItems = std::numeric_limits<std::size_t>::max();

    constexpr Field likeUnlessGiven(MemberType Struct::*other) const
    {
        auto copy = *this;
        copy.fallback = other;
        return copy;
    }
    constexpr Field eachIn(std::string_view itemName) const
    {
        auto copy = *this;
        copy.itemMember = itemName;
        return copy;
    }
    constexpr Field within(std::int64_t low, std::int64_t high) const
    {
        auto copy = *this;
        copy.least = low;
        copy.most = high;
        return copy;
    }
    constexpr Field multiline() const
    {
        auto copy = *this;
        copy.lineBreaks = true;
        return copy;
    }
    /// Several lines of at most so many bytes in all.
    constexpr Field upTo(std::size_t bytes) const
    {
        auto copy = multiline();
        copy.longest = bytes;
        return copy;
    }
    constexpr Field secret() const
    {
        auto copy = *this;
        copy.isSecret = true;
        return copy;
    }
    constexpr Field evenEmpty() const
    {
        auto copy = *this;
        copy.writtenEmpty = true;
        return copy;
    }
    constexpr Field unlessEmpty() const
    {
        auto copy = *this;
        copy.leftOutEmpty = true;
        return copy;
    }
    constexpr Field counting(std::size_t low, std::size_t high) const
    {
        auto copy = *this;
        copy.leastItems = low;
        copy.mostItems = high;
        return copy;
    }
    constexpr Field oneOf(Choices words) const
    {
        auto copy = *this;
        copy.choices = words;
        return copy;
    }
};

/// A member whose own fields stand beside the others, without a name for the whole.
template <typename Struct, typename MemberType>
struct Flattened
{
    MemberType Struct::*member;
};

template <typename Struct, typename MemberType>
constexpr Field<Struct, MemberType> always(std::string_view name, MemberType Struct::*member)
{
    return {name, member, Presence::Always};
}
template <typename Struct, typename MemberType>
constexpr Field<Struct, MemberType> required(std::string_view name, MemberType Struct::*member)
{
    return {name, member, Presence::Required};
}
template <typename Struct, typename MemberType>
constexpr Field<Struct, MemberType> optional(std::string_view name, MemberType Struct::*member)
{
    return {name, member, Presence::Optional};
}
template <typename Struct, typename MemberType>
constexpr Flattened<Struct, MemberType> flattened(MemberType Struct::*member)
{
    return {member};
}

/// Specialized for each structure, with `kFields`.
template <typename T>
struct Table;

template <typename T>
concept TableType = requires
{
    Table<T>::kFields;
};

/// Specialized for types whose form outside is that of another structure: `of(value)` makes that, `back(view)` returns.
template <typename T>
struct View;

template <typename T>
concept ViewedType = requires(const T &value)
{
    View<T>::of(value);
};

template <typename T>
constexpr bool kIsList = false;
template <typename Item>
constexpr bool kIsList<std::vector<Item>> = true;

template <typename T>
constexpr bool kIsOptional = false;
template <typename T>
constexpr bool kIsOptional<std::optional<T>> = true;

/// Where a member is in a request: names and item numbers from the outermost inwards.
struct Path
{
    const Path *outer = nullptr;
    std::string_view name; ///< empty: an item
    std::size_t item = 0;  ///< from 1
};

/// As ELB prints it: "listeners.1.member.loadBalancerPort".
std::string renderPath(const Path &path);

/// ELB's sentence for a value that breaks a rule. Null: there is none.
Error constraintError(const Path &path, const std::string *value, std::string_view constraint);

/// The text of a scalar that may stand for a leaf of this kind; ValidationError when it is something else.
Result<std::string_view> scalarText(const Node &node, Node::Kind leafKind, const Path &path);

/// The rules for any text in a request: plain, at most kMaxText bytes.
Result<void> checkText(const std::string &text, const Path &path);
/// The same for one that may have line breaks and `longest` bytes; a secret is not quoted when it breaks a rule.
Result<void> checkLines(const std::string &text, const Path &path, std::size_t longest, bool isSecret);

/// The items of a list in their order, whatever text form it came from; ValidationError when it is no list.
Result<std::vector<const Node *>> listItems(const Node &node, const Path &path);

/// ValidationError unless it can have members.
Result<void> checkStruct(const Node &node, const Path &path);

/// True for a member that was not given.
bool isAbsent(const Node *node);

// ---------------------------------------------------------------------------------------------- reading

template <typename T>
Result<void> read(T &value, const Node &node, const Path &path, Reading reading);

template <LeafType T>
Result<void> readLeaf(T &value, const Node &node, const Path &path, Reading reading)
{
    const auto text = scalarText(node, Leaf<T>::kText.kind, path);
    if (!text)
        return fail(text.error());
    auto parsed = Leaf<T>::parse(*text);
    if (!parsed && Leaf<T>::kText.bareConstraint) {
        const std::string given(*text);
        return fail(constraintError(path, &given, parsed.error().message));
    }
    if (!parsed)
        return fail(parsed.error());
    value = std::move(*parsed);
    if constexpr (std::is_same_v<T, std::string>) {
        if (reading == Reading::Request)
            return checkText(value, path);
    }
    return {};
}

template <typename Item>
Result<void> readList(std::vector<Item> &items, const Node &node, const Path &path, Reading reading,
                      std::string_view itemMember)
{
    const auto nodes = listItems(node, path);
    if (!nodes)
        return fail(nodes.error());
    items.clear();
    items.reserve(nodes->size());
    for (const auto *itemNode : *nodes) {
        const Path item{&path, {}, items.size() + 1};
        const Path inner{&item, itemMember, 0};
        const auto *found = itemMember.empty() ? itemNode : itemNode->find(itemMember);
        const auto &itemPath = itemMember.empty() ? item : inner;
        if (isAbsent(found))
            return fail(constraintError(itemPath, nullptr, "Member must not be null"));
        Item value{};
        if (const auto ok = read(value, *found, itemPath, reading); !ok)
            return ok;
        items.push_back(std::move(value));
    }
    return {};
}

template <typename Struct, typename T>
Result<void> checkRange(const Field<Struct, T> &field, const T &value, const Path &path)
{
    if constexpr (std::is_integral_v<T>) {
        const auto text = std::to_string(value);
        if (value < field.least)
            return fail(constraintError(
                path, &text, "Member must have value greater than or equal to " + std::to_string(field.least)));
        if (value > field.most)
            return fail(constraintError(path, &text,
                                        "Member must have value less than or equal to " + std::to_string(field.most)));
    }
    return {};
}

template <typename Struct, typename Item>
Result<void> checkCount(const Field<Struct, std::vector<Item>> &field, std::size_t count, const Path &path)
{
    if (count < field.leastItems)
        return fail(constraintError(
            path, nullptr, "Member must have length greater than or equal to " + std::to_string(field.leastItems)));
    if (count > field.mostItems)
        return fail(constraintError(
            path, nullptr, "Member must have length less than or equal to " + std::to_string(field.mostItems)));
    return {};
}

/// A member that may be absent, which is not the same as empty: clients send `S3BucketPrefix=`.
template <typename Struct, typename T>
Result<void> readField(Struct &value, const Field<Struct, std::optional<T>> &field, const Node &node, const Path &path,
                       Reading reading)
{
    const Path here{&path, field.name, 0};
    const auto *given = node.find(field.name);
    const bool emptyScalar = given && given->children.empty() && given->text.empty();
    if (isAbsent(given) || (emptyScalar && !std::is_same_v<T, std::string>))
        return {};
    T inner{};
    if (const auto ok = read(inner, *given, here, reading); !ok)
        return ok;
    value.*field.member = std::move(inner);
    return {};
}

/// An optional scalar that is sent empty counts as absent: clients send `SSLCertificateId=`. So does any scalar but
/// an `always` one in stored data, where a value that was never set has no text.
template <typename Struct, typename T>
bool isAbsentFor(const Field<Struct, T> &field, const Node *node, Reading reading)
{
    if (isAbsent(node))
        return true;
    const bool emptyScalar = LeafType<T> && node->children.empty() && node->text.empty();
    const bool mayBeAbsent =
        field.presence == Presence::Optional || (field.presence == Presence::Required && reading == Reading::Data);
    return emptyScalar && mayBeAbsent;
}

template <typename Struct>
Result<void> readText(std::string &value, const Field<Struct, std::string> &field, const Node &node, const Path &path,
                      Reading reading)
{
    if (!field.lineBreaks || reading == Reading::Data)
        return readLeaf(value, node, path, reading);
    if (const auto ok = readLeaf(value, node, path, Reading::Data); !ok)
        return ok;
    return checkLines(value, path, field.longest, field.isSecret);
}

template <typename Struct, typename T>
Result<void> readField(Struct &value, const Field<Struct, T> &field, const Node &node, const Path &path,
                       Reading reading)
{
    const Path here{&path, field.name, 0};
    const auto *given = node.find(field.name);
    if (isAbsentFor(field, given, reading)) {
        if (field.presence == Presence::Always || (field.presence == Presence::Required && reading == Reading::Request))
            return fail(constraintError(here, nullptr, "Member must not be null"));
        if (field.fallback)
            value.*field.member = value.*field.fallback;
        return {};
    }
    if constexpr (kIsList<T>) {
        if (const auto ok = readList(value.*field.member, *given, here, reading, field.itemMember); !ok)
            return ok;
        return reading == Reading::Request ? checkCount(field, (value.*field.member).size(), here) : Result<void>();
    } else if constexpr (std::is_same_v<T, std::string>) {
        return readText(value.*field.member, field, *given, here, reading);
    } else {
        if (const auto ok = read(value.*field.member, *given, here, reading); !ok)
            return ok;
        return reading == Reading::Request ? checkRange(field, value.*field.member, here) : Result<void>();
    }
}

template <typename Struct, typename T>
Result<void> readField(Struct &value, const Flattened<Struct, T> &field, const Node &node, const Path &path,
                       Reading reading)
{
    return read(value.*field.member, node, path, reading);
}

template <TableType T>
Result<void> readStruct(T &value, const Node &node, const Path &path, Reading reading)
{
    if (const auto ok = checkStruct(node, path); !ok)
        return ok;
    Result<void> result;
    const auto readOne = [&](const auto &field) {
        result = readField(value, field, node, path, reading);
        return result.has_value();
    };
    std::apply([&](const auto &...fields) { static_cast<void>((readOne(fields) && ...)); }, Table<T>::kFields);
    return result;
}

/// Sets `value` from the node. ValidationError in ELB's words, or the leaf's own error; `value` is then half set.
template <typename T>
Result<void> read(T &value, const Node &node, const Path &path, Reading reading)
{
    if constexpr (LeafType<T>) {
        return readLeaf(value, node, path, reading);
    } else if constexpr (ViewedType<T>) {
        auto view = View<T>::of(value);
        if (const auto ok = read(view, node, path, reading); !ok)
            return ok;
        value = View<T>::back(std::move(view));
        return {};
    } else {
        return readStruct(value, node, path, reading);
    }
}

// ---------------------------------------------------------------------------------------------- writing

template <typename T>
Node write(const T &value);

template <typename Item>
Node writeList(const std::vector<Item> &items, std::string_view itemMember)
{
    Node list{Node::Kind::List, {}, {}};
    list.children.reserve(items.size());
    for (const auto &item : items) {
        if (itemMember.empty()) {
            list.add({}, write(item));
            continue;
        }
        list.add({}, Node{Node::Kind::Struct, {}, {}}).add(itemMember, write(item));
    }
    return list;
}

template <typename Struct, typename T>
void writeField(const Struct &value, const Field<Struct, T> &field, Node &node)
{
    const auto &member = value.*field.member;
    if constexpr (kIsList<T>) {
        if (!member.empty() || !field.leftOutEmpty)
            node.add(field.name, writeList(member, field.itemMember));
    } else if constexpr (kIsOptional<T>) {
        if (member)
            node.add(field.name, write(*member));
    } else {
        auto written = write(member);
        const bool leftOut = field.presence == Presence::Optional && !field.writtenEmpty;
        if (LeafType<T> && leftOut && written.text.empty())
            return;
        node.add(field.name, std::move(written));
    }
}

template <typename Struct, typename T>
void writeField(const Struct &value, const Flattened<Struct, T> &field, Node &node)
{
    for (auto &child : write(value.*field.member).children)
        node.children.push_back(std::move(child));
}

/// The value as a node: all members in the order of the tables, lists also when empty unless their field forbids it.
template <typename T>
Node write(const T &value)
{
    if constexpr (LeafType<T>) {
        return Node{Leaf<T>::kText.kind, Leaf<T>::render(value), {}};
    } else if constexpr (ViewedType<T>) {
        return write(View<T>::of(value));
    } else {
        Node node{Node::Kind::Struct, {}, {}};
        std::apply([&](const auto &...fields) { (writeField(value, fields, node), ...); }, Table<T>::kFields);
        return node;
    }
}

} // namespace balancer::wire

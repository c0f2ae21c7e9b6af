#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::wire {

struct Member;

/// One value between its text form and its meaning: what JSON, XML and a Query form have in common. Texts are parsed
/// into nodes, `read` (fields.h) turns nodes into model values, and the other way round.
struct Node
{
    enum class Kind {
        Null,   ///< not there
        Text,   ///< `text`
        Number, ///< `text` as written
        Flag,   ///< `text` is "true" or "false"
        List,   ///< `children` without names
        Struct, ///< `children` with names
        Form,   ///< from a Query: `text`, `children` or both; which one counts, the reader knows
    };

    Kind kind = Kind::Null;
    std::string text;
    std::vector<Member> children;

    /// The first child of that name, or null.
    const Node *find(std::string_view name) const;
    /// Adds a child and returns it; the reference lives until the next child is added.
    Node &add(std::string_view name, Node child);

    bool operator==(const Node &) const;
};

struct Member
{
    std::string name;
    Node value;

    bool operator==(const Member &) const = default;
};

} // namespace balancer::wire

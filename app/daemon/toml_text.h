#pragma once

#include <tl/expected.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// TOML as plain values that know where they stand.
namespace balancer::daemon {

struct Position
{
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    auto operator<=>(const Position &) const = default;
};

/// What is wrong, and where in the file.
struct Problem
{
    Position at;
    std::string message;
};

template <typename T>
using Parsed = tl::expected<T, Problem>;

struct TomlValue;
struct TomlMember;
using TomlList = std::vector<TomlValue>;
using TomlTable = std::vector<TomlMember>; ///< by key
/// Dates and times, which no setting takes.
struct TomlDate
{
};

struct TomlValue
{
    Position at;
    std::variant<TomlDate, bool, std::int64_t, double, std::string, TomlList, TomlTable> content;

    /// Null when it is something else.
    template <typename T>
    const T *as() const
    {
        return std::get_if<T>(&content);
    }
};

struct TomlMember
{
    std::string key;
    Position keyAt;
    TomlValue value;
};

/// The first syntax error, otherwise.
Parsed<TomlTable> parseToml(std::string_view text);

/// "a list", "a text", "a number", …
std::string typeName(const TomlValue &value);

} // namespace balancer::daemon

#pragma once

#include "base/result.h"

#include <optional>
#include <string>

namespace balancer::adapters::sqlite {

/// How to get from the JSON text after a change to the one before it.
struct Undo
{
    enum class Before { Absent, Value, Patch };

    Before before = Before::Absent;
    std::string text; ///< the whole value, or a JSON patch (RFC 6902), whichever is shorter

    bool operator==(const Undo &) const = default;
};

/// Corrupt when one of the texts is not JSON.
Result<Undo> makeUndo(const std::optional<std::string> &before, const std::optional<std::string> &after);

/// What `makeUndo` was given as `before`, equal as JSON. Corrupt when `undo` does not fit `after`.
Result<std::optional<std::string>> applyUndo(const Undo &undo, const std::optional<std::string> &after);

/// "absent", "value", "patch", as stored; Corrupt for other words.
std::string_view renderBefore(Undo::Before before);
Result<Undo::Before> parseBefore(std::string_view text);

} // namespace balancer::adapters::sqlite

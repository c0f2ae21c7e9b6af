#include "adapters/sqlite/undo.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace balancer::adapters::sqlite {

namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

constexpr std::array<std::pair<Undo::Before, std::string_view>, 3> kWords = {{
    {Undo::Before::Absent, "absent"},
    {Undo::Before::Value, "value"},
    {Undo::Before::Patch, "patch"},
}};

void addStep(json &patch, const char *operation, const Pointer &path)
{
    patch.push_back({{"op", operation}, {"path", path.to_string()}});
}

void addStep(json &patch, const char *operation, const Pointer &path, const json &value)
{
    patch.push_back({{"op", operation}, {"path", path.to_string()}, {"value", value}});
}

void addSteps(json &patch, const json &from, const json &to, const Pointer &path);

void addObjectSteps(json &patch, const json &from, const json &to, const Pointer &path)
{
    for (const auto &[key, value] : from.items()) {
        if (!to.contains(key))
            addStep(patch, "remove", path / key);
        else
            addSteps(patch, value, to.at(key), path / key);
    }
    for (const auto &[key, value] : to.items()) {
        if (!from.contains(key))
            addStep(patch, "add", path / key, value);
    }
}

/// Skips what is equal at both ends, so that one element more or less among thousands is one step, where json::diff
/// compares by index and would replace all that follow.
void addArraySteps(json &patch, const json &from, const json &to, const Pointer &path)
{
    const auto shorter = std::min(from.size(), to.size());
    std::size_t head = 0;
    while (head < shorter && from[head] == to[head])
        ++head;
    std::size_t tail = 0;
    while (tail < shorter - head && from[from.size() - 1 - tail] == to[to.size() - 1 - tail])
        ++tail;

    const auto both = shorter - tail;
    for (auto i = head; i < both; ++i)
        addSteps(patch, from[i], to[i], path / i);
    for (auto i = from.size() - tail; i > both; --i)
        addStep(patch, "remove", path / (i - 1));
    for (auto i = both; i < to.size() - tail; ++i)
        addStep(patch, "add", path / i, to[i]);
}

void addSteps(json &patch, const json &from, const json &to, const Pointer &path)
{
    if (from == to)
        return;
    if (from.is_object() && to.is_object())
        addObjectSteps(patch, from, to, path);
    else if (from.is_array() && to.is_array())
        addArraySteps(patch, from, to, path);
    else
        addStep(patch, "replace", path, to);
}

/// Where the library's exceptions end.
template <typename Work>
auto withoutExceptions(Work work) -> Result<decltype(work())>
{
    try {
        return work();
    } catch (const json::exception &problem) {
        return fail(ErrorCode::Corrupt, problem.what());
    }
}

std::string makePatch(const std::string &from, const std::string &to)
{
    json patch = json::array();
    addSteps(patch, json::parse(from), json::parse(to), Pointer());
    return patch.dump();
}

std::string applyPatch(const std::string &value, const std::string &patch)
{
    return json::parse(value).patch(json::parse(patch)).dump();
}

} // namespace

Result<Undo> makeUndo(const std::optional<std::string> &before, const std::optional<std::string> &after)
{
    if (!before)
        return Undo{.before = Undo::Before::Absent, .text = {}};
    if (!after)
        return Undo{.before = Undo::Before::Value, .text = *before};
    auto patch = withoutExceptions([&] { return makePatch(*after, *before); });
    if (!patch)
        return fail(std::move(patch.error()));
    if (patch->size() >= before->size())
        return Undo{.before = Undo::Before::Value, .text = *before};
    return Undo{.before = Undo::Before::Patch, .text = std::move(*patch)};
}

Result<std::optional<std::string>> applyUndo(const Undo &undo, const std::optional<std::string> &after)
{
    switch (undo.before) {
    case Undo::Before::Absent:
        return std::optional<std::string>();
    case Undo::Before::Value:
        return std::optional(undo.text);
    case Undo::Before::Patch:
        break;
    }
    if (!after)
        return fail(ErrorCode::Corrupt, "the history holds a patch where nothing is left to patch");
    auto before = withoutExceptions([&] { return applyPatch(*after, undo.text); });
    if (!before)
        return fail(std::move(before.error()));
    return std::optional(std::move(*before));
}

std::string_view renderBefore(Undo::Before before)
{
    return std::ranges::find(kWords, before, &decltype(kWords)::value_type::first)->second;
}

Result<Undo::Before> parseBefore(std::string_view text)
{
    const auto *const found = std::ranges::find(kWords, text, &decltype(kWords)::value_type::second);
    if (found == kWords.end())
        return fail(ErrorCode::Corrupt, "'" + std::string(text) + "' is no kind of change");
    return found->first;
}

} // namespace balancer::adapters::sqlite

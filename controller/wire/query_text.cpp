#include "wire/query_text.h"

#include "base/text.h"

#include <algorithm>
#include <span>

namespace balancer::wire {

namespace {

constexpr std::ptrdiff_t kMaxDepth = 16;

std::optional<unsigned> hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f')
        return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F')
        return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

std::optional<std::string> decoded(std::string_view text)
{
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            plain += text[at] == '+' ? ' ' : text[at];
            continue;
        }
        const auto high = at + 2 < text.size() ? hexDigit(text[at + 1]) : std::nullopt;
        const auto low = at + 2 < text.size() ? hexDigit(text[at + 2]) : std::nullopt;
        if (!high || !low)
            return std::nullopt;
        plain += static_cast<char>(*high << 4 | *low);
        at += 2;
    }
    return plain;
}

/// A parameter on its way into the tree.
struct Leafward
{
    std::vector<std::string_view> levels;
    const std::string *value = nullptr;
};

bool isNumber(std::string_view level)
{
    return !level.empty() && std::ranges::all_of(level, [](char c) { return c >= '0' && c <= '9'; });
}

/// Numbers by value (however long they are) and before names; names by their bytes.
bool isLevelBefore(std::string_view left, std::string_view right)
{
    const bool leftNumber = isNumber(left);
    const bool rightNumber = isNumber(right);
    if (leftNumber != rightNumber)
        return leftNumber;
    if (!leftNumber)
        return left < right;
    const auto significant = [](std::string_view number) {
        return number.substr(std::min(number.find_first_not_of('0'), number.size()));
    };
    const auto leftDigits = significant(left);
    const auto rightDigits = significant(right);
    if (leftDigits.size() != rightDigits.size())
        return leftDigits.size() < rightDigits.size();
    return leftDigits != rightDigits ? leftDigits < rightDigits : left.size() < right.size();
}

/// The node for parameters that agree in their first `depth` levels, sorted.
Node treeOf(std::span<const Leafward> sorted, std::size_t depth)
{
    Node node{Node::Kind::Form, {}, {}};
    if (sorted.front().levels.size() == depth)
        node.text = *sorted.front().value;
    while (!sorted.empty() && sorted.front().levels.size() == depth)
        sorted = sorted.subspan(1);

    while (!sorted.empty()) {
        const auto level = sorted.front().levels[depth];
        const auto end = std::ranges::find_if(sorted, [&](const Leafward &one) { return one.levels[depth] != level; });
        const auto count = static_cast<std::size_t>(end - sorted.begin());
        node.add(level, treeOf(sorted.first(count), depth + 1));
        sorted = sorted.subspan(count);
    }
    return node;
}

} // namespace

Result<Parameters> parseParameters(std::string_view text)
{
    Parameters parameters;
    for (const auto part : split(text, '&')) {
        if (part.empty())
            continue;
        if (parameters.size() == kMaxParameters)
            return fail(ErrorCode::MalformedRequest,
                        "The request has more than " + std::to_string(kMaxParameters) + " parameters");
        const auto equals = part.find('=');
        auto name = decoded(part.substr(0, equals));
        auto value = decoded(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1));
        if (!name || !value)
            return fail(ErrorCode::MalformedRequest,
                        "The query string is malformed: '%' must be followed by two hexadecimal digits");
        parameters.push_back(Parameter{std::move(*name), std::move(*value)});
    }
    return parameters;
}

std::optional<std::string_view> findParameter(const Parameters &parameters, std::string_view name)
{
    const auto found = std::ranges::find(parameters, name, &Parameter::name);
    if (found == parameters.end())
        return std::nullopt;
    return found->value;
}

Node formFrom(const Parameters &parameters)
{
    std::vector<Leafward> leaves;
    leaves.reserve(parameters.size());
    for (const auto &[name, value] : parameters) {
        if (std::ranges::count(name, '.') < kMaxDepth)
            leaves.push_back(Leafward{split(name, '.'), &value});
    }
    std::ranges::stable_sort(leaves, [](const Leafward &left, const Leafward &right) {
        return std::ranges::lexicographical_compare(left.levels, right.levels, isLevelBefore);
    });
    return leaves.empty() ? Node{Node::Kind::Form, {}, {}} : treeOf(leaves, 0);
}

} // namespace balancer::wire

#include "wire/fields.h"

#include "wire/utf8.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace balancer::wire {

namespace {

constexpr std::size_t kMaxEcho = 256;

/// AWS writes members with a small first letter: "sSLCertificateId".
std::string camelCase(std::string_view name)
{
    std::string text(name);
    if (!text.empty() && text.front() >= 'A' && text.front() <= 'Z')
        text.front() = static_cast<char>(text.front() - 'A' + 'a');
    return text;
}

std::string echoed(std::string_view value)
{
    if (value.size() <= kMaxEcho)
        return legalText(value);
    return legalText(value.substr(0, kMaxEcho)) + "...";
}

/// The items of `X.member.N`, which the reader of the form has put in order of N.
Result<std::vector<const Node *>> formItems(const Node &node, const Path &path)
{
    std::vector<const Node *> items;
    const auto *member = node.find("member");
    if (!member || member->children.empty()) {
        if (!node.text.empty())
            return fail(constraintError(path, &node.text, "Member must be a list"));
        return items;
    }
    for (const auto &[name, item] : member->children) {
        std::uint32_t number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        if (error != std::errc() || end != name.data() + name.size() || number < 1)
            return fail(constraintError(path, &name, "Member must be numbered from 1"));
        items.push_back(&item);
    }
    return items;
}

} // namespace

std::string renderPath(const Path &path)
{
    const auto own = path.name.empty() ? std::to_string(path.item) + ".member" : camelCase(path.name);
    const auto outer = path.outer ? renderPath(*path.outer) : std::string();
    const bool root = path.name.empty() && path.item == 0;
    if (root)
        return outer;
    return outer.empty() ? own : outer + "." + own;
}

Error constraintError(const Path &path, const std::string *value, std::string_view constraint)
{
    const auto given = value ? "'" + echoed(*value) + "'" : std::string("null");
    return Error{ErrorCode::ValidationError, "1 validation error detected: Value " + given + " at '" +
                                                 renderPath(path) +
                                                 "' failed to satisfy constraint: " + std::string(constraint)};
}

Result<std::string_view> scalarText(const Node &node, Node::Kind leafKind, const Path &path)
{
    const bool scalar = node.kind == Node::Kind::Text || node.kind == leafKind ||
                        (node.kind == Node::Kind::Form && node.children.empty());
    if (scalar)
        return std::string_view(node.text);
    const auto wanted = leafKind == Node::Kind::Number ? "a number"
                        : leafKind == Node::Kind::Flag ? "true or false"
                                                       : "a text";
    return fail(constraintError(path, &node.text, std::string("Member must be ") + wanted));
}

namespace {

constexpr std::string_view kHidden = "***";

Result<void> checkPlain(const std::string &text, std::string_view plain, const Path &path, std::size_t longest,
                        bool isSecret)
{
    const auto shown = isSecret ? std::string(kHidden) : text.substr(0, kMaxText);
    if (text.size() > longest)
        return fail(
            constraintError(path, &shown, "Member must have length less than or equal to " + std::to_string(longest)));
    if (!isPlainText(plain))
        return fail(constraintError(path, &shown, "Member must be UTF-8 text without control characters"));
    return {};
}

} // namespace

Result<void> checkLines(const std::string &text, const Path &path, std::size_t longest, bool isSecret)
{
    std::string line;
    std::ranges::copy_if(text, std::back_inserter(line), [](char c) { return c != '\n' && c != '\r'; });
    return checkPlain(text, line, path, longest, isSecret);
}

Result<void> checkText(const std::string &text, const Path &path)
{
    return checkPlain(text, text, path, kMaxText, false);
}

Result<std::vector<const Node *>> listItems(const Node &node, const Path &path)
{
    if (node.kind == Node::Kind::Form)
        return formItems(node, path);
    if (node.kind != Node::Kind::List)
        return fail(constraintError(path, &node.text, "Member must be a list"));
    std::vector<const Node *> items;
    items.reserve(node.children.size());
    for (const auto &child : node.children)
        items.push_back(&child.value);
    return items;
}

Result<void> checkStruct(const Node &node, const Path &path)
{
    if (node.kind == Node::Kind::Struct || node.kind == Node::Kind::Form)
        return {};
    return fail(constraintError(path, &node.text, "Member must be a structure"));
}

bool isAbsent(const Node *node)
{
    return !node || node->kind == Node::Kind::Null;
}

} // namespace balancer::wire

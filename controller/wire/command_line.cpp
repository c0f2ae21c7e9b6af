#include "wire/command_line.h"

#include "base/text.h"
#include "wire/json_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace balancer::wire {

namespace {

constexpr std::array<std::string_view, 2> kOwnVerbs = {"SetInstanceAddress", "StopNode"};

/// The CLI wants a list that takes another's place also when it is empty.
bool replacesList(std::string_view verb, const Member &member)
{
    return verb.starts_with("Set") && member.value.kind == Node::Kind::List;
}

/// The only member of the structures in a list; the CLI takes its value alone.
constexpr std::string_view kBareMember = "InstanceId";

bool isCapital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/// "SSLCertificateId" → "ssl-certificate-id", as botocore names options: a word begins at a capital after a small
/// letter, and at the last of several capitals.
std::string kebabCase(std::string_view name)
{
    std::string text;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool afterSmall = i > 0 && !isCapital(name[i - 1]);
        const bool lastOfSeveral = i > 0 && i + 1 < name.size() && !isCapital(name[i + 1]);
        if (isCapital(name[i]) && (afterSmall || lastOfSeveral))
            text += '-';
        text += isCapital(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    }
    return text;
}

std::string shellQuoted(std::string_view word)
{
    const auto harmless = [](char c) { return isAlphanumeric(c) || isOneOf(c, "_./:=,@%+-"); };
    if (!word.empty() && std::ranges::all_of(word, harmless))
        return std::string(word);
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

/// Whether the text means itself in the CLI's shorthand: anything else goes as JSON.
bool isPlain(std::string_view text)
{
    const auto plain = [](char c) { return isAlphanumeric(c) || isOneOf(c, "_./:-"); };
    return !text.empty() && text.front() != '-' && std::ranges::all_of(text, plain) &&
           text.find("://") == std::string_view::npos;
}

bool isScalar(const Node &node)
{
    return node.kind != Node::Kind::List && node.kind != Node::Kind::Struct;
}

/// "Key=a,Value=b"; nothing when shorthand cannot say it.
std::optional<std::string> shorthand(const Node &node)
{
    if (isScalar(node))
        return isPlain(node.text) ? std::optional(node.text) : std::nullopt;
    std::string text;
    for (const auto &[name, value] : node.children) {
        if (isScalar(value) && value.text.empty())
            continue; // the same as not given
        if (!isScalar(value) || !isPlain(value.text))
            return std::nullopt;
        text += (text.empty() ? "" : ",") + name + "=" + value.text;
    }
    return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::vector<std::string>> shorthandItems(const Node &list)
{
    std::vector<std::string> items;
    for (const auto &child : list.children) {
        const auto &item = child.value;
        const auto *bare = item.find(kBareMember);
        auto text = shorthand(bare ? *bare : item);
        if (!text)
            return std::nullopt;
        items.push_back(std::move(*text));
    }
    return items;
}

std::string optionFor(const Member &member)
{
    const auto &value = member.value;
    const auto option = " --" + kebabCase(member.name);
    if (isScalar(value)) {
        // A word that begins with a hyphen would be taken for another option.
        const bool joined = value.text.starts_with('-');
        return option + (joined ? "=" : " ") + shellQuoted(value.text);
    }
    auto words = std::optional(std::vector<std::string>());
    if (value.kind == Node::Kind::List)
        words = shorthandItems(value);
    else if (auto text = shorthand(value))
        words->push_back(std::move(*text));
    else
        words.reset();
    if (!words || words->empty())
        words = std::vector(1, renderJson(value));
    std::string text = option;
    for (const auto &word : *words)
        text += " " + shellQuoted(word);
    return text;
}

/// What stands in files, and is not for a line: private keys least of all.
constexpr std::array<std::string_view, 3> kInFiles = {"CertificateBody", "CertificateChain", "PrivateKey"};

std::string_view serviceOf(std::string_view verb)
{
    return verb.find("ServerCertificate") == std::string_view::npos ? "elb" : "iam";
}

Member shownMember(Member member)
{
    if (std::ranges::find(kInFiles, member.name) != kInFiles.end())
        member.value.text = "file://" + member.name + ".pem";
    return member;
}

} // namespace

std::string renderCommandLine(std::string_view verb, const Node &parameters, std::string_view endpoint)
{
    if (std::ranges::find(kOwnVerbs, verb) != kOwnVerbs.end())
        return {};
    auto line = "aws " + std::string(serviceOf(verb)) + " " + kebabCase(verb);
    if (!endpoint.empty())
        line += " --endpoint-url " + shellQuoted(endpoint);
    for (const auto &member : parameters.children) {
        if (!isScalar(member.value) && member.value.children.empty() && !replacesList(verb, member))
            continue;
        line += optionFor(shownMember(member));
    }
    return line;
}

} // namespace balancer::wire

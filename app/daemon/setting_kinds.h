#pragma once

#include "base/endpoint.h"
#include "daemon/address_pool.h"
#include "daemon/toml_text.h"
#include "model/access.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The kinds of values that settings have: how each is written, checked and shown.
namespace balancer::daemon {

/// `allowed` completes "allowed: …"; `render` gives what `parse` takes.
template <typename T>
struct Kind
{
    std::string allowed;
    std::function<Parsed<T>(const TomlValue &)> parse;
    std::function<std::string(const T &)> render;
};

tl::unexpected<Problem> wrong(const TomlValue &node, std::string message);

Kind<bool> boolean();
/// For what this version cannot do yet: the kind, but only its value `possible` is accepted; `what` names the rest.
template <typename T>
Kind<T> onlyYet(Kind<T> kind, T possible, std::string_view what)
{
    kind.allowed = kind.render(possible);
    kind.parse = [parse = std::move(kind.parse), possible = std::move(possible),
                  what](const TomlValue &node) -> Parsed<T> {
        auto value = parse(node);
        if (value && *value != possible)
            return wrong(node, std::string(what) + " is not available yet in this version");
        return value;
    };
    return kind;
}

/// The switch of something that this version cannot do yet: only false.
inline Kind<bool> notYet(std::string_view what)
{
    return onlyYet(boolean(), false, what);
}

using TextCheck = bool (*)(std::string_view);
Kind<std::string> text(TextCheck check, std::string allowed);
/// `check` applies to anything but "".
Kind<std::string> textOrEmpty(TextCheck check, std::string allowed);
Kind<std::vector<std::string>> texts(TextCheck check, std::string allowed);

Kind<std::uint32_t> number(std::uint32_t least, std::uint32_t greatest);
/// A number of things.
Kind<std::size_t> count(std::size_t least, std::size_t greatest);
Kind<std::uint16_t> port();
/// For milliseconds and seconds.
template <typename Duration>
Kind<Duration> duration(Duration least, Duration greatest);
Kind<int> percent();

Kind<std::map<std::string, model::Role>> rolesByGroup();
/// Tables from names to a text, or to a list of them.
Kind<std::map<std::string, std::string>> textByName(TextCheck check, std::string allowed);
Kind<std::map<std::string, std::vector<std::string>>> textsByName(TextCheck check, std::string allowed);
Kind<std::vector<Endpoint>> endpoints();
/// No address stands for all of them, "*".
Kind<std::vector<IpAddress>> listenAddresses();
Kind<AddressPool> addressPool();

/// What a choice is between.
template <typename T>
using Words = std::vector<std::pair<std::string_view, T>>;

// What choices are made of.
std::string quoted(std::string_view text);
Parsed<std::string> parseText(const TomlValue &node);

template <typename T>
std::string allowedWords(const Words<T> &words)
{
    std::string allowed;
    for (const auto &[word, value] : words)
        allowed += (allowed.empty() ? "" : ", ") + quoted(word);
    return allowed;
}

template <typename T>
Parsed<T> parseWord(const TomlValue &node, const Words<T> &words)
{
    const auto given = parseText(node);
    if (!given)
        return tl::unexpected(given.error());
    const auto found = std::ranges::find(words, *given, &Words<T>::value_type::first);
    if (found == words.end())
        return wrong(node, quoted(*given) + " is not allowed");
    return found->second;
}

template <typename T>
std::string renderWord(T value, const Words<T> &words)
{
    const auto found = std::ranges::find(words, value, &Words<T>::value_type::second);
    return found == words.end() ? std::string() : quoted(found->first);
}

/// One of a few words.
template <typename T>
Kind<T> choice(Words<T> words)
{
    return {.allowed = allowedWords(words),
            .parse = [words](const TomlValue &node) { return parseWord(node, words); },
            .render = [words](T value) { return renderWord(value, words); }};
}

} // namespace balancer::daemon

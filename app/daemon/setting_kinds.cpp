#include "daemon/setting_kinds.h"

#include "daemon/setting_values.h"

#include <concepts>

namespace balancer::daemon {

namespace {

template <typename List, typename Render>
std::string renderList(const List &list, Render render)
{
    std::string text;
    for (const auto &element : list)
        text += (text.empty() ? "" : ", ") + render(element);
    return '[' + text + ']';
}

Parsed<bool> parseBoolean(const TomlValue &node)
{
    if (const auto *boolean = node.as<bool>())
        return *boolean;
    return wrong(node, "must be true or false without quotes, not " + typeName(node));
}

/// Reads each element of a list, none of them twice.
template <typename T>
Parsed<std::vector<T>> parseList(const TomlValue &node, const std::function<Parsed<T>(const TomlValue &)> &parse)
{
    const auto *array = node.as<TomlList>();
    if (!array)
        return wrong(node, "must be a list in brackets, not " + typeName(node));
    std::vector<T> list;
    for (const auto &element : *array) {
        auto value = parse(element);
        if (!value)
            return tl::unexpected(std::move(value.error()));
        if (std::ranges::find(list, *value) != list.end())
            return wrong(element, "is in the list twice");
        list.push_back(std::move(*value));
    }
    return list;
}

Parsed<std::string> parseCheckedText(const TomlValue &node, TextCheck check)
{
    auto text = parseText(node);
    if (text && !check(*text))
        return wrong(node, quoted(*text) + " is not allowed");
    return text;
}

template <std::integral T>
Kind<T> numberKind(T least, T greatest)
{
    return {.allowed = std::to_string(least) + " to " + std::to_string(greatest),
            .parse = [=](const TomlValue &node) -> Parsed<T> {
                const auto *integer = node.as<std::int64_t>();
                if (!integer)
                    return wrong(node, "must be a whole number without quotes, not " + typeName(node));
                if (std::cmp_less(*integer, least) || std::cmp_greater(*integer, greatest))
                    return wrong(node, std::to_string(*integer) + " is out of range");
                return static_cast<T>(*integer);
            },
            .render = [](T value) { return std::to_string(value); }};
}

const Words<model::Role> kRoles = {
    {"viewer", model::Role::Viewer}, {"operator", model::Role::Operator}, {"admin", model::Role::Admin}};

template <typename Parse>
auto parseByName(const TomlValue &node, Parse parse)
    -> Parsed<std::map<std::string, typename std::decay_t<decltype(parse(node))>::value_type>>
{
    const auto *table = node.as<TomlTable>();
    if (!table)
        return wrong(node, "must be a table in braces, not " + typeName(node));
    std::map<std::string, typename std::decay_t<decltype(parse(node))>::value_type> values;
    for (const auto &[name, nameAt, value] : *table) {
        const auto parsed = parse(value);
        if (!parsed)
            return tl::unexpected(parsed.error());
        if (!isPlainText(name))
            return tl::unexpected(Problem{nameAt, quoted(name) + " is no name"});
        values.emplace(name, *parsed);
    }
    return values;
}

template <typename T, typename Render>
std::string renderByName(const std::map<std::string, T> &values, Render render)
{
    std::string rendered;
    for (const auto &[name, value] : values)
        rendered += (rendered.empty() ? " " : ", ") + quoted(name) + " = " + render(value);
    return '{' + rendered + (rendered.empty() ? "}" : " }");
}

Parsed<Endpoint> parseEndpoint(const TomlValue &node)
{
    const auto given = parseText(node);
    if (!given)
        return tl::unexpected(given.error());
    const auto endpoint = Endpoint::parse(*given);
    if (!endpoint)
        return wrong(node, endpoint.error().message);
    return *endpoint;
}

Parsed<std::vector<IpAddress>> parseAddresses(const TomlValue &node)
{
    const auto given = parseList<std::string>(node, parseText);
    if (!given)
        return tl::unexpected(given.error());
    if (given->empty())
        return wrong(node, "must name an address; \"*\" stands for every address");
    if (*given == std::vector<std::string>{"*"})
        return std::vector<IpAddress>();
    std::vector<IpAddress> addresses;
    for (const auto &one : *given) {
        auto address = IpAddress::parse(one);
        if (!address)
            return wrong(node, one == "*" ? "\"*\" must stand alone" : address.error().message);
        if (address->text() == "0.0.0.0" || address->text() == "::")
            return wrong(node, "write \"*\" for every address, not " + quoted(address->text()));
        addresses.push_back(std::move(*address));
    }
    return addresses;
}

std::string renderAddresses(const std::vector<IpAddress> &addresses)
{
    if (addresses.empty())
        return "[\"*\"]";
    return renderList(addresses, [](const IpAddress &address) { return quoted(address.text()); });
}

Parsed<std::vector<IpAddress>> parseRanges(const TomlValue &node)
{
    const auto ranges = parseList<std::string>(node, parseText);
    if (!ranges)
        return tl::unexpected(ranges.error());
    auto addresses = parseAddressRanges(*ranges);
    if (!addresses)
        return wrong(node, addresses.error().message);
    return std::move(*addresses);
}

Parsed<AddressPool> parsePoolByScheme(const TomlTable &table)
{
    AddressPool pool;
    for (const auto &[key, keyAt, value] : table) {
        const auto scheme = model::parseScheme(key);
        if (!scheme)
            return tl::unexpected(Problem{keyAt, quoted(key) + " is no scheme"});
        auto addresses = parseRanges(value);
        if (!addresses)
            return tl::unexpected(std::move(addresses.error()));
        (*scheme == model::Scheme::Internal ? pool.internal : pool.internetFacing) = std::move(*addresses);
    }
    return pool;
}

Parsed<AddressPool> parsePool(const TomlValue &node)
{
    if (const auto *table = node.as<TomlTable>())
        return parsePoolByScheme(*table);
    const auto addresses = parseRanges(node);
    if (!addresses)
        return tl::unexpected(addresses.error());
    return AddressPool{.internetFacing = *addresses, .internal = *addresses};
}

std::string renderPool(const AddressPool &pool)
{
    const auto list = [](const std::vector<IpAddress> &addresses) {
        return addresses.empty() ? "[]" : renderAddresses(addresses);
    };
    if (pool.internetFacing == pool.internal)
        return list(pool.internal);
    return "{ internet-facing = " + list(pool.internetFacing) + ", internal = " + list(pool.internal) + " }";
}

} // namespace

tl::unexpected<Problem> wrong(const TomlValue &node, std::string message)
{
    return tl::unexpected(Problem{node.at, std::move(message)});
}

std::string quoted(std::string_view text)
{
    return '"' + std::string(text) + '"';
}

Parsed<std::string> parseText(const TomlValue &node)
{
    if (const auto *text = node.as<std::string>())
        return *text;
    return wrong(node, "must be a text in quotes, not " + typeName(node));
}

Kind<bool> boolean()
{
    return {.allowed = "true, false", .parse = parseBoolean, .render = [](bool on) { return on ? "true" : "false"; }};
}

Kind<std::string> text(TextCheck check, std::string allowed)
{
    return {.allowed = std::move(allowed),
            .parse = [check](const TomlValue &node) { return parseCheckedText(node, check); },
            .render = quoted};
}

Kind<std::string> textOrEmpty(TextCheck check, std::string allowed)
{
    return {.allowed = std::move(allowed),
            .parse =
                [check](const TomlValue &node) {
                    const auto *given = node.as<std::string>();
                    return given && given->empty() ? std::string() : parseCheckedText(node, check);
                },
            .render = quoted};
}

Kind<std::vector<std::string>> texts(TextCheck check, std::string allowed)
{
    const auto parse = [check](const TomlValue &node) { return parseCheckedText(node, check); };
    return {.allowed = std::move(allowed),
            .parse = [parse](const TomlValue &node) { return parseList<std::string>(node, parse); },
            .render = [](const std::vector<std::string> &list) { return renderList(list, quoted); }};
}

Kind<std::uint32_t> number(std::uint32_t least, std::uint32_t greatest)
{
    return numberKind(least, greatest);
}

Kind<std::size_t> count(std::size_t least, std::size_t greatest)
{
    return numberKind(least, greatest);
}

Kind<std::uint16_t> port()
{
    return numberKind<std::uint16_t>(1, 65535);
}

template <typename Duration>
Kind<Duration> duration(Duration least, Duration greatest)
{
    return {.allowed = quoted(renderDuration(least)) + " to " + quoted(renderDuration(greatest)),
            .parse = [=](const TomlValue &node) -> Parsed<Duration> {
                const auto given = parseText(node);
                if (!given)
                    return wrong(node,
                                 "must be a number with a unit in quotes, such as \"10s\", not " + typeName(node));
                const auto value = parseDuration(*given);
                if (!value || *value % Duration(1) != std::chrono::milliseconds::zero())
                    return wrong(node, quoted(*given) + " is no duration such as \"10s\"");
                if (*value < least || *value > greatest)
                    return wrong(node, quoted(*given) + " is out of range");
                return std::chrono::duration_cast<Duration>(*value);
            },
            .render = [](Duration value) { return quoted(renderDuration(value)); }};
}

template Kind<std::chrono::milliseconds> duration(std::chrono::milliseconds, std::chrono::milliseconds);
template Kind<std::chrono::seconds> duration(std::chrono::seconds, std::chrono::seconds);

Kind<int> percent()
{
    return {.allowed = "\"1%\" to \"100%\"",
            .parse = [](const TomlValue &node) -> Parsed<int> {
                const auto given = parseText(node);
                if (!given)
                    return tl::unexpected(given.error());
                const auto value = parsePercent(*given);
                if (!value)
                    return wrong(node, quoted(*given) + " is no percentage");
                return *value;
            },
            .render = [](int value) { return quoted(std::to_string(value) + '%'); }};
}

Kind<std::map<std::string, model::Role>> rolesByGroup()
{
    return {.allowed = "a role for each group, such as { wheel = \"operator\" }; roles are " + allowedWords(kRoles),
            .parse =
                [](const TomlValue &node) {
                    return parseByName(node, [](const TomlValue &value) { return parseWord(value, kRoles); });
                },
            .render =
                [](const std::map<std::string, model::Role> &groups) {
                    return renderByName(groups, [](model::Role role) { return renderWord(role, kRoles); });
                }};
}

Kind<std::map<std::string, std::string>> textByName(TextCheck check, std::string allowed)
{
    return {.allowed = std::move(allowed),
            .parse =
                [check](const TomlValue &node) {
                    return parseByName(node, [&](const TomlValue &value) { return parseCheckedText(value, check); });
                },
            .render = [](const std::map<std::string, std::string> &values) { return renderByName(values, quoted); }};
}

Kind<std::map<std::string, std::vector<std::string>>> textsByName(TextCheck check, std::string allowed)
{
    const auto one = texts(check, allowed);
    return {.allowed = std::move(allowed),
            .parse = [one](const TomlValue &node) { return parseByName(node, one.parse); },
            .render =
                [one](const std::map<std::string, std::vector<std::string>> &values) {
                    return renderByName(values, one.render);
                }};
}

Kind<std::vector<Endpoint>> endpoints()
{
    return {.allowed = "addresses with a port, such as [\"127.0.0.1:9999\", \"[::1]:9999\"]",
            .parse = [](const TomlValue &node) { return parseList<Endpoint>(node, parseEndpoint); },
            .render =
                [](const std::vector<Endpoint> &list) {
                    return renderList(list, [](const Endpoint &endpoint) { return quoted(endpoint.text()); });
                }};
}

Kind<std::vector<IpAddress>> listenAddresses()
{
    return {.allowed = "[\"*\"], or IP addresses", .parse = parseAddresses, .render = renderAddresses};
}

Kind<AddressPool> addressPool()
{
    return {.allowed = "single addresses and ranges \"FIRST-LAST\", up to " + std::to_string(kMaxPoolAddresses) +
                       " addresses; or such lists by scheme, { internet-facing = [...], internal = [...] }",
            .parse = parsePool,
            .render = renderPool};
}

} // namespace balancer::daemon

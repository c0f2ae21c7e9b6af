#pragma once

#include "base/endpoint.h"
#include "base/ids.h"
#include "base/result.h"
#include "model/access.h"
#include "model/load_balancer.h"
#include "wire/node.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace balancer::wire {

/// What a leaf type is in JSON, and how its errors read.
struct LeafText
{
    Node::Kind kind = Node::Kind::Text;
    bool bareConstraint = true; ///< parse answers "Member must …", which wants the member's path before it
};

/// The text form of the types that are not structures or lists, one trait each:
///     static constexpr LeafText kText;
///     static Result<T> parse(std::string_view);
///     static std::string render(const T &);
/// and, for schemas, where there is more to say: `kValues` (all of an enumeration), `kFormat` (of a text), `kLeast` and
/// `kMost` (of a number).
template <typename T>
struct Leaf;

template <typename T>
concept LeafType = requires
{
    Leaf<T>::kText;
};

template <>
struct Leaf<std::string>
{
    static constexpr LeafText kText{};
    static Result<std::string> parse(std::string_view text) { return std::string(text); }
    static std::string render(const std::string &value) { return value; }
};

/// "true", "True", "false", "False": any case.
template <>
struct Leaf<bool>
{
    static constexpr LeafText kText{Node::Kind::Flag};
    static Result<bool> parse(std::string_view text);
    static std::string render(bool value) { return value ? "true" : "false"; }
};

template <>
struct Leaf<std::int64_t>
{
    static constexpr LeafText kText{Node::Kind::Number};
    static Result<std::int64_t> parse(std::string_view text);
    static std::string render(std::int64_t value) { return std::to_string(value); }
};

template <>
struct Leaf<int>
{
    static constexpr LeafText kText{Node::Kind::Number};
    static Result<int> parse(std::string_view text);
    static std::string render(int value) { return std::to_string(value); }
};

/// A port, 1…65535.
template <>
struct Leaf<std::uint16_t>
{
    static constexpr std::int64_t kLeast = 1;
    static constexpr std::int64_t kMost = 65535;
    static constexpr LeafText kText{Node::Kind::Number};
    static Result<std::uint16_t> parse(std::string_view text);
    static std::string render(std::uint16_t value) { return std::to_string(value); }
};

template <>
struct Leaf<std::chrono::seconds>
{
    static constexpr std::int64_t kLeast = 0;
    static constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    static constexpr LeafText kText{Node::Kind::Number};
    static Result<std::chrono::seconds> parse(std::string_view text);
    static std::string render(std::chrono::seconds value) { return std::to_string(value.count()); }
};

template <>
struct Leaf<LoadBalancerName>
{
    static constexpr LeafText kText{};
    static Result<LoadBalancerName> parse(std::string_view text) { return LoadBalancerName::parse(text); }
    static std::string render(const LoadBalancerName &value) { return value.text(); }
};

template <>
struct Leaf<InstanceId>
{
    static constexpr LeafText kText{};
    static Result<InstanceId> parse(std::string_view text) { return InstanceId::parse(text); }
    static std::string render(const InstanceId &value) { return value.text(); }
};

template <>
struct Leaf<model::Protocol>
{
    static constexpr std::array kValues{model::Protocol::Http, model::Protocol::Https, model::Protocol::Tcp,
                                        model::Protocol::Ssl};
    static constexpr LeafText kText{Node::Kind::Text, false};
    static Result<model::Protocol> parse(std::string_view text) { return model::parseProtocol(text); }
    static std::string render(model::Protocol value) { return std::string(model::renderProtocol(value)); }
};

template <>
struct Leaf<model::Scheme>
{
    static constexpr std::array kValues{model::Scheme::InternetFacing, model::Scheme::Internal};
    static constexpr LeafText kText{Node::Kind::Text, false};
    static Result<model::Scheme> parse(std::string_view text) { return model::parseScheme(text); }
    static std::string render(model::Scheme value) { return std::string(model::renderScheme(value)); }
};

/// "HTTP:80/ping"; empty when it was never set.
template <>
struct Leaf<model::HealthCheckTarget>
{
    static constexpr LeafText kText{Node::Kind::Text, false};
    static Result<model::HealthCheckTarget> parse(std::string_view text) { return model::parseTarget(text); }
    static std::string render(const model::HealthCheckTarget &value)
    {
        return value.port == 0 ? std::string() : model::renderTarget(value);
    }
};

template <>
struct Leaf<model::Role>
{
    static constexpr std::array kValues{model::Role::Viewer, model::Role::Operator, model::Role::Admin};
    static constexpr LeafText kText{Node::Kind::Text, false};
    static Result<model::Role> parse(std::string_view text) { return model::parseRole(text); }
    static std::string render(model::Role value) { return std::string(model::renderRole(value)); }
};

/// UTC with milliseconds, years 0000 to 9999: "2015-03-19T03:24:02.650Z".
template <>
struct Leaf<model::Timestamp>
{
    static constexpr std::string_view kFormat = "date-time";
    static constexpr LeafText kText{};
    static Result<model::Timestamp> parse(std::string_view text);
    static std::string render(model::Timestamp value);
};

/// "10.0.0.5", "10.0.0.5:8080", "[fd00::5]:80"; empty when there is none.
template <>
struct Leaf<model::InstanceAddress>
{
    static constexpr LeafText kText{};
    static Result<model::InstanceAddress> parse(std::string_view text);
    static std::string render(const model::InstanceAddress &value);
};

} // namespace balancer::wire

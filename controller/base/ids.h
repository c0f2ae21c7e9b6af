#pragma once

#include "base/result.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace balancer {

/// A load balancer's name. ELB: 1…32 letters, digits and hyphens, no hyphen at either end, unique without regard
/// to case, so comparison ignores case and `text()` keeps what its creator wrote.
class LoadBalancerName
{
public:
    LoadBalancerName() = default;

    /// ValidationError when a rule is broken; the message is the bare constraint ("Member must …").
    static Result<LoadBalancerName> parse(std::string_view text);

    const std::string &text() const { return m_text; }
    const std::string &folded() const { return m_folded; } ///< lower case: the key for look-ups, DNS and HAProxy

    std::strong_ordering operator<=>(const LoadBalancerName &other) const { return m_folded <=> other.m_folded; }
    bool operator==(const LoadBalancerName &other) const { return m_folded == other.m_folded; }

private:
    std::string m_text;
    std::string m_folded;
};

/// What an operator calls an instance: echoed byte for byte, never interpreted here. Letters, digits and `. _ : / - [
/// ]`, at most 255 of them, so it can stand in a comment of a configuration file and in a log line.
class InstanceId
{
public:
    InstanceId() = default;

    /// ValidationError when a rule is broken; the message is the bare constraint ("Member must …").
    static Result<InstanceId> parse(std::string_view text);

    const std::string &text() const { return m_text; }

    auto operator<=>(const InstanceId &) const = default;
    bool operator==(const InstanceId &) const = default;

private:
    std::string m_text;
};

/// Counts the changes of the desired state: each saved transaction has the next one. 0: nothing was ever saved.
struct Revision
{
    std::int64_t number = 0;

    auto operator<=>(const Revision &) const = default;
    bool operator==(const Revision &) const = default;
};

} // namespace balancer

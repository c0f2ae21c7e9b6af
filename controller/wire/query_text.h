#pragma once

#include "base/result.h"
#include "wire/node.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::wire {

/// One decoded `name=value`; without '=' the value is empty.
struct Parameter
{
    std::string name;
    std::string value;

    bool operator==(const Parameter &) const = default;
};

using Parameters = std::vector<Parameter>;

/// The most parameters a request may have.
constexpr std::size_t kMaxParameters = 10000;

/// Reads `a=1&b=%20`, as in a query string or a form: "%20" and '+' are blanks. The order is kept. MalformedRequest for
/// a broken percent code or too many parameters.
Result<Parameters> parseParameters(std::string_view text);

/// The first of that name.
std::optional<std::string_view> findParameter(const Parameters &parameters, std::string_view name);

/// The parameters as a tree: "Listeners.member.2.Protocol" is four levels, numbers are ordered by value, and of a
/// repeated name the first counts. Names deeper than any of ours are left out.
Node formFrom(const Parameters &parameters);

} // namespace balancer::wire

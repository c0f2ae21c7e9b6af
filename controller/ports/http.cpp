#include "ports/http.h"

#include "base/text.h"

#include <algorithm>

namespace balancer::ports {

std::optional<std::string_view> findHeader(const HttpHeaders &headers, std::string_view name)
{
    const auto wanted = toLower(name);
    const auto found =
        std::ranges::find_if(headers, [&](const auto &header) { return toLower(header.first) == wanted; });
    if (found == headers.end())
        return std::nullopt;
    return found->second;
}

} // namespace balancer::ports

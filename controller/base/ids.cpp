#include "base/ids.h"

#include "base/text.h"

#include <algorithm>

namespace balancer {

Result<LoadBalancerName> LoadBalancerName::parse(std::string_view text)
{
    const bool ends = !text.empty() && isAlphanumeric(text.front()) && isAlphanumeric(text.back());
    const bool inside = std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || c == '-'; });
    if (!ends || !inside || text.size() > 32)
        return fail(ErrorCode::ValidationError,
                    "Member must satisfy regular expression pattern: ^[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$");
    LoadBalancerName name;
    name.m_text = text;
    name.m_folded = toLower(text);
    return name;
}

Result<InstanceId> InstanceId::parse(std::string_view text)
{
    const bool first = !text.empty() && (isAlphanumeric(text.front()) || text.front() == '[');
    const bool inside = std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || isOneOf(c, "._:[]/-"); });
    if (!first || !inside || text.size() > 255)
        return fail(ErrorCode::ValidationError,
                    "Member must satisfy regular expression pattern: ^[A-Za-z0-9\\[][A-Za-z0-9._:\\[\\]/-]{0,254}$");
    InstanceId id;
    id.m_text = text;
    return id;
}

} // namespace balancer

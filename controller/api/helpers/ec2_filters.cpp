#include "api/helpers/ec2_filters.h"

#include <algorithm>

namespace balancer::api {

Result<Ec2Filters> Ec2Filters::parse(const wire::Node &parameters, const std::vector<std::string> &known)
{
    Ec2Filters filters;
    const auto *list = parameters.find("Filter");
    if (!list)
        return filters;
    for (const auto &[number, filter] : list->children) {
        const auto *name = filter.find("Name");
        if (!name || std::ranges::find(known, name->text) == known.end())
            return fail(ErrorCode::InvalidParameterValue,
                        "The filter '" + (name ? name->text : std::string()) + "' is invalid");
        auto &values = filters.m_wanted[name->text];
        for (auto &value : ec2List(filter, "Value"))
            values.push_back(std::move(value));
    }
    return filters;
}

bool Ec2Filters::fit(const Ec2Attributes &thing) const
{
    return std::ranges::all_of(m_wanted, [&](const auto &filter) {
        const auto &[name, patterns] = filter;
        const auto has = thing.find(name);
        return has != thing.end() && std::ranges::any_of(has->second, [&](const std::string &value) {
                   return std::ranges::any_of(patterns,
                                              [&](const std::string &pattern) { return fitsPattern(value, pattern); });
               });
    });
}

std::vector<std::string> ec2List(const wire::Node &parameters, std::string_view name)
{
    std::vector<std::string> values;
    if (const auto *list = parameters.find(name)) {
        for (const auto &[number, item] : list->children)
            values.push_back(item.text);
    }
    return values;
}

/// Goes back to the last star only, so the cost stays within the product of both lengths.
bool fitsPattern(std::string_view text, std::string_view pattern)
{
    std::size_t at = 0;
    std::size_t in = 0;
    auto star = std::string_view::npos;
    std::size_t behindStar = 0;
    while (at < text.size()) {
        if (in < pattern.size() && pattern[in] == '*') {
            star = in++;
            behindStar = at;
        } else if (in < pattern.size() && (pattern[in] == '?' || pattern[in] == text[at])) {
            ++at;
            ++in;
        } else if (star != std::string_view::npos) {
            in = star + 1;
            at = ++behindStar;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', in) == std::string_view::npos;
}

} // namespace balancer::api

#pragma once

#include <string_view>

/// The two parts of a request's target, as raw as it is.
namespace balancer::api {

inline std::string_view pathOf(std::string_view target)
{
    return target.substr(0, target.find('?'));
}

/// What follows the first '?', or nothing.
inline std::string_view queryOf(std::string_view target)
{
    const auto question = target.find('?');
    return question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
}

} // namespace balancer::api

#include "api/parameters.h"

#include "api/target.h"

#include <string_view>

namespace balancer::api {

Result<wire::Parameters> parametersOf(const ports::HttpRequest &request)
{
    auto parameters = wire::parseParameters(request.method == "POST" ? std::string_view(request.body) : "");
    if (!parameters)
        return parameters;
    const auto query = wire::parseParameters(queryOf(request.target));
    if (!query)
        return query;
    parameters->insert(parameters->end(), query->begin(), query->end());
    return parameters;
}

} // namespace balancer::api

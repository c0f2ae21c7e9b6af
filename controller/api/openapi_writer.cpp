#include "api/openapi.h"

#include <cstdio>

/// Prints the API's OpenAPI document: front ends generate their types from it when they are built.
int main()
{
    const auto document = balancer::api::renderOpenApi() + "\n";
    const bool written = std::fputs(document.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
    return written ? 0 : 1;
}

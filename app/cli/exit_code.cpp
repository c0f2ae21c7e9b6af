#include "cli/exit_code.h"

#include <iostream>

namespace balancer::cli {

ExitCode exitCode(const Error &error)
{
    switch (error.code) {
    case ErrorCode::Unavailable:
    case ErrorCode::Timeout:
    case ErrorCode::Untrusted:
        return NodeUnreachable;
    case ErrorCode::Refused:
        return RefusedByNode;
    case ErrorCode::InvalidInput:
        return WrongUsage;
    default:
        // All that callers of the API are told.
        return apiCodeNamed(nameOf(error.code)) ? RefusedByNode : Failed;
    }
}

int report(const Error &error)
{
    std::cerr << "elastic-haproxy: " << error.message << '\n';
    return exitCode(error);
}

} // namespace balancer::cli

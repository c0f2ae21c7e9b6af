#include "daemon/descriptors.h"

#include <sys/resource.h>

#include <cstring>

namespace balancer::daemon {

namespace {

// HAProxy's own sockets and threads, ours, and some hundred connections.
constexpr rlim_t kLeast = 1024;

} // namespace

Result<std::size_t> raiseDescriptorLimit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return fail(ErrorCode::Unavailable,
                    std::string("cannot read the limit of open files: ") + std::strerror(errno));
    if (limit.rlim_max < kLeast)
        return fail(ErrorCode::Unavailable,
                    "only " + std::to_string(limit.rlim_max) + " open files are allowed, and at least " +
                        std::to_string(kLeast) +
                        " are needed: raise the limit (ulimit -n, or LimitNOFILE= in the unit)");
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<std::size_t>(limit.rlim_max);
}

} // namespace balancer::daemon

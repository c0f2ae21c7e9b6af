#pragma once

#include "client/node_client.h"

#include <functional>

namespace balancer::desktop {

/// One verb with everything it needs, whichever it is: first looked at, then carried out.
struct PreparedVerb
{
    std::function<QCoro::Task<Result<model::PlanPreview>>(client::NodeClient &)> preview;
    std::function<QCoro::Task<Result<void>>(client::NodeClient &)> perform;
};

template <typename Request>
QCoro::Task<Result<void>> performQuietly(client::NodeClient &client, Request request)
{
    const auto answer = co_await client.perform(std::move(request));
    if (!answer)
        co_return fail(answer.error());
    co_return Result<void>();
}

template <typename Request>
PreparedVerb prepareVerb(Request request)
{
    return {
        [request](client::NodeClient &client) { return client.preview(request); },
        [request](client::NodeClient &client) { return performQuietly(client, request); },
    };
}

} // namespace balancer::desktop

#pragma once

#include "model/load_balancer.h"
#include "model/site.h"
#include "ports/access_log.h"

#include <functional>
#include <string>

namespace balancer::service {

class KeyWatcher;

struct ServiceOptions
{
    std::string region = "local";
    std::string domain = "internal";
    std::string accountId = "000000000000";
    model::Limits limits;
    model::SiteCatalogue site;
    /// Ends the daemon, and HAProxy too if asked; returns before it does.
    std::function<void(bool traffic)> stopNode;
    ports::AccessLog *accessLog = nullptr; ///< outlives the service; null: there are none on this node
    KeyWatcher *keys = nullptr;            ///< outlives the service; null: nobody looks at instances ahead of a change
};

} // namespace balancer::service

#pragma once

#include "base/result.h"
#include "model/attributes.h"
#include "plan/access_log_target.h"

#include <QCoro/QCoroTask>

#include <string>

namespace balancer::ports {

/// Keeps the access logs of this node.
class AccessLog
{
public:
    virtual ~AccessLog() = default;

    /// Whose requests are logged from now on. The logs of those who are not among them any longer are published.
    /// Until the first call nothing is known of anyone, and what HAProxy logs is kept.
    virtual void setTargets(plan::AccessLogTargets targets) = 0;

    /// Makes the place for the logs of a load balancer and proves that it can be written.
    /// InvalidConfigurationRequest, in ELB's words, when it cannot.
    virtual QCoro::Task<Result<void>> prepare(std::string balancer, model::AccessLog log) = 0;
};

} // namespace balancer::ports

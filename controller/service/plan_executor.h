#pragma once

#include "plan/plan.h"
#include "ports/haproxy.h"
#include "service/health_watcher.h"

#include <string>

namespace balancer::service {

/// Applies a plan and reads back what came of it.
class PlanExecutor
{
public:
    PlanExecutor(ports::HaproxyProcess &process, ports::RuntimeApi &runtime, HealthWatcher &watcher);

    /// Makes HAProxy what `desired` says. Commands that are refused, or that read back differently even when sent
    /// again, turn into a reload. Only while nobody else talks to HAProxy (see Turnstile). On failure HAProxy is as it
    /// was, or a part of the commands has been carried out: plan anew from what it then reports.
    /// Returns the check servers that wait for their first check now.
    QCoro::Task<Result<std::vector<plan::ServerKey>>> apply(plan::Plan plan, plan::HaproxyConfig desired);

    /// A new generation with `desired`, taking over every slot's health from the one before, if there is one, and
    /// else from what the watcher remembers.
    QCoro::Task<Result<std::vector<plan::ServerKey>>> reload(std::string reason, plan::HaproxyConfig desired,
                                                             std::vector<std::string> farewell = {});

private:
    /// Sends the commands and reads back what came of them.
    QCoro::Task<Result<void>> change(const plan::RuntimeChange &change, const plan::HaproxyConfig &desired);

    QCoro::Task<void> clearSwaps(plan::RuntimeChange change);

    ports::HaproxyProcess &m_process;
    ports::RuntimeApi &m_runtime;
    HealthWatcher &m_watcher;
};

/// The check servers with an instance of which `healths` knows nothing, or that they register.
std::vector<plan::ServerKey> registeringIn(const plan::HaproxyConfig &config, const plan::SlotHealths &healths);

} // namespace balancer::service

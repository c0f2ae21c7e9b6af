#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace balancer::daemon {

/// Tells the service manager how the daemon is (sd_notify(3), Type=notify). Without one, every call succeeds and does
/// nothing. A failure is worth a line in the log, nothing more.
class ServiceNotifier
{
public:
    /// `socketPath` as in NOTIFY_SOCKET: "/run/…", or "@name" for an abstract socket; empty: no service manager.
    explicit ServiceNotifier(std::string socketPath = {}) : m_socketPath(std::move(socketPath)) {}

    /// Takes NOTIFY_SOCKET out of the environment, so that programs we start do not speak for us.
    static ServiceNotifier fromEnvironment();

    /// The daemon serves; `status` as below.
    Result<void> ready(std::string_view status) const;
    /// One line for people, shown by systemctl status.
    Result<void> status(std::string_view status) const;
    Result<void> stopping() const;

private:
    Result<void> send(const std::string &message) const;

    std::string m_socketPath;
};

} // namespace balancer::daemon

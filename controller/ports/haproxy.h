#pragma once

#include "base/result.h"
#include "model/health_check.h"
#include "plan/health_log.h"
#include "plan/plan.h"
#include "plan/servers_state.h"

#include <QCoro/QCoroTask>
#include <QObject>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace balancer::ports {

/// The runtime API of the generation that serves now.
class RuntimeApi
{
public:
    virtual ~RuntimeApi() = default;

    /// Sends the commands in order and returns one reply for each. Unavailable: the socket can't be reached, nothing
    /// was carried out. Timeout or Corrupt: some may have been.
    virtual QCoro::Task<Result<std::vector<std::string>>> send(std::vector<std::string> commands) = 0;
};

/// A generation found running, left there by an earlier life of this program.
struct RunningGeneration
{
    int number = 0;
    std::string config; ///< the text of its file

    bool operator==(const RunningGeneration &) const = default;
};

/// HAProxy's processes. All calls on the main loop's thread, one at a time.
class HaproxyProcess : public QObject
{
    Q_OBJECT

public:
    /// Finds the program and returns its version ("2.6.12"). Unavailable when there is none or it is older than 2.4.
    virtual QCoro::Task<Result<std::string>> probe() = 0;

    /// Takes over a generation that already runs, and sends away the others. Nothing when none runs.
    virtual QCoro::Task<Result<std::optional<RunningGeneration>>> adopt() = 0;

    /// Starts the next generation with this configuration and, once it has proved itself, tells the one before it to
    /// finish its connections and go. On failure the one before goes on as if nothing had been: Refused with
    /// HAProxy's words when it does not take the configuration, Timeout when it does not answer. `farewell` are
    /// commands for the one before, sent when the new one has proved itself: not before, for the old one may have to go
    /// on.
    virtual QCoro::Task<Result<void>> startGeneration(plan::HaproxyConfig config, plan::SlotHealths healths,
                                                      std::vector<std::string> farewell) = 0;

    /// Rewrites the files of the generation that runs, so that they say what commands have changed since its start.
    virtual Result<void> saveConfig(const plan::HaproxyConfig &config) = 0;

    /// InvalidConfigurationRequest, saying who is in the way, when an address can't be listened on. `binds` are those
    /// that no generation of ours has.
    virtual Result<void> checkBindable(const std::vector<plan::Bind> &binds) const = 0;

    /// The number of the generation that serves; 0 when none runs.
    virtual int currentGeneration() const = 0;

    /// The numbers of generations that finish what they have and can be asked, oldest first. Those that were told to
    /// leave by an earlier life of this program take no questions any more.
    virtual std::vector<int> leavingGenerations() const = 0;

    /// As RuntimeApi::send, for one of those. It lists its sessions and shuts each of them down; commands about its
    /// servers it refuses, for its proxies are disabled. Unavailable: it has gone.
    virtual QCoro::Task<Result<std::vector<std::string>>> sendToLeaving(int generation,
                                                                        std::vector<std::string> commands) = 0;

    /// Ends every generation and waits until they are gone.
    virtual QCoro::Task<Result<void>> stopAll() = 0;

Q_SIGNALS:
    /// The generation that served has ended without being told to.
    void died();
};

/// HAProxy's own word on the health of servers, from its log.
class HealthLog : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void eventLogged(const balancer::plan::HealthEvent &event);
};

/// Asks an instance for its health as HAProxy's checks do.
class HealthProbe
{
public:
    virtual ~HealthProbe() = default;

    /// Connects, shakes hands or gets the path, as the target's protocol says; only status 200 is well. Refused or
    /// Timeout say why not.
    virtual QCoro::Task<Result<void>> check(model::HealthCheckTarget target, Endpoint endpoint,
                                            std::chrono::milliseconds timeout) = 0;
};

/// Looks up host names.
class HostResolver
{
public:
    virtual ~HostResolver() = default;

    /// The first address of that name. NotFound when there is none; Unavailable or Timeout when nobody can tell.
    virtual QCoro::Task<Result<IpAddress>> resolve(std::string name) = 0;
};

} // namespace balancer::ports

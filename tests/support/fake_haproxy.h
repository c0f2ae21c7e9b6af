#pragma once

#include "ports/haproxy.h"
#include "support/simulated_haproxy.h"

#include <QPromise>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace balancer::tests {

/// Lets coroutines wait until a test says go on.
class Gate
{
public:
    void close() { m_closed = m_closed ? m_closed : started(); }
    void open();
    /// Returns at once while it is open.
    QCoro::Task<void> pass();
    int waiting() const { return m_waiting; }

private:
    static std::shared_ptr<QPromise<void>> started();

    std::shared_ptr<QPromise<void>> m_closed;
    int m_waiting = 0;
};

/// HAProxy's processes and their runtime API, simulated. Answers arrive on a later turn of the loop.
class FakeHaproxy : public ports::HaproxyProcess, public ports::RuntimeApi
{
    Q_OBJECT

public:
    QCoro::Task<Result<std::string>> probe() override;
    QCoro::Task<Result<std::optional<ports::RunningGeneration>>> adopt() override;
    QCoro::Task<Result<void>> startGeneration(plan::HaproxyConfig config, plan::SlotHealths healths,
                                              std::vector<std::string> farewell) override;
    Result<void> saveConfig(const plan::HaproxyConfig &config) override;
    Result<void> checkBindable(const std::vector<plan::Bind> &binds) const override;
    int currentGeneration() const override { return m_running ? m_number : 0; }
    std::vector<int> leavingGenerations() const override;
    QCoro::Task<Result<std::vector<std::string>>> sendToLeaving(int generation,
                                                                std::vector<std::string> commands) override;
    QCoro::Task<Result<void>> stopAll() override;
    QCoro::Task<Result<std::vector<std::string>>> send(std::vector<std::string> commands) override;

    /// Runs before anyone adopts it, with the file it would have.
    void runAlready(const plan::HaproxyConfig &config, const plan::SlotHealths &healths);
    void die();
    bool isRunning() const { return m_running != nullptr; }
    SimulatedHaproxy &running() { return *m_running; }
    /// One that has been replaced and has something to finish still; it is there until `hasLeft`.
    SimulatedHaproxy &leaving(int generation) { return *m_leaving.at(generation); }
    void hasLeft(int generation) { m_leaving.erase(generation); }

    /// The next start fails so; several are taken in turn.
    void failNextStart(Error error) { m_startErrors.push_back(std::move(error)); }
    /// The next conversation fails so, before anything is carried out.
    void failNextSend(Error error) { m_sendError = std::move(error); }
    /// The next `times` commands that begin so are answered with `reply` and not carried out.
    void answerInstead(std::string beginning, std::string reply, int times);
    void answerNormally() { m_substitutes.clear(); }
    /// Closed: commands and starts wait.
    Gate &gate() { return m_gate; }
    /// Ports that other programs have.
    void take(std::uint16_t port) { m_taken.insert(port); }

    /// What was started and saved, oldest first.
    const std::vector<plan::HaproxyConfig> &started() const { return m_started; }
    const std::vector<plan::SlotHealths> &startedWith() const { return m_startedWith; }
    const std::vector<plan::HaproxyConfig> &saved() const { return m_saved; }
    /// Commands that change something, of all generations.
    const std::vector<std::string> &changes() const { return m_changes; }

private:
    std::string answer(const std::string &command);

    struct Substitute
    {
        std::string beginning;
        std::string reply;
        int times = 0;
    };

    std::unique_ptr<SimulatedHaproxy> m_running;
    std::map<int, std::unique_ptr<SimulatedHaproxy>> m_leaving;
    std::optional<ports::RunningGeneration> m_left;
    int m_number = 0;
    std::vector<Error> m_startErrors;
    std::optional<Error> m_sendError;
    std::vector<Substitute> m_substitutes;
    Gate m_gate;
    std::set<std::uint16_t> m_taken;
    std::vector<plan::HaproxyConfig> m_started;
    std::vector<plan::SlotHealths> m_startedWith;
    std::vector<plan::HaproxyConfig> m_saved;
    std::vector<std::string> m_changes;
};

/// Instances as a test says they are: well, unless they fail.
class FakeHealthProbe : public ports::HealthProbe
{
public:
    QCoro::Task<Result<void>> check(model::HealthCheckTarget target, Endpoint endpoint,
                                    std::chrono::milliseconds timeout) override;

    void setFailing(const std::string &endpoint, bool failing);
    /// Closed: no check comes to an end.
    Gate &gate() { return m_gate; }
    /// "HTTP:80/ping 10.0.0.1:80", oldest first.
    const std::vector<std::string> &checks() const { return m_checks; }

private:
    std::set<std::string> m_failing;
    Gate m_gate;
    std::vector<std::string> m_checks;
};

class FakeHealthLog : public ports::HealthLog
{
    Q_OBJECT

public:
    void log(plan::HealthEvent::Kind kind, const std::string &backend, const std::string &server);
};

/// Knows the names a test told it.
class FakeResolver : public ports::HostResolver
{
public:
    QCoro::Task<Result<IpAddress>> resolve(std::string name) override;

    void know(const std::string &name, const std::string &address);

private:
    std::map<std::string, IpAddress> m_names;
};

} // namespace balancer::tests

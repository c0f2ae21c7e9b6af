#pragma once

#include "adapters/access_log/access_log_files.h"
#include "adapters/access_log/access_log_inbox.h"
#include "ports/access_log.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace balancer::adapters::access_log {

/// Makes ELB's access logs of what HAProxy logs, on threads of its own: one that only receives, one that writes. All
/// calls from the main loop's thread; none of them waits for a disk.
class AccessLogWriter : public ports::AccessLog
{
public:
    /// Listens on the sockets whose paths begin with `sockets`. Unavailable when that is not possible.
    static Result<std::unique_ptr<AccessLogWriter>> open(const std::string &sockets, AccessLogOptions options,
                                                         const ports::Clock &clock);
    /// Takes what has come by now; unfinished files stay for the next life.
    ~AccessLogWriter() override;

    void setTargets(plan::AccessLogTargets targets) override;
    QCoro::Task<Result<void>> prepare(std::string balancer, model::AccessLog log) override;

private:
    using Job = std::function<void()>;

    AccessLogWriter(std::unique_ptr<AccessLogInbox> inbox, AccessLogOptions options, const ports::Clock &clock);
    void run();
    void post(Job job);
    void work();
    void takeRecords();
    void noteLife(bool isWanted);
    void tellLosses();

    const AccessLogOptions m_options;
    const ports::Clock &m_clock;
    const std::unique_ptr<AccessLogInbox> m_inbox;
    std::mutex m_mutex;
    std::vector<Job> m_jobs;
    std::atomic<bool> m_stopping = false;

    // Of the writing thread alone.
    AccessLogFiles m_files;
    bool m_hasTargets = false; ///< until then records wait
    bool m_isWanted = false;
    std::uint64_t m_dropped = 0;
    model::Timestamp m_tellAt{};
    model::Timestamp m_noteAt{};

    std::thread m_thread; ///< last: it uses all the others
};

} // namespace balancer::adapters::access_log

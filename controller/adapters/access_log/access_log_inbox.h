#pragma once

#include "base/result.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace balancer::adapters::access_log {

/// The datagram sockets that HAProxy logs requests to, emptied at all times by a thread of its own: a kernel keeps only
/// a few records, and HAProxy waits for nobody. Health checks have another socket (adapters/haproxy), so that no flood
/// here can delay them.
class AccessLogInbox
{
public:
    /// Binds the sockets whose paths begin with `base`, replacing what an earlier life left there. Unavailable when
    /// that is not possible. Of records that nobody takes at most `mostBytes` are kept.
    static Result<std::unique_ptr<AccessLogInbox>> open(const std::string &base, std::size_t mostBytes);
    ~AccessLogInbox();

    struct Batch
    {
        std::string records; ///< each with its line end
        std::uint64_t dropped = 0;
    };

    /// Everything that has come since the last time.
    Batch take();
    /// Reads what is in the sockets now, so that `take` has everything HAProxy logged before this call.
    void drain();
    /// Returns when there is something to take, `wake` was called, or the time has passed.
    void wait(std::chrono::milliseconds patience);
    void wake();

private:
    AccessLogInbox(std::vector<int> sockets, int stop, std::size_t mostBytes);
    void run();
    /// False once the socket is empty.
    bool readSome(int descriptor, std::string &buffer);

    const std::vector<int> m_sockets;
    const int m_stop; ///< an eventfd
    const std::size_t m_mostBytes;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    Batch m_batch;
    bool m_woken = false;
    std::thread m_thread; ///< last: it uses all the others
};

} // namespace balancer::adapters::access_log

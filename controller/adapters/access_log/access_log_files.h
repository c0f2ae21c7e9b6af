#pragma once

#include "adapters/access_log/partial_file.h"
#include "base/result.h"
#include "plan/access_log_key.h"
#include "plan/access_log_target.h"
#include "ports/clock.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::adapters::access_log {

struct AccessLogOptions
{
    std::string root;          ///< buckets are the folders in it
    bool createBuckets = true; ///< else a bucket must be there already
    plan::AccessLogOwner owner;
};

/// What became of records, counted since the last look.
struct AccessLogLosses
{
    std::uint64_t unreadable = 0;
    std::uint64_t unwritten = 0;
    std::string reason; ///< of the last that was not written

    bool operator==(const AccessLogLosses &) const = default;
};

/// The files of access logs. While its interval lasts, a file is BUCKET/.partial/KEY; then it becomes BUCKET/KEY in one
/// step. Nothing but these names is kept, so any later life can finish what this one leaves. One thread at a time.
class AccessLogFiles
{
public:
    AccessLogFiles(AccessLogOptions options, const ports::Clock &clock);

    /// Whose records are kept from now on. Files that nobody wants any longer are published. The first call takes over
    /// what an earlier life left: files of this interval go on, all others are published.
    void setTargets(const plan::AccessLogTargets &targets);

    /// Takes one record, with its line end. It is in a file after the next `write`.
    void append(std::string_view record);
    void write();

    /// Publishes files whose interval is over. To be called about once a second.
    void rotate();

    /// Makes the place for logs and proves that it can be written by putting ELB's test file there.
    /// InvalidConfigurationRequest, in ELB's words, when it cannot.
    Result<void> open(const std::string &balancer, const model::AccessLog &log);

    /// What was lost since this was last asked.
    AccessLogLosses takeLosses();

    /// Records of one load balancer that wait for `write`, at most about so many bytes.
    static constexpr std::size_t kMostBuffered = 1 << 20;

private:
    struct Stream
    {
        plan::AccessLogFile file; ///< `end` and `unique` are those of `partial`
        std::unique_ptr<PartialFile> partial;
        std::string buffer;
        std::uint64_t bufferedLines = 0;
    };
    struct Wanted
    {
        plan::AccessLogTarget target;
        std::shared_ptr<Stream> stream;
    };
    /// Published, but for the last step.
    struct Stuck
    {
        std::unique_ptr<PartialFile> partial;
        std::string path;
    };

    /// The streams that may go on with a file, by its path without what makes it unique.
    using Continuations = std::map<std::string, std::shared_ptr<Stream>>;

    void recover();
    void recoverBucket(const std::string &bucket, const Continuations &continuations);
    void recoverFile(const std::string &bucket, const std::string &key, const Continuations &continuations);
    Result<void> begin(Stream &stream);
    void write(Stream &stream);
    void publish(Stream &stream);
    void publish(std::unique_ptr<PartialFile> partial, const std::string &path);
    void retryStuck();
    void lose(std::uint64_t lines, const Error &error);
    std::string bucketPath(const std::string &bucket) const;
    std::string partialPath(const plan::AccessLogFile &file) const;
    std::string finalPath(const plan::AccessLogFile &file) const;
    plan::LogTime now() const;

    const AccessLogOptions m_options;
    const ports::Clock &m_clock;
    bool m_recovered = false;
    std::map<std::string, Wanted, std::less<>> m_wanted; ///< by frontend or backend
    std::map<std::string, std::shared_ptr<Stream>> m_streams;
    std::vector<Stuck> m_stuck;
    plan::LogTime m_retryAt{};
    AccessLogLosses m_losses;
};

} // namespace balancer::adapters::access_log

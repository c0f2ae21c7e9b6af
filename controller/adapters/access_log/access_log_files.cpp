#include "adapters/access_log/access_log_files.h"

#include "plan/access_log_line.h"
#include "plan/access_record.h"

#include <QLoggingCategory>
#include <QRandomGenerator>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace balancer::adapters::access_log {

namespace {

Q_LOGGING_CATEGORY(lcAccessLog, "access-log")

namespace fs = std::filesystem;

constexpr std::string_view kPartialFolder = ".partial";
constexpr std::chrono::minutes kRetryPause{1};

std::string uniqueText()
{
    constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyz";
    std::string text;
    for (int i = 0; i < 8; ++i)
        text += kLetters[static_cast<std::size_t>(QRandomGenerator::system()->bounded(int(kLetters.size())))];
    return text;
}

/// The file that a load balancer's records go into, without what belongs to one interval.
plan::AccessLogFile fileOf(const plan::AccessLogTarget &target)
{
    plan::AccessLogFile file;
    file.bucket = target.log.bucket;
    file.prefix = target.log.prefix;
    file.balancer = target.balancer;
    file.nodeAddress = target.nodeAddress;
    file.interval = target.log.emitInterval;
    return file;
}

/// Tells apart files that do not continue each other.
std::string identityOf(const plan::AccessLogFile &file)
{
    return file.bucket + '\n' + file.prefix + '\n' + file.balancer + '\n' + file.nodeAddress + '\n' +
           std::to_string(file.interval.count());
}

Error accessDenied(const std::string &bucket, const Error &reason)
{
    return Error{ErrorCode::InvalidConfigurationRequest,
                 "Access Denied for bucket: " + bucket + ". Please check S3bucket permission (" + reason.message + ")"};
}

/// Folders of partial files that hold nothing any more, from the given one up.
void removeEmptyFolders(fs::path folder)
{
    std::error_code error;
    while (folder.has_relative_path() && folder.filename() != kPartialFolder && fs::remove(folder, error) && !error)
        folder = folder.parent_path();
}

/// Regular files below the folder, as paths from there.
std::vector<std::string> filesBelow(const std::string &folder)
{
    std::vector<std::string> found;
    std::error_code error;
    fs::recursive_directory_iterator position(folder, error);
    for (; !error && position != fs::recursive_directory_iterator(); position.increment(error)) {
        if (position->is_regular_file(error) && !position->is_symlink(error))
            found.push_back(position->path().lexically_relative(folder).string());
    }
    std::ranges::sort(found);
    return found;
}

} // namespace

AccessLogFiles::AccessLogFiles(AccessLogOptions options, const ports::Clock &clock)
    : m_options(std::move(options)), m_clock(clock)
{
}

plan::LogTime AccessLogFiles::now() const
{
    return m_clock.now();
}

std::string AccessLogFiles::bucketPath(const std::string &bucket) const
{
    return m_options.root + "/" + bucket;
}

std::string AccessLogFiles::partialPath(const plan::AccessLogFile &file) const
{
    return bucketPath(file.bucket) + "/" + std::string(kPartialFolder) + "/" +
           plan::accessLogKey(file, m_options.owner);
}

std::string AccessLogFiles::finalPath(const plan::AccessLogFile &file) const
{
    return bucketPath(file.bucket) + "/" + plan::accessLogKey(file, m_options.owner);
}

// --------------------------------------------------------------------------- who wants logs

void AccessLogFiles::setTargets(const plan::AccessLogTargets &targets)
{
    std::map<std::string, Wanted, std::less<>> wanted;
    std::map<std::string, std::shared_ptr<Stream>> streams;
    for (const auto &[proxy, target] : targets) {
        const auto file = fileOf(target);
        if (!plan::checkAccessLogPlace(target.log)) {
            qCWarning(lcAccessLog).noquote() << "the access logs of" << QString::fromStdString(target.balancer)
                                             << "have nowhere to go: their bucket or prefix cannot be used";
            continue;
        }
        auto &stream = streams[identityOf(file)];
        const auto present = m_streams.find(identityOf(file));
        if (!stream && present != m_streams.end())
            stream = present->second;
        if (!stream) {
            stream = std::make_shared<Stream>();
            stream->file = file;
        }
        wanted.emplace(proxy, Wanted{target, stream});
    }
    for (const auto &[identity, stream] : m_streams) {
        if (!streams.contains(identity))
            publish(*stream);
    }
    m_wanted = std::move(wanted);
    m_streams = std::move(streams);
    if (!m_recovered)
        recover();
    m_recovered = true;
}

Result<void> AccessLogFiles::open(const std::string &balancer, const model::AccessLog &log)
{
    if (const auto fits = plan::checkAccessLogPlace(log); !fits)
        return fits;
    const auto bucket = bucketPath(log.bucket);
    std::error_code error;
    if (!m_options.createBuckets && !fs::is_directory(bucket, error)) {
        const Error missing{ErrorCode::NotFound, "there is no directory " + bucket};
        return fail(accessDenied(log.bucket, missing));
    }
    const auto path = bucket + "/" + plan::accessLogTestKey(log, m_options.owner);
    const auto content = "Enable AccessLog for ELB: " + balancer + " at " + plan::renderLogTime(now()) + "\n";
    auto done = makeFolders(bucket + "/" + std::string(kPartialFolder));
    if (done)
        done = makeFolders(fs::path(path).parent_path().string());
    if (done)
        done = writeWhole(path, content);
    if (!done)
        return fail(accessDenied(log.bucket, done.error()));
    return {};
}

// --------------------------------------------------------------------------- records

void AccessLogFiles::append(std::string_view record)
{
    const auto wanted = m_wanted.find(plan::backendOfRecord(record));
    if (wanted == m_wanted.end())
        return;
    const auto read = plan::parseAccessRecord(record);
    if (!read) {
        ++m_losses.unreadable;
        return;
    }
    auto &stream = *wanted->second.stream;
    stream.buffer += plan::renderElbLine(*read, wanted->second.target);
    stream.buffer += '\n';
    ++stream.bufferedLines;
    if (stream.buffer.size() >= kMostBuffered)
        write(stream);
}

void AccessLogFiles::write()
{
    for (const auto &[identity, stream] : m_streams)
        write(*stream);
}

Result<void> AccessLogFiles::begin(Stream &stream)
{
    stream.file.end = plan::endOfInterval(now(), stream.file.interval);
    stream.file.unique = uniqueText();
    auto created = PartialFile::create(partialPath(stream.file));
    if (!created)
        return fail(created.error());
    stream.partial = std::move(*created);
    return {};
}

void AccessLogFiles::write(Stream &stream)
{
    if (stream.buffer.empty())
        return;
    const auto lines = std::exchange(stream.bufferedLines, 0);
    const auto content = std::exchange(stream.buffer, std::string());
    if (!stream.partial) {
        if (const auto begun = begin(stream); !begun)
            return lose(lines, begun.error());
    }
    if (const auto written = stream.partial->append(content); !written)
        lose(lines, written.error());
}

void AccessLogFiles::lose(std::uint64_t lines, const Error &error)
{
    m_losses.unwritten += lines;
    m_losses.reason = error.message;
}

AccessLogLosses AccessLogFiles::takeLosses()
{
    return std::exchange(m_losses, AccessLogLosses());
}

// --------------------------------------------------------------------------- publishing

void AccessLogFiles::rotate()
{
    for (const auto &[identity, stream] : m_streams) {
        if (stream->partial && stream->file.end <= now())
            publish(*stream);
    }
    retryStuck();
}

void AccessLogFiles::publish(Stream &stream)
{
    write(stream);
    if (stream.partial)
        publish(std::move(stream.partial), finalPath(stream.file));
}

void AccessLogFiles::publish(std::unique_ptr<PartialFile> partial, const std::string &path)
{
    const auto before = fs::path(partial->path());
    if (partial->isEmpty()) {
        partial->discard();
    } else if (const auto published = partial->publish(path); !published) {
        qCWarning(lcAccessLog).noquote() << QString::fromStdString(published.error().message);
        m_stuck.push_back(Stuck{std::move(partial), path});
        return;
    }
    removeEmptyFolders(before.parent_path());
}

void AccessLogFiles::retryStuck()
{
    if (m_stuck.empty() || now() < m_retryAt)
        return;
    m_retryAt = now() + kRetryPause;
    for (auto &stuck : std::exchange(m_stuck, {}))
        publish(std::move(stuck.partial), stuck.path);
}

// --------------------------------------------------------------------------- what an earlier life left

void AccessLogFiles::recover()
{
    Continuations continuations;
    for (const auto &[identity, stream] : m_streams) {
        auto expected = stream->file;
        expected.end = plan::endOfInterval(now(), expected.interval);
        expected.unique.clear();
        continuations.emplace(finalPath(expected), stream);
    }
    std::error_code error;
    fs::directory_iterator position(m_options.root, error);
    for (; !error && position != fs::directory_iterator(); position.increment(error)) {
        if (position->is_directory(error))
            recoverBucket(position->path().filename().string(), continuations);
    }
}

void AccessLogFiles::recoverBucket(const std::string &bucket, const Continuations &continuations)
{
    for (const auto &key : filesBelow(bucketPath(bucket) + "/" + std::string(kPartialFolder)))
        recoverFile(bucket, key, continuations);
}

void AccessLogFiles::recoverFile(const std::string &bucket, const std::string &key, const Continuations &continuations)
{
    auto file = plan::parseAccessLogKey(key);
    if (!file)
        return; // not ours
    file->bucket = bucket;
    const auto path = bucketPath(bucket) + "/" + std::string(kPartialFolder) + "/" + key;
    auto resumed = PartialFile::resume(path);
    if (!resumed) {
        qCWarning(lcAccessLog).noquote() << QString::fromStdString(resumed.error().message);
        return;
    }
    auto anonymous = *file;
    anonymous.unique.clear();
    const auto found = continuations.find(finalPath(anonymous));
    if (found != continuations.end() && !found->second->partial) {
        auto &stream = *found->second;
        stream.partial = std::move(*resumed);
        stream.file.end = file->end;
        stream.file.unique = file->unique;
        return;
    }
    publish(std::move(*resumed), bucketPath(bucket) + "/" + key);
}

} // namespace balancer::adapters::access_log

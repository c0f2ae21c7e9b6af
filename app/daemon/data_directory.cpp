#include "daemon/data_directory.h"

#include "base/text.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace balancer::daemon {

namespace {

constexpr mode_t kOwnerOnlyFolder = S_IRWXU;
constexpr mode_t kOwnerOnlyFile = S_IRUSR | S_IWUSR;

class Descriptor
{
public:
    explicit Descriptor(int number) : m_number(number) {}
    ~Descriptor()
    {
        if (m_number >= 0)
            ::close(m_number);
    }
    Descriptor(Descriptor &&other) noexcept : m_number(other.release()) {}
    Descriptor &operator=(Descriptor &&) = delete;

    int number() const { return m_number; }
    int release() { return std::exchange(m_number, -1); }

private:
    int m_number;
};

Error systemError(const std::string &path, int number)
{
    const auto code = number == ENOENT ? ErrorCode::NotFound : ErrorCode::Unavailable;
    return {code, path + ": " + std::generic_category().message(number)};
}

Error unavailable(Error error)
{
    error.code = ErrorCode::Unavailable;
    return error;
}

Result<Descriptor> openFile(const std::string &path, int flags, mode_t mode = 0)
{
    Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, mode));
    if (file.number() < 0)
        return fail(systemError(path, errno));
    return file;
}

/// Nothing at the end of the file.
Result<std::string> readSome(const Descriptor &file, const std::string &path)
{
    std::string chunk(65536, '\0');
    for (;;) {
        const auto count = ::read(file.number(), chunk.data(), chunk.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(systemError(path, errno));
        chunk.resize(static_cast<std::size_t>(count));
        return chunk;
    }
}

Result<void> writeAll(const Descriptor &file, std::string_view content, const std::string &path)
{
    while (!content.empty()) {
        const auto count = ::write(file.number(), content.data(), content.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(systemError(path, errno));
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

/// Also the mode, which the umask must not narrow.
Result<void> writeDurably(const std::string &path, std::string_view content, mode_t mode)
{
    const auto file = openFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, kOwnerOnlyFile);
    if (!file)
        return fail(file.error());
    if (auto written = writeAll(*file, content, path); !written)
        return written;
    if (::fchmod(file->number(), mode) != 0 || ::fsync(file->number()) != 0)
        return fail(systemError(path, errno));
    return {};
}

/// A new name in a folder lasts only when the folder is written too.
Result<void> syncFolderOf(const std::string &path)
{
    const auto slash = path.rfind('/');
    const auto folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const auto opened = openFile(folder, O_RDONLY | O_DIRECTORY);
    if (!opened)
        return fail(opened.error());
    if (::fsync(opened->number()) != 0)
        return fail(systemError(folder, errno));
    return {};
}

/// Folders above it are for everyone to pass, it is not.
Result<void> createFolder(const std::string &path)
{
    std::error_code problem;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), problem);
    if (problem)
        return fail(ErrorCode::Unavailable, path + ": " + problem.message());
    if (::mkdir(path.c_str(), kOwnerOnlyFolder) != 0 && errno != EEXIST)
        return fail(systemError(path, errno));
    return {};
}

Result<void> checkFolder(const std::string &path)
{
    struct stat status
    {
    };
    if (::stat(path.c_str(), &status) != 0)
        return fail(systemError(path, errno));
    if (!S_ISDIR(status.st_mode))
        return fail(ErrorCode::InvalidInput, "data directory " + path + " is not a folder");
    if (status.st_uid != ::geteuid())
        return fail(ErrorCode::InvalidInput, "data directory " + path + " belongs to user " +
                                                 std::to_string(status.st_uid) +
                                                 ": run elastic-haproxy as that user, or choose another folder");
    if ((status.st_mode & 07777) != kOwnerOnlyFolder && ::chmod(path.c_str(), kOwnerOnlyFolder) != 0)
        return fail(systemError(path, errno));
    return {};
}

Error inUse(const std::string &folder, const std::string &lockFile)
{
    const auto content = readFile(lockFile, 64).value_or("");
    const auto pid = trimmed(content);
    const auto owner = pid.empty() ? "" : " (pid " + std::string(pid) + ")";
    return {ErrorCode::Unavailable, "data directory " + folder + " is in use by another elastic-haproxy" + owner};
}

/// The pid in the file only helps people; the lock is what counts.
Result<Descriptor> lockFolder(const std::string &folder)
{
    const auto path = folder + "/lock";
    auto file = openFile(path, O_RDWR | O_CREAT | O_NOFOLLOW, kOwnerOnlyFile);
    if (!file)
        return fail(file.error());
    if (::flock(file->number(), LOCK_EX | LOCK_NB) != 0)
        return fail(errno == EWOULDBLOCK ? inUse(folder, path) : systemError(path, errno));
    if (::ftruncate(file->number(), 0) != 0)
        return fail(systemError(path, errno));
    if (const auto written = writeAll(*file, std::to_string(::getpid()) + '\n', path); !written)
        return fail(written.error());
    return file;
}

} // namespace

Result<DataDirectory> DataDirectory::open(const std::string &path)
{
    if (const auto created = createFolder(path); !created)
        return fail(unavailable(created.error()));
    if (const auto checked = checkFolder(path); !checked)
        return fail(checked.error());
    auto lock = lockFolder(path);
    if (!lock)
        return fail(unavailable(lock.error()));
    return DataDirectory(path, lock->release());
}

DataDirectory::DataDirectory(DataDirectory &&other) noexcept
    : m_path(std::move(other.m_path)), m_lock(std::exchange(other.m_lock, -1))
{
}

DataDirectory::~DataDirectory()
{
    if (m_lock >= 0)
        ::close(m_lock);
}

Result<void> writeFileAtomically(const std::string &path, std::string_view content, mode_t mode)
{
    const auto unfinished = path + ".new";
    ::unlink(unfinished.c_str()); // of an attempt that was interrupted
    auto done = writeDurably(unfinished, content, mode);
    if (done && ::rename(unfinished.c_str(), path.c_str()) != 0)
        done = fail(systemError(path, errno));
    if (done)
        return syncFolderOf(path);
    ::unlink(unfinished.c_str());
    return fail(unavailable(done.error()));
}

Result<std::string> readFile(const std::string &path, std::size_t limit)
{
    const auto file = openFile(path, O_RDONLY);
    if (!file)
        return fail(file.error());
    std::string content;
    for (;;) {
        auto chunk = readSome(*file, path);
        if (!chunk || chunk->empty())
            return chunk ? Result<std::string>(std::move(content)) : chunk;
        content += *chunk;
        if (content.size() > limit)
            return fail(ErrorCode::Unavailable, path + " is larger than " + std::to_string(limit) + " bytes");
    }
}

} // namespace balancer::daemon

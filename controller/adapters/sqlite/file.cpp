#include "adapters/sqlite/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace balancer::adapters::sqlite {

namespace {

constexpr std::size_t kMaxPrivateFile = 4096;
constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

class Descriptor
{
public:
    explicit Descriptor(int number) : m_number(number) {}
    ~Descriptor()
    {
        if (m_number >= 0)
            ::close(m_number);
    }
    Descriptor(Descriptor &&other) noexcept : m_number(std::exchange(other.m_number, -1)) {}
    Descriptor &operator=(Descriptor &&) = delete;

    int number() const { return m_number; }

private:
    int m_number;
};

Error systemError(const std::string &path, int number)
{
    ErrorCode code = ErrorCode::Unavailable;
    if (number == ENOENT)
        code = ErrorCode::NotFound;
    if (number == EEXIST)
        code = ErrorCode::Refused;
    return {code, path + ": " + std::generic_category().message(number)};
}

Result<Descriptor> openFile(const std::string &path, int flags)
{
    Descriptor file(::open(path.c_str(), flags | O_CLOEXEC, kOwnerOnly));
    if (file.number() < 0)
        return fail(systemError(path, errno));
    return file;
}

Result<struct stat> statusOf(const Descriptor &file, const std::string &path)
{
    struct stat status
    {
    };
    if (::fstat(file.number(), &status) != 0)
        return fail(systemError(path, errno));
    if (!S_ISREG(status.st_mode))
        return fail(ErrorCode::Unavailable, path + " is not a file");
    return status;
}

Result<std::string> readUpTo(const Descriptor &file, std::size_t size, const std::string &path)
{
    std::string content(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const auto count = ::read(file.number(), content.data() + filled, size - filled);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(systemError(path, errno));
        if (count == 0)
            break;
        filled += static_cast<std::size_t>(count);
    }
    content.resize(filled);
    return content;
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
    if (::fsync(file.number()) != 0)
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

Result<void> writePrivateFile(const std::string &path, std::string_view content)
{
    const auto file = openFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
    if (!file)
        return fail(file.error());
    return writeAll(*file, content, path);
}

} // namespace

std::optional<std::int64_t> fileSize(const std::string &path)
{
    struct stat status
    {
    };
    if (::stat(path.c_str(), &status) != 0)
        return std::nullopt;
    return status.st_size;
}

Result<std::string> readPrivateFile(const std::string &path)
{
    const auto file = openFile(path, O_RDONLY | O_NOFOLLOW);
    if (!file)
        return fail(file.error());
    const auto status = statusOf(*file, path);
    if (!status)
        return fail(status.error());
    if ((status->st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        std::array<char, 8> mode{};
        std::snprintf(mode.data(), mode.size(), "%04o", status->st_mode & 07777);
        return fail(ErrorCode::InvalidInput, path + " is open to other users (mode " + mode.data() +
                                                 "): make it private with chmod 600, and if others could read it, "
                                                 "replace the access keys it protects");
    }
    return readUpTo(*file, kMaxPrivateFile, path);
}

Result<void> createPrivateFile(const std::string &path, std::string_view content)
{
    const auto unfinished = path + ".new";
    ::unlink(unfinished.c_str()); // of an attempt that was interrupted
    auto done = writePrivateFile(unfinished, content);
    // link, unlike rename, never replaces a file.
    if (done && ::link(unfinished.c_str(), path.c_str()) != 0)
        done = fail(systemError(path, errno));
    ::unlink(unfinished.c_str());
    if (!done)
        return done;
    return syncFolderOf(path);
}

} // namespace balancer::adapters::sqlite

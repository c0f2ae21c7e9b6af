#include "adapters/access_log/partial_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

namespace balancer::adapters::access_log {

namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0640;

tl::unexpected<Error> failed(const char *what, const std::string &path)
{
    return fail(ErrorCode::Unavailable, std::string("cannot ") + what + " " + path + ": " + std::strerror(errno));
}

std::string folderOf(const std::string &path)
{
    return fs::path(path).parent_path().string();
}

bool writeAll(int descriptor, std::string_view content)
{
    while (!content.empty()) {
        const auto written = write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// The size without an unfinished last line; nothing when it cannot be read.
std::optional<std::uint64_t> wholeLines(int descriptor)
{
    struct stat status = {};
    if (fstat(descriptor, &status) != 0)
        return std::nullopt;
    std::array<char, 4096> block{};
    auto end = static_cast<std::uint64_t>(status.st_size);
    while (end > 0) {
        const auto size = std::min<std::uint64_t>(block.size(), end);
        const auto from = end - size;
        if (pread(descriptor, block.data(), size, static_cast<off_t>(from)) != static_cast<ssize_t>(size))
            return std::nullopt;
        const auto lineEnd = std::string_view(block.data(), size).rfind('\n');
        if (lineEnd != std::string_view::npos)
            return from + lineEnd + 1;
        end = from;
    }
    return 0;
}

/// So that a rename in it survives the machine's end.
bool syncFolder(const std::string &path)
{
    const int descriptor = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return false;
    const bool synced = fsync(descriptor) == 0;
    close(descriptor);
    return synced;
}

} // namespace

Result<void> makeFolders(const std::string &path)
{
    std::error_code error;
    fs::create_directories(path, error);
    if (error)
        return fail(ErrorCode::Unavailable, "cannot make the directory " + path + ": " + error.message());
    return {};
}

Result<void> writeWhole(const std::string &path, std::string_view content)
{
    const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
    if (descriptor < 0)
        return failed("write", path);
    const bool written = writeAll(descriptor, content);
    const int reason = errno;
    const bool closed = close(descriptor) == 0;
    if (!written)
        errno = reason;
    if (!written || !closed)
        return failed("write", path);
    return {};
}

PartialFile::PartialFile(std::string path, int descriptor, std::uint64_t size)
    : m_path(std::move(path)), m_descriptor(descriptor), m_size(size)
{
}

PartialFile::~PartialFile()
{
    close(m_descriptor);
}

Result<std::unique_ptr<PartialFile>> PartialFile::create(const std::string &path)
{
    if (const auto made = makeFolders(folderOf(path)); !made)
        return fail(made.error());
    const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kMode);
    if (descriptor < 0)
        return failed("create", path);
    return std::unique_ptr<PartialFile>(new PartialFile(path, descriptor, 0)); // the constructor is private
}

Result<std::unique_ptr<PartialFile>> PartialFile::resume(const std::string &path)
{
    const int descriptor = open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0)
        return failed("open", path);
    std::unique_ptr<PartialFile> file(new PartialFile(path, descriptor, 0)); // the constructor is private
    const auto size = wholeLines(descriptor);
    if (!size || ftruncate(descriptor, static_cast<off_t>(*size)) != 0)
        return failed("mend", path);
    file->m_size = *size;
    return file;
}

Result<void> PartialFile::append(std::string_view lines)
{
    if (writeAll(m_descriptor, lines)) {
        m_size += lines.size();
        return {};
    }
    const auto error = failed("write", m_path);
    // A part of a line would spoil the next one.
    if (ftruncate(m_descriptor, static_cast<off_t>(m_size)) != 0)
        return failed("mend", m_path);
    return error;
}

Result<void> PartialFile::publish(const std::string &path)
{
    if (fsync(m_descriptor) != 0)
        return failed("write", m_path);
    if (const auto made = makeFolders(folderOf(path)); !made)
        return made;
    if (std::rename(m_path.c_str(), path.c_str()) != 0)
        return failed("publish", path);
    m_path = path;
    if (!syncFolder(folderOf(path)))
        return failed("publish", path);
    return {};
}

void PartialFile::discard()
{
    unlink(m_path.c_str());
}

} // namespace balancer::adapters::access_log

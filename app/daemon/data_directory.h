#pragma once

#include "base/result.h"

#include <sys/types.h>

#include <string>
#include <string_view>

namespace balancer::daemon {

/// The node's own folder, held by one daemon at a time: the lock goes with the object, or with the process.
class DataDirectory
{
public:
    /// Opens or creates it (with the folders above it) and locks it. One that is ours but open to others is closed to
    /// them. Unavailable: another daemon holds it (named with its pid), it cannot be created or written. InvalidInput:
    /// it is not a folder, or belongs to another user.
    static Result<DataDirectory> open(const std::string &path);
    ~DataDirectory();
    DataDirectory(DataDirectory &&other) noexcept;
    DataDirectory &operator=(DataDirectory &&) = delete;

    const std::string &path() const { return m_path; }
    /// Of a file in it.
    std::string path(std::string_view name) const { return m_path + '/' + std::string(name); }

private:
    DataDirectory(std::string path, int lock) : m_path(std::move(path)), m_lock(lock) {}

    std::string m_path;
    int m_lock; ///< descriptor of the lock file
};

/// Replaces or creates the file in one step that survives power failure: at any instant there is the old content, or
/// all of the new. Unavailable, the old file untouched.
Result<void> writeFileAtomically(const std::string &path, std::string_view content, mode_t mode);

/// All of a file. NotFound; Unavailable (cannot be read, not a file, larger than `limit` bytes).
Result<std::string> readFile(const std::string &path, std::size_t limit);

} // namespace balancer::daemon

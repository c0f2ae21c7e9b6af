#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace balancer::adapters::access_log {

/// A file that grows in one place and appears in another, complete, once it is published. What was appended survives
/// the end of this process; what was published survives that of the machine.
class PartialFile
{
public:
    /// Creates it, with the folders above it.
    static Result<std::unique_ptr<PartialFile>> create(const std::string &path);
    /// Goes on with one that an earlier life left; a line it did not finish is cut off.
    static Result<std::unique_ptr<PartialFile>> resume(const std::string &path);
    ~PartialFile();
    PartialFile(const PartialFile &) = delete;
    PartialFile &operator=(const PartialFile &) = delete;

    bool isEmpty() const { return m_size == 0; }
    const std::string &path() const { return m_path; }

    /// All of the lines, or none of them: Unavailable.
    Result<void> append(std::string_view lines);

    /// Moves it to `path`, durably, creating the folders above. On failure it stays where it is.
    Result<void> publish(const std::string &path);
    /// Removes it.
    void discard();

private:
    PartialFile(std::string path, int descriptor, std::uint64_t size);

    std::string m_path;
    int m_descriptor;
    std::uint64_t m_size;
};

/// Unavailable naming what could not be made, and why.
Result<void> makeFolders(const std::string &path);

/// Replaces the file's content.
Result<void> writeWhole(const std::string &path, std::string_view content);

} // namespace balancer::adapters::access_log

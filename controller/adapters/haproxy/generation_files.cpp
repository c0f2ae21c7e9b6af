#include "adapters/haproxy/generation_files.h"

#include "base/text.h"
#include "plan/access_log_format.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>

namespace balancer::adapters::haproxy {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "gen-";

Result<void> writeAll(int descriptor, std::string_view content)
{
    while (!content.empty()) {
        const auto written = write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return fail(ErrorCode::Unavailable, std::strerror(errno));
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

/// By way of a second file, so that no reader ever sees half of it. Not made durable: it is derived from the store and
/// rendered again after a crash of the machine.
Result<void> writeFile(const fs::path &path, std::string_view content)
{
    const auto temporary = path.string() + ".new";
    const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return fail(ErrorCode::Unavailable, "cannot write " + temporary + ": " + std::strerror(errno));
    const auto written = writeAll(descriptor, content);
    const bool closed = close(descriptor) == 0;
    if (!written || !closed || std::rename(temporary.c_str(), path.c_str()) != 0) {
        const std::string reason = written ? std::strerror(errno) : written.error().message;
        unlink(temporary.c_str());
        return fail(ErrorCode::Unavailable, "cannot write " + path.string() + ": " + reason);
    }
    return {};
}

std::optional<int> numberIn(const std::string &name)
{
    if (!name.starts_with(kPrefix))
        return std::nullopt;
    const auto rest = std::string_view(name).substr(kPrefix.size());
    int number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    const bool ends = end == rest.data() + rest.size() || *end == '.';
    if (error != std::errc() || !ends || number < 1)
        return std::nullopt;
    return number;
}

} // namespace

GenerationFiles::GenerationFiles(std::string data, std::string run, std::string logSocket)
    : m_data(std::move(data)), m_run(std::move(run)), m_logSocket(std::move(logSocket))
{
}

std::string GenerationFiles::directory(int number) const
{
    return m_data + "/" + std::string(kPrefix) + std::to_string(number);
}

std::string GenerationFiles::socket(int number) const
{
    return m_run + "/" + std::string(kPrefix) + std::to_string(number) + ".sock";
}

std::string GenerationFiles::pidFile(int number) const
{
    return m_run + "/" + std::string(kPrefix) + std::to_string(number) + ".pid";
}

plan::GenerationFacts GenerationFiles::facts(int number) const
{
    return plan::GenerationFacts{number, socket(number), m_logSocket,
                                 m_run + "/" + std::string(plan::kAccessLogSocketName)};
}

Result<void> GenerationFiles::write(int number, const plan::HaproxyConfig &config,
                                    const plan::SlotHealths &healths) const
{
    std::error_code error;
    fs::create_directories(directory(number), error);
    if (error)
        return fail(ErrorCode::Unavailable, "cannot make " + directory(number) + ": " + error.message());
    const auto state = fs::path(directory(number)) / plan::kStateFile;
    if (const auto written = writeFile(state, plan::renderServersState(config, healths)); !written)
        return written;
    return rewrite(number, config);
}

Result<void> GenerationFiles::rewrite(int number, const plan::HaproxyConfig &config) const
{
    const fs::path directoryPath(directory(number));
    for (const auto &[name, content] : plan::renderFiles(config)) {
        if (const auto written = writeFile(directoryPath / name, content); !written)
            return written;
    }
    for (const auto &[name, content] : plan::renderCertificates(config)) {
        if (const auto written = writeFile(directoryPath / name, content); !written)
            return written;
    }
    return writeFile(directoryPath / plan::kConfigFile, plan::renderConfig(config, facts(number)));
}

Result<std::string> GenerationFiles::readConfig(int number) const
{
    const auto path = fs::path(directory(number)) / plan::kConfigFile;
    std::ifstream file(path);
    if (!file)
        return fail(ErrorCode::NotFound, "cannot read " + path.string());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<int> GenerationFiles::numbers() const
{
    std::set<int, std::greater<>> found;
    for (const auto &directoryPath : {m_data, m_run}) {
        std::error_code error;
        fs::directory_iterator entry(directoryPath, error);
        for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
            if (const auto number = numberIn(entry->path().filename().string()))
                found.insert(*number);
        }
    }
    return {found.begin(), found.end()};
}

qint64 GenerationFiles::readPid(int number) const
{
    std::ifstream file(pidFile(number));
    qint64 pid = 0;
    file >> pid;
    return file && pid > 1 ? pid : 0;
}

void GenerationFiles::remove(int number) const
{
    std::error_code ignored; // what is left is removed by the next start
    fs::remove_all(directory(number), ignored);
    fs::remove(socket(number), ignored);
    fs::remove(pidFile(number), ignored);
}

void GenerationFiles::keepAsFailed(int number) const
{
    const fs::path failed = fs::path(m_data) / "failed";
    std::error_code ignored;
    fs::remove_all(failed, ignored);
    fs::rename(directory(number), failed, ignored);
    remove(number);
}

} // namespace balancer::adapters::haproxy

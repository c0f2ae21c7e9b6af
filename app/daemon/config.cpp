#include "daemon/config.h"

#include "daemon/data_directory.h"
#include "daemon/setting_values.h"
#include "daemon/settings_table.h"
#include "daemon/toml_text.h"

#include <algorithm>
#include <utility>

namespace balancer::daemon {

namespace {

constexpr std::size_t kMaxFileSize = 1 << 20;
/// Has no keys yet.
constexpr std::string_view kStoreSection = "store";

std::vector<std::string_view> sectionNames()
{
    std::vector<std::string_view> names = {kStoreSection};
    for (const auto &one : allSettings()) {
        if (std::ranges::find(names, one.section) == names.end())
            names.push_back(one.section);
    }
    return names;
}

std::vector<std::string_view> keysOf(std::string_view section)
{
    std::vector<std::string_view> keys;
    for (const auto &one : allSettings()) {
        if (one.section == section)
            keys.push_back(one.key);
    }
    return keys;
}

std::string joined(const std::vector<std::string_view> &words)
{
    std::string text;
    for (const auto word : words)
        text += (text.empty() ? "" : ", ") + std::string(word);
    return text.empty() ? "nothing" : text;
}

/// Goes through a parsed file and notes all that is wrong with it.
class Reader
{
public:
    void read(const TomlTable &file)
    {
        for (const auto &member : file)
            readSection(member);
    }

    const Settings &settings() const { return m_settings; }

    /// In the order of the file.
    std::vector<Problem> takeProblems()
    {
        std::ranges::stable_sort(m_problems, {}, &Problem::at);
        return std::move(m_problems);
    }

private:
    void note(Position at, std::string message) { m_problems.push_back({at, std::move(message)}); }

    void readSection(const TomlMember &member)
    {
        const auto known = sectionNames();
        if (std::ranges::find(known, member.key) == known.end()) {
            note(member.keyAt, unknownSection(member, known));
            return;
        }
        const auto *section = member.value.as<TomlTable>();
        if (!section) {
            note(member.keyAt, '[' + member.key + "]: must be a section, not " + typeName(member.value));
            return;
        }
        for (const auto &key : *section)
            readKey(member.key, key);
    }

    void readKey(std::string_view section, const TomlMember &member)
    {
        const auto name = '[' + std::string(section) + "] " + member.key + ": ";
        const auto &settings = allSettings();
        const auto found = std::ranges::find_if(
            settings, [&](const Setting &one) { return one.section == section && one.key == member.key; });
        if (found == settings.end())
            note(member.keyAt, name + unknownKey(section, member.key));
        else if (auto problem = found->set(member.value, m_settings))
            note(problem->at, name + problem->message + "; allowed: " + found->allowed);
    }

    static std::string unknownSection(const TomlMember &member, const std::vector<std::string_view> &known)
    {
        const auto allowed = "; allowed: " + joined(known);
        if (!member.value.as<TomlTable>())
            return member.key + ": stands before any section" + allowed;
        const auto near = nearestWord(member.key, known);
        return '[' + member.key + "]: there is no such section" +
               (near ? "; did you mean [" + std::string(*near) + "]?" : allowed);
    }

    static std::string unknownKey(std::string_view section, std::string_view key)
    {
        const auto keys = keysOf(section);
        if (const auto near = nearestWord(key, keys))
            return "there is no such key; did you mean " + std::string(*near) + '?';
        const auto elsewhere = std::ranges::find(allSettings(), key, &Setting::key);
        if (elsewhere != allSettings().end())
            return "there is no such key here; did you mean the one of [" + std::string(elsewhere->section) + "]?";
        return "there is no such key; allowed: " + joined(keys);
    }

    Settings m_settings;
    std::vector<Problem> m_problems;
};

/// One line, whatever the file holds.
std::string renderProblem(const std::string &fileName, const Problem &problem)
{
    auto message = problem.message;
    std::ranges::replace_if(
        message, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
    return fileName + ':' + std::to_string(problem.at.line) + ':' + std::to_string(problem.at.column) + ": " + message;
}

} // namespace

Result<Settings> parseSettings(std::string_view text, const std::string &fileName)
{
    const auto file = parseToml(text);
    if (!file)
        return fail(ErrorCode::InvalidInput, renderProblem(fileName, file.error()));
    Reader reader;
    reader.read(*file);
    std::string problems;
    for (const auto &problem : reader.takeProblems())
        problems += (problems.empty() ? "" : "\n") + renderProblem(fileName, problem);
    if (!problems.empty())
        return fail(ErrorCode::InvalidInput, problems);
    return reader.settings();
}

Result<Settings> loadSettings(const std::string &path)
{
    const auto text = readFile(path, kMaxFileSize);
    if (!text)
        return fail(text.error());
    return parseSettings(*text, path);
}

std::vector<SettingDescription> describeSettings()
{
    const Settings defaults;
    std::vector<SettingDescription> descriptions;
    for (const auto &one : allSettings())
        descriptions.push_back({one.section, one.key, one.allowed, one.render(defaults)});
    return descriptions;
}

} // namespace balancer::daemon

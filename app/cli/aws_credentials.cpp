#include "cli/aws_credentials.h"

#include "base/text.h"
#include "daemon/data_directory.h"

namespace balancer::cli {

namespace {

constexpr std::size_t kMaxFile = 1024 * 1024;

std::string valueOf(const daemon::Environment &environment, const char *name)
{
    return environment(name).value_or("");
}

/// "name" of a line "[name]"; empty for any other line.
std::string_view sectionIn(std::string_view line)
{
    const bool isSection = line.size() > 2 && line.starts_with('[') && line.ends_with(']');
    return isSection ? trimmed(line.substr(1, line.size() - 2)) : std::string_view();
}

Result<client::Credentials> complete(std::string id, std::string secret, std::string_view where)
{
    if (id.empty() && secret.empty())
        return fail(ErrorCode::NotFound, "there is no access key in " + std::string(where));
    if (id.empty() || secret.empty())
        return fail(ErrorCode::InvalidInput,
                    std::string(where) + " has only the " + (id.empty() ? "secret" : "id") + " of an access key");
    return client::Credentials{std::move(id), std::move(secret)};
}

Result<client::Credentials> fromFile(const daemon::Environment &environment)
{
    auto path = valueOf(environment, "AWS_SHARED_CREDENTIALS_FILE");
    if (path.empty())
        path = valueOf(environment, "HOME") + "/.aws/credentials";
    const auto text = daemon::readFile(path, kMaxFile);
    if (!text && text.error().code == ErrorCode::NotFound)
        return fail(ErrorCode::NotFound, "there is no file " + path);
    if (!text)
        return fail(ErrorCode::InvalidInput, text.error().message);
    const auto profile = environment("AWS_PROFILE").value_or("default");
    auto found = parseCredentials(*text, profile);
    if (!found)
        return fail(inContext(path, found.error()));
    return found;
}

} // namespace

Result<client::Credentials> parseCredentials(std::string_view text, std::string_view profile)
{
    std::string id;
    std::string secret;
    bool isOurs = false;
    for (const auto part : split(text, '\n')) {
        const auto line = trimmed(part);
        if (const auto section = sectionIn(line); !section.empty())
            isOurs = section == profile;
        const auto equals = line.find('=');
        if (!isOurs || equals == std::string_view::npos || line.starts_with('#') || line.starts_with(';'))
            continue;
        const auto name = toLower(trimmed(line.substr(0, equals)));
        const auto value = std::string(trimmed(line.substr(equals + 1)));
        if (name == "aws_access_key_id")
            id = value;
        else if (name == "aws_secret_access_key")
            secret = value;
    }
    return complete(std::move(id), std::move(secret), "profile [" + std::string(profile) + "]");
}

Result<client::Credentials> findCredentials(const daemon::Environment &environment)
{
    auto found = complete(valueOf(environment, "AWS_ACCESS_KEY_ID"), valueOf(environment, "AWS_SECRET_ACCESS_KEY"),
                          "the environment");
    if (!found && found.error().code == ErrorCode::NotFound)
        found = fromFile(environment);
    if (!found)
        return found;
    for (const auto *name : {"AWS_DEFAULT_REGION", "AWS_REGION"}) {
        if (const auto region = valueOf(environment, name); !region.empty())
            found->region = region;
    }
    return found;
}

} // namespace balancer::cli

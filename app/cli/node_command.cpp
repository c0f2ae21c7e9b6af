#include "cli/node_command.h"

#include "adapters/http/http_client.h"
#include "base/text.h"
#include "cli/aws_credentials.h"
#include "cli/exit_code.h"
#include "daemon/system_clock.h"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace balancer::cli {

namespace {

using namespace std::chrono_literals;

std::optional<std::string> environmentVariable(const char *name)
{
    const char *value = std::getenv(name);
    return value ? std::optional<std::string>(value) : std::nullopt;
}

/// "AB:CD…" as other programs print it, too.
std::string fingerprintFrom(std::string_view text)
{
    auto digits = toLower(text);
    std::erase(digits, ':');
    return digits;
}

bool isFingerprint(std::string_view digits)
{
    return digits.size() == 64 && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

NodeCommand::NodeCommand()
    : m_clock(std::make_unique<daemon::SystemClock>()), m_transport(std::make_unique<adapters::http::HttpClient>())
{
}

NodeCommand::~NodeCommand() = default;

void NodeCommand::addNodeOptions(CLI::App &command)
{
    command
        .add_option("--node", m_node,
                    "Another node: http://HOST:PORT or https://HOST:PORT, with the access key that the aws CLI would "
                    "take (default: this machine's, over its unix socket)")
        ->type_name("URL");
    command
        .add_option("--fingerprint", m_fingerprint,
                    "With https: the SHA-256 of the node's certificate, which its log tells; no other is accepted")
        ->type_name("HEX");
    command.add_flag("--json", m_json, "Print what the API answers");
}

Result<ports::HttpTarget> NodeCommand::target(const daemon::NodePaths &paths) const
{
    const auto fingerprint = fingerprintFrom(m_fingerprint);
    if (!fingerprint.empty() && !isFingerprint(fingerprint))
        return fail(ErrorCode::InvalidInput, "--fingerprint wants the 64 hexadecimal digits of a SHA-256");
    if (m_node.empty())
        return ports::HttpTarget{"unix:" + paths.controlSocket(), {}};
    ports::HttpTarget target{m_node, fingerprint};
    if (!m_node.starts_with("https://") || !fingerprint.empty())
        return target;
    const auto shown = QCoro::waitFor(m_transport->fetchFingerprint(target, 10s));
    if (!shown)
        return fail(shown.error());
    return fail(ErrorCode::InvalidInput, m_node + " wants --fingerprint: it shows a certificate with " + *shown +
                                             "; compare it with what the node's log tells");
}

Result<client::NodeAccess> NodeCommand::accessTo(const daemon::NodePaths &paths) const
{
    auto where = target(paths);
    if (!where)
        return fail(where.error());
    client::NodeAccess access;
    access.target = std::move(*where);
    if (m_node.empty() && geteuid() == 0)
        return access; // root needs no key there
    auto credentials = findCredentials(environmentVariable);
    if (credentials)
        access.credentials = std::move(*credentials);
    else if (credentials.error().code != ErrorCode::NotFound)
        return fail(credentials.error());
    else if (!m_node.empty())
        return fail(ErrorCode::InvalidInput,
                    "--node needs an access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                    "AWS_SHARED_CREDENTIALS_FILE (" +
                        credentials.error().message + ")");
    return access;
}

int NodeCommand::run(const daemon::NodePaths &paths)
{
    auto access = accessTo(paths);
    if (!access)
        return report(access.error());
    m_access = std::move(*access);
    return ask();
}

} // namespace balancer::cli

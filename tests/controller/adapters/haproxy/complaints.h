#pragma once

#include "adapters/haproxy/generation_files.h"
#include "adapters/haproxy/haproxy_binary.h"
#include "base/text.h"
#include "support/haproxy_bench.h"

#include <QCoro/QCoroTask>
#include <QStringList>

#include <chrono>
#include <string>

namespace balancer::tests {

/// What `haproxy -c` has against the files of a generation; empty: nothing, not even a warning.
inline std::string complaints(const plan::HaproxyConfig &config, const plan::SlotHealths &healths = plan::SlotHealths())
{
    const Scratch scratch;
    const adapters::haproxy::GenerationFiles files(scratch.path(""), scratch.path(""), scratch.path("log.sock"));
    if (const auto written = files.write(1, config, healths); !written)
        return written.error().message;
    const QStringList arguments{QStringLiteral("-c"), QStringLiteral("-C"), QString::fromStdString(files.directory(1)),
                                QStringLiteral("-f"), QStringLiteral("haproxy.cfg")};
    const auto binary = adapters::haproxy::HaproxyBinary::find(QStringLiteral("haproxy")).value();
    const auto checked = QCoro::waitFor(binary.run(arguments, std::chrono::seconds(60)));
    if (!checked)
        return checked.error().message;
    for (const auto line : split(*checked, '\n')) {
        // The state of servers is told as a warning too.
        if (line.starts_with("[WARNING]") && line.find(" : Server ") == std::string_view::npos)
            return std::string(line);
    }
    return {};
}

} // namespace balancer::tests

#pragma once

#include "cli/command.h"
#include "client/access.h"
#include "client/node_client.h"
#include "ports/clock.h"
#include "ports/http_transport.h"

#include <QCoro/QCoroTask>

#include <memory>
#include <string>
#include <utility>

namespace balancer::cli {

/// A subcommand that asks a node: the one of this machine over its unix socket, or another one by its URL.
class NodeCommand : public Command
{
public:
    NodeCommand();
    ~NodeCommand() override;

    /// Finds out how to reach the node, then `ask`s it.
    int run(const daemon::NodePaths &paths) final;

protected:
    void addNodeOptions(CLI::App &command);

    virtual int ask() = 0;
    bool wantsJson() const { return m_json; }

    /// The node's answer to a verb; the errors are those of NodeClient.
    template <typename Request>
    auto perform(Request request)
    {
        client::NodeClient client(*m_transport, *m_clock, m_access);
        return QCoro::waitFor(client.perform(std::move(request)));
    }

private:
    Result<client::NodeAccess> accessTo(const daemon::NodePaths &paths) const;
    Result<ports::HttpTarget> target(const daemon::NodePaths &paths) const;

    std::string m_node;
    std::string m_fingerprint;
    bool m_json = false;
    std::unique_ptr<ports::Clock> m_clock;
    std::unique_ptr<ports::HttpTransport> m_transport;
    client::NodeAccess m_access;
};

} // namespace balancer::cli

#pragma once

#include "plan/haproxy_config.h"
#include "plan/servers_state.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::tests {

/// A running HAProxy as far as the runtime API shows it: servers with address, administrative state and health, maps
/// and lists. Answers the commands we send as HAProxy 2.6 does, word for word, and remembers them. Makes no health
/// checks: a test says what they would have found.
class SimulatedHaproxy
{
public:
    /// As after a start with this configuration and the state file that renderServersState makes of `healths`.
    explicit SimulatedHaproxy(plan::HaproxyConfig config, const plan::SlotHealths &healths = plan::SlotHealths());

    /// One reply to one command, without the final line end.
    std::string answer(const std::string &command);

    /// Every command so far, oldest first.
    const std::vector<std::string> &commands() const { return m_commands; }
    const plan::HaproxyConfig &config() const { return m_config; }
    /// All servers, as `show servers state` has them.
    plan::ServerStates states() const;
    /// One of them; it must exist.
    plan::ServerState state(const std::string &backend, const std::string &server) const;
    /// Contents of the map files, by name.
    const std::map<std::string, std::map<std::string, std::string>> &maps() const { return m_maps; }
    /// Contents of the certificate files, by name.
    const std::map<std::string, std::string> &certificates() const { return m_certificates; }
    /// Entries of the files that conditions name, by name, sorted, each once.
    std::map<std::string, std::vector<std::string>> acls() const;
    /// Servers whose sessions were shut down, in order.
    const std::vector<plan::ServerKey> &shutDown() const { return m_shutDown; }

    /// How many sessions a server has now, until they are shut down.
    void setSessions(const std::string &backend, const std::string &server, int count);
    bool hasSessions() const;

    /// One more answer of its servers was refused.
    void refuseAnswer(const std::string &backend) { ++m_refusals[backend]; }

    /// A check server's state changes by its own checks.
    void checksFindUp(const std::string &backend, const std::string &server);
    void checksFindDown(const std::string &backend, const std::string &server);

private:
    struct Server
    {
        plan::ServerState state;
        std::string tracks; ///< backend whose server of the same name decides; empty: checks itself
        int sessions = 0;
        int rise = 2;
        int fall = 3;
    };

    using Words = std::vector<std::string>;

    void load(const plan::Backend &backend, const plan::SlotHealths &healths);
    void follow();
    std::string showStat(const Words &words) const;
    std::string setServer(const Words &words);
    std::string setAddress(Server &server, const Words &words);
    std::string setState(Server &server, const std::string &word);
    std::string setHealth(Server &server, const std::string &word);
    std::string setMap(const Words &words);
    std::string answerAboutAcl(const Words &words);
    std::string setCertificate(const std::string &command);
    std::string commitCertificate(const Words &words);
    std::string abortCertificate(const Words &words);
    std::string showCertificate(const Words &words) const;
    std::string shutdownSessions(const Words &words);
    std::string showSessions() const;
    std::string shutdownSession(const std::string &id);
    std::string showServers(const Words &words) const;
    bool hasBackend(const std::string &backend) const;
    Server *find(const std::string &path);

    plan::HaproxyConfig m_config;
    std::vector<std::string> m_backends; ///< in the order of the file
    std::map<plan::ServerKey, Server> m_servers;
    std::map<std::string, std::map<std::string, std::string>> m_maps;
    std::map<std::string, std::vector<std::string>> m_acls;
    std::map<std::string, int> m_refusals;
    std::map<std::string, std::string> m_certificates;
    std::optional<std::pair<std::string, std::string>> m_waiting; ///< a file and what is to be committed to it
    std::vector<plan::ServerKey> m_shutDown;
    std::vector<std::string> m_commands;
};

} // namespace balancer::tests

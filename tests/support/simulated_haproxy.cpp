#include "support/simulated_haproxy.h"

#include "base/text.h"
#include "plan/project.h"
#include "plan/render.h"

#include <algorithm>
#include <charconv>

namespace balancer::tests {

namespace {

namespace admin = plan::admin;

constexpr std::string_view kHeader =
    "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "
    "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state "
    "bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr "
    "srv_agent_addr srv_agent_port";

std::vector<std::string> wordsOf(std::string_view text)
{
    std::vector<std::string> words;
    for (const auto word : split(text, ' ')) {
        if (!word.empty())
            words.emplace_back(word);
    }
    return words;
}

/// The number behind `option` in "check inter 30s fall 2 rise 10".
int numberAfter(std::string_view options, std::string_view option, int otherwise)
{
    const auto words = wordsOf(options);
    const auto found = std::ranges::find(words, option);
    return found == words.end() || found + 1 == words.end() ? otherwise : std::stoi(*(found + 1));
}

std::map<std::string, std::string> parseMap(std::string_view text)
{
    std::map<std::string, std::string> entries;
    for (const auto line : split(text, '\n')) {
        const auto words = wordsOf(line);
        if (words.size() == 2)
            entries.emplace(words[0], words[1]);
    }
    return entries;
}

/// tune.bufsize: a longer payload is ignored.
constexpr std::size_t kMaxCommand = 16384;

/// Certificates of tests begin with a line "certificate NAME", whose fingerprint is "FINGERPRINT-NAME".
std::string fingerprintIn(std::string_view pem)
{
    constexpr std::string_view kBegin = "certificate ";
    const auto line = pem.substr(0, pem.find('\n'));
    return line.starts_with(kBegin) ? "FINGERPRINT-" + std::string(line.substr(kBegin.size())) : std::string();
}

bool startsWith(const std::vector<std::string> &words, std::initializer_list<std::string_view> start)
{
    return words.size() >= start.size() && std::equal(start.begin(), start.end(), words.begin());
}

std::string stateLine(std::size_t backend, const plan::ServerState &server)
{
    const auto id = std::to_string(plan::slotOf(server.server) + 1);
    return std::to_string(backend) + " " + server.backend + " " + id + " " + server.server + " " + server.address +
           " " + std::to_string(static_cast<int>(server.state)) + " " + std::to_string(server.admin) + " 1 1 0 " +
           std::to_string(server.checkStatus) + " " + std::to_string(server.checkResult) + " " +
           std::to_string(server.checkHealth) + " " + std::to_string(server.checkState) + " 0 0 0 - " +
           std::to_string(server.port) + " - 0 0 - - 0\n";
}

} // namespace

SimulatedHaproxy::SimulatedHaproxy(plan::HaproxyConfig config, const plan::SlotHealths &healths)
    : m_config(std::move(config))
{
    for (const auto &[name, balancer] : m_config.balancers) {
        for (const auto &backend : balancer->backends)
            load(backend, healths);
        load(balancer->check, healths);
    }
    for (const auto &[file, text] : plan::renderFiles(m_config))
        m_maps.emplace(file, parseMap(text));
    plan::forEachPinned(m_config,
                        [this](const plan::PinnedCertificates &pinned) { m_acls[pinned.file] = pinned.hashes; });
    plan::forEachCertificate(
        m_config, [this](const plan::CertificateFile &file) { m_certificates[file.file] = file.certificate->pem; });
    follow();
}

void SimulatedHaproxy::load(const plan::Backend &backend, const plan::SlotHealths &healths)
{
    m_backends.push_back(backend.name);
    for (std::size_t slot = 0; slot < backend.servers.size(); ++slot) {
        const auto &declared = backend.servers[slot];
        const auto address = plan::effectiveAddress(declared, slot);
        Server server;
        server.tracks = backend.tracks;
        server.rise = numberAfter(backend.serverOptions, "rise", server.rise);
        server.fall = numberAfter(backend.serverOptions, "fall", server.fall);
        server.state.backend = backend.name;
        server.state.server = declared.name;
        server.state.address = address.address.text();
        server.state.port = address.port;
        if (!declared.address) {
            server.state.admin = admin::kForcedMaint | admin::kConfiguredMaint;
        } else {
            const auto known = healths.find({backend.name, declared.name});
            const auto health = known == healths.end() ? plan::SlotHealth::Registering : known->second;
            const bool up = health == plan::SlotHealth::Up;
            server.state.state = up ? plan::OperationalState::Running : plan::OperationalState::Stopped;
            server.state.checkHealth = up ? server.rise + server.fall - 1 : 0;
            server.state.admin = health == plan::SlotHealth::Registering ? admin::kForcedDrain : 0;
        }
        if (!backend.tracks.empty())
            server.state.admin = declared.draining ? admin::kForcedMaint | admin::kConfiguredMaint : 0;
        m_servers.emplace(plan::ServerKey(backend.name, declared.name), server);
    }
}

/// Servers that track another have its state.
void SimulatedHaproxy::follow()
{
    for (auto &[key, server] : m_servers) {
        if (server.tracks.empty())
            continue;
        const auto &tracked = m_servers.at(plan::ServerKey(server.tracks, key.second)).state;
        server.state.admin &= admin::kForcedMaint | admin::kConfiguredMaint;
        if (tracked.isInMaintenance())
            server.state.admin |= admin::kInheritedMaint;
        else if (tracked.isForcedToDrain())
            server.state.admin |= admin::kInheritedDrain;
        server.state.state = server.state.isInMaintenance() ? plan::OperationalState::Stopped : tracked.state;
    }
}

std::string SimulatedHaproxy::answer(const std::string &command)
{
    m_commands.push_back(command);
    const auto words = wordsOf(command);
    std::string reply = "Unknown command\n";
    if (command == "show version")
        reply = "2.6.12\n";
    else if (command == "help")
        reply = "  set map <map> [<key>|#<ref>] <value>    : modify a map entry\n"
                "  add acl [@<ver>] <acl> <pattern>        : add an acl entry\n"
                "  del acl <acl> [<key>|#<ref>]            : delete acl entries matching <key>\n"
                "  set server <bk>/<srv> [opts]            : change a server's state, weight, address or ssl\n"
                "  set ssl cert <certfile> <payload>       : replace a certificate file\n"
                "  commit ssl cert <certfile>              : commit a certificate file\n"
                "  shutdown sessions server <bk>/<srv>     : kill sessions on a server\n";
    else if (startsWith(words, {"show", "servers", "state"}))
        reply = showServers(words);
    else if (startsWith(words, {"show", "stat"}))
        reply = showStat(words);
    else if (startsWith(words, {"set", "server"}))
        reply = setServer(words);
    else if (startsWith(words, {"set", "map"}))
        reply = setMap(words);
    else if (command.starts_with("set ssl cert "))
        reply = setCertificate(command);
    else if (startsWith(words, {"commit", "ssl", "cert"}))
        reply = commitCertificate(words);
    else if (startsWith(words, {"abort", "ssl", "cert"}))
        reply = abortCertificate(words);
    else if (startsWith(words, {"show", "ssl", "cert"}))
        reply = showCertificate(words);
    else if (words.size() > 2 && words[1] == "acl")
        reply = answerAboutAcl(words);
    else if (startsWith(words, {"shutdown", "sessions", "server"}))
        reply = shutdownSessions(words);
    else if (command == "show sess")
        reply = showSessions();
    else if (startsWith(words, {"shutdown", "session"}) && words.size() == 3)
        reply = shutdownSession(words[2]);
    follow();
    return reply;
}

bool SimulatedHaproxy::hasBackend(const std::string &backend) const
{
    return std::ranges::find(m_backends, backend) != m_backends.end();
}

SimulatedHaproxy::Server *SimulatedHaproxy::find(const std::string &path)
{
    const auto slash = path.find('/');
    if (slash == std::string::npos)
        return nullptr;
    const auto found = m_servers.find(plan::ServerKey(path.substr(0, slash), path.substr(slash + 1)));
    return found == m_servers.end() ? nullptr : &found->second;
}

std::string SimulatedHaproxy::setServer(const Words &words)
{
    if (words.size() < 5)
        return "Require 'backend/server'.\n";
    if (!hasBackend(words[2].substr(0, words[2].find('/'))))
        return "No such backend.\n";
    auto *server = find(words[2]);
    if (!server)
        return "No such server.\n";
    if (words[3] == "addr")
        return setAddress(*server, words);
    if (words[3] == "state")
        return setState(*server, words[4]);
    if (words[3] == "health")
        return setHealth(*server, words[4]);
    return "usage: set server <backend>/<server> addr | agent | check-addr | check-port | fqdn | health | ssl | state "
           "| weight\n";
}

std::string SimulatedHaproxy::setAddress(Server &server, const Words &words)
{
    const auto address = IpAddress::parse(words[4]);
    if (!address)
        return "Invalid addr '" + words[4] + "' by 'stats socket command'\n";
    std::string reply = "no need to change the addr";
    if (server.state.address != address->text())
        reply = "IP changed from '" + server.state.address + "' to '" + address->text() + "'";
    server.state.address = address->text();
    if (words.size() >= 7 && words[5] == "port") {
        const auto port = static_cast<std::uint16_t>(std::stoi(words[6]));
        if (server.state.port != port)
            reply += ", port changed from '" + std::to_string(server.state.port) + "' to '" + words[6] + "'";
        else
            reply += ", no need to change the port";
        server.state.port = port;
    }
    return reply + " by 'stats socket command'\n";
}

std::string SimulatedHaproxy::setState(Server &server, const std::string &word)
{
    auto &state = server.state;
    const bool leavesMaintenance = state.isInMaintenance() && word != "maint";
    if (word == "maint") {
        state.admin = (state.admin | admin::kForcedMaint) & ~admin::kForcedDrain;
        state.state = plan::OperationalState::Stopped;
        state.checkHealth = 0;
    } else if (word == "drain") {
        state.admin = (state.admin | admin::kForcedDrain) & ~admin::kForcedMaint;
    } else if (word == "ready") {
        state.admin &= ~(admin::kForcedDrain | admin::kForcedMaint);
    } else {
        return "'set server <srv> state' expects 'ready', 'drain' and 'maint'.\n";
    }
    if (leavesMaintenance) {
        // "Up, but will fall down at the first failure."
        state.state = plan::OperationalState::Running;
        state.checkHealth = server.rise;
    }
    return {};
}

std::string SimulatedHaproxy::setHealth(Server &server, const std::string &word)
{
    if (!server.tracks.empty())
        return "cannot change health on a tracking server.\n";
    if (word == "up") {
        server.state.checkHealth = server.rise + server.fall - 1;
        server.state.state = plan::OperationalState::Running;
    } else if (word == "down") {
        server.state.checkHealth = 0;
        server.state.state = plan::OperationalState::Stopped;
    } else {
        return "'set server <srv> health' expects 'up', 'stopping', or 'down'.\n";
    }
    return {};
}

std::string SimulatedHaproxy::setMap(const Words &words)
{
    const auto map = words.size() < 5 ? m_maps.end() : m_maps.find(words[2]);
    if (map == m_maps.end())
        return "Unknown map identifier. Please use #<id> or <file>.\n";
    const auto entry = map->second.find(words[3]);
    if (entry == map->second.end())
        return "entry not found.\n";
    entry->second = words[4];
    return {};
}

/// An entry added twice is there twice; deleting takes all that are equal.
std::string SimulatedHaproxy::answerAboutAcl(const Words &words)
{
    const auto acl = m_acls.find(words[2]);
    if (acl == m_acls.end())
        return "Unknown ACL identifier. Please use #<id> or <file>.\n";
    auto &entries = acl->second;
    std::string text;
    for (const auto &entry : entries)
        text += "0x5581fe4a9b10 " + entry + "\n";
    if (words[0] == "show")
        return text;
    if (words.size() < 4)
        return "Unknown command\n";
    if (words[0] == "add")
        entries.push_back(words[3]);
    else if (std::erase(entries, words[3]) == 0)
        return "Key not found.\n";
    return {};
}

std::string SimulatedHaproxy::setCertificate(const std::string &command)
{
    const auto end = command.find(" <<\n");
    const auto file = wordsOf(command.substr(0, end)).back();
    if (end == std::string::npos || command.size() > kMaxCommand)
        return {}; // as HAProxy does: not a word
    const auto payload = command.substr(end + 4);
    std::string asked; // for each line
    for (auto lines = std::ranges::count(payload, '\n'); lines >= 0; --lines)
        asked += "+ ";
    if (!m_certificates.contains(file))
        return asked + "Can't replace a certificate which is not referenced by the configuration!\nCan't update " +
               file + "!\n";
    if (m_waiting && m_waiting->first != file)
        return asked + "The ongoing transaction is about '" + m_waiting->first + "' but you are trying to set '" +
               file + "'\nCan't update " + file + "!\n";
    const auto *const done = m_waiting ? "updated" : "created";
    m_waiting = {file, payload};
    return asked + "Transaction " + done + " for certificate " + file + "!\n";
}

std::string SimulatedHaproxy::commitCertificate(const Words &words)
{
    if (!m_waiting || words.size() < 4 || m_waiting->first != words[3])
        return "No ongoing transaction! !\nCan't commit " + words.back() + "!\n";
    m_certificates[m_waiting->first] = m_waiting->second;
    m_waiting.reset();
    return "Committing " + words[3] + "..\nSuccess!\n";
}

std::string SimulatedHaproxy::abortCertificate(const Words &words)
{
    if (!m_waiting)
        return "No ongoing transaction!\n";
    m_waiting.reset();
    return "Transaction aborted for certificate '" + words.back() + "'!\n";
}

/// What certificates of tests hold stands for their fingerprint.
std::string SimulatedHaproxy::showCertificate(const Words &words) const
{
    const auto known = words.size() < 4 ? m_certificates.end() : m_certificates.find(words[3]);
    if (known == m_certificates.end())
        return "Can't display the certificate: Not found or the certificate is a bundle!\n";
    return "Filename: " + words[3] + "\nStatus: Used\nSHA1 FingerPrint: " + fingerprintIn(known->second) + "\n";
}

std::string SimulatedHaproxy::shutdownSessions(const Words &words)
{
    const auto path = words.size() < 4 ? std::string() : words[3];
    if (!hasBackend(path.substr(0, path.find('/'))))
        return "No such backend.\n";
    auto *server = find(path);
    if (!server)
        return "No such server.\n";
    server->sessions = 0;
    m_shutDown.emplace_back(server->state.backend, server->state.server);
    return {};
}

/// Of each server the first is listed, for one stands for all.
std::string SimulatedHaproxy::showSessions() const
{
    std::string text = "0x1: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s\n";
    std::size_t number = 1;
    for (const auto &[key, server] : m_servers) {
        ++number;
        if (server.sessions > 0)
            text += "0x" + std::to_string(number) + ": proto=tcpv4 src=127.0.0.1:47494 fe=f be=" + key.first +
                    " srv=" + key.second + " ts=00 epoch=0 age=1s\n";
    }
    return text;
}

std::string SimulatedHaproxy::shutdownSession(const std::string &id)
{
    std::size_t number = 1;
    for (auto &[key, server] : m_servers) {
        if (id != "0x" + std::to_string(++number) || server.sessions == 0)
            continue;
        --server.sessions;
        m_shutDown.push_back(key);
        return {};
    }
    return "No such session (use 'show sess').\n";
}

std::string SimulatedHaproxy::showServers(const Words &words) const
{
    if (words.size() > 3 && !hasBackend(words[3]))
        return "Can't find backend.\n";
    std::string text = "1\n" + std::string(kHeader) + "\n";
    for (std::size_t i = 0; i < m_backends.size(); ++i) {
        if (words.size() > 3 && m_backends[i] != words[3])
            continue;
        for (const auto &[key, server] : m_servers) {
            if (key.first == m_backends[i])
                text += stateLine(i + 2, server.state);
        }
    }
    return text;
}

/// The servers of one backend, or itself, and of all columns only what is asked for here.
std::string SimulatedHaproxy::showStat(const Words &words) const
{
    if (words.size() == 5 && words[3] == "2" && hasBackend(words[2])) {
        const auto refusals = m_refusals.find(words[2]);
        const int count = refusals == m_refusals.end() ? 0 : refusals->second;
        return "# pxname,svname,dresp,\n" + words[2] + ",BACKEND," + std::to_string(count) + ",\n";
    }
    if (words.size() != 5 || words[3] != "4" || words[4] != "-1" || !hasBackend(words[2]))
        return "No such proxy.\n";
    std::string text = "# pxname,svname,scur,\n";
    for (const auto &[key, server] : m_servers) {
        if (key.first == words[2])
            text += key.first + "," + key.second + "," + std::to_string(server.sessions) + ",\n";
    }
    return text;
}

void SimulatedHaproxy::setSessions(const std::string &backend, const std::string &server, int count)
{
    m_servers.at(plan::ServerKey(backend, server)).sessions = count;
}

bool SimulatedHaproxy::hasSessions() const
{
    return std::ranges::any_of(m_servers, [](const auto &entry) { return entry.second.sessions > 0; });
}

plan::ServerStates SimulatedHaproxy::states() const
{
    plan::ServerStates all;
    for (const auto &[key, server] : m_servers)
        all.emplace(key, server.state);
    return all;
}

plan::ServerState SimulatedHaproxy::state(const std::string &backend, const std::string &server) const
{
    return m_servers.at(plan::ServerKey(backend, server)).state;
}

std::map<std::string, std::vector<std::string>> SimulatedHaproxy::acls() const
{
    auto all = m_acls;
    for (auto &[file, entries] : all) {
        std::ranges::sort(entries);
        const auto repeated = std::ranges::unique(entries);
        entries.erase(repeated.begin(), repeated.end());
    }
    return all;
}

void SimulatedHaproxy::checksFindUp(const std::string &backend, const std::string &server)
{
    auto &checked = m_servers.at(plan::ServerKey(backend, server));
    checked.state.state = plan::OperationalState::Running;
    checked.state.checkHealth = checked.rise + checked.fall - 1;
    follow();
}

void SimulatedHaproxy::checksFindDown(const std::string &backend, const std::string &server)
{
    auto &checked = m_servers.at(plan::ServerKey(backend, server));
    checked.state.state = plan::OperationalState::Stopped;
    checked.state.checkHealth = 0;
    follow();
}

} // namespace balancer::tests

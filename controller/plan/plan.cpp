#include "plan/plan.h"

#include "base/text.h"
#include "plan/certificate_swap.h"
#include "plan/project.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace balancer::plan {

namespace {

using Kind = Command::Kind;

std::string path(const Backend &backend, std::size_t slot)
{
    return backend.name + "/" + backend.servers[slot].name;
}

Command setState(const std::string &server, std::string_view state)
{
    return {Kind::SetState, "set server " + server + " state " + std::string(state)};
}

Command setHealth(const std::string &server, std::string_view health)
{
    return {Kind::SetHealth, "set server " + server + " health " + std::string(health)};
}

Command setAddress(const Backend &backend, std::size_t slot)
{
    const auto endpoint = effectiveAddress(backend.servers[slot], slot);
    return {Kind::SetAddress, "set server " + path(backend, slot) + " addr " + endpoint.address.text() + " port " +
                                  std::to_string(endpoint.port)};
}

/// What a backend would be if only commands had changed it: the same but for what is in the slots and which certificate
/// is shown.
Backend reachable(const Backend &running, const Backend &desired)
{
    Backend backend = running;
    const auto slots = std::min(running.servers.size(), desired.servers.size());
    for (std::size_t i = 0; i < slots; ++i) {
        backend.servers[i].instance = desired.servers[i].instance;
        backend.servers[i].address = desired.servers[i].address;
        backend.servers[i].draining = desired.servers[i].draining;
    }
    if (backend.certificate && desired.certificate && backend.certificate->file == desired.certificate->file)
        backend.certificate = desired.certificate;
    if (backend.pinned && desired.pinned && backend.pinned->file == desired.pinned->file)
        backend.pinned = desired.pinned;
    return backend;
}

std::optional<std::string> backendReason(const Backend &running, const Backend &desired)
{
    if (reachable(running, desired) == desired)
        return std::nullopt;
    if (running.servers.size() != desired.servers.size())
        return "backend " + running.name + " gets " + std::to_string(desired.servers.size()) + " slots instead of " +
               std::to_string(running.servers.size());
    const auto servers = std::ranges::mismatch(running.servers, desired.servers, {}, &Server::backup, &Server::backup);
    if (servers.in1 != running.servers.end())
        return "server " + running.name + "/" + servers.in1->name + " is in another zone than the one before";
    return "backend " + running.name + " changed beyond its servers";
}

std::optional<std::string> checkReason(const Backend &running, const Backend &desired)
{
    const auto reason = backendReason(running, desired);
    if (reason && running.servers.size() == desired.servers.size())
        return "the health check of load balancer " + balancerOfCheckBackend(running.name) + " changed";
    return reason;
}

template <typename Item>
std::optional<std::string> firstListReason(std::string_view kind, const std::vector<Item> &running,
                                           const std::vector<Item> &desired)
{
    const auto has = [](const std::vector<Item> &items, const std::string &name) {
        return std::ranges::find(items, name, &Item::name) != items.end();
    };
    for (const auto &item : desired) {
        if (!has(running, item.name))
            return std::string(kind) + " " + item.name + " is new";
    }
    for (const auto &item : running) {
        if (!has(desired, item.name))
            return std::string(kind) + " " + item.name + " is gone";
    }
    return std::nullopt;
}

std::optional<std::string> frontendsReason(const std::vector<Frontend> &running, const std::vector<Frontend> &desired)
{
    if (running == desired)
        return std::nullopt;
    if (const auto reason = firstListReason("frontend", running, desired))
        return reason;
    for (std::size_t i = 0; i < running.size(); ++i) {
        if (running[i] != desired[i])
            return "frontend " + running[i].name + " changed";
    }
    return std::nullopt;
}

/// Why commands can't turn one into the other; nothing when they can.
std::optional<std::string> balancerReason(const BalancerConfig &running, const BalancerConfig &desired)
{
    if (const auto reason = frontendsReason(running.frontends, desired.frontends))
        return reason;
    if (const auto reason = firstListReason("backend", running.backends, desired.backends))
        return reason;
    if (const auto reason = checkReason(running.check, desired.check))
        return reason;
    for (std::size_t i = 0; i < running.backends.size(); ++i) {
        if (const auto reason = backendReason(running.backends[i], desired.backends[i]))
            return reason;
    }
    return std::nullopt;
}

std::optional<std::string> reloadReason(const HaproxyConfig &running, const HaproxyConfig &desired)
{
    if (running.global != desired.global)
        return "the global section changed";
    if (const auto reason = frontendsReason(running.sharedFrontends, desired.sharedFrontends))
        return reason;
    for (const auto &[name, balancer] : desired.balancers) {
        const auto known = running.balancers.find(name);
        if (known == running.balancers.end())
            return "load balancer " + name + " is new";
        if (known->second == balancer)
            continue;
        if (const auto reason = balancerReason(*known->second, *balancer))
            return reason;
    }
    for (const auto &[name, balancer] : running.balancers) {
        if (!desired.balancers.contains(name))
            return "load balancer " + name + " is gone";
    }
    return std::nullopt;
}

void appendMapCommand(const Backend &check, std::size_t slot, std::vector<Command> &commands)
{
    if (check.hostMap.empty())
        return;
    const auto &server = check.servers[slot];
    commands.push_back({Kind::SetMap, "set map " + check.hostMap + " " + server.name + " " + checkHost(server)});
}

/// No new traffic, and an end to what still runs: the instance is no longer registered.
void appendRelease(const BalancerConfig &running, std::size_t slot, std::vector<Command> &commands)
{
    commands.push_back(setState(path(running.check, slot), "maint"));
    auto ends = sessionEndCommands(running, running.check.servers[slot].name);
    std::ranges::move(ends, std::back_inserter(commands));
}

/// In maintenance a listener's server finishes what it has. Unlike in drain it gets nothing more, not even from clients
/// whose cookie names it: they go elsewhere and get another cookie.
Command setDraining(const Backend &backend, std::size_t slot, bool draining)
{
    return setState(path(backend, slot), draining ? "maint" : "ready");
}

/// For a slot whose traffic goes on to the same place, or that is in maintenance as a whole.
void appendDraining(const BalancerConfig &running, const BalancerConfig &desired, std::size_t slot,
                    std::vector<Command> &commands)
{
    for (std::size_t i = 0; i < running.backends.size(); ++i) {
        const bool wanted = desired.backends[i].servers[slot].draining;
        if (running.backends[i].servers[slot].draining != wanted)
            commands.push_back(setDraining(desired.backends[i], slot, wanted));
    }
}

void appendAddresses(const BalancerConfig &desired, std::size_t slot, std::vector<Command> &commands)
{
    // The map can't be read back with the servers: once the addresses are right, it is too.
    appendMapCommand(desired.check, slot, commands);
    commands.push_back(setAddress(desired.check, slot));
    for (const auto &backend : desired.backends)
        commands.push_back(setAddress(backend, slot));
}

/// The check server's host; its port is the health check's affair.
IpAddress hostOf(const Server &server)
{
    return server.address ? server.address->address : IpAddress();
}

/// Whether traffic for the slot goes to the same place.
bool sameTargets(const BalancerConfig &left, const BalancerConfig &right, std::size_t slot)
{
    if (hostOf(left.check.servers[slot]) != hostOf(right.check.servers[slot]))
        return false;
    for (std::size_t i = 0; i < left.backends.size(); ++i) {
        if (left.backends[i].servers[slot].address != right.backends[i].servers[slot].address)
            return false;
    }
    return true;
}

void appendSlot(const BalancerConfig &running, const BalancerConfig &desired, std::size_t slot, RuntimeChange &change)
{
    const auto &before = running.check.servers[slot];
    const auto &after = desired.check.servers[slot];
    if (before.instance == after.instance && sameTargets(running, desired, slot)) {
        // ELB: a changed health check keeps the instances' states.
        if (before.address != after.address) {
            appendMapCommand(desired.check, slot, change.commands);
            change.commands.push_back(setAddress(desired.check, slot));
        }
        appendDraining(running, desired, slot, change.commands);
        return;
    }
    if (before.address)
        appendRelease(running, slot, change.commands);
    appendDraining(running, desired, slot, change.commands);
    appendAddresses(desired, slot, change.commands);
    if (!after.address)
        return;
    // A server made ready would be up at once, before any check: in drain and down it waits for its first one.
    const auto server = path(desired.check, slot);
    change.commands.push_back(setState(server, "drain"));
    change.commands.push_back(setHealth(server, "down"));
    change.registering.emplace_back(desired.check.name, after.name);
}

/// Why a certificate needs a reload; nothing when none does.
std::optional<std::string> certificatesReason(const HaproxyConfig &running, const HaproxyConfig &desired,
                                              const Capabilities &capabilities)
{
    for (const auto &[name, balancer] : desired.balancers) {
        const auto &before = running.balancers.at(name);
        if (before == balancer)
            continue;
        for (std::size_t i = 0; i < balancer->backends.size(); ++i) {
            const auto &certificate = balancer->backends[i].certificate;
            if (!certificate)
                continue;
            if (auto reason = swapObstacle(*before->backends[i].certificate, *certificate, capabilities))
                return reason;
        }
    }
    return std::nullopt;
}

void appendSwaps(const BalancerConfig &running, const BalancerConfig &desired, RuntimeChange &change)
{
    for (std::size_t i = 0; i < desired.backends.size(); ++i) {
        const auto &certificate = desired.backends[i].certificate;
        if (!certificate || !needsSwap(*running.backends[i].certificate->certificate, *certificate->certificate))
            continue;
        for (auto &command : swapCommands(*certificate))
            change.commands.push_back(std::move(command));
        change.certificates.push_back(*certificate);
    }
}

void appendAclCommands(Kind kind, std::string_view word, const std::vector<std::string> &hashes,
                       const std::vector<std::string> &others, const std::string &file, RuntimeChange &change)
{
    std::vector<std::string> only;
    std::ranges::set_difference(hashes, others, std::back_inserter(only));
    for (const auto &hash : only)
        change.commands.push_back({kind, std::string(word) + " acl " + file + " " + hash});
}

/// Certificates that are accepted from now on; before the servers that show them get traffic.
void appendPins(const BalancerConfig &running, const BalancerConfig &desired, RuntimeChange &change)
{
    for (std::size_t i = 0; i < desired.backends.size(); ++i) {
        const auto &pinned = desired.backends[i].pinned;
        if (!pinned || running.backends[i].pinned == pinned)
            continue;
        appendAclCommands(Kind::AddToAcl, "add", pinned->hashes, running.backends[i].pinned->hashes, pinned->file,
                          change);
        change.pinned.push_back(*pinned);
    }
}

/// And those that are not any more; after the servers that showed them.
void appendUnpins(const BalancerConfig &running, const BalancerConfig &desired, RuntimeChange &change)
{
    for (std::size_t i = 0; i < desired.backends.size(); ++i) {
        if (const auto &pinned = desired.backends[i].pinned)
            appendAclCommands(Kind::DeleteFromAcl, "del", running.backends[i].pinned->hashes, pinned->hashes,
                              pinned->file, change);
    }
}

/// An instance that begins to drain with the reload gets nothing more from the generation that leaves either.
void appendFarewellToDraining(const BalancerConfig &running, const BalancerConfig &desired, std::size_t slot,
                              std::vector<Command> &commands)
{
    for (const auto &backend : desired.backends) {
        const auto before = std::ranges::find(running.backends, backend.name, &Backend::name);
        if (before != running.backends.end() && backend.servers[slot].draining && !before->servers[slot].draining)
            commands.push_back(setDraining(*before, slot, true));
    }
}

std::vector<Command> farewellCommands(const HaproxyConfig &running, const HaproxyConfig &desired)
{
    std::vector<Command> commands;
    for (const auto &[name, balancer] : running.balancers) {
        const auto next = desired.balancers.find(name);
        const auto *wanted = next == desired.balancers.end() ? nullptr : &*next->second;
        if (wanted && next->second == balancer)
            continue;
        const auto &servers = balancer->check.servers;
        for (std::size_t slot = 0; slot < servers.size(); ++slot) {
            if (!servers[slot].address)
                continue;
            if (!staysIn(wanted, servers[slot], slot))
                appendRelease(*balancer, slot, commands);
            else
                appendFarewellToDraining(*balancer, *wanted, slot, commands);
        }
    }
    return commands;
}

RuntimeChange runtimeChange(const HaproxyConfig &running, const HaproxyConfig &desired)
{
    RuntimeChange change;
    for (const auto &[name, balancer] : desired.balancers) {
        const auto &before = running.balancers.at(name);
        if (before == balancer)
            continue;
        appendPins(*before, *balancer, change);
        for (std::size_t slot = 0; slot < balancer->check.servers.size(); ++slot)
            appendSlot(*before, *balancer, slot, change);
        appendUnpins(*before, *balancer, change);
        appendSwaps(*before, *balancer, change);
        change.balancers.push_back(name);
    }
    return change;
}

} // namespace

Capabilities parseCommandList(std::string_view help, std::string version)
{
    Capabilities capabilities;
    capabilities.version = std::string(trimmed(version)); // HAProxy ends its line
    capabilities.setServer = help.find("set server ") != std::string_view::npos &&
                             help.find("shutdown sessions server") != std::string_view::npos;
    capabilities.setMap = help.find("set map ") != std::string_view::npos;
    capabilities.setCertificate =
        help.find("set ssl cert ") != std::string_view::npos && help.find("commit ssl cert ") != std::string_view::npos;
    capabilities.setAcl =
        help.find("add acl ") != std::string_view::npos && help.find("del acl ") != std::string_view::npos;
    return capabilities;
}

Result<void> judgeReply(const Command &command, std::string_view reply)
{
    auto text = trimmed(reply);
    bool succeeded = text.empty();
    if (command.kind == Kind::SetCertificate) {
        // Each line of the payload was asked for with a "+".
        text = text.substr(std::min(text.find_first_not_of("+ "), text.size()));
        succeeded = text.starts_with("Transaction created for certificate") ||
                    text.starts_with("Transaction updated for certificate");
    }
    if (command.kind == Kind::CommitCertificate)
        succeeded = text.ends_with("Success!");
    if (command.kind == Kind::DeleteFromAcl)
        succeeded = text.empty() || text.starts_with("Key not found"); // sent again, it has been deleted before
    if (command.kind == Kind::SetAddress)
        succeeded = text.starts_with("IP changed from") || text.starts_with("port changed from") ||
                    text.starts_with("no need to change the addr");
    if (succeeded)
        return {};
    const auto said = text.empty() ? std::string("nothing") : "'" + std::string(text.substr(0, 200)) + "'";
    return fail(ErrorCode::Refused, "HAProxy answered " + said + " to '" + command.text + "'");
}

Plan makePlan(const HaproxyConfig &running, const HaproxyConfig &desired, const Capabilities &capabilities)
{
    if (running == desired)
        return NoChange{};
    if (auto reason = reloadReason(running, desired))
        return Reload{std::move(*reason), farewellCommands(running, desired)};
    if (auto reason = certificatesReason(running, desired, capabilities))
        return Reload{std::move(*reason), farewellCommands(running, desired)};
    auto change = runtimeChange(running, desired);
    const auto needsMap = [](const Command &command) { return command.kind == Kind::SetMap; };
    if (!capabilities.setServer)
        return Reload{"HAProxy " + capabilities.version + " cannot change servers at run time", {}};
    if (!capabilities.setMap && std::ranges::any_of(change.commands, needsMap))
        return Reload{"HAProxy " + capabilities.version + " cannot change maps at run time",
                      farewellCommands(running, desired)};
    if (!capabilities.setAcl && !change.pinned.empty())
        return Reload{"HAProxy " + capabilities.version + " cannot change lists of certificates at run time",
                      farewellCommands(running, desired)};
    return change;
}

std::vector<Command> readyCommands(const std::string &checkBackend, const std::string &server)
{
    const auto target = checkBackend + "/" + server;
    return {setHealth(target, "up"), setState(target, "ready")};
}

std::vector<Command> unhealthyCommands(const std::string &checkBackend, const std::string &server)
{
    const auto target = checkBackend + "/" + server;
    return {setHealth(target, "down"), setState(target, "ready")};
}

bool staysIn(const BalancerConfig *balancer, const Server &server, std::size_t slot)
{
    if (!balancer || slot >= balancer->check.servers.size())
        return false;
    const auto &after = balancer->check.servers[slot];
    return after.instance == server.instance && hostOf(after) == hostOf(server);
}

std::vector<Command> sessionEndCommands(const BalancerConfig &balancer, const std::string &server)
{
    std::vector<Command> commands;
    for (const auto &backend : balancer.backends)
        commands.push_back({Kind::ShutdownSessions, "shutdown sessions server " + backend.name + "/" + server});
    return commands;
}

std::string describe(const Plan &plan)
{
    if (const auto *reload = std::get_if<Reload>(&plan))
        return "reload: " + reload->reason;
    const auto *change = std::get_if<RuntimeChange>(&plan);
    if (!change || change->commands.empty())
        return "no change";
    std::string text;
    for (const auto &command : change->commands)
        text += (text.empty() ? "" : "\n") + command.text;
    return text;
}

} // namespace balancer::plan

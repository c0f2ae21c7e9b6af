#include "plan/render.h"

#include "base/text.h"
#include "plan/access_log_format.h"
#include "plan/directives.h"
#include "plan/project.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace balancer::plan {

namespace {

constexpr std::string_view kFingerprintPrefix = "# structure ";
constexpr std::string_view kCheckPrefix = "backend hc:";

/// Either the whole text, or only what needs a reload to change.
enum class Detail { All, Structure };

void appendLine(std::string &text, std::string_view line)
{
    text += "    ";
    text += line;
    text += '\n';
}

void appendLines(std::string &text, const std::vector<std::string> &lines)
{
    for (const auto &line : lines)
        appendLine(text, line);
}

void appendServer(std::string &text, const Backend &backend, std::size_t slot, Detail detail)
{
    const auto &server = backend.servers[slot];
    std::string line = "server " + server.name;
    if (detail == Detail::All)
        line += " " + effectiveAddress(server, slot).text();
    if (!backend.tracks.empty())
        line += " track " + backend.tracks + "/" + server.name;
    if (!backend.serverOptions.empty())
        line += " " + backend.serverOptions;
    if (server.backup)
        line += " backup";
    // A tracking server takes its state from the one it tracks, unless it drains. With `disabled`, a slot in use would
    // stay in maintenance whatever the state file says.
    const bool isDisabled = backend.tracks.empty() ? !server.address : server.draining;
    if (detail == Detail::All && isDisabled)
        line += " disabled";
    if (detail == Detail::All && !server.instance.empty())
        line += " # " + server.instance;
    appendLine(text, line);
}

/// Stands in a comment, so that people see which certificate is in the file.
std::string describe(const CertificateFile &file)
{
    const auto &certificate = *file.certificate;
    return "# " + file.file + ": certificate " + certificate.name + ", expires " + certificate.expires + ", SHA-1 " +
           certificate.fingerprint;
}

void appendBackend(std::string &text, const Backend &backend, Detail detail)
{
    text += "\nbackend " + backend.name + "\n";
    if (backend.certificate && detail == Detail::All)
        appendLine(text, describe(*backend.certificate));
    appendLines(text, backend.directives);
    for (std::size_t slot = 0; slot < backend.servers.size(); ++slot)
        appendServer(text, backend, slot, detail);
}

void appendFrontend(std::string &text, const Frontend &frontend)
{
    text += "\nfrontend " + frontend.name + "\n";
    for (const auto &bind : frontend.binds)
        appendLine(text, "bind " + bind.text() + (frontend.bindOptions.empty() ? "" : " " + frontend.bindOptions));
    appendLines(text, frontend.directives);
    if (!frontend.hosts.empty()) {
        const auto lookup = "req.hdr(host),field(1,:),lower,map_str(" + hostsFile(frontend) + ")";
        appendLine(text, "http-request set-var(txn.backend) " + lookup);
        appendLine(text, "http-request return status 404 content-type text/plain string \"No load balancer has this "
                         "host name\\n\" unless { var(txn.backend) -m found }");
        appendLine(text, "use_backend %[var(txn.backend)]");
    }
    if (!frontend.defaultBackend.empty())
        appendLine(text, "default_backend " + frontend.defaultBackend);
}

void appendBalancer(std::string &text, const BalancerConfig &balancer, Detail detail)
{
    for (const auto &frontend : balancer.frontends)
        appendFrontend(text, frontend);
    for (const auto &backend : balancer.backends)
        appendBackend(text, backend, detail);
    appendBackend(text, balancer.check, detail);
}

void appendBalancers(std::string &text, const HaproxyConfig &config, Detail detail)
{
    for (const auto &frontend : config.sharedFrontends)
        appendFrontend(text, frontend);
    for (const auto &[name, balancer] : config.balancers)
        appendBalancer(text, *balancer, detail);
}

std::string renderMap(const std::map<std::string, std::string> &entries)
{
    std::string text;
    for (const auto &[key, value] : entries)
        text += key + " " + value + "\n";
    return text;
}

/// A proxy's name as it can stand in a file's.
std::string fileName(std::string proxy)
{
    std::ranges::replace(proxy, ':', '-');
    return proxy;
}

std::string renderList(const std::vector<std::string> &lines)
{
    std::string text;
    for (const auto &line : lines)
        text += line + "\n";
    return text;
}

void readSlot(std::string_view line, Slots &slots)
{
    const auto words = split(line, ' ');
    if (words.size() < 3 || words[0] != "server")
        return;
    constexpr std::size_t kMostSlots = 100000;
    const auto slot = slotOf(words[1]);
    if (slot >= kMostSlots)
        return;
    if (slots.size() <= slot)
        slots.resize(slot + 1);
    const auto comment = line.find(" # ");
    if (comment == std::string_view::npos)
        return;
    if (const auto id = InstanceId::parse(line.substr(comment + 3)))
        slots[slot] = *id;
}

} // namespace

std::string generationDescription(int number)
{
    return "gen=" + std::to_string(number);
}

std::string hostsFile(const Frontend &frontend)
{
    return "hosts-" + fileName(frontend.name) + ".map";
}

std::string certificateListFile(const Frontend &frontend)
{
    return "certificates-" + fileName(frontend.name) + ".list";
}

std::string renderConfig(const HaproxyConfig &config, const GenerationFacts &facts)
{
    std::string text = "# Written by elastic-haproxy: changes made here are lost.\n";
    text += std::string(kFingerprintPrefix) + structureFingerprint(config) + "\n";
    text += "global\n";
    appendLine(text, "description " + generationDescription(facts.number));
    appendLine(text, "stats socket " + facts.statsSocket + " mode 600 level admin expose-fd listeners");
    appendLine(text, "stats timeout 1h");
    appendLine(text, "server-state-file " + std::string(kStateFile));
    appendLine(text, "log " + facts.logSocket + " len 8192 local0");
    appendLines(text, accessLogGlobal(facts.accessLogSockets));
    appendLines(text, config.global);
    text += renderErrorSection();
    text += "\ndefaults\n";
    appendLine(text, "load-server-state-from-file global");
    appendLine(text, "errorfiles " + std::string(kErrorSection));
    appendBalancers(text, config, Detail::All);
    return text;
}

std::string renderGlobal(const HaproxyConfig &config)
{
    std::string text = "global\n";
    appendLines(text, config.global);
    return text;
}

std::string renderFrontends(const std::vector<Frontend> &frontends)
{
    std::string text;
    for (const auto &frontend : frontends)
        appendFrontend(text, frontend);
    return text;
}

std::string renderBalancer(const BalancerConfig &balancer)
{
    std::string text;
    appendBalancer(text, balancer, Detail::All);
    return text;
}

std::map<std::string, std::string> renderFiles(const HaproxyConfig &config)
{
    auto files = errorFiles();
    for (const auto &frontend : config.sharedFrontends) {
        if (!frontend.hosts.empty())
            files.emplace(hostsFile(frontend), renderMap(frontend.hosts));
        if (!frontend.certificateList.empty())
            files.emplace(certificateListFile(frontend), renderList(frontend.certificateList));
    }
    forEachPinned(config,
                  [&](const PinnedCertificates &pinned) { files.emplace(pinned.file, renderList(pinned.hashes)); });
    for (const auto &[name, balancer] : config.balancers) {
        const auto &check = balancer->check;
        if (check.hostMap.empty())
            continue;
        std::string text;
        for (const auto &server : check.servers)
            text += server.name + " " + checkHost(server) + "\n";
        files.emplace(check.hostMap, std::move(text));
    }
    return files;
}

std::map<std::string, std::string> renderCertificates(const HaproxyConfig &config)
{
    std::map<std::string, std::string> files;
    forEachCertificate(config, [&](const CertificateFile &file) { files.emplace(file.file, file.certificate->pem); });
    return files;
}

std::string structureFingerprint(const HaproxyConfig &config)
{
    std::string text = renderErrorSection();
    for (const auto &[name, content] : errorFiles())
        text += content;
    appendLines(text, config.global);
    appendBalancers(text, config, Detail::Structure);
    for (const auto &frontend : config.sharedFrontends)
        text += renderMap(frontend.hosts) + renderList(frontend.certificateList);
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hashOf(text)));
    return digits.data();
}

std::string parseFingerprint(std::string_view renderedConfig)
{
    const auto start = renderedConfig.find(kFingerprintPrefix);
    if (start == std::string_view::npos)
        return {};
    const auto rest = renderedConfig.substr(start + kFingerprintPrefix.size());
    return std::string(trimmed(rest.substr(0, rest.find('\n'))));
}

SlotTable parseSlots(std::string_view renderedConfig)
{
    SlotTable table;
    Slots *current = nullptr;
    for (const auto line : split(renderedConfig, '\n')) {
        if (line.starts_with(kCheckPrefix))
            current = &table[std::string(trimmed(line.substr(kCheckPrefix.size())))];
        else if (!line.empty() && line.front() != ' ')
            current = nullptr;
        else if (current)
            readSlot(trimmed(line), *current);
    }
    return table;
}

} // namespace balancer::plan

#pragma once

#include "plan/haproxy_config.h"
#include "plan/slots.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::plan {

/// What differs between two generations of one configuration. Paths are absolute.
struct GenerationFacts
{
    int number = 0;
    std::string statsSocket;
    std::string logSocket;        ///< of health checks
    std::string accessLogSockets; ///< what their paths begin with (access_log_format.h)
};

/// Names of the files a generation reads, relative to the directory it is started in (`haproxy -C`).
constexpr std::string_view kConfigFile = "haproxy.cfg";
constexpr std::string_view kStateFile = "servers.state";

/// "gen=7": what `show info` of generation 7 has as description.
std::string generationDescription(int number);

/// The configuration's text: the same input gives the same bytes. A free slot is `disabled`; one with an instance is
/// not, and names the instance in a comment, from which parseSlots reads it back.
std::string renderConfig(const HaproxyConfig &config, const GenerationFacts &facts);

/// Parts of that text, for those who compare.
std::string renderGlobal(const HaproxyConfig &config);
std::string renderFrontends(const std::vector<Frontend> &frontends);
std::string renderBalancer(const BalancerConfig &balancer);

/// The files that the configuration refers to, by name: error answers, host maps of checks and of shared frontends.
std::map<std::string, std::string> renderFiles(const HaproxyConfig &config);

/// The files that hold private keys, by name: nobody but HAProxy may read or see them.
std::map<std::string, std::string> renderCertificates(const HaproxyConfig &config);

/// The map that tells hosts to backends on a shared port.
std::string hostsFile(const Frontend &frontend);
/// The list that tells certificates by SNI there.
std::string certificateListFile(const Frontend &frontend);

/// Identifies all of the configuration that commands can't change, that is all but what is in the slots: two
/// configurations with the same fingerprint need no reload between them. Stands in a comment of the rendered text.
std::string structureFingerprint(const HaproxyConfig &config);

/// The fingerprint in a rendered text; empty if there is none.
std::string parseFingerprint(std::string_view renderedConfig);

/// Which instance had which slot when the text was rendered. Lines that are not ours are ignored.
SlotTable parseSlots(std::string_view renderedConfig);

} // namespace balancer::plan

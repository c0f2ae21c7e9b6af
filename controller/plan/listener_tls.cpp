#include "plan/listener_tls.h"

#include "model/balancer_policies.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

namespace balancer::plan {

namespace {

using model::Listener;
using model::LoadBalancer;
using model::SslNegotiation;
using model::TlsVersion;

struct SpokenVersion
{
    TlsVersion version;
    std::string_view name; ///< HAProxy's
};

/// Ascending; older ones are gone from OpenSSL, and Classic has no newer one.
constexpr std::array kVersions = {
    SpokenVersion{TlsVersion::Tls10, "TLSv1.0"},
    SpokenVersion{TlsVersion::Tls11, "TLSv1.1"},
    SpokenVersion{TlsVersion::Tls12, "TLSv1.2"},
};

SslNegotiation negotiationOf(const LoadBalancer &balancer, const Listener &listener)
{
    if (auto own = model::listenerRule<SslNegotiation>(balancer, listener.loadBalancerPort))
        return *own;
    const auto *standard = model::findPredefinedPolicy(model::kDefaultSslPolicy);
    return std::get<SslNegotiation>(model::ruleOf(*standard));
}

bool speaks(const SslNegotiation &negotiation, TlsVersion version)
{
    return std::ranges::find(negotiation.protocols, version) != negotiation.protocols.end();
}

/// From the lowest to the highest version that is spoken; nothing when none is.
std::optional<std::pair<std::size_t, std::size_t>> versionRange(const SslNegotiation &negotiation)
{
    std::optional<std::pair<std::size_t, std::size_t>> range;
    for (std::size_t i = 0; i < kVersions.size(); ++i) {
        if (speaks(negotiation, kVersions[i].version))
            range = std::pair(range ? range->first : i, i);
    }
    return range;
}

std::string cipherList(const SslNegotiation &negotiation)
{
    std::string list;
    for (const auto &cipher : negotiation.ciphers) {
        if (model::isUsableCipher(cipher))
            list += (list.empty() ? "" : ":") + cipher;
    }
    // Else OpenSSL 3 refuses what older versions need: signatures with SHA-1.
    const bool old = speaks(negotiation, TlsVersion::Tls10) || speaks(negotiation, TlsVersion::Tls11);
    return list.empty() || !old ? list : list + ":@SECLEVEL=0";
}

std::string protocolOptions(const ListenerTls &tls)
{
    // Without tickets sessions are resumed from HAProxy's own cache, which no key outlives.
    return std::string(tls.http ? " alpn http/1.1" : "") + (tls.clientOrder ? " prefer-client-ciphers" : "") +
           " no-tls-tickets";
}

std::string dateOf(model::Timestamp time)
{
    const std::chrono::year_month_day day(std::chrono::floor<std::chrono::days>(time));
    const auto twoDigits = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return std::to_string(static_cast<int>(day.year())) + "-" + twoDigits(static_cast<unsigned>(day.month())) + "-" +
           twoDigits(static_cast<unsigned>(day.day()));
}

} // namespace

Certificate makeCertificate(const model::ServerCertificate &certificate)
{
    return {certificate.name, certificate.id, certificate.fingerprint, dateOf(certificate.expiresAt),
            certificate.body + certificate.chain + certificate.privateKey};
}

std::optional<ListenerTls> listenerTls(const LoadBalancer &balancer, const Listener &listener,
                                       const CertificatesByName &certificates)
{
    if (!model::isSecure(listener.protocol))
        return std::nullopt;
    const auto certificate = certificates.find(model::certificateNameIn(listener.certificateId));
    const auto negotiation = negotiationOf(balancer, listener);
    const auto range = versionRange(negotiation);
    const auto ciphers = cipherList(negotiation);
    if (certificate == certificates.end() || !range || ciphers.empty())
        return std::nullopt;

    ListenerTls tls;
    tls.certificate.file =
        "listener-" + balancer.name.folded() + "-" + std::to_string(listener.loadBalancerPort) + ".pem";
    tls.certificate.certificate = certificate->second;
    tls.versions = "ssl-min-ver " + std::string(kVersions[range->first].name) + " ssl-max-ver " +
                   std::string(kVersions[range->second].name);
    tls.ciphers = "ciphers " + ciphers;
    for (auto i = range->first; i < range->second; ++i) {
        if (!speaks(negotiation, kVersions[i].version))
            tls.gaps.emplace_back(kVersions[i].name);
    }
    tls.clientOrder = !negotiation.serverOrder;
    tls.http = model::isHttpLayer(listener.protocol);
    return tls;
}

std::string bindOptions(const ListenerTls &tls)
{
    return "ssl crt " + tls.certificate.file + " " + tls.versions + " " + tls.ciphers + protocolOptions(tls);
}

std::string sharedBindOptions(const ListenerTls &tls, std::string_view listFile)
{
    // Versions and ciphers stand in the list; what stands here is for the handshake before a name is known.
    return "ssl crt-list " + std::string(listFile) + " ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.2" + protocolOptions(tls);
}

std::string certificateLine(const ListenerTls &tls, const std::vector<std::string> &hosts)
{
    std::string line = tls.certificate.file + " [" + tls.versions + " " + tls.ciphers + "]";
    for (const auto &host : hosts)
        line += " " + host;
    return line;
}

std::vector<std::string> gapRules(const ListenerTls &tls)
{
    std::vector<std::string> lines;
    for (const auto &version : tls.gaps) {
        // OpenSSL has another name for the first one.
        const auto spoken = version == "TLSv1.0" ? std::string("TLSv1") : version;
        lines.push_back("tcp-request session reject if { ssl_fc_protocol " + spoken + " }");
    }
    return lines;
}

bool agree(const ListenerTls &left, const ListenerTls &right)
{
    return left.gaps == right.gaps && left.clientOrder == right.clientOrder;
}

} // namespace balancer::plan

#pragma once

#include "model/certificate.h"
#include "model/load_balancer.h"
#include "plan/haproxy_config.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the policies for TLS of HTTPS and SSL listeners are in HAProxy's words.
namespace balancer::plan {

/// By name.
using CertificatesByName = std::map<std::string, Shared<Certificate>, std::less<>>;

/// HAProxy's view of a certificate.
Certificate makeCertificate(const model::ServerCertificate &certificate);

/// What one listener speaks.
struct ListenerTls
{
    CertificateFile certificate;
    std::string versions; ///< "ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.2"
    std::string ciphers;  ///< "ciphers A:B:C"
    /// Versions between those that are not spoken: HAProxy can only leave out those at an end.
    std::vector<std::string> gaps;
    bool clientOrder = false; ///< the client's preference of ciphers counts
    bool http = true;

    bool operator==(const ListenerTls &) const = default;
};

/// Nothing for a listener without TLS, and for one that cannot be served: its certificate is missing, or OpenSSL has
/// none of its policy's versions and ciphers any more.
std::optional<ListenerTls> listenerTls(const model::LoadBalancer &balancer, const model::Listener &listener,
                                       const CertificatesByName &certificates);

/// What stands behind the address of a bind that is this listener's alone.
std::string bindOptions(const ListenerTls &tls);
/// The same for one where a list of certificates tells by SNI; `tls` is of any of those that share it.
std::string sharedBindOptions(const ListenerTls &tls, std::string_view listFile);
/// A line of such a list; it is shown to who asks for one of `hosts`.
std::string certificateLine(const ListenerTls &tls, const std::vector<std::string> &hosts);

/// Directives that refuse the versions of `gaps`.
std::vector<std::string> gapRules(const ListenerTls &tls);

/// Whether both can share a port: what is a matter of the port must be the same.
bool agree(const ListenerTls &left, const ListenerTls &right);

} // namespace balancer::plan

#pragma once

#include "base/endpoint.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HAProxy's view of a node, in HAProxy's words. Values: comparable, printable, without I/O.
namespace balancer::plan {

/// A value that many configurations share unchanged. Equal pointers are equal without a look at the value, so that
/// comparing two configurations costs what changed between them.
template <typename T>
class Shared
{
public:
    Shared() : m_value(std::make_shared<const T>()) {}
    Shared(T value) : m_value(std::make_shared<const T>(std::move(value))) {} // NOLINT: wrapping is the point

    const T &operator*() const { return *m_value; }
    const T *operator->() const { return m_value.get(); }

    bool operator==(const Shared &other) const { return m_value == other.m_value || *m_value == *other.m_value; }

private:
    std::shared_ptr<const T> m_value;
};

/// Where a frontend listens. An empty address is every address of the machine.
struct Bind
{
    IpAddress address;
    std::uint16_t port = 0;

    /// "10.0.0.1:80", "[fd00::1]:80" or ":80": HAProxy's own notation.
    std::string text() const;

    auto operator<=>(const Bind &) const = default;
    bool operator==(const Bind &) const = default;
};

/// What a listener shows to clients of TLS. What it certifies never changes for an `id`.
struct Certificate
{
    std::string name;        ///< for people
    std::string id;          ///< the upload's
    std::string fingerprint; ///< SHA-1 in capital hexadecimal digits
    std::string expires;     ///< "2027-11-26"
    std::string pem;         ///< certificate, chain and private key: for HAProxy's file alone, shown nowhere

    bool operator==(const Certificate &) const = default;
};

/// The file that a bind refers to, always by the same name, so that its content can be swapped at run time.
struct CertificateFile
{
    std::string file; ///< "listener-web-443.pem"
    Shared<Certificate> certificate;

    bool operator==(const CertificateFile &) const = default;
};

/// The certificates that a backend's servers may show; its directives refer to the file, always by the same name.
struct PinnedCertificates
{
    std::string file;                ///< "certificates-b-web-443.acl"
    std::vector<std::string> hashes; ///< SHA-256 in capital hexadecimal digits, sorted, none twice; may be empty

    bool operator==(const PinnedCertificates &) const = default;
};

/// Directives are complete lines of the section without indentation.
struct Frontend
{
    std::string name;
    std::vector<Bind> binds;
    std::string bindOptions; ///< behind each of them
    std::vector<std::string> directives;
    std::string defaultBackend;
    /// Lines of the file that tells by SNI which certificate is shown; the first one also to who does not say. None
    /// where `bindOptions` name the only one.
    std::vector<std::string> certificateList;
    /// Host name → backend, for a port that several load balancers share; an unknown host is answered with 404.
    std::map<std::string, std::string> hosts;

    bool operator==(const Frontend &) const = default;
};

/// A slot: declared beforehand, given an address at run time.
struct Server
{
    std::string name;                ///< "s1", "s2", …
    std::string instance;            ///< whose slot it is; empty: free
    std::optional<Endpoint> address; ///< none exactly when the slot is free
    /// What it has may finish, nothing new comes, not even from a client whose cookie names it. Of a listener's
    /// servers only: the check server goes on. Also while its certificate has not been found good.
    bool draining = false;
    bool backup = false; ///< gets traffic only while no other one can: it is in another zone than the node

    bool operator==(const Server &) const = default;
};

struct Backend
{
    std::string name;
    std::vector<std::string> directives;
    std::string serverOptions;                  ///< behind the address of every server, after `tracks`
    std::optional<CertificateFile> certificate; ///< of the listener before it, when that speaks TLS
    std::optional<PinnedCertificates> pinned;   ///< none: its servers may show any certificate, or speak plain
    std::string tracks; ///< the backend whose server of the same name decides health; empty: checks itself
    /// The file that tells the Host header of each server's health check; empty when the check needs none.
    std::string hostMap;
    std::vector<Server> servers;

    bool operator==(const Backend &) const = default;
};

/// All that one load balancer needs.
struct BalancerConfig
{
    std::vector<Frontend> frontends; ///< none when it shares the node's addresses
    std::vector<Backend> backends;   ///< one a listener
    Backend check;                   ///< does the health check that all the others track

    bool operator==(const BalancerConfig &) const = default;
};

struct HaproxyConfig
{
    std::vector<std::string> global; ///< without what belongs to one generation: its name, sockets and files
    std::vector<Frontend> sharedFrontends;
    std::map<std::string, Shared<BalancerConfig>> balancers; ///< by folded name

    bool operator==(const HaproxyConfig &) const = default;
};

/// The address that stands in a free slot: never routed (RFC 5737), and another one for each slot.
Endpoint placeholderAddress(std::size_t slot);

/// The address as HAProxy should have it: the instance's, or the slot's placeholder. `slot` is the server's index.
Endpoint effectiveAddress(const Server &server, std::size_t slot);

/// Host header of a health check: AWS sends the instance's own address.
std::string checkHost(const Server &server);

/// File descriptors HAProxy reserves for this load balancer: one a listener, and one a health check, used or not.
std::size_t descriptorNeed(const BalancerConfig &balancer);

/// Calls `visit` with every certificate file.
template <typename Visit>
void forEachCertificate(const HaproxyConfig &config, Visit visit)
{
    for (const auto &[name, balancer] : config.balancers) {
        for (const auto &backend : balancer->backends) {
            if (backend.certificate)
                visit(*backend.certificate);
        }
    }
}

/// Calls `visit` with every list of pinned certificates.
template <typename Visit>
void forEachPinned(const HaproxyConfig &config, Visit visit)
{
    for (const auto &[name, balancer] : config.balancers) {
        for (const auto &backend : balancer->backends) {
            if (backend.pinned)
                visit(*backend.pinned);
        }
    }
}

/// Every bind of the configuration, sorted, without repetitions.
std::vector<Bind> allBinds(const HaproxyConfig &config);
/// Every frontend's name.
std::vector<std::string> frontendNames(const HaproxyConfig &config);

} // namespace balancer::plan

#pragma once

#include "ports/store.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::service {

/// Changes to the desired state that will be saved together. Reads see the changes made so far.
class Draft
{
public:
    explicit Draft(const ports::DesiredState &base) : m_base(base) {}

    /// Null when there is none (any more).
    const model::LoadBalancer *find(const LoadBalancerName &name) const;
    std::size_t balancerCount() const;
    /// Calls `visit` with every load balancer there is.
    template <typename Visit>
    void forEachBalancer(Visit visit) const;

    void put(model::LoadBalancer balancer);
    void remove(const LoadBalancerName &name);

    std::optional<std::string> addressOf(const InstanceId &instance) const;
    /// Empty when nobody said.
    std::string zoneOf(const InstanceId &instance) const;
    /// Without an address the registry forgets both.
    void setAddress(const InstanceId &instance, std::optional<std::string> address, std::string zone = {});

    void changeKey(ports::KeyChange change);
    /// Null when there is none (any more).
    const model::ServerCertificate *findCertificate(std::string_view name) const;
    /// All there are, by name; valid until the draft changes.
    std::vector<const model::ServerCertificate *> certificates() const;
    void putCertificate(model::ServerCertificate certificate);
    void removeCertificate(const std::string &name);

    /// Only what differs from the base.
    ports::Transaction transaction() const;

private:
    std::vector<ports::CertificateChange> certificateChanges() const;

    const ports::DesiredState &m_base;
    std::map<LoadBalancerName, std::optional<model::LoadBalancer>> m_balancers;
    std::map<InstanceId, ports::AddressChange> m_addresses;
    std::map<std::string, ports::KeyChange> m_keys;
    std::map<std::string, std::optional<model::ServerCertificate>, std::less<>> m_certificates;
};

template <typename Visit>
void Draft::forEachBalancer(Visit visit) const
{
    for (const auto &[name, stored] : m_base.balancers) {
        if (!m_balancers.contains(name))
            visit(stored.value);
    }
    for (const auto &[name, value] : m_balancers) {
        if (value)
            visit(*value);
    }
}

} // namespace balancer::service

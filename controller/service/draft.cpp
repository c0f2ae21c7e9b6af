#include "service/draft.h"

#include <algorithm>
#include <utility>

namespace balancer::service {

const model::LoadBalancer *Draft::find(const LoadBalancerName &name) const
{
    const auto changed = m_balancers.find(name);
    if (changed != m_balancers.end())
        return changed->second ? &*changed->second : nullptr;
    const auto stored = m_base.balancers.find(name);
    return stored == m_base.balancers.end() ? nullptr : &stored->second.value;
}

std::size_t Draft::balancerCount() const
{
    auto count = m_base.balancers.size();
    for (const auto &[name, value] : m_balancers) {
        const bool stored = m_base.balancers.contains(name);
        if (value && !stored)
            ++count;
        else if (!value && stored)
            --count;
    }
    return count;
}

void Draft::put(model::LoadBalancer balancer)
{
    const auto name = balancer.name;
    m_balancers.insert_or_assign(name, std::move(balancer));
}

void Draft::remove(const LoadBalancerName &name)
{
    m_balancers.insert_or_assign(name, std::nullopt);
}

std::optional<std::string> Draft::addressOf(const InstanceId &instance) const
{
    const auto changed = m_addresses.find(instance);
    if (changed != m_addresses.end())
        return changed->second.address;
    const auto stored = m_base.addresses.find(instance);
    if (stored == m_base.addresses.end())
        return std::nullopt;
    return stored->second;
}

std::string Draft::zoneOf(const InstanceId &instance) const
{
    const auto changed = m_addresses.find(instance);
    if (changed != m_addresses.end())
        return changed->second.zone;
    const auto stored = m_base.zones.find(instance);
    return stored == m_base.zones.end() ? std::string() : stored->second;
}

void Draft::setAddress(const InstanceId &instance, std::optional<std::string> address, std::string zone)
{
    m_addresses.insert_or_assign(instance, ports::AddressChange{instance, std::move(address), std::move(zone)});
}

void Draft::changeKey(ports::KeyChange change)
{
    auto id = change.id;
    m_keys.insert_or_assign(std::move(id), std::move(change));
}

const model::ServerCertificate *Draft::findCertificate(std::string_view name) const
{
    const auto changed = m_certificates.find(name);
    if (changed != m_certificates.end())
        return changed->second ? &*changed->second : nullptr;
    const auto stored = m_base.certificates.find(name);
    return stored == m_base.certificates.end() ? nullptr : &stored->second.value;
}

std::vector<const model::ServerCertificate *> Draft::certificates() const
{
    std::vector<const model::ServerCertificate *> all;
    for (const auto &[name, stored] : m_base.certificates) {
        if (!m_certificates.contains(name))
            all.push_back(&stored.value);
    }
    for (const auto &[name, value] : m_certificates) {
        if (value)
            all.push_back(&*value);
    }
    std::ranges::sort(all, {}, [](const auto *certificate) -> const std::string & { return certificate->name; });
    return all;
}

void Draft::putCertificate(model::ServerCertificate certificate)
{
    auto name = certificate.name;
    m_certificates.insert_or_assign(std::move(name), std::move(certificate));
}

void Draft::removeCertificate(const std::string &name)
{
    m_certificates.insert_or_assign(name, std::nullopt);
}

std::vector<ports::CertificateChange> Draft::certificateChanges() const
{
    std::vector<ports::CertificateChange> changes;
    for (const auto &[name, value] : m_certificates) {
        const auto stored = m_base.certificates.find(name);
        const bool exists = stored != m_base.certificates.end();
        const bool same = exists ? value && *value == stored->second.value : !value;
        if (!same)
            changes.push_back({name, exists ? stored->second.revision : Revision(), value});
    }
    return changes;
}

ports::Transaction Draft::transaction() const
{
    ports::Transaction transaction;
    for (const auto &[name, value] : m_balancers) {
        const auto stored = m_base.balancers.find(name);
        const bool exists = stored != m_base.balancers.end();
        const bool same = exists ? value && *value == stored->second.value : !value;
        if (same)
            continue;
        const auto expected = exists ? stored->second.revision : Revision();
        transaction.balancers.push_back(ports::BalancerChange{name, expected, value});
    }
    const Draft before(m_base);
    for (const auto &[instance, change] : m_addresses) {
        if (change.address != before.addressOf(instance) || change.zone != before.zoneOf(instance))
            transaction.addresses.push_back(change);
    }
    for (const auto &[id, change] : m_keys)
        transaction.keys.push_back(change);
    transaction.certificates = certificateChanges();
    return transaction;
}

} // namespace balancer::service

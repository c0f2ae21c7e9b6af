#pragma once

#include "model/certificate.h"
#include "model/load_balancer.h"
#include "model/policy.h"
#include "plan/project.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Values for tests, in as few words as they have to say: loadBalancer("web").with(http(80,
/// 8080)).with(instance("i-1")).
namespace balancer::tests {

inline LoadBalancerName name(std::string_view text)
{
    return LoadBalancerName::parse(text).value();
}

inline InstanceId id(std::string_view text)
{
    return InstanceId::parse(text).value();
}

inline IpAddress address(std::string_view text)
{
    return IpAddress::parse(text).value();
}

inline Endpoint endpoint(std::string_view text)
{
    return Endpoint::parse(text).value();
}

inline model::Instance instance(std::string_view instanceId, std::string_view host, std::uint16_t port = 0)
{
    model::Instance made;
    made.id = id(instanceId);
    made.address.address = address(host);
    made.address.port = port;
    return made;
}

inline model::Listener listener(model::Protocol protocol, std::uint16_t port, model::Protocol instanceProtocol,
                                std::uint16_t instancePort)
{
    model::Listener made;
    made.protocol = protocol;
    made.loadBalancerPort = port;
    made.instanceProtocol = instanceProtocol;
    made.instancePort = instancePort;
    if (model::isSecure(protocol))
        made.certificateId = "arn:aws:iam::000000000000:server-certificate/1";
    return made;
}

inline model::Listener http(std::uint16_t port, std::uint16_t instancePort)
{
    return listener(model::Protocol::Http, port, model::Protocol::Http, instancePort);
}

inline model::Listener tcp(std::uint16_t port, std::uint16_t instancePort)
{
    return listener(model::Protocol::Tcp, port, model::Protocol::Tcp, instancePort);
}

/// What listeners name as their certificate.
inline std::string certificateArn(const std::string &certificateName)
{
    return "arn:aws:iam::000000000000:server-certificate/" + certificateName;
}

inline model::Listener https(std::uint16_t port, std::uint16_t instancePort, const std::string &certificateName)
{
    auto made = listener(model::Protocol::Https, port, model::Protocol::Http, instancePort);
    made.certificateId = certificateArn(certificateName);
    return made;
}

/// One that the simulated HAProxy shows as "FINGERPRINT-<name>".
inline model::ServerCertificate serverCertificate(const std::string &certificateName)
{
    model::ServerCertificate made;
    made.name = certificateName;
    made.id = "ASCA-" + certificateName;
    made.body = "certificate " + certificateName + "\n";
    made.privateKey = "key of " + certificateName + "\n";
    made.fingerprint = "FINGERPRINT-" + certificateName;
    made.expiresAt = model::Timestamp(std::chrono::milliseconds(1'800'000'000'000));
    return made;
}

/// Something that passes for a public key; another one for each number of one digit.
inline std::string publicKey(int number)
{
    return std::string("MAowAwYBKgMDAKo") + static_cast<char>('A' + number);
}

/// With a policy at that instance port that accepts these keys of publicKey().
inline model::LoadBalancer demanding(model::LoadBalancer value, std::uint16_t instancePort,
                                     const std::vector<int> &keys)
{
    std::vector<model::PolicyAttribute> accepted;
    for (const int key : keys) {
        const auto policy = "key-" + std::to_string(key);
        value.policies.push_back(
            model::Policy{policy, std::string(model::kPublicKeyType), {{"PublicKey", publicKey(key)}}});
        accepted.push_back({"PublicKeyPolicyName", policy});
    }
    value.policies.push_back(
        model::Policy{"trust", std::string(model::kBackendAuthenticationType), std::move(accepted)});
    value.backendPolicies = {model::PortPolicies{instancePort, {"trust"}}};
    return value;
}

class BalancerBuilder
{
public:
    explicit BalancerBuilder(std::string_view balancerName)
    {
        m_value.name = name(balancerName);
        m_value.dnsName = m_value.name.folded() + "-1.local.elb.internal";
        m_value.healthCheck = model::defaultHealthCheck(8080);
    }

    BalancerBuilder with(model::Listener listener) const
    {
        auto changed = *this;
        changed.m_value.listeners.push_back(std::move(listener));
        return changed;
    }

    BalancerBuilder with(model::Instance registered) const
    {
        auto changed = *this;
        changed.m_value.instances.push_back(std::move(registered));
        return changed;
    }

    BalancerBuilder tagged(std::string key, std::string value) const
    {
        auto changed = *this;
        changed.m_value.tags.push_back(model::Tag{std::move(key), std::move(value)});
        return changed;
    }

    BalancerBuilder checkedBy(std::string_view target) const
    {
        auto changed = *this;
        changed.m_value.healthCheck.target = model::parseTarget(target).value();
        return changed;
    }

    BalancerBuilder reachedAs(std::string dnsName) const
    {
        auto changed = *this;
        changed.m_value.dnsName = std::move(dnsName);
        return changed;
    }

    operator model::LoadBalancer() const { return m_value; } // NOLINT: a builder stands for what it builds

private:
    model::LoadBalancer m_value;
};

inline BalancerBuilder loadBalancer(std::string_view balancerName)
{
    return BalancerBuilder(balancerName);
}

inline plan::BalancerRefs refsTo(const std::vector<model::LoadBalancer> &balancers)
{
    plan::BalancerRefs refs;
    for (const auto &value : balancers)
        refs.push_back(&value);
    return refs;
}

/// What the node needs for these, with slots given as for new load balancers.
inline plan::HaproxyConfig projected(const std::vector<model::LoadBalancer> &balancers,
                                     const plan::NodeView &node = plan::NodeView())
{
    return plan::project(refsTo(balancers), plan::SlotTable(), node);
}

/// With these certificates at hand.
inline plan::NodeView withCertificates(plan::NodeView node, const std::vector<std::string> &names)
{
    for (const auto &certificateName : names)
        node.certificates.emplace(certificateName, plan::makeCertificate(serverCertificate(certificateName)));
    return node;
}

/// A node that gives out addresses: the first balancer gets 127.0.1.1, and so on.
inline plan::NodeView nodeWithPool(const std::vector<model::LoadBalancer> &balancers)
{
    plan::NodeView node;
    node.hasPool = true;
    int last = 0;
    for (const auto &value : balancers)
        node.addresses.emplace(value.name.folded(), address("127.0.1." + std::to_string(++last)));
    return node;
}

} // namespace balancer::tests

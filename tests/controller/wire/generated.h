#pragma once

#include "model/load_balancer.h"

#include <random>

/// Model values of all shapes, the same ones for the same seed.
namespace balancer::tests {

class Generator
{
public:
    explicit Generator(unsigned seed) : m_random(seed) {}

    std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(m_random); }
    bool coin() { return below(2) == 1; }

    std::string text(std::string_view alphabet, std::size_t most)
    {
        std::string made;
        for (auto size = below(most + 1); size > 0; --size)
            made += alphabet[below(alphabet.size())];
        return made;
    }

    LoadBalancerName name() { return LoadBalancerName::parse("N" + text("abcXYZ019-", 30) + "z").value(); }

    InstanceId instanceId() { return InstanceId::parse("i" + text("-0123456789abcdef.:/[]_", 40)).value(); }

    std::uint16_t port() { return static_cast<std::uint16_t>(1 + below(65535)); }

    model::Timestamp time() { return model::Timestamp(std::chrono::milliseconds(below(4000000000000))); }

    model::Protocol protocol() { return static_cast<model::Protocol>(below(4)); }

    model::InstanceAddress address()
    {
        static const std::vector<std::string> known{"10.0.0.5", "fd00::5", "::1", "192.168.255.254"};
        const auto parsed = IpAddress::parse(known[below(known.size())]).value();
        return model::InstanceAddress{parsed, coin() ? port() : std::uint16_t(0)};
    }

    /// Anything a caller may write, JSON's and XML's special characters among it.
    std::string words() { return text("abc \"'<>&\\/{}[]:,=+@#%", 20) + (coin() ? "äöü\xf0\x9f\x98\x80" : ""); }

    template <typename Make>
    auto several(Make make, std::size_t most = 4)
    {
        std::vector<decltype(make())> made;
        for (auto count = below(most + 1); count > 0; --count)
            made.push_back(make());
        return made;
    }

    model::Listener listener()
    {
        return model::Listener{protocol(), port(), protocol(), port(), coin() ? words() : std::string()};
    }

    model::HealthCheck healthCheck()
    {
        model::HealthCheck check;
        const bool http = coin();
        check.target = {http ? model::Protocol::Https : model::Protocol::Ssl, port(), http ? "/ping?a=%20&b" : ""};
        check.interval = std::chrono::seconds(5 + below(296));
        check.timeout = std::chrono::seconds(2 + below(59));
        check.unhealthyThreshold = static_cast<int>(2 + below(9));
        check.healthyThreshold = static_cast<int>(2 + below(9));
        return check;
    }

    model::CreationParameters creation()
    {
        model::CreationParameters made;
        made.listeners = several([this] { return listener(); });
        made.availabilityZones = several([this] { return words(); });
        made.subnets = several([this] { return words(); });
        made.securityGroups = several([this] { return words(); });
        made.scheme = coin() ? model::Scheme::Internal : model::Scheme::InternetFacing;
        made.tags = several([this] { return model::Tag{words(), words()}; });
        return made;
    }

    model::LoadBalancer balancer()
    {
        model::LoadBalancer made;
        made.name = name();
        made.creation = creation();
        made.dnsName = words();
        made.createdAt = time();
        made.scheme = coin() ? model::Scheme::Internal : model::Scheme::InternetFacing;
        made.listeners = several([this] { return listener(); });
        made.healthCheck = healthCheck();
        made.instances = several([this] { return model::Instance{instanceId(), address()}; }, 20);
        made.formerInstances = several([this] {
            return model::FormerInstance{instanceId(), time(), address(), time()};
        });
        made.availabilityZones = several([this] { return words(); });
        made.subnets = several([this] { return words(); });
        made.securityGroups = several([this] { return words(); });
        made.tags = several([this] { return model::Tag{words(), words()}; });
        made.policies = several([this] { return policy(); });
        made.listenerPolicies = several([this] { return portPolicies(); });
        made.backendPolicies = several([this] { return portPolicies(); });
        made.attributes = attributes();
        made.cookieKey = words();
        return made;
    }

    model::Policy policy()
    {
        auto attributes = several([this] { return model::PolicyAttribute{words(), words()}; });
        return model::Policy{words(), words(), std::move(attributes)};
    }

    model::PortPolicies portPolicies()
    {
        return model::PortPolicies{port(), several([this] { return words(); })};
    }

    /// As they are stored: what cannot be changed to is never there.
    model::Attributes attributes()
    {
        model::Attributes made;
        made.crossZone = coin();
        made.draining = {coin(), std::chrono::seconds(1 + below(3600))};
        made.idleTimeout = std::chrono::seconds(1 + below(4000));
        made.desyncMode = coin() ? model::DesyncMode::Monitor : model::DesyncMode::Strictest;
        if (coin())
            made.accessLog = {true, "bucket", coin() ? "prefix" : "", std::chrono::minutes(coin() ? 5 : 60)};
        return made;
    }

private:
    std::mt19937 m_random;
};

} // namespace balancer::tests

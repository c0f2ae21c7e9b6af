#pragma once

#include "base/ids.h"
#include "base/result.h"
#include "model/attributes.h"
#include "model/health_check.h"
#include "model/instance.h"
#include "model/listener.h"
#include "model/policy.h"
#include "model/tags.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace balancer::model {

enum class Scheme { InternetFacing, Internal };

/// InvalidScheme for anything but "internet-facing" and "internal".
Result<Scheme> parseScheme(std::string_view text);
std::string_view renderScheme(Scheme scheme);

/// What CreateLoadBalancer was told, kept so that a repetition can be compared with it (ELB: the same parameters
/// succeed again, others are DuplicateLoadBalancerName).
struct CreationParameters
{
    std::vector<Listener> listeners;
    std::vector<std::string> availabilityZones; ///< this or `subnets`, never both
    std::vector<std::string> subnets;
    std::vector<std::string> securityGroups;
    Scheme scheme = Scheme::InternetFacing;
    std::vector<Tag> tags;

    bool operator==(const CreationParameters &) const = default;
};

/// Everything the API lets a caller say about one load balancer, as one comparable value.
struct LoadBalancer
{
    LoadBalancerName name;
    std::string dnsName; ///< lower case, given at creation, never changes
    Timestamp createdAt{};
    Scheme scheme = Scheme::InternetFacing;
    std::vector<Listener> listeners; ///< by port
    HealthCheck healthCheck;
    std::vector<Instance> instances;             ///< in order of registration
    std::vector<FormerInstance> formerInstances; ///< oldest first, at most kMaxFormerInstances
    std::vector<std::string> availabilityZones;
    std::vector<std::string> subnets;
    std::vector<std::string> securityGroups;
    std::vector<Tag> tags;
    std::vector<Policy> policies;               ///< in order of creation
    std::vector<PortPolicies> listenerPolicies; ///< by LoadBalancerPort; ports without any are left out
    std::vector<PortPolicies> backendPolicies;  ///< by InstancePort, listener or not; ports without any are left out
    Attributes attributes;
    std::string cookieKey; ///< goes into every sticky cookie; the same on all nodes, told to nobody
    CreationParameters creation;

    bool operator==(const LoadBalancer &) const = default;
};

/// Bounds how long DescribeInstanceHealth knows a deregistered instance.
constexpr std::size_t kMaxFormerInstances = 1000;
constexpr std::chrono::hours kFormerInstanceAge{1};

/// Limits of an installation; ELB's are 20, 100 and 1,000.
struct Limits
{
    std::size_t loadBalancers = 5000;
    std::size_t listeners = 100;
    std::size_t instances = 10000;
    std::size_t tags = 50;
    std::size_t policies = 100;
    std::size_t certificates = 1000; ///< IAM's is 20

    bool operator==(const Limits &) const = default;
};

/// `name`, or `internal-NAME` for an internal one, `-<digits>.<region>.elb.<domain>`, in lower case.
std::string makeDnsName(const LoadBalancerName &name, Scheme scheme, std::uint64_t digits, std::string_view region,
                        std::string_view domain);

/// Checks creation parameters alone and puts them into the form that is stored and compared: listeners by port,
/// lists without repetitions, tags by key. ValidationError, DuplicateListener (one port twice with different
/// settings), InvalidConfigurationRequest, DuplicateTagKeys, TooManyTags.
Result<CreationParameters> normalized(CreationParameters parameters, const Limits &limits);

/// A new load balancer as ELB makes it: no instances, the default health check on the first listener given.
/// `parameters` are normalized; `firstInstancePort` is the InstancePort of the first listener as it was sent;
/// `cookieKey` is random. HTTPS and SSL listeners have the default policy for TLS.
LoadBalancer makeLoadBalancer(LoadBalancerName name, CreationParameters parameters, std::uint16_t firstInstancePort,
                              std::string dnsName, std::string cookieKey, Timestamp now);

/// Success when the parameters equal those it was created with, DuplicateLoadBalancerName naming the difference
/// otherwise. `parameters` are normalized.
Result<void> checkSameCreation(const LoadBalancer &existing, const CreationParameters &parameters);

/// With these listeners too. An identical listener changes nothing; the port with other settings is
/// DuplicateListener; nothing is added then. InvalidConfigurationRequest as checkListener and checkBackendPolicies say.
/// HTTPS and SSL listeners get the default policy for TLS.
Result<LoadBalancer> withListeners(LoadBalancer balancer, const std::vector<Listener> &listeners, const Limits &limits);

/// Without the listeners on these ports; unknown ports are ignored (ELB). Policies that were in force there stay in the
/// load balancer.
LoadBalancer withoutListeners(LoadBalancer balancer, const std::vector<std::uint16_t> &ports);

/// With these instances too, in the order given, each registered once; one registered already stays as it is.
Result<LoadBalancer> withInstances(LoadBalancer balancer, const std::vector<Instance> &instances, const Limits &limits);

/// Without these instances, which become former ones, draining if the load balancer has that enabled. An id that is a
/// former one already changes nothing; an id that was never registered here is InvalidInstance, and nothing changes.
Result<LoadBalancer> withoutInstances(LoadBalancer balancer, const std::vector<InstanceId> &ids, Timestamp now);

Result<LoadBalancer> withHealthCheck(LoadBalancer balancer, const HealthCheck &check);

Result<LoadBalancer> withAttributes(LoadBalancer balancer, const AttributesChange &change);

/// With these tags, those of the same key overwritten. ValidationError, DuplicateTagKeys (in `tags`), TooManyTags (in
/// all).
Result<LoadBalancer> withTags(LoadBalancer balancer, const std::vector<Tag> &tags, const Limits &limits);
/// Keys that no tag has are ignored (ELB).
LoadBalancer withoutTags(LoadBalancer balancer, const std::vector<std::string> &keys);

/// Zones and subnets are opaque names in order of arrival; those that are there are added once, those that are not are
/// removed without a word (ELB). The last one cannot go: InvalidConfigurationRequest.
LoadBalancer withZones(LoadBalancer balancer, const std::vector<std::string> &zones);
Result<LoadBalancer> withoutZones(LoadBalancer balancer, const std::vector<std::string> &zones);
LoadBalancer withSubnets(LoadBalancer balancer, const std::vector<std::string> &subnets);
Result<LoadBalancer> withoutSubnets(LoadBalancer balancer, const std::vector<std::string> &subnets);
/// With exactly these, 1…5 of them. InvalidConfigurationRequest otherwise.
Result<LoadBalancer> withSecurityGroups(LoadBalancer balancer, const std::vector<std::string> &groups);

/// With the certificate of the listener on that port replaced. ListenerNotFound; InvalidConfigurationRequest for a
/// listener without TLS.
Result<LoadBalancer> withCertificate(LoadBalancer balancer, std::uint16_t port, const std::string &certificateId);

/// With what is known of the instance now, if it is registered here.
LoadBalancer withInstanceAt(LoadBalancer balancer, const Instance &instance);

/// Whether instances of that zone get traffic. Those of an unknown one do, and all do where no zones are enabled, as
/// in a load balancer made with subnets.
bool servesZone(const LoadBalancer &balancer, std::string_view zone);

/// Null when it is not registered.
const Instance *findInstance(const LoadBalancer &balancer, const InstanceId &id);
/// Deregistered not longer than kFormerInstanceAge before `now`.
bool isFormerInstance(const LoadBalancer &balancer, const InstanceId &id, Timestamp now);

/// Null when there is none on that port.
const Listener *findListener(const LoadBalancer &balancer, std::uint16_t port);

/// ELB's sentence for a load balancer that is not there.
Error loadBalancerNotFound(std::string_view name);
/// The sentence that ELB has for it where attributes are asked for or modified.
Error attributesNotFound(std::string_view name);
/// ListenerNotFound, naming both.
Error listenerNotFound(const LoadBalancer &balancer, std::uint16_t port);

} // namespace balancer::model

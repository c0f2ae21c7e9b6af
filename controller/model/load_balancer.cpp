#include "model/load_balancer.h"

#include "base/text.h"
#include "model/balancer_policies.h"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace balancer::model {

namespace {

template <typename T>
std::vector<T> withoutRepetitions(const std::vector<T> &items)
{
    std::vector<T> unique;
    std::set<T> seen;
    for (const auto &item : items) {
        if (seen.insert(item).second)
            unique.push_back(item);
    }
    return unique;
}

std::vector<std::string> sorted(std::vector<std::string> items)
{
    std::ranges::sort(items);
    return items;
}

const Listener *findListener(const std::vector<Listener> &listeners, std::uint16_t port)
{
    const auto found = std::ranges::find(listeners, port, &Listener::loadBalancerPort);
    return found == listeners.end() ? nullptr : &*found;
}

/// Adds each listener unless an identical one is there; sorted by port.
Result<std::vector<Listener>> merged(std::vector<Listener> listeners, const std::vector<Listener> &added,
                                     std::string_view owner)
{
    for (const auto &listener : added) {
        if (const auto ok = checkListener(listener); !ok)
            return fail(ok.error());
        const auto *existing = findListener(listeners, listener.loadBalancerPort);
        if (!existing) {
            listeners.push_back(listener);
        } else if (*existing != listener) {
            return fail(ErrorCode::DuplicateListener,
                        "A listener already exists for " + std::string(owner) + " with LoadBalancerPort " +
                            std::to_string(listener.loadBalancerPort) +
                            ", but with a different InstancePort, Protocol, or SSLCertificateId");
        }
    }
    std::ranges::sort(listeners, {}, &Listener::loadBalancerPort);
    if (const auto ok = checkListenersTogether(listeners); !ok)
        return fail(ok.error());
    return listeners;
}

FormerInstance formerInstance(const LoadBalancer &balancer, const Instance &instance, Timestamp now)
{
    const auto &draining = balancer.attributes.draining;
    const auto until = draining.enabled ? now + draining.timeout : Timestamp();
    return FormerInstance{instance.id, now, instance.address, until, instance.zone};
}

} // namespace

Result<Scheme> parseScheme(std::string_view text)
{
    for (const auto scheme : {Scheme::InternetFacing, Scheme::Internal}) {
        if (renderScheme(scheme) == text)
            return scheme;
    }
    return fail(ErrorCode::InvalidScheme,
                "'" + std::string(text) + "' is not a scheme: use internet-facing or internal");
}

std::string_view renderScheme(Scheme scheme)
{
    return scheme == Scheme::Internal ? "internal" : "internet-facing";
}

std::string makeDnsName(const LoadBalancerName &name, Scheme scheme, std::uint64_t digits, std::string_view region,
                        std::string_view domain)
{
    const std::string prefix = scheme == Scheme::Internal ? "internal-" : "";
    return toLower(prefix + name.text() + "-" + std::to_string(digits) + "." + std::string(region) + ".elb." +
                   std::string(domain));
}

Result<CreationParameters> normalized(CreationParameters parameters, const Limits &limits)
{
    if (parameters.listeners.empty())
        return fail(ErrorCode::ValidationError, "Listeners cannot be empty");
    if (!parameters.availabilityZones.empty() && !parameters.subnets.empty())
        return fail(ErrorCode::ValidationError, "Only one of SubnetIds or AvailabilityZones may be specified");
    if (parameters.availabilityZones.empty() && parameters.subnets.empty())
        return fail(ErrorCode::ValidationError, "Either AvailabilityZones or SubnetIds must be specified");

    auto listeners = merged({}, parameters.listeners, "the load balancer");
    if (!listeners)
        return fail(listeners.error());
    if (listeners->size() > limits.listeners)
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "A load balancer may have at most " + std::to_string(limits.listeners) + " listeners");
    auto tags = normalizedTags(parameters.tags, limits.tags);
    if (!tags)
        return fail(tags.error());

    parameters.listeners = std::move(*listeners);
    parameters.tags = std::move(*tags);
    parameters.availabilityZones = withoutRepetitions(parameters.availabilityZones);
    parameters.subnets = withoutRepetitions(parameters.subnets);
    parameters.securityGroups = withoutRepetitions(parameters.securityGroups);
    return parameters;
}

LoadBalancer makeLoadBalancer(LoadBalancerName name, CreationParameters parameters, std::uint16_t firstInstancePort,
                              std::string dnsName, std::string cookieKey, Timestamp now)
{
    LoadBalancer balancer;
    balancer.name = std::move(name);
    balancer.dnsName = std::move(dnsName);
    balancer.createdAt = now;
    balancer.scheme = parameters.scheme;
    balancer.listeners = parameters.listeners;
    balancer.healthCheck = defaultHealthCheck(firstInstancePort);
    balancer.availabilityZones = parameters.availabilityZones;
    balancer.subnets = parameters.subnets;
    balancer.securityGroups = parameters.securityGroups;
    balancer.tags = parameters.tags;
    balancer.cookieKey = std::move(cookieKey);
    balancer.creation = std::move(parameters);
    return withDefaultPolicies(std::move(balancer));
}

Result<void> checkSameCreation(const LoadBalancer &existing, const CreationParameters &parameters)
{
    const auto differs = [&](std::string_view what) {
        return fail(ErrorCode::DuplicateLoadBalancerName, "Load Balancer named " + existing.name.text() +
                                                              " already exists and it is configured with different " +
                                                              std::string(what));
    };
    const auto &creation = existing.creation;
    if (creation.listeners != parameters.listeners)
        return differs("listeners");
    if (creation.scheme != parameters.scheme)
        return differs("scheme");
    if (sorted(creation.availabilityZones) != sorted(parameters.availabilityZones))
        return differs("availability zones");
    if (sorted(creation.subnets) != sorted(parameters.subnets))
        return differs("subnets");
    if (sorted(creation.securityGroups) != sorted(parameters.securityGroups))
        return differs("security groups");
    if (creation.tags != parameters.tags)
        return differs("tags");
    return {};
}

Result<LoadBalancer> withListeners(LoadBalancer balancer, const std::vector<Listener> &listeners, const Limits &limits)
{
    if (listeners.empty())
        return fail(ErrorCode::ValidationError, "Listeners cannot be empty");
    auto all = merged(balancer.listeners, listeners, balancer.name.text());
    if (!all)
        return fail(all.error());
    // What is there already may be more than a limit that was lowered since.
    if (all->size() > std::max(limits.listeners, balancer.listeners.size()))
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "A load balancer may have at most " + std::to_string(limits.listeners) + " listeners");
    balancer.listeners = std::move(*all);
    if (const auto ok = checkBackendPolicies(balancer); !ok)
        return fail(ok.error());
    return withDefaultPolicies(std::move(balancer));
}

LoadBalancer withoutListeners(LoadBalancer balancer, const std::vector<std::uint16_t> &ports)
{
    std::erase_if(balancer.listeners, [&](const Listener &listener) {
        return std::ranges::find(ports, listener.loadBalancerPort) != ports.end();
    });
    std::erase_if(balancer.listenerPolicies,
                  [&](const PortPolicies &set) { return !findListener(balancer, set.port); });
    return balancer;
}

Result<LoadBalancer> withInstances(LoadBalancer balancer, const std::vector<Instance> &instances, const Limits &limits)
{
    std::unordered_set<std::string> registered;
    for (const auto &instance : balancer.instances)
        registered.insert(instance.id.text());

    std::unordered_set<std::string> added;
    for (const auto &instance : instances) {
        if (!registered.insert(instance.id.text()).second)
            continue;
        balancer.instances.push_back(instance);
        added.insert(instance.id.text());
    }
    if (!added.empty() && balancer.instances.size() > limits.instances)
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "A load balancer may have at most " + std::to_string(limits.instances) + " registered instances");
    std::erase_if(balancer.formerInstances,
                  [&](const FormerInstance &former) { return added.contains(former.id.text()); });
    return balancer;
}

Result<LoadBalancer> withoutInstances(LoadBalancer balancer, const std::vector<InstanceId> &ids, Timestamp now)
{
    std::unordered_set<std::string> known;
    for (const auto &instance : balancer.instances)
        known.insert(instance.id.text());
    std::unordered_set<std::string> removed;
    for (const auto &id : ids) {
        const bool registered = known.contains(id.text());
        const auto isFormer = [&] {
            return std::ranges::find(balancer.formerInstances, id, &FormerInstance::id) !=
                   balancer.formerInstances.end();
        };
        if (!registered && !isFormer())
            return fail(ErrorCode::InvalidInstance, "Could not find EC2 instance ID. '" + id.text() +
                                                        "' is not registered with " + balancer.name.text());
        if (registered)
            removed.insert(id.text());
    }
    for (const auto &instance : balancer.instances) {
        if (removed.contains(instance.id.text()))
            balancer.formerInstances.push_back(formerInstance(balancer, instance, now));
    }
    std::erase_if(balancer.instances, [&](const Instance &instance) { return removed.contains(instance.id.text()); });
    if (balancer.formerInstances.size() > kMaxFormerInstances)
        balancer.formerInstances.erase(balancer.formerInstances.begin(),
                                       balancer.formerInstances.end() - kMaxFormerInstances);
    return balancer;
}

Result<LoadBalancer> withHealthCheck(LoadBalancer balancer, const HealthCheck &check)
{
    if (const auto ok = checkHealthCheck(check); !ok)
        return fail(ok.error());
    balancer.healthCheck = check;
    return balancer;
}

Result<LoadBalancer> withAttributes(LoadBalancer balancer, const AttributesChange &change)
{
    auto changed = withChange(balancer.attributes, change);
    if (!changed)
        return fail(changed.error());
    balancer.attributes = std::move(*changed);
    return balancer;
}

Result<LoadBalancer> withTags(LoadBalancer balancer, const std::vector<Tag> &tags, const Limits &limits)
{
    auto merged = mergedTags(balancer.tags, tags, limits.tags);
    if (!merged)
        return fail(merged.error());
    balancer.tags = std::move(*merged);
    return balancer;
}

LoadBalancer withoutTags(LoadBalancer balancer, const std::vector<std::string> &keys)
{
    std::erase_if(balancer.tags, [&](const Tag &tag) { return std::ranges::find(keys, tag.key) != keys.end(); });
    return balancer;
}

Result<LoadBalancer> withCertificate(LoadBalancer balancer, std::uint16_t port, const std::string &certificateId)
{
    const auto listener = std::ranges::find(balancer.listeners, port, &Listener::loadBalancerPort);
    if (listener == balancer.listeners.end())
        return fail(listenerNotFound(balancer, port));
    if (!isSecure(listener->protocol))
        return fail(ErrorCode::InvalidConfigurationRequest,
                    "SSL Certificate is not allowed for protocol " + std::string(renderProtocol(listener->protocol)));
    listener->certificateId = certificateId;
    if (const auto ok = checkListener(*listener); !ok)
        return fail(ok.error());
    return balancer;
}

LoadBalancer withInstanceAt(LoadBalancer balancer, const Instance &instance)
{
    const auto known = std::ranges::find(balancer.instances, instance.id, &Instance::id);
    if (known != balancer.instances.end())
        *known = instance;
    return balancer;
}

bool servesZone(const LoadBalancer &balancer, std::string_view zone)
{
    const auto &enabled = balancer.availabilityZones;
    return zone.empty() || enabled.empty() || std::ranges::find(enabled, zone) != enabled.end();
}

const Instance *findInstance(const LoadBalancer &balancer, const InstanceId &id)
{
    const auto found = std::ranges::find(balancer.instances, id, &Instance::id);
    return found == balancer.instances.end() ? nullptr : &*found;
}

bool isFormerInstance(const LoadBalancer &balancer, const InstanceId &id, Timestamp now)
{
    return std::ranges::any_of(balancer.formerInstances, [&](const FormerInstance &former) {
        return former.id == id && now - former.deregisteredAt <= kFormerInstanceAge;
    });
}

const Listener *findListener(const LoadBalancer &balancer, std::uint16_t port)
{
    return findListener(balancer.listeners, port);
}

Error loadBalancerNotFound(std::string_view name)
{
    return Error{ErrorCode::LoadBalancerNotFound, "There is no ACTIVE Load Balancer named '" + std::string(name) + "'"};
}

Error attributesNotFound(std::string_view name)
{
    return Error{ErrorCode::LoadBalancerNotFound, "Cannot find Load Balancer " + std::string(name)};
}

Error listenerNotFound(const LoadBalancer &balancer, std::uint16_t port)
{
    return Error{ErrorCode::ListenerNotFound, "Load balancer " + balancer.name.text() +
                                                  " has no listener with LoadBalancerPort " + std::to_string(port)};
}

} // namespace balancer::model

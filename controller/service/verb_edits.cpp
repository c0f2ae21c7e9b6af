#include "service/verb_edits.h"

#include "plan/project.h"
#include "service/certificate_edits.h"
#include "service/instance_resolver.h"

#include <QByteArray>
#include <QRandomGenerator>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace balancer::service {

namespace {

using model::LoadBalancer;

std::uint64_t dnsDigits()
{
    // ELB: nine or ten digits that tell apart load balancers of one name over time.
    return QRandomGenerator::global()->bounded(quint64(100'000'000), quint64(9'999'999'999));
}

/// Nobody but the load balancer's nodes knows it, so nobody can tell from a cookie where an instance is.
std::string randomKey()
{
    std::array<quint32, 4> words{};
    QRandomGenerator::system()->fillRange(words.data(), words.size());
    const auto *bytes = reinterpret_cast<const char *>(words.data());
    return QByteArray(bytes, sizeof(words)).toHex().toStdString();
}

/// Whether the change touches what load balancers on one port must agree on, or a port itself.
bool mayClash(const LoadBalancer &before, const LoadBalancer &after)
{
    return before.listeners != after.listeners || before.listenerPolicies != after.listenerPolicies ||
           before.attributes.desyncMode != after.attributes.desyncMode;
}

Result<void> checkPlace(const model::CreationParameters &parameters, const model::SiteCatalogue &site)
{
    if (const auto zones = model::checkZones(site, parameters.availabilityZones); !zones)
        return zones;
    if (const auto subnets = model::checkSubnets(site, parameters.subnets); !subnets)
        return subnets;
    return model::checkSecurityGroups(site, parameters.securityGroups);
}

void moveInstance(Draft &draft, const model::Instance &instance)
{
    std::vector<LoadBalancer> moved;
    draft.forEachBalancer([&](const LoadBalancer &balancer) {
        if (model::findInstance(balancer, instance.id))
            moved.push_back(model::withInstanceAt(balancer, instance));
    });
    for (auto &balancer : moved)
        draft.put(std::move(balancer));
}

} // namespace

plan::BalancerRefs balancersOf(const Draft &draft)
{
    plan::BalancerRefs refs;
    draft.forEachBalancer([&](const LoadBalancer &balancer) { refs.push_back(&balancer); });
    std::ranges::sort(refs, {},
                      [](const LoadBalancer *balancer) -> const LoadBalancerName & { return balancer->name; });
    return refs;
}

VerbEdits::VerbEdits(const DesiredStateCache &desired, const Reconciler &reconciler, ports::HostResolver &resolver,
                     const ports::Clock &clock, const ServiceOptions &options)
    : m_desired(desired), m_reconciler(reconciler), m_resolver(resolver), m_clock(clock), m_options(options)
{
}

VerbContext VerbEdits::context(const Draft &draft) const
{
    const auto hasCertificate = [this, &draft](const std::string &arn) {
        return findByArn(draft, arn, m_options.accountId) != nullptr;
    };
    return VerbContext{m_options.limits, m_clock.now(), hasCertificate, m_options.site};
}

Edit VerbEdits::changing(LoadBalancerName name, Error missing, BalancerEdit edit, Telling tell) const
{
    return [this, name = std::move(name), missing = std::move(missing), edit = std::move(edit),
            tell = std::move(tell)](Draft &draft) -> Result<void> {
        const auto *present = draft.find(name);
        if (!present)
            return fail(missing);
        auto changed = edit(*present, draft);
        if (!changed)
            return fail(changed.error());
        if (mayClash(*present, *changed)) {
            if (const auto fits = m_reconciler.checkFits(*changed, balancersOf(draft)); !fits)
                return fits;
        }
        if (const auto enough = m_reconciler.node().checkDescriptors(*changed); !enough)
            return enough;
        tell(*changed);
        draft.put(std::move(*changed));
        return {};
    };
}

Result<model::CreateLoadBalancerAnswer> VerbEdits::create(Draft &draft, const model::CreateLoadBalancer &request) const
{
    const auto parameters = model::normalized(request.parameters, m_options.limits);
    if (!parameters)
        return fail(parameters.error());
    if (const auto *existing = draft.find(request.name)) {
        if (const auto same = model::checkSameCreation(*existing, *parameters); !same)
            return fail(same.error());
        return model::CreateLoadBalancerAnswer{existing->dnsName};
    }
    if (const auto found = checkCertificates(parameters->listeners, context(draft)); !found)
        return fail(found.error());
    if (const auto placed = checkPlace(*parameters, m_options.site); !placed)
        return fail(placed.error());

    const auto dnsName =
        model::makeDnsName(request.name, parameters->scheme, dnsDigits(), m_options.region, m_options.domain);
    auto balancer =
        model::makeLoadBalancer(request.name, *parameters, request.parameters.listeners.front().instancePort, dnsName,
                                randomKey(), m_clock.now());
    balancer = model::withZones(std::move(balancer), model::zonesOf(m_options.site, balancer.subnets));
    if (const auto fits = m_reconciler.checkFits(balancer, balancersOf(draft)); !fits)
        return fail(fits.error());
    if (draft.balancerCount() >= m_options.limits.loadBalancers)
        return fail(ErrorCode::TooManyLoadBalancers,
                    "The quota for the number of load balancers is " + std::to_string(m_options.limits.loadBalancers));
    draft.put(std::move(balancer));
    return model::CreateLoadBalancerAnswer{dnsName};
}

VerbEdits::Prepared VerbEdits::prepare(model::CreateLoadBalancer request,
                                       AnswerPointer<model::CreateLoadBalancer> answer) const
{
    co_return [this, request = std::move(request), answer = std::move(answer)](Draft &draft) -> Result<void> {
        const auto created = create(draft, request);
        if (!created)
            return fail(created.error());
        *answer = *created;
        return {};
    };
}

VerbEdits::Prepared VerbEdits::prepare(model::DeleteLoadBalancer request,
                                       AnswerPointer<model::DeleteLoadBalancer>) const
{
    co_return [name = request.name](Draft &draft) -> Result<void> {
        draft.remove(name); // ELB: one that is missing is a success too
        return {};
    };
}

QCoro::Task<Result<std::vector<model::Instance>>> VerbEdits::resolveAll(std::vector<InstanceId> ids) const
{
    std::vector<model::Instance> instances;
    for (const auto &id : ids) {
        const auto known = m_desired.state().addresses.find(id);
        std::optional<std::string> registered;
        if (known != m_desired.state().addresses.end())
            registered = known->second;
        const auto address = co_await resolveInstance(m_resolver, id, std::move(registered));
        if (!address)
            co_return fail(address.error());
        const auto zone = m_desired.state().zones.find(id);
        const bool said = zone != m_desired.state().zones.end();
        instances.push_back(model::Instance{id, *address, said ? zone->second : std::string()});
    }
    co_return instances;
}

VerbEdits::Prepared VerbEdits::prepare(model::RegisterInstances request,
                                       AnswerPointer<model::RegisterInstances> answer) const
{
    if (request.instances.empty())
        co_return fail(noInstances());
    if (!m_desired.find(request.name))
        co_return fail(missing(request));
    const auto instances = co_await resolveAll(request.instances);
    if (!instances)
        co_return fail(instances.error());
    BalancerEdit edit = [this, instances = *instances](LoadBalancer balancer, const Draft &) {
        return model::withInstances(std::move(balancer), instances, m_options.limits);
    };
    Telling tell = [answer = std::move(answer)](const LoadBalancer &balancer) { *answer = instancesOf(balancer); };
    co_return changing(request.name, missing(request), std::move(edit), std::move(tell));
}

VerbEdits::Prepared VerbEdits::prepare(model::SetInstanceAddress request,
                                       AnswerPointer<model::SetInstanceAddress> answer) const
{
    *answer = model::SetInstanceAddressAnswer{request.instance, request.address, {}};
    const auto id = request.instance;
    if (request.address.empty()) {
        // Where it is registered already it keeps its last address when the registry forgets it.
        co_return [id](Draft &draft) -> Result<void> {
            draft.setAddress(id, std::nullopt);
            return {};
        };
    }
    if (!model::parseAddressHint(request.address))
        co_return fail(ErrorCode::ValidationError,
                       "'" + request.address +
                           "' is not an address: use 10.0.0.5, 10.0.0.5:8080, [fd00::5]:80 or a host name with a dot");
    const auto address = co_await resolveInstance(m_resolver, id, request.address);
    if (!address)
        co_return fail(address.error());
    co_return [id, address = *address, said = request.address, given = request.zone,
               answer = std::move(answer)](Draft &draft) -> Result<void> {
        const auto zone = given ? *given : draft.zoneOf(id);
        answer->zone = zone;
        draft.setAddress(id, said, zone);
        moveInstance(draft, model::Instance{id, address, zone});
        return {};
    };
}

} // namespace balancer::service

#include "service/verb_reads.h"

#include "model/balancer_policies.h"
#include "plan/project.h"
#include "service/balancer_verbs.h"
#include "service/instance_health.h"
#include "service/markers.h"
#include "service/runtime_commands.h"

#include <algorithm>
#include <array>
#include <utility>

namespace balancer::service {

namespace {

using model::LoadBalancer;

/// The instances whose health is told: those asked for, in that order; all, in order of registration, else.
std::vector<InstanceId> askedFor(const model::DescribeInstanceHealth &request, const LoadBalancer &balancer)
{
    return request.instances.empty() ? instancesOf(balancer).instances : request.instances;
}

Result<std::vector<model::Policy>> policiesOf(const LoadBalancer &balancer, const std::vector<std::string> &names)
{
    if (names.empty())
        return balancer.policies;
    std::vector<model::Policy> found;
    for (const auto &name : names) {
        const auto *policy = model::findPolicy(balancer, name);
        if (!policy)
            return fail(model::policyNotFound(balancer, name));
        found.push_back(*policy);
    }
    return found;
}

Result<std::vector<model::Policy>> predefinedOf(const std::vector<std::string> &names)
{
    if (names.empty())
        return model::predefinedPolicies();
    std::vector<model::Policy> found;
    for (const auto &name : names) {
        const auto *policy = model::findPredefinedPolicy(name);
        if (!policy)
            return fail(ErrorCode::PolicyNotFound, "There is no policy with name " + name);
        found.push_back(*policy);
    }
    return found;
}

} // namespace

VerbReads::VerbReads(const DesiredStateCache &desired, const Reconciler &reconciler, ports::RuntimeApi &runtime,
                     const ports::Clock &clock, const ServiceOptions &options)
    : m_desired(desired), m_reconciler(reconciler), m_runtime(runtime), m_clock(clock), m_options(options),
      m_certificates(desired, options)
{
}

Result<model::DescribeLoadBalancersAnswer> VerbReads::answer(const model::DescribeLoadBalancers &request) const
{
    model::DescribeLoadBalancersAnswer answer;
    for (const auto &name : request.names) {
        const auto *balancer = m_desired.find(name);
        if (!balancer)
            return fail(model::loadBalancerNotFound(name.text()));
        answer.loadBalancers.push_back(*balancer);
    }
    if (!request.names.empty())
        return answer;

    const auto &all = m_desired.state().balancers;
    auto next = all.begin();
    if (!request.marker.empty()) {
        const auto last = parseMarker(request.marker);
        const auto name = LoadBalancerName::parse(last.value_or(std::string()));
        if (!name)
            return invalidMarker(request.marker);
        next = all.upper_bound(*name);
    }
    for (; next != all.end() && answer.loadBalancers.size() < static_cast<std::size_t>(request.pageSize); ++next)
        answer.loadBalancers.push_back(next->second.value);
    if (next != all.end() && !answer.loadBalancers.empty())
        answer.nextMarker = markerOf(answer.loadBalancers.back().name.folded());
    return answer;
}

Result<model::DescribePoliciesAnswer> VerbReads::answer(const model::DescribePolicies &request) const
{
    const auto *balancer = request.name ? m_desired.find(*request.name) : nullptr;
    if (request.name && !balancer)
        return fail(model::loadBalancerNotFound(request.name->text()));
    auto found = balancer ? policiesOf(*balancer, request.policies) : predefinedOf(request.policies);
    if (!found)
        return fail(found.error());
    return model::DescribePoliciesAnswer{std::move(*found)};
}

Result<model::DescribePolicyTypesAnswer> VerbReads::answer(const model::DescribePolicyTypes &request) const
{
    if (request.types.empty())
        return model::DescribePolicyTypesAnswer{model::allPolicyTypes()};
    model::DescribePolicyTypesAnswer answer;
    for (const auto &name : request.types) {
        const auto type = model::findPolicyType(name);
        if (!type)
            return fail(type.error());
        answer.types.push_back(*type);
    }
    return answer;
}

Result<model::DescribeAttributesAnswer> VerbReads::answer(const model::DescribeAttributes &request) const
{
    const auto *balancer = m_desired.find(request.name);
    if (!balancer)
        return fail(model::attributesNotFound(request.name.text()));
    return model::DescribeAttributesAnswer{balancer->attributes};
}

Result<model::DescribeTagsAnswer> VerbReads::answer(const model::DescribeTags &request) const
{
    model::DescribeTagsAnswer answer;
    for (const auto &name : request.names) {
        const auto *balancer = m_desired.find(name);
        if (!balancer)
            return fail(model::loadBalancerNotFound(name.text()));
        answer.descriptions.push_back(model::TagDescription{balancer->name, balancer->tags});
    }
    return answer;
}

Result<model::DescribeAccountLimitsAnswer> VerbReads::answer(const model::DescribeAccountLimits &request) const
{
    const std::array<model::AccountLimit, 3> all{{
        {"classic-load-balancers", std::to_string(m_options.limits.loadBalancers)},
        {"classic-listeners", std::to_string(m_options.limits.listeners)},
        {"classic-registered-instances", std::to_string(m_options.limits.instances)},
    }};
    const auto *next = all.begin();
    if (!request.marker.empty()) {
        const auto last = parseMarker(request.marker);
        next = std::ranges::find(all, last.value_or(std::string()), &model::AccountLimit::name);
        if (next == all.end())
            return invalidMarker(request.marker);
        ++next;
    }
    model::DescribeAccountLimitsAnswer answer;
    for (; next != all.end() && answer.limits.size() < static_cast<std::size_t>(request.pageSize); ++next)
        answer.limits.push_back(*next);
    if (next != all.end())
        answer.nextMarker = markerOf(answer.limits.back().name);
    return answer;
}

std::optional<model::InstanceHealth> VerbReads::foreignHealth(const LoadBalancer &balancer,
                                                              const model::Instance &instance) const
{
    if (model::servesZone(balancer, instance.zone))
        return std::nullopt;
    return describeForeignZone(instance.id, m_reconciler.takesTraffic(balancer.name, instance.id));
}

model::InstanceHealth VerbReads::healthIn(const plan::ServerStates &states, const LoadBalancer &balancer,
                                          const model::Instance &instance) const
{
    const auto server = m_reconciler.node().serverOf(balancer.name, instance.id);
    const auto state = states.find({plan::checkBackendName(balancer.name), server.value_or(std::string())});
    std::optional<plan::ServerState> known;
    // Until HAProxy has taken the change, the slot may be another instance's.
    if (state != states.end() && state->second.address == instance.address.address.text())
        known = state->second;
    const bool isUp = standingOf(known) == InstanceStanding::InService;
    const auto held = isUp ? m_reconciler.heldFor(balancer, instance) : std::nullopt;
    return held ? describeHeld(instance.id, *held) : describeHealth(instance.id, known);
}

Result<std::vector<VerbReads::Asked>> VerbReads::look(const LoadBalancer &balancer,
                                                      const std::vector<InstanceId> &ids) const
{
    std::vector<Asked> all;
    for (const auto &id : ids) {
        Asked asked{id, model::findInstance(balancer, id), std::nullopt};
        const bool drains = !asked.instance && m_reconciler.node().drains(balancer.name, id);
        if (asked.instance)
            asked.health = foreignHealth(balancer, *asked.instance);
        else if (!drains && !model::isFormerInstance(balancer, id, m_clock.now()))
            return fail(ErrorCode::InvalidInstance, "Could not find EC2 instance ID. '" + id.text() +
                                                        "' is not registered with " + balancer.name.text());
        else if (!drains)
            asked.health = describeFormer(id);
        all.push_back(std::move(asked));
    }
    return all;
}

VerbReads::Task<model::DescribeInstanceHealthAnswer> VerbReads::answer(model::DescribeInstanceHealth request) const
{
    const auto *found = m_desired.find(request.name);
    if (!found)
        co_return fail(model::loadBalancerNotFound(request.name.text()));
    const auto balancer = *found; // it may change while HAProxy is asked

    const auto all = look(balancer, askedFor(request, balancer));
    if (!all)
        co_return fail(all.error());
    Result<plan::ServerStates> states;
    if (std::ranges::any_of(*all, [](const Asked &asked) { return !asked.health; })) {
        std::vector<std::string> backends(1, plan::checkBackendName(balancer.name));
        states = co_await fetchServerStates(m_runtime, std::move(backends));
    }
    model::DescribeInstanceHealthAnswer answer;
    for (const auto &asked : *all) {
        if (asked.health)
            answer.states.push_back(*asked.health);
        else if (!states)
            answer.states.push_back(describeUnknown(asked.id));
        else if (asked.instance)
            answer.states.push_back(healthIn(*states, balancer, *asked.instance));
        else
            answer.states.push_back(describeDraining(asked.id));
    }
    co_return answer;
}

} // namespace balancer::service

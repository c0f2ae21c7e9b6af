#include "service/read_model.h"

#include "service/history.h"

#include <utility>

namespace balancer::service {

ReadModel::ReadModel(const DesiredStateCache &desired, const Reconciler &reconciler, const HealthWatcher &watcher,
                     const ports::HaproxyProcess &haproxy)
    : m_desired(desired), m_reconciler(reconciler), m_haproxy(haproxy)
{
    connect(&desired, &DesiredStateCache::changed, this, &ReadModel::onChanged);
    connect(&desired, &DesiredStateCache::saved, this, &ReadModel::onSaved);
    connect(&reconciler, &Reconciler::balancersChanged, this, &ReadModel::onPlaced);
    connect(&reconciler, &Reconciler::revisionApplied, this, &ReadModel::onApplied);
    connect(&watcher, &HealthWatcher::instanceHealthChanged, this, &ReadModel::onHealth);
    for (const auto &[name, stored] : desired.state().balancers) {
        refresh(name);
        showDraining(stored.value);
        m_unplaced.insert(name);
    }
}

void ReadModel::tell(model::Event event)
{
    if (m_tells)
        Q_EMIT changed(event);
}

void ReadModel::onChanged(const std::set<LoadBalancerName> &names)
{
    for (const auto &name : names)
        refresh(name);
    m_unplaced.insert(names.begin(), names.end());
}

/// Addresses are given to load balancers that changed, and to no others.
void ReadModel::onPlaced()
{
    for (const auto &name : std::exchange(m_unplaced, {})) {
        const auto stored = m_desired.state().balancers.find(name);
        if (stored != m_desired.state().balancers.end())
            refreshView(stored->second);
    }
}

void ReadModel::onSaved(const ports::Transaction &transaction, Revision revision)
{
    tell(model::RevisionSaved{historyRevision(revision, transaction.audit)});
}

void ReadModel::onApplied(Revision revision)
{
    forgetDrained();
    model::RevisionApplied event;
    event.revision = revision;
    event.generation = m_haproxy.currentGeneration();
    tell(event);
    // The last look at those whose keys do not matter any more.
    std::erase_if(m_keyed, [this](const LoadBalancerName &name) {
        const auto *balancer = m_desired.find(name);
        if (balancer)
            refreshHeld(*balancer);
        return !balancer || plan::keyTargets(*balancer).empty();
    });
}

void ReadModel::refreshHeld(const model::LoadBalancer &balancer)
{
    auto &known = m_shown.at(balancer.name).instances;
    for (const auto &instance : balancer.instances) {
        auto &standing = known.at(instance.id);
        const auto held = m_reconciler.heldFor(balancer, instance);
        if (standing.held == held)
            continue;
        standing.held = held;
        if (standing.standing == InstanceStanding::InService)
            tell(model::InstanceChanged{balancer.name, viewOf(instance.id, standing)});
    }
}

void ReadModel::onHealth(const plan::ServerKey &server, plan::SlotHealth health)
{
    const auto occupant = m_reconciler.occupantOf(server);
    const auto shown = occupant ? m_shown.find(occupant->first) : m_shown.end();
    if (shown == m_shown.end())
        return;
    const auto instance = shown->second.instances.find(occupant->second);
    // It may have been deregistered, and HAProxy does not have that yet.
    if (instance == shown->second.instances.end() || instance->second.standing == standingOf(health))
        return;
    instance->second.standing = standingOf(health);
    if (instance->second.draining || instance->second.foreign)
        return; // it is shown the same way, whatever its health
    tell(model::InstanceChanged{shown->second.view.name, viewOf(instance->first, instance->second)});
}

void ReadModel::refresh(const LoadBalancerName &name)
{
    const auto stored = m_desired.state().balancers.find(name);
    if (stored != m_desired.state().balancers.end()) {
        refreshView(stored->second);
        refreshInstances(stored->second.value);
        refreshZones(stored->second.value);
        if (!plan::keyTargets(stored->second.value).empty())
            m_keyed.insert(name);
    } else if (const auto gone = m_shown.extract(name)) {
        tell(model::LoadBalancerDeleted{gone.mapped().view.name});
    }
}

void ReadModel::refreshView(const ports::StoredBalancer &stored)
{
    auto view = viewOf(stored);
    auto &shown = m_shown[view.name];
    if (shown.view == view)
        return;
    shown.view = view;
    tell(model::LoadBalancerChanged{std::move(view)});
}

/// Registrations come at the end and others keep their order, so one walk along both lists finds every difference.
void ReadModel::refreshInstances(const model::LoadBalancer &balancer)
{
    const auto &instances = balancer.instances;
    auto &shown = m_shown.at(balancer.name);
    if (shown.registered == instances)
        return;
    auto next = instances.begin();
    Ids left;
    for (const auto &known : shown.registered) {
        if (next == instances.end() || next->id != known.id) {
            left.insert(known.id);
            continue;
        }
        if (*next != known)
            moveInstance(balancer, shown.instances.at(known.id), *next);
        ++next;
    }
    withdraw(balancer, shown, left);
    for (; next != instances.end(); ++next)
        admit(balancer, *next, shown);
    shown.registered = instances;
}

void ReadModel::withdraw(const model::LoadBalancer &balancer, Shown &shown, const Ids &ids)
{
    auto gone = ids;
    for (const auto &former : balancer.formerInstances) {
        if (!former.drains() || gone.erase(former.id) == 0)
            continue;
        auto &known = shown.instances.at(former.id);
        known.draining = true;
        m_draining.insert(balancer.name);
        tell(model::InstanceChanged{balancer.name, viewOf(former.id, known)});
    }
    forget(shown, gone);
}

/// What drained when our process ended; it is forgotten when HAProxy has nothing of it.
void ReadModel::showDraining(const model::LoadBalancer &balancer)
{
    auto &shown = m_shown.at(balancer.name);
    for (const auto &former : balancer.formerInstances) {
        Standing standing{former.address};
        standing.draining = true;
        if (!former.drains() || !shown.instances.emplace(former.id, standing).second)
            continue;
        shown.order.push_back(former.id);
        m_draining.insert(balancer.name);
    }
}

void ReadModel::admit(const model::LoadBalancer &balancer, const model::Instance &instance, Shown &shown)
{
    const auto [known, isNew] = shown.instances.emplace(instance.id, Standing{instance.address});
    if (isNew)
        shown.order.push_back(instance.id);
    // Registered again while it drained, it is as well as it was, unless it is somewhere else now.
    else if (known->second.address != instance.address)
        known->second = Standing{instance.address};
    known->second.draining = false;
    known->second.foreign = !model::servesZone(balancer, instance.zone);
    tell(model::InstanceChanged{shown.view.name, viewOf(known->first, known->second)});
}

void ReadModel::forget(Shown &shown, const Ids &ids)
{
    if (ids.empty())
        return;
    std::erase_if(shown.order, [&](const InstanceId &id) { return ids.contains(id); });
    for (const auto &id : ids) {
        shown.instances.erase(id);
        tell(model::InstanceDeregistered{shown.view.name, id});
    }
}

/// The slots of those that have drained are free, or are about to be.
void ReadModel::forgetDrained()
{
    for (const auto &name : std::exchange(m_draining, {})) {
        const auto shown = m_shown.find(name);
        if (shown == m_shown.end())
            continue;
        Ids done;
        for (const auto &[id, known] : shown->second.instances) {
            if (!known.draining)
                continue;
            if (m_reconciler.node().drains(name, id))
                m_draining.insert(name);
            else
                done.insert(id);
        }
        forget(shown->second, done);
    }
}

/// Whose zone is enabled may change without the instances, and the other way round.
void ReadModel::refreshZones(const model::LoadBalancer &balancer)
{
    auto &shown = m_shown.at(balancer.name);
    if (shown.zones == balancer.availabilityZones)
        return;
    shown.zones = balancer.availabilityZones;
    for (const auto &instance : balancer.instances) {
        auto &known = shown.instances.at(instance.id);
        const bool foreign = !model::servesZone(balancer, instance.zone);
        if (std::exchange(known.foreign, foreign) != foreign)
            tell(model::InstanceChanged{balancer.name, viewOf(instance.id, known)});
    }
}

void ReadModel::moveInstance(const model::LoadBalancer &balancer, Standing &known, const model::Instance &instance)
{
    // With another host it has to pass its first check again; HealthWatcher tells of that only if it knew better.
    if (known.address.address != instance.address.address)
        known.standing = InstanceStanding::Registering;
    known.address = instance.address;
    known.foreign = !model::servesZone(balancer, instance.zone);
    tell(model::InstanceChanged{balancer.name, viewOf(instance.id, known)});
}

model::LoadBalancerView ReadModel::viewOf(const ports::StoredBalancer &stored) const
{
    const auto &value = stored.value;
    model::LoadBalancerView view;
    view.name = value.name;
    view.dnsName = value.dnsName;
    view.revision = stored.revision;
    view.createdAt = value.createdAt;
    view.scheme = value.scheme;
    for (const auto &address : m_reconciler.node().addressesOf(value.name))
        view.addresses.push_back(address.isEmpty() ? "*" : address.text());
    view.listeners = value.listeners;
    view.healthCheck = value.healthCheck;
    view.availabilityZones = value.availabilityZones;
    view.subnets = value.subnets;
    view.securityGroups = value.securityGroups;
    view.tags = value.tags;
    return view;
}

model::InstanceView ReadModel::viewOf(const InstanceId &id, const Standing &standing)
{
    const bool isHeld = standing.held && standing.standing == InstanceStanding::InService;
    auto health = isHeld ? describeHeld(id, *standing.held) : describeHealth(id, standing.standing);
    if (standing.foreign)
        health = describeForeignZone(id, false);
    if (standing.draining)
        health = describeDraining(id);
    return model::InstanceView{health, model::renderInstanceAddress(standing.address)};
}

model::LoadBalancerDetail ReadModel::detailOf(const Shown &shown)
{
    model::LoadBalancerDetail detail;
    detail.loadBalancer = shown.view;
    for (const auto &id : shown.order)
        detail.instances.push_back(viewOf(id, shown.instances.at(id)));
    return detail;
}

std::vector<model::LoadBalancerDetail> ReadModel::loadBalancers() const
{
    std::vector<model::LoadBalancerDetail> details;
    for (const auto &[name, shown] : m_shown)
        details.push_back(detailOf(shown));
    return details;
}

Result<model::LoadBalancerDetail> ReadModel::loadBalancer(const LoadBalancerName &name) const
{
    const auto shown = m_shown.find(name);
    if (shown == m_shown.end())
        return fail(model::loadBalancerNotFound(name.text()));
    return detailOf(shown->second);
}

} // namespace balancer::service

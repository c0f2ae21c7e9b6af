#include "service/load_balancer_service.h"

#include "plan/project.h"
#include "service/instance_health.h"
#include "service/instance_resolver.h"
#include "service/log.h"
#include "service/runtime_commands.h"

#include <QByteArray>
#include <QCoro/QCoroFuture>
#include <QRandomGenerator>

#include <algorithm>
#include <memory>

namespace balancer::service {

namespace {

using model::LoadBalancer;

std::uint64_t dnsDigits()
{
    // ELB: nine or ten digits that tell apart load balancers of one name over time.
    return QRandomGenerator::global()->bounded(quint64(100'000'000), quint64(9'999'999'999));
}

std::string markerOf(const LoadBalancerName &name)
{
    return QByteArray::fromStdString(name.folded()).toBase64().toStdString();
}

Result<LoadBalancerName> parseMarker(const std::string &marker)
{
    const auto decoded =
        QByteArray::fromBase64Encoding(QByteArray::fromStdString(marker), QByteArray::AbortOnBase64DecodingErrors);
    const auto name = LoadBalancerName::parse(decoded ? (*decoded).toStdString() : std::string());
    if (!name)
        return fail(ErrorCode::ValidationError,
                    "Invalid marker '" + marker + "': use the NextMarker of the page before");
    return *name;
}

/// HTTPS and SSL listeners need certificates, and there are none to be found yet.
Result<void> checkCertificates(const std::vector<model::Listener> &listeners)
{
    const auto named = std::ranges::find_if(
        listeners, [](const model::Listener &listener) { return !listener.certificateId.empty(); });
    if (named == listeners.end())
        return {};
    return fail(ErrorCode::CertificateNotFound, "Server Certificate not found for the key: " + named->certificateId);
}

plan::BalancerRefs balancersOf(const Draft &draft)
{
    plan::BalancerRefs refs;
    draft.forEachBalancer([&](const LoadBalancer &balancer) { refs.push_back(&balancer); });
    return refs;
}

/// What one edit did to one load balancer, so that it can be undone.
struct Undo
{
    std::optional<LoadBalancer> before;
    std::optional<LoadBalancer> after;
};

std::optional<LoadBalancer> copyOf(const LoadBalancer *balancer)
{
    if (!balancer)
        return std::nullopt;
    return *balancer;
}

Edit recorded(Edit edit, LoadBalancerName name, std::shared_ptr<Undo> undo)
{
    return [edit = std::move(edit), name = std::move(name), undo = std::move(undo)](Draft &draft) -> Result<void> {
        undo->before = copyOf(draft.find(name));
        const auto edited = edit(draft);
        undo->after = copyOf(draft.find(name));
        return edited;
    };
}

/// Puts the load balancer back, unless someone has changed it since.
Edit reverting(LoadBalancerName name, std::shared_ptr<Undo> undo)
{
    return [name = std::move(name), undo = std::move(undo)](Draft &draft) -> Result<void> {
        if (copyOf(draft.find(name)) != undo->after)
            return {};
        if (undo->before)
            draft.put(*undo->before);
        else
            draft.remove(name);
        return {};
    };
}

Error noInstances()
{
    return Error{ErrorCode::ValidationError, "Instances cannot be empty"};
}

bool isRefusal(const Error &error)
{
    return error.code == ErrorCode::Refused || error.code == ErrorCode::InvalidConfigurationRequest;
}

} // namespace

LoadBalancerService::LoadBalancerService(ChangeQueue &changes, const DesiredStateCache &desired, Reconciler &reconciler,
                                         ports::RuntimeApi &runtime, ports::HostResolver &resolver,
                                         const ports::Clock &clock, ServiceOptions options)
    : m_changes(changes), m_desired(desired), m_reconciler(reconciler), m_runtime(runtime), m_resolver(resolver),
      m_clock(clock), m_options(std::move(options))
{
}

ports::AuditEntry LoadBalancerService::audit(const model::Caller &caller, std::string_view verb,
                                             std::string target) const
{
    return ports::AuditEntry{m_clock.now(), caller.name, std::string(verb), std::move(target)};
}

QCoro::Task<Result<void>> LoadBalancerService::change(Edit edit, ports::AuditEntry audit)
{
    const auto name = LoadBalancerName::parse(audit.target);
    const auto undo = std::make_shared<Undo>();
    auto submitted = m_changes.submit(name ? recorded(std::move(edit), *name, undo) : std::move(edit), audit);
    const auto revision = co_await submitted;
    if (!revision)
        co_return fail(revision.error());

    auto waiting = m_reconciler.applied(*revision);
    const auto applied = co_await waiting;
    if (applied)
        co_return applied;
    if (!name || !isRefusal(applied.error()))
        co_return fail(ErrorCode::Unavailable,
                       "the change is saved, but HAProxy does not have it yet: " + applied.error().message);

    audit.verb += " (reverted)";
    auto reverted = m_changes.submit(reverting(*name, undo), std::move(audit));
    const auto saved = co_await reverted;
    if (!saved)
        qCWarning(lcService).noquote() << "cannot revert what HAProxy refused:"
                                       << QString::fromStdString(saved.error().message);
    co_return fail(ErrorCode::InvalidConfigurationRequest, applied.error().message);
}

QCoro::Task<Result<void>> LoadBalancerService::changeBalancer(LoadBalancerName name, BalancerEdit balancerEdit,
                                                              bool mayNeedPorts, ports::AuditEntry audit)
{
    Edit edit = [this, name, balancerEdit = std::move(balancerEdit), mayNeedPorts](Draft &draft) -> Result<void> {
        const auto *present = draft.find(name);
        if (!present)
            return fail(model::loadBalancerNotFound(name.text()));
        auto changed = balancerEdit(*present);
        if (!changed)
            return fail(changed.error());
        if (mayNeedPorts && *changed != *present) {
            if (const auto fits = m_reconciler.checkFits(*changed, balancersOf(draft)); !fits)
                return fits;
        }
        if (const auto enough = m_reconciler.node().checkDescriptors(*changed); !enough)
            return enough;
        draft.put(std::move(*changed));
        return {};
    };
    const auto changed = co_await change(std::move(edit), std::move(audit));
    co_return changed;
}

Result<model::CreateLoadBalancerAnswer> LoadBalancerService::create(Draft &draft,
                                                                    const model::CreateLoadBalancer &request) const
{
    const auto parameters = model::normalized(request.parameters, m_options.limits);
    if (!parameters)
        return fail(parameters.error());
    if (const auto *existing = draft.find(request.name)) {
        if (const auto same = model::checkSameCreation(*existing, *parameters); !same)
            return fail(same.error());
        return model::CreateLoadBalancerAnswer{existing->dnsName};
    }
    if (const auto found = checkCertificates(parameters->listeners); !found)
        return fail(found.error());

    const auto dnsName =
        model::makeDnsName(request.name, parameters->scheme, dnsDigits(), m_options.region, m_options.domain);
    auto balancer = model::makeLoadBalancer(request.name, *parameters,
                                            request.parameters.listeners.front().instancePort, dnsName, m_clock.now());
    if (const auto fits = m_reconciler.checkFits(balancer, balancersOf(draft)); !fits)
        return fail(fits.error());
    if (draft.balancerCount() >= m_options.limits.loadBalancers)
        return fail(ErrorCode::TooManyLoadBalancers,
                    "The quota for the number of load balancers is " + std::to_string(m_options.limits.loadBalancers));
    draft.put(std::move(balancer));
    return model::CreateLoadBalancerAnswer{dnsName};
}

Verbs::Task<model::CreateLoadBalancerAnswer> LoadBalancerService::perform(model::CreateLoadBalancer request,
                                                                          model::Caller caller)
{
    const auto answer = std::make_shared<model::CreateLoadBalancerAnswer>();
    const auto entry = audit(caller, "CreateLoadBalancer", request.name.text());
    Edit edit = [this, request = std::move(request), answer](Draft &draft) -> Result<void> {
        const auto created = create(draft, request);
        if (!created)
            return fail(created.error());
        *answer = *created;
        return {};
    };
    const auto changed = co_await change(std::move(edit), entry);
    if (!changed)
        co_return fail(changed.error());
    co_return *answer;
}

Verbs::Task<model::EmptyAnswer> LoadBalancerService::perform(model::DeleteLoadBalancer request, model::Caller caller)
{
    const auto entry = audit(caller, "DeleteLoadBalancer", request.name.text());
    Edit edit = [name = request.name](Draft &draft) -> Result<void> {
        draft.remove(name); // ELB: one that is missing is a success too
        return {};
    };
    const auto changed = co_await change(std::move(edit), entry);
    if (!changed)
        co_return fail(changed.error());
    co_return model::EmptyAnswer();
}

Verbs::Task<model::DescribeLoadBalancersAnswer> LoadBalancerService::perform(model::DescribeLoadBalancers request,
                                                                             model::Caller)
{
    model::DescribeLoadBalancersAnswer answer;
    for (const auto &name : request.names) {
        const auto *balancer = m_desired.find(name);
        if (!balancer)
            co_return fail(model::loadBalancerNotFound(name.text()));
        answer.loadBalancers.push_back(*balancer);
    }
    if (!request.names.empty())
        co_return answer;

    const auto &all = m_desired.state().balancers;
    auto next = all.begin();
    if (!request.marker.empty()) {
        const auto last = parseMarker(request.marker);
        if (!last)
            co_return fail(last.error());
        next = all.upper_bound(*last);
    }
    for (; next != all.end() && answer.loadBalancers.size() < static_cast<std::size_t>(request.pageSize); ++next)
        answer.loadBalancers.push_back(next->second.value);
    if (next != all.end() && !answer.loadBalancers.empty())
        answer.nextMarker = markerOf(answer.loadBalancers.back().name);
    co_return answer;
}

Verbs::Task<model::EmptyAnswer> LoadBalancerService::perform(model::CreateLoadBalancerListeners request,
                                                             model::Caller caller)
{
    const auto entry = audit(caller, "CreateLoadBalancerListeners", request.name.text());
    const auto name = request.name;
    BalancerEdit edit = [this,
                         listeners = std::move(request.listeners)](LoadBalancer balancer) -> Result<LoadBalancer> {
        if (const auto found = checkCertificates(listeners); !found)
            return fail(found.error());
        return model::withListeners(std::move(balancer), listeners, m_options.limits);
    };
    const auto changed = co_await changeBalancer(name, std::move(edit), true, entry);
    if (!changed)
        co_return fail(changed.error());
    co_return model::EmptyAnswer();
}

Verbs::Task<model::EmptyAnswer> LoadBalancerService::perform(model::DeleteLoadBalancerListeners request,
                                                             model::Caller caller)
{
    const auto entry = audit(caller, "DeleteLoadBalancerListeners", request.name.text());
    const auto name = request.name;
    BalancerEdit edit = [ports = std::move(request.ports)](LoadBalancer balancer) -> Result<LoadBalancer> {
        return model::withoutListeners(std::move(balancer), ports);
    };
    const auto changed = co_await changeBalancer(name, std::move(edit), false, entry);
    if (!changed)
        co_return fail(changed.error());
    co_return model::EmptyAnswer();
}

model::InstancesAnswer LoadBalancerService::instancesOf(const LoadBalancerName &name) const
{
    model::InstancesAnswer answer;
    if (const auto *balancer = m_desired.find(name)) {
        for (const auto &instance : balancer->instances)
            answer.instances.push_back(instance.id);
    }
    return answer;
}

QCoro::Task<Result<std::vector<model::Instance>>> LoadBalancerService::resolveAll(std::vector<InstanceId> ids)
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
        instances.push_back(model::Instance{id, *address});
    }
    co_return instances;
}

Verbs::Task<model::InstancesAnswer> LoadBalancerService::perform(model::RegisterInstances request, model::Caller caller)
{
    if (request.instances.empty())
        co_return fail(noInstances());
    if (!m_desired.find(request.name))
        co_return fail(model::loadBalancerNotFound(request.name.text()));
    const auto instances = co_await resolveAll(request.instances);
    if (!instances)
        co_return fail(instances.error());

    const auto entry = audit(caller, "RegisterInstancesWithLoadBalancer", request.name.text());
    BalancerEdit edit = [this, instances = *instances](LoadBalancer balancer) {
        return model::withInstances(std::move(balancer), instances, m_options.limits);
    };
    const auto changed = co_await changeBalancer(request.name, std::move(edit), false, entry);
    if (!changed)
        co_return fail(changed.error());
    co_return instancesOf(request.name);
}

Verbs::Task<model::InstancesAnswer> LoadBalancerService::perform(model::DeregisterInstances request,
                                                                 model::Caller caller)
{
    if (request.instances.empty())
        co_return fail(noInstances());
    const auto entry = audit(caller, "DeregisterInstancesFromLoadBalancer", request.name.text());
    BalancerEdit edit = [ids = request.instances, now = m_clock.now()](LoadBalancer balancer) {
        return model::withoutInstances(std::move(balancer), ids, now);
    };
    const auto changed = co_await changeBalancer(request.name, std::move(edit), false, entry);
    if (!changed)
        co_return fail(changed.error());
    co_return instancesOf(request.name);
}

Verbs::Task<model::ConfigureHealthCheckAnswer> LoadBalancerService::perform(model::ConfigureHealthCheck request,
                                                                            model::Caller caller)
{
    if (const auto valid = model::checkHealthCheck(request.healthCheck); !valid)
        co_return fail(valid.error());
    const auto entry = audit(caller, "ConfigureHealthCheck", request.name.text());
    BalancerEdit edit = [check = request.healthCheck](LoadBalancer balancer) {
        return model::withHealthCheck(std::move(balancer), check);
    };
    const auto changed = co_await changeBalancer(request.name, std::move(edit), false, entry);
    if (!changed)
        co_return fail(changed.error());
    co_return model::ConfigureHealthCheckAnswer{request.healthCheck};
}

Verbs::Task<model::DescribeInstanceHealthAnswer> LoadBalancerService::perform(model::DescribeInstanceHealth request,
                                                                              model::Caller)
{
    const auto *found = m_desired.find(request.name);
    if (!found)
        co_return fail(model::loadBalancerNotFound(request.name.text()));
    const auto balancer = *found; // it may change while HAProxy is asked
    auto ids = request.instances;
    if (ids.empty())
        ids = instancesOf(request.name).instances;

    const auto backend = plan::checkBackendName(balancer.name);
    std::vector<std::string> backends(1, backend);
    const auto states = co_await fetchServerStates(m_runtime, std::move(backends));
    const auto now = m_clock.now();
    model::DescribeInstanceHealthAnswer answer;
    for (const auto &id : ids) {
        if (const auto *instance = model::findInstance(balancer, id)) {
            if (!states) {
                answer.states.push_back(describeUnknown(id));
                continue;
            }
            const auto server = m_reconciler.node().serverOf(balancer.name, id);
            const auto state = states->find({backend, server.value_or(std::string())});
            std::optional<plan::ServerState> known;
            // Until HAProxy has taken the change, the slot may be another instance's.
            if (state != states->end() && state->second.address == instance->address.address.text())
                known = state->second;
            answer.states.push_back(describeHealth(id, known));
        } else if (model::isFormerInstance(balancer, id, now)) {
            answer.states.push_back(describeFormer(id));
        } else {
            co_return fail(ErrorCode::InvalidInstance, "Could not find EC2 instance ID. '" + id.text() +
                                                           "' is not registered with " + balancer.name.text());
        }
    }
    co_return answer;
}

Verbs::Task<model::SetInstanceAddressAnswer> LoadBalancerService::perform(model::SetInstanceAddress request,
                                                                          model::Caller caller)
{
    const auto id = request.instance;
    const bool forget = request.address.empty();
    model::InstanceAddress address;
    if (!forget) {
        if (!model::parseAddressHint(request.address))
            co_return fail(
                ErrorCode::ValidationError,
                "'" + request.address +
                    "' is not an address: use 10.0.0.5, 10.0.0.5:8080, [fd00::5]:80 or a host name with a dot");
        const auto resolved = co_await resolveInstance(m_resolver, id, request.address);
        if (!resolved)
            co_return fail(resolved.error());
        address = *resolved;
    }

    const auto entry = audit(caller, "SetInstanceAddress", id.text());
    Edit edit = [id, forget, address, said = request.address](Draft &draft) -> Result<void> {
        // Where it is registered already it keeps its last address when the registry forgets it.
        draft.setAddress(id, forget ? std::nullopt : std::optional<std::string>(said));
        if (forget)
            return {};
        std::vector<LoadBalancer> moved;
        draft.forEachBalancer([&](const LoadBalancer &balancer) {
            if (model::findInstance(balancer, id))
                moved.push_back(model::withInstanceAddress(balancer, id, address));
        });
        for (auto &balancer : moved)
            draft.put(std::move(balancer));
        return {};
    };
    const auto submitted = m_changes.submit(std::move(edit), entry);
    const auto revision = co_await submitted;
    if (!revision)
        co_return fail(revision.error());
    const auto waiting = m_reconciler.applied(*revision);
    const auto applied = co_await waiting;
    if (!applied)
        co_return fail(applied.error());
    co_return model::SetInstanceAddressAnswer{id, request.address};
}

Verbs::Task<model::EmptyAnswer> LoadBalancerService::perform(model::StopNode request, model::Caller caller)
{
    qCInfo(lcService).noquote() << "stopping, as" << QString::fromStdString(caller.name) << "asked"
                                << (request.traffic ? "— traffic too" : "— traffic goes on");
    m_options.stopNode(request.traffic);
    co_return model::EmptyAnswer();
}

} // namespace balancer::service

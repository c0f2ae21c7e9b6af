#include "service/load_balancer_service.h"

#include "plan/difference.h"
#include "plan/project.h"
#include "service/instance_health.h"
#include "service/log.h"
#include "service/runtime_commands.h"

#include <QByteArray>
#include <QCoro/QCoroFuture>

#include <memory>
#include <set>
#include <type_traits>
#include <utility>

namespace balancer::service {

namespace {

using model::LoadBalancer;

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

model::PlanPreview previewOfPlan(const plan::Plan &plan)
{
    model::PlanPreview preview;
    if (const auto *change = std::get_if<plan::RuntimeChange>(&plan)) {
        preview.kind = model::PlanKind::RuntimeChange;
        preview.commands = textsOf(change->commands);
    } else if (const auto *reload = std::get_if<plan::Reload>(&plan)) {
        preview.kind = model::PlanKind::Reload;
        preview.reason = reload->reason;
    }
    return preview;
}

Verbs::Task<model::EmptyAnswer> nothingToDo()
{
    co_return model::EmptyAnswer();
}

bool isRefusal(const Error &error)
{
    return error.code == ErrorCode::Refused || error.code == ErrorCode::InvalidConfigurationRequest;
}

} // namespace

LoadBalancerService::LoadBalancerService(ChangeQueue &changes, const DesiredStateCache &desired, Reconciler &reconciler,
                                         ports::RuntimeApi &runtime, ports::HostResolver &resolver,
                                         const ports::Clock &clock, ServiceOptions options)
    : m_changes(changes), m_desired(desired), m_reconciler(reconciler), m_runtime(runtime), m_clock(clock),
      m_options(std::move(options)), m_edits(desired, reconciler, resolver, clock, m_options)
{
}

ports::AuditEntry LoadBalancerService::audit(const model::Caller &caller, std::string_view verb,
                                             std::string target) const
{
    return ports::AuditEntry{m_clock.now(), caller.name, std::string(verb), std::move(target)};
}

QCoro::Task<Result<void>> LoadBalancerService::change(VerbEdits::Prepared preparing, ports::AuditEntry audit)
{
    auto edit = co_await preparing;
    if (!edit)
        co_return fail(edit.error());
    const auto name = LoadBalancerName::parse(audit.target);
    const auto undo = std::make_shared<Undo>();
    auto submitted = m_changes.submit(name ? recorded(std::move(*edit), *name, undo) : std::move(*edit), audit);
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

Verbs::Task<model::CreateLoadBalancerAnswer> LoadBalancerService::perform(model::CreateLoadBalancer request,
                                                                          model::Caller caller)
{
    const auto answer = std::make_shared<model::CreateLoadBalancerAnswer>();
    const auto entry = audit(caller, "CreateLoadBalancer", request.name.text());
    const auto changed = co_await change(m_edits.prepare(std::move(request), answer), entry);
    if (!changed)
        co_return fail(changed.error());
    co_return *answer;
}

Verbs::Task<model::EmptyAnswer> LoadBalancerService::perform(model::DeleteLoadBalancer request, model::Caller caller)
{
    const auto entry = audit(caller, "DeleteLoadBalancer", request.name.text());
    const auto changed = co_await change(m_edits.prepare(std::move(request)), entry);
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
    const auto changed = co_await change(m_edits.prepare(std::move(request)), entry);
    if (!changed)
        co_return fail(changed.error());
    co_return model::EmptyAnswer();
}

Verbs::Task<model::EmptyAnswer> LoadBalancerService::perform(model::DeleteLoadBalancerListeners request,
                                                             model::Caller caller)
{
    const auto entry = audit(caller, "DeleteLoadBalancerListeners", request.name.text());
    const auto changed = co_await change(m_edits.prepare(std::move(request)), entry);
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

Verbs::Task<model::InstancesAnswer> LoadBalancerService::perform(model::RegisterInstances request, model::Caller caller)
{
    const auto name = request.name;
    const auto entry = audit(caller, "RegisterInstancesWithLoadBalancer", name.text());
    const auto changed = co_await change(m_edits.prepare(std::move(request)), entry);
    if (!changed)
        co_return fail(changed.error());
    co_return instancesOf(name);
}

Verbs::Task<model::InstancesAnswer> LoadBalancerService::perform(model::DeregisterInstances request,
                                                                 model::Caller caller)
{
    const auto name = request.name;
    const auto entry = audit(caller, "DeregisterInstancesFromLoadBalancer", name.text());
    const auto changed = co_await change(m_edits.prepare(std::move(request)), entry);
    if (!changed)
        co_return fail(changed.error());
    co_return instancesOf(name);
}

Verbs::Task<model::ConfigureHealthCheckAnswer> LoadBalancerService::perform(model::ConfigureHealthCheck request,
                                                                            model::Caller caller)
{
    const auto check = request.healthCheck;
    const auto entry = audit(caller, "ConfigureHealthCheck", request.name.text());
    const auto changed = co_await change(m_edits.prepare(std::move(request)), entry);
    if (!changed)
        co_return fail(changed.error());
    co_return model::ConfigureHealthCheckAnswer{check};
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
    auto edit = co_await m_edits.prepare(request);
    if (!edit)
        co_return fail(edit.error());
    const auto submitted =
        m_changes.submit(std::move(*edit), audit(caller, "SetInstanceAddress", request.instance.text()));
    const auto revision = co_await submitted;
    if (!revision)
        co_return fail(revision.error());
    const auto waiting = m_reconciler.applied(*revision);
    const auto applied = co_await waiting;
    if (!applied)
        co_return fail(applied.error());
    co_return model::SetInstanceAddressAnswer{request.instance, request.address};
}

Verbs::Task<model::EmptyAnswer> LoadBalancerService::perform(model::StopNode request, model::Caller caller)
{
    qCInfo(lcService).noquote() << "stopping, as" << QString::fromStdString(caller.name) << "asked"
                                << (request.traffic ? "— traffic too" : "— traffic goes on");
    m_options.stopNode(request.traffic);
    co_return model::EmptyAnswer();
}

template <typename Answer>
VerbEdits::Prepared LoadBalancerService::noEdit(Task<Answer> asking)
{
    const auto answer = co_await asking;
    if (!answer)
        co_return fail(answer.error());
    co_return Edit([](Draft &) { return Result<void>(); });
}

VerbEdits::Prepared LoadBalancerService::prepareAny(AnyRequest request)
{
    const auto prepare = [this](auto &&asked) {
        using Request = std::remove_cvref_t<decltype(asked)>;
        constexpr bool kReads = std::is_same_v<Request, model::DescribeLoadBalancers> ||
                                std::is_same_v<Request, model::DescribeInstanceHealth>;
        if constexpr (kReads)
            return noEdit(perform(std::move(asked), model::Caller()));
        else if constexpr (std::is_same_v<Request, model::StopNode>)
            return noEdit(nothingToDo());
        else
            return m_edits.prepare(std::move(asked));
    };
    return std::visit(prepare, std::move(request));
}

Result<model::PlanPreview> LoadBalancerService::previewOf(const Edit &edit) const
{
    Draft draft(m_desired.state());
    if (const auto edited = edit(draft); !edited)
        return fail(edited.error());
    std::set<LoadBalancerName> changed;
    for (const auto &change : draft.transaction().balancers)
        changed.insert(change.name);
    const auto forecast = m_reconciler.forecast(changed, balancersOf(draft));
    if (!forecast)
        return fail(forecast.error());
    auto preview = previewOfPlan(forecast->plan);
    preview.diff = plan::configDifference(m_reconciler.running(), forecast->config);
    return preview;
}

Verbs::Task<model::PlanPreview> LoadBalancerService::preview(AnyRequest request)
{
    const auto edit = co_await prepareAny(std::move(request));
    if (!edit)
        co_return fail(edit.error());
    co_return previewOf(*edit);
}

} // namespace balancer::service

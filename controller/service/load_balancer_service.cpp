#include "service/load_balancer_service.h"

#include "model/balancer_policies.h"
#include "plan/difference.h"
#include "service/key_watcher.h"
#include "service/log.h"
#include "service/runtime_commands.h"

#include <QCoro/QCoroFuture>

#include <memory>
#include <set>
#include <type_traits>
#include <utility>

namespace balancer::service {

namespace {

using model::LoadBalancer;

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
        for (const auto &command : change->commands)
            preview.commands.push_back(command.text);
    } else if (const auto *reload = std::get_if<plan::Reload>(&plan)) {
        preview.kind = model::PlanKind::Reload;
        preview.reason = reload->reason;
    }
    return preview;
}

/// The edit of a verb that changes nothing in the store.
Result<void> changeNothing(Draft &)
{
    return {};
}

/// Whether the answer is there at once or only later.
template <typename Request>
Verbs::Task<typename Request::Answer> answerOf(const VerbReads &reads, Request request)
{
    constexpr bool kAtOnce = std::is_same_v<decltype(reads.answer(request)), Result<typename Request::Answer>>;
    if constexpr (kAtOnce) {
        auto answer = reads.answer(request);
        co_return answer;
    } else {
        auto answer = co_await reads.answer(std::move(request));
        co_return answer;
    }
}

bool isRefusal(const Error &error)
{
    return error.code == ErrorCode::Refused || error.code == ErrorCode::InvalidConfigurationRequest;
}

} // namespace

LoadBalancerService::LoadBalancerService(ChangeQueue &changes, const DesiredStateCache &desired, Reconciler &reconciler,
                                         ports::RuntimeApi &runtime, ports::HostResolver &resolver,
                                         const ports::CertificateExaminer &examiner, const ports::Clock &clock,
                                         ServiceOptions options)
    : m_changes(changes), m_desired(desired), m_reconciler(reconciler), m_clock(clock), m_options(std::move(options)),
      m_edits(desired, reconciler, resolver, clock, m_options), m_certificateEdits(examiner, clock, m_options),
      m_reads(desired, reconciler, runtime, clock, m_options)
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

QCoro::Task<Result<void>> LoadBalancerService::save(Edit edit, ports::AuditEntry audit)
{
    const auto submitted = m_changes.submit(std::move(edit), std::move(audit));
    const auto revision = co_await submitted;
    if (!revision)
        co_return fail(revision.error());
    const auto waiting = m_reconciler.applied(*revision);
    const auto applied = co_await waiting;
    co_return applied;
}

template <typename Request>
Verbs::Task<typename Request::Answer> LoadBalancerService::act(Request request, model::Caller caller)
{
    if constexpr (ReadRequest<Request>) {
        const auto answer = co_await answerOf(m_reads, std::move(request));
        co_return answer;
    } else {
        auto answer = co_await save(std::move(request), std::move(caller));
        co_return answer;
    }
}

template <typename Request>
Verbs::Task<typename Request::Answer> LoadBalancerService::save(Request request, model::Caller caller)
{
    const auto entry = audit(caller, Request::kName, request.name.text());
    const auto told = std::make_shared<typename Request::Answer>();
    const auto changed = co_await change(m_edits.prepare(std::move(request), told), entry);
    if (!changed)
        co_return fail(changed.error());
    const auto answer = *told;
    co_return answer;
}

QCoro::Task<Result<void>> LoadBalancerService::prepareAccessLog(model::ModifyAttributes request) const
{
    const auto *present = m_desired.find(request.name);
    if (!present || !request.change.accessLog || !m_options.accessLog)
        co_return Result<void>();
    const auto wanted = model::withAttributes(*present, request.change);
    if (!wanted)
        co_return fail(wanted.error());
    const auto log = wanted->attributes.accessLog;
    if (!log.enabled || log == present->attributes.accessLog)
        co_return Result<void>();
    const auto name = present->name.text();
    const auto prepared = co_await m_options.accessLog->prepare(name, log);
    co_return prepared;
}

Verbs::Task<model::ModifyAttributesAnswer> LoadBalancerService::act(model::ModifyAttributes request,
                                                                    model::Caller caller)
{
    const auto prepared = co_await prepareAccessLog(request);
    if (!prepared)
        co_return fail(prepared.error());
    auto answer = co_await save(std::move(request), std::move(caller));
    co_return answer;
}

QCoro::Task<Result<void>> LoadBalancerService::prepareKeys(model::SetBackendPolicies request) const
{
    const auto *present = m_desired.find(request.name);
    if (!present || !m_options.keys)
        co_return Result<void>();
    auto wanted = model::withBackendPolicies(*present, request.port, request.policies);
    if (!wanted)
        co_return Result<void>(); // it is refused later, with everything that may be wrong besides
    const auto prepared = co_await m_options.keys->prepare(std::move(*wanted));
    co_return prepared;
}

Verbs::Task<model::EmptyAnswer> LoadBalancerService::act(model::SetBackendPolicies request, model::Caller caller)
{
    const auto prepared = co_await prepareKeys(request);
    if (!prepared)
        co_return fail(prepared.error());
    auto answer = co_await save(std::move(request), std::move(caller));
    co_return answer;
}

Verbs::Task<model::SetInstanceAddressAnswer> LoadBalancerService::act(model::SetInstanceAddress request,
                                                                      model::Caller caller)
{
    const auto entry = audit(caller, model::SetInstanceAddress::kName, request.instance.text());
    const auto told = std::make_shared<model::SetInstanceAddressAnswer>();
    auto edit = co_await m_edits.prepare(std::move(request), told);
    if (!edit)
        co_return fail(edit.error());
    const auto saved = co_await save(std::move(*edit), entry);
    if (!saved)
        co_return fail(saved.error());
    const auto answer = *told;
    co_return answer;
}

template <CertificateRequest Request>
Verbs::Task<typename Request::Answer> LoadBalancerService::act(Request request, model::Caller caller)
{
    const auto entry = audit(caller, Request::kName, request.name);
    const auto told = std::make_shared<typename Request::Answer>();
    auto edit = m_certificateEdits.edit(std::move(request), told);
    if (!edit)
        co_return fail(edit.error());
    const auto saved = co_await save(std::move(*edit), entry);
    if (!saved)
        co_return fail(saved.error());
    const auto answer = *told;
    co_return answer;
}

Verbs::Task<model::EmptyAnswer> LoadBalancerService::act(model::StopNode request, model::Caller caller)
{
    qCInfo(lcService).noquote() << "stopping, as" << QString::fromStdString(caller.name) << "asked"
                                << (request.traffic ? "— traffic too" : "— traffic goes on");
    m_options.stopNode(request.traffic);
    co_return model::EmptyAnswer();
}

template <typename Request>
Verbs::Task<model::AnyAnswer> LoadBalancerService::performOne(Request request, model::Caller caller)
{
    auto answer = co_await act(std::move(request), std::move(caller));
    if (!answer)
        co_return fail(answer.error());
    model::AnyAnswer any(std::move(*answer));
    co_return any;
}

Verbs::Task<model::AnyAnswer> LoadBalancerService::performAny(model::AnyRequest request, model::Caller caller)
{
    const auto perform = [&](auto &&asked) { return performOne(std::move(asked), std::move(caller)); };
    return std::visit(perform, std::move(request));
}

template <typename Request>
VerbEdits::Prepared LoadBalancerService::prepareOne(Request request) const
{
    if constexpr (ReadRequest<Request>) {
        const auto answer = co_await answerOf(m_reads, std::move(request));
        if (!answer)
            co_return fail(answer.error());
        co_return Edit(changeNothing);
    } else if constexpr (std::is_same_v<Request, model::StopNode>) {
        co_return Edit(changeNothing);
    } else if constexpr (CertificateRequest<Request>) {
        co_return m_certificateEdits.edit(std::move(request), std::make_shared<typename Request::Answer>());
    } else {
        if constexpr (std::is_same_v<Request, model::SetBackendPolicies>) {
            const auto prepared = co_await prepareKeys(request);
            if (!prepared)
                co_return fail(prepared.error());
        }
        const auto told = std::make_shared<typename Request::Answer>();
        co_return co_await m_edits.prepare(std::move(request), told);
    }
}

Result<model::PlanPreview> LoadBalancerService::previewOf(const Edit &edit) const
{
    Draft draft(m_desired.state());
    if (const auto edited = edit(draft); !edited)
        return fail(edited.error());
    std::set<LoadBalancerName> changed;
    for (const auto &change : draft.transaction().balancers)
        changed.insert(change.name);
    const auto forecast = m_reconciler.forecast(changed, balancersOf(draft), draft.certificates());
    if (!forecast)
        return fail(forecast.error());
    auto preview = previewOfPlan(forecast->plan);
    preview.diff = plan::configDifference(m_reconciler.running(), forecast->config);
    return preview;
}

Verbs::Task<model::PlanPreview> LoadBalancerService::preview(model::AnyRequest request)
{
    const auto prepare = [this](auto &&asked) { return prepareOne(std::move(asked)); };
    auto preparing = std::visit(prepare, std::move(request));
    const auto edit = co_await preparing;
    if (!edit)
        co_return fail(edit.error());
    co_return previewOf(*edit);
}

} // namespace balancer::service

#pragma once

#include "ports/certificates.h"
#include "ports/clock.h"
#include "service/certificate_edits.h"
#include "service/change_queue.h"
#include "service/desired_state_cache.h"
#include "service/reconciler.h"
#include "service/service_options.h"
#include "service/verb_edits.h"
#include "service/verb_reads.h"
#include "service/verbs.h"

#include <string>
#include <string_view>

namespace balancer::service {

/// The ELB verbs: a pure change of the desired state, saved, then brought to this node's HAProxy.
class LoadBalancerService : public Verbs
{
public:
    LoadBalancerService(ChangeQueue &changes, const DesiredStateCache &desired, Reconciler &reconciler,
                        ports::RuntimeApi &runtime, ports::HostResolver &resolver,
                        const ports::CertificateExaminer &examiner, const ports::Clock &clock, ServiceOptions options);

    Task<model::AnyAnswer> performAny(model::AnyRequest request, model::Caller caller) override;
    Task<model::PlanPreview> preview(model::AnyRequest request) override;

private:
    /// Does what `preparing` comes to, or answers its error. Saves the edit and waits until HAProxy has it. When
    /// HAProxy refuses what was saved, the load balancer named by the audit entry is put back as it was, and the
    /// refusal is the answer.
    QCoro::Task<Result<void>> change(VerbEdits::Prepared preparing, ports::AuditEntry audit);
    /// Saves the edit and waits until HAProxy has it.
    QCoro::Task<Result<void>> save(Edit edit, ports::AuditEntry audit);
    template <typename Request>
    Task<model::AnyAnswer> performOne(Request request, model::Caller caller);
    template <typename Request>
    Task<typename Request::Answer> act(Request request, model::Caller caller);
    template <typename Request>
    Task<typename Request::Answer> save(Request request, model::Caller caller);
    Task<model::ModifyAttributesAnswer> act(model::ModifyAttributes request, model::Caller caller);
    Task<model::EmptyAnswer> act(model::SetBackendPolicies request, model::Caller caller);
    template <CertificateRequest Request>
    Task<typename Request::Answer> act(Request request, model::Caller caller);
    Task<model::SetInstanceAddressAnswer> act(model::SetInstanceAddress request, model::Caller caller);
    Task<model::EmptyAnswer> act(model::StopNode request, model::Caller caller);

    /// Whether the access logs that the change asks for can be written, if it asks for other ones than there are.
    QCoro::Task<Result<void>> prepareAccessLog(model::ModifyAttributes request) const;
    /// Instances are judged before their keys begin to matter, so that those with the right one go on serving.
    QCoro::Task<Result<void>> prepareKeys(model::SetBackendPolicies request) const;
    template <typename Request>
    VerbEdits::Prepared prepareOne(Request request) const;
    Result<model::PlanPreview> previewOf(const Edit &edit) const;
    ports::AuditEntry audit(const model::Caller &caller, std::string_view verb, std::string target) const;

    ChangeQueue &m_changes;
    const DesiredStateCache &m_desired;
    Reconciler &m_reconciler;
    const ports::Clock &m_clock;
    const ServiceOptions m_options;
    const VerbEdits m_edits;
    const CertificateEdits m_certificateEdits;
    const VerbReads m_reads;
};

} // namespace balancer::service

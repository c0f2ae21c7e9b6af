#pragma once

#include "model/verbs.h"
#include "ports/clock.h"
#include "ports/haproxy.h"
#include "service/certificate_reads.h"
#include "service/desired_state_cache.h"
#include "service/reconciler.h"
#include "service/service_options.h"

#include <QCoro/QCoroTask>

namespace balancer::service {

/// The verbs that only describe.
class VerbReads
{
public:
    VerbReads(const DesiredStateCache &desired, const Reconciler &reconciler, ports::RuntimeApi &runtime,
              const ports::Clock &clock, const ServiceOptions &options);

    template <typename Answer>
    using Task = QCoro::Task<Result<Answer>>;

    Result<model::DescribeLoadBalancersAnswer> answer(const model::DescribeLoadBalancers &request) const;
    Result<model::DescribePoliciesAnswer> answer(const model::DescribePolicies &request) const;
    Result<model::DescribePolicyTypesAnswer> answer(const model::DescribePolicyTypes &request) const;
    Result<model::DescribeAttributesAnswer> answer(const model::DescribeAttributes &request) const;
    Result<model::DescribeTagsAnswer> answer(const model::DescribeTags &request) const;
    Result<model::DescribeAccountLimitsAnswer> answer(const model::DescribeAccountLimits &request) const;
    template <CertificateRead Request>
    Result<typename Request::Answer> answer(const Request &request) const
    {
        return m_certificates.answer(request);
    }
    /// Asks HAProxy where its word counts.
    Task<model::DescribeInstanceHealthAnswer> answer(model::DescribeInstanceHealth request) const;

private:
    struct Asked
    {
        InstanceId id;
        const model::Instance *instance = nullptr;   ///< none: it is not registered any more
        std::optional<model::InstanceHealth> health; ///< none: HAProxy has to be asked
    };

    /// InvalidInstance for an id that is neither registered nor was lately.
    Result<std::vector<Asked>> look(const model::LoadBalancer &balancer, const std::vector<InstanceId> &ids) const;
    std::optional<model::InstanceHealth> foreignHealth(const model::LoadBalancer &balancer,
                                                       const model::Instance &instance) const;
    /// `states` are those of the check backend.
    model::InstanceHealth healthIn(const plan::ServerStates &states, const model::LoadBalancer &balancer,
                                   const model::Instance &instance) const;

    const DesiredStateCache &m_desired;
    const Reconciler &m_reconciler;
    ports::RuntimeApi &m_runtime;
    const ports::Clock &m_clock;
    const ServiceOptions &m_options;
    const CertificateReads m_certificates;
};

/// A request that such a verb answers.
template <typename Request>
concept ReadRequest = requires(const VerbReads &reads, const Request &request)
{
    reads.answer(request);
};

} // namespace balancer::service

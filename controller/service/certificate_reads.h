#pragma once

#include "model/verbs.h"
#include "service/desired_state_cache.h"
#include "service/service_options.h"

namespace balancer::service {

/// The verbs that only describe server certificates; none tells a private key. NoSuchEntity, ValidationError for a
/// marker that is none.
class CertificateReads
{
public:
    CertificateReads(const DesiredStateCache &desired, const ServiceOptions &options);

    Result<model::GetServerCertificateAnswer> answer(const model::GetServerCertificate &request) const;
    Result<model::ListServerCertificatesAnswer> answer(const model::ListServerCertificates &request) const;
    Result<model::ListServerCertificateTagsAnswer> answer(const model::ListServerCertificateTags &request) const;

private:
    Result<const model::ServerCertificate *> find(const std::string &name) const;

    const DesiredStateCache &m_desired;
    const ServiceOptions &m_options;
};

/// A request that such a verb answers.
template <typename Request>
concept CertificateRead = requires(const CertificateReads &reads, const Request &request)
{
    reads.answer(request);
};

} // namespace balancer::service

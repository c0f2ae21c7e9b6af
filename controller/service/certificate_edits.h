#pragma once

#include "model/verbs.h"
#include "ports/certificates.h"
#include "ports/clock.h"
#include "service/change_queue.h"
#include "service/desired_state_cache.h"
#include "service/service_options.h"

#include <concepts>
#include <memory>
#include <string>

namespace balancer::service {

/// The certificate that a listener's ARN means; null when there is none, or one of that name with another path or of
/// another account.
const model::ServerCertificate *findByArn(const Draft &draft, std::string_view arn, const std::string &accountId);

/// What each verb of server certificates does to the desired state, as VerbEdits for load balancers.
class CertificateEdits
{
public:
    CertificateEdits(const ports::CertificateExaminer &examiner, const ports::Clock &clock,
                     const ServiceOptions &options);

    template <typename Request>
    using AnswerPointer = std::shared_ptr<typename Request::Answer>;

    /// The edits set `answer`. MalformedCertificate, KeyPairMismatch and ValidationError show at once; NoSuchEntity,
    /// EntityAlreadyExists, DeleteConflict and LimitExceeded when the edit is made.
    Result<Edit> edit(model::UploadServerCertificate request,
                      AnswerPointer<model::UploadServerCertificate> answer) const;
    Result<Edit> edit(model::UpdateServerCertificate request,
                      AnswerPointer<model::UpdateServerCertificate> answer) const;
    Result<Edit> edit(model::DeleteServerCertificate request,
                      AnswerPointer<model::DeleteServerCertificate> answer) const;
    Result<Edit> edit(model::TagServerCertificate request, AnswerPointer<model::TagServerCertificate> answer) const;
    Result<Edit> edit(model::UntagServerCertificate request, AnswerPointer<model::UntagServerCertificate> answer) const;

private:
    const ports::CertificateExaminer &m_examiner;
    const ports::Clock &m_clock;
    const ServiceOptions &m_options;
};

/// A request that such a verb carries out.
template <typename Request>
concept CertificateRequest = requires(const CertificateEdits &edits, Request request,
                                      std::shared_ptr<typename Request::Answer> answer)
{
    edits.edit(request, answer);
};

/// What everybody may know of a certificate.
model::CertificateMetadata metadataOf(const model::ServerCertificate &certificate, const std::string &accountId);

} // namespace balancer::service

#pragma once

#include "ports/certificates.h"

#include <string>

namespace balancer::tests {

/// Takes every text for a certificate but an empty one, and every key that is called as its certificate is:
/// "certificate web" goes with "key of web".
class FakeExaminer final : public ports::CertificateExaminer
{
public:
    Result<model::ExaminedCertificate> examine(const model::CertificateText &text, model::Timestamp now) const override
    {
        constexpr std::string_view kBody = "certificate ";
        constexpr std::string_view kKey = "key of ";
        if (!text.body.starts_with(kBody) || !text.privateKey.starts_with(kKey))
            return fail(ErrorCode::MalformedCertificate, "Unable to parse the certificate body");
        const auto name = text.body.substr(kBody.size());
        if (text.privateKey.substr(kKey.size()) != name)
            return fail(ErrorCode::KeyPairMismatch, "The private key does not belong to the certificate");
        model::ExaminedCertificate found;
        found.normalized = {text.body + "\n", text.chain.empty() ? "" : text.chain + "\n", text.privateKey + "\n"};
        found.fingerprint = "FINGERPRINT-" + name;
        found.expiresAt = now + std::chrono::hours(24 * 365);
        return found;
    }
};

} // namespace balancer::tests

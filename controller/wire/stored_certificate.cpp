#include "wire/json_text.h"
#include "wire/stored_form.h"
#include "wire/tables.h"

namespace balancer::wire {

template <>
struct Table<model::ServerCertificate>
{
    static constexpr auto kFields = std::tuple{
        always("ServerCertificateName", &model::ServerCertificate::name),
        optional("Path", &model::ServerCertificate::path),
        optional("ServerCertificateId", &model::ServerCertificate::id),
        optional("CertificateBody", &model::ServerCertificate::body),
        optional("CertificateChain", &model::ServerCertificate::chain),
        optional("Fingerprint", &model::ServerCertificate::fingerprint),
        optional("UploadDate", &model::ServerCertificate::uploadedAt),
        optional("Expiration", &model::ServerCertificate::expiresAt),
        optional("Tags", &model::ServerCertificate::tags),
    };
};

std::string renderStored(const model::ServerCertificate &certificate)
{
    return renderJson(write(certificate));
}

Result<model::ServerCertificate> parseStoredCertificate(std::string_view text)
{
    const auto node = parseJson(text, kOwnJson);
    if (!node)
        return fail(ErrorCode::Corrupt, "a stored certificate cannot be read: " + node.error().message);
    model::ServerCertificate certificate;
    if (const auto ok = read(certificate, *node, Path{}, Reading::Data); !ok)
        return fail(ErrorCode::Corrupt, "a stored certificate cannot be read: " + ok.error().message);
    return certificate;
}

} // namespace balancer::wire

#include "wire/tables.h"
#include "wire/verb_templates.h"

/// IAM's verbs for server certificates.
namespace balancer::wire {

template <>
struct Table<model::CertificateMetadata>
{
    static constexpr auto kFields = std::tuple{
        required("Path", &model::CertificateMetadata::path),
        always("ServerCertificateName", &model::CertificateMetadata::name),
        required("ServerCertificateId", &model::CertificateMetadata::id),
        required("Arn", &model::CertificateMetadata::arn),
        required("UploadDate", &model::CertificateMetadata::uploadedAt),
        required("Expiration", &model::CertificateMetadata::expiresAt),
    };
};

template <>
struct Table<model::CertificateText>
{
    static constexpr auto kFields = std::tuple{
        required("CertificateBody", &model::CertificateText::body).upTo(model::kMaxCertificateBody),
        optional("CertificateChain", &model::CertificateText::chain).upTo(model::kMaxCertificateChain),
        required("PrivateKey", &model::CertificateText::privateKey).upTo(model::kMaxPrivateKey).secret(),
    };
};

template <>
struct Table<model::UploadServerCertificate>
{
    static constexpr auto kFields = std::tuple{
        required("ServerCertificateName", &model::UploadServerCertificate::name),
        optional("Path", &model::UploadServerCertificate::path),
        flattened(&model::UploadServerCertificate::text),
        optional("Tags", &model::UploadServerCertificate::tags),
    };
};

template <>
struct Table<model::UploadServerCertificateAnswer>
{
    static constexpr auto kFields = std::tuple{
        required("ServerCertificateMetadata", &model::UploadServerCertificateAnswer::metadata),
        optional("Tags", &model::UploadServerCertificateAnswer::tags),
    };
};

template <>
struct Table<model::ToldCertificate>
{
    static constexpr auto kFields = std::tuple{
        required("ServerCertificateMetadata", &model::ToldCertificate::metadata),
        required("CertificateBody", &model::ToldCertificate::body),
        optional("CertificateChain", &model::ToldCertificate::chain),
        optional("Tags", &model::ToldCertificate::tags),
    };
};

template <>
struct Table<model::GetServerCertificateAnswer>
{
    static constexpr auto kFields =
        std::tuple{required("ServerCertificate", &model::GetServerCertificateAnswer::certificate)};
};

template <>
struct Table<model::GetServerCertificate>
{
    static constexpr auto kFields = std::tuple{required("ServerCertificateName", &model::GetServerCertificate::name)};
};

template <>
struct Table<model::ListServerCertificatesAnswer>
{
    static constexpr auto kFields = std::tuple{
        optional("ServerCertificateMetadataList", &model::ListServerCertificatesAnswer::certificates),
        required("IsTruncated", &model::ListServerCertificatesAnswer::isTruncated),
        optional("Marker", &model::ListServerCertificatesAnswer::marker),
    };
};

template <>
struct Table<model::ListServerCertificates>
{
    static constexpr auto kFields = std::tuple{
        optional("PathPrefix", &model::ListServerCertificates::pathPrefix),
        optional("Marker", &model::ListServerCertificates::marker),
        optional("MaxItems", &model::ListServerCertificates::maxItems).within(1, 1000),
    };
};

template <>
struct Table<model::UpdateServerCertificate>
{
    static constexpr auto kFields = std::tuple{
        required("ServerCertificateName", &model::UpdateServerCertificate::name),
        optional("NewPath", &model::UpdateServerCertificate::newPath),
        optional("NewServerCertificateName", &model::UpdateServerCertificate::newName),
    };
};

template <>
struct Table<model::DeleteServerCertificate>
{
    static constexpr auto kFields =
        std::tuple{required("ServerCertificateName", &model::DeleteServerCertificate::name)};
};

template <>
struct Table<model::TagServerCertificate>
{
    static constexpr auto kFields = std::tuple{
        required("ServerCertificateName", &model::TagServerCertificate::name),
        required("Tags", &model::TagServerCertificate::tags),
    };
};

template <>
struct Table<model::UntagServerCertificate>
{
    static constexpr auto kFields = std::tuple{
        required("ServerCertificateName", &model::UntagServerCertificate::name),
        required("TagKeys", &model::UntagServerCertificate::keys),
    };
};

template <>
struct Table<model::ListServerCertificateTagsAnswer>
{
    static constexpr auto kFields = std::tuple{
        optional("Tags", &model::ListServerCertificateTagsAnswer::tags),
        required("IsTruncated", &model::ListServerCertificateTagsAnswer::isTruncated),
        optional("Marker", &model::ListServerCertificateTagsAnswer::marker),
    };
};

template <>
struct Table<model::ListServerCertificateTags>
{
    static constexpr auto kFields = std::tuple{
        required("ServerCertificateName", &model::ListServerCertificateTags::name),
        optional("Marker", &model::ListServerCertificateTags::marker),
        optional("MaxItems", &model::ListServerCertificateTags::maxItems).within(1, 1000),
    };
};

template struct VerbForms<model::UploadServerCertificate>;
template struct VerbForms<model::GetServerCertificate>;
template struct VerbForms<model::ListServerCertificates>;
template struct VerbForms<model::UpdateServerCertificate>;
template struct VerbForms<model::DeleteServerCertificate>;
template struct VerbForms<model::TagServerCertificate>;
template struct VerbForms<model::UntagServerCertificate>;
template struct VerbForms<model::ListServerCertificateTags>;

} // namespace balancer::wire

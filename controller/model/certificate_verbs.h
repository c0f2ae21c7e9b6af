#pragma once

#include "model/certificate.h"
#include "model/verb_basics.h"

#include <string>
#include <string_view>
#include <vector>

/// The verbs of server certificates, which are IAM's.
namespace balancer::model {

/// What everybody may know of a certificate.
struct CertificateMetadata
{
    std::string name;
    std::string path;
    std::string id;
    std::string arn;
    Timestamp uploadedAt{};
    Timestamp expiresAt{};

    bool operator==(const CertificateMetadata &) const = default;
};

struct UploadServerCertificateAnswer
{
    CertificateMetadata metadata;
    std::vector<Tag> tags;

    bool operator==(const UploadServerCertificateAnswer &) const = default;
};

struct UploadServerCertificate
{
    static constexpr std::string_view kName = "UploadServerCertificate";
    using Answer = UploadServerCertificateAnswer;

    std::string name;
    std::string path = "/";
    CertificateText text;
    std::vector<Tag> tags;

    bool operator==(const UploadServerCertificate &) const = default;
};

/// A certificate as it is told: without its private key.
struct ToldCertificate
{
    CertificateMetadata metadata;
    std::string body;
    std::string chain;
    std::vector<Tag> tags;

    bool operator==(const ToldCertificate &) const = default;
};

struct GetServerCertificateAnswer
{
    ToldCertificate certificate;

    bool operator==(const GetServerCertificateAnswer &) const = default;
};

struct GetServerCertificate
{
    static constexpr std::string_view kName = "GetServerCertificate";
    using Answer = GetServerCertificateAnswer;

    std::string name;

    bool operator==(const GetServerCertificate &) const = default;
};

struct ListServerCertificatesAnswer
{
    std::vector<CertificateMetadata> certificates; ///< by name
    bool isTruncated = false;
    std::string marker; ///< for the next page; empty on the last one

    bool operator==(const ListServerCertificatesAnswer &) const = default;
};

struct ListServerCertificates
{
    static constexpr std::string_view kName = "ListServerCertificates";
    using Answer = ListServerCertificatesAnswer;

    std::string pathPrefix; ///< only those whose path begins so
    std::string marker;
    int maxItems = 100; ///< 1…1000

    bool operator==(const ListServerCertificates &) const = default;
};

/// Another name or path. Listeners that have the certificate keep it, and tell its new ARN.
struct UpdateServerCertificate
{
    static constexpr std::string_view kName = "UpdateServerCertificate";
    using Answer = EmptyAnswer;

    std::string name;
    std::string newPath; ///< empty: as it is
    std::string newName; ///< empty: as it is

    bool operator==(const UpdateServerCertificate &) const = default;
};

struct DeleteServerCertificate
{
    static constexpr std::string_view kName = "DeleteServerCertificate";
    using Answer = EmptyAnswer;

    std::string name;

    bool operator==(const DeleteServerCertificate &) const = default;
};

struct TagServerCertificate
{
    static constexpr std::string_view kName = "TagServerCertificate";
    using Answer = EmptyAnswer;

    std::string name;
    std::vector<Tag> tags;

    bool operator==(const TagServerCertificate &) const = default;
};

struct UntagServerCertificate
{
    static constexpr std::string_view kName = "UntagServerCertificate";
    using Answer = EmptyAnswer;

    std::string name;
    std::vector<std::string> keys;

    bool operator==(const UntagServerCertificate &) const = default;
};

struct ListServerCertificateTagsAnswer
{
    std::vector<Tag> tags; ///< by key
    bool isTruncated = false;
    std::string marker; ///< for the next page; empty on the last one

    bool operator==(const ListServerCertificateTagsAnswer &) const = default;
};

struct ListServerCertificateTags
{
    static constexpr std::string_view kName = "ListServerCertificateTags";
    using Answer = ListServerCertificateTagsAnswer;

    std::string name;
    std::string marker;
    int maxItems = 100; ///< 1…1000

    bool operator==(const ListServerCertificateTags &) const = default;
};

} // namespace balancer::model
